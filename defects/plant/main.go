// Command plant builds the product with each planted defect and plays the scenarios against it.
//
//	go run ./defects/plant                        all defects
//	go run ./defects/plant --only core/mail       those of an area, or one by its id
//	go run ./defects/plant --together careless    those of defects/sets/careless.yaml, in one printer at once
//	go run ./defects/plant --stale                those whose verdict no longer fits their file or their scenarios
//	go run ./defects/plant --changed main~1       those whose area has changed since a commit, and a part of the
//	                                              others
//	go run ./defects/plant --recorded DIR         recordings of cases, with the defects that their cases catch
//
// What came of them goes to defects/verdicts.yaml and docs/defects.md, and the verdicts on the others stay. With
// another seed or language, or with --within, nothing is written.
package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/alecthomas/kong"

	"mfpsim/chance"
	"mfpsim/defects"
	"mfpsim/scenarios"
	"mfpsim/vtime"
)

// A run with these is written down.
const (
	usualSeed     = 7
	usualLanguage = "en"
)

// longest is how long the scenarios may take with one defect, by the machine's clock: one that makes the bench
// wait for ever counts as seen.
const longest = 3 * time.Minute

type options struct {
	Only     []string      `help:"Areas or ids; default: all."`
	Stale    bool          `help:"Only those that have no verdict, or whose file or scenarios have changed since."`
	Changed  string        `placeholder:"COMMIT" help:"Only areas that have changed since this commit, and a random part of the others."`
	Part     int           `default:"20" help:"With --changed: plant one in this many of the others."`
	Seed     uint64        `default:"7" help:"Of the scenarios."`
	Draw     uint64        `default:"7" help:"Seed that picks the random part, and the order when --within leaves no time for all."`
	Lang     string        `default:"en" help:"Language of the scenarios."`
	Whole    bool          `help:"Play all scenarios against each defect, not only those that are meant to catch it."`
	Page     bool          `help:"Plant nothing, only write docs/defects.md again."`
	Together string        `placeholder:"NAME" help:"Plant all defects of the set defects/sets/NAME.yaml in one printer at once."`
	Recorded string        `placeholder:"DIR" help:"Play the recordings of cases in DIR/recorded with the defects that their cases are meant to catch."`
	Within   time.Duration `help:"Start no further defect after this time; 0: plant all."`
	Workers  int           `default:"0" help:"How many defects to plant at once; 0: one per processor."`
}

func main() {
	var o options
	kong.Parse(&o, kong.Name("plant"))
	if err := o.run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "plant:", err)
		os.Exit(1)
	}
}

// planter builds and plays.
type planter struct {
	options
	root   string
	folder string            // for what is built
	texts  map[string]string // of the scenarios, by id
	before map[string]defects.Verdict
	shared map[string]bool // defects that share one program

	recorded string // folder whose scenarios are played; empty: the program's own
}

func (o options) run(ctx context.Context) error {
	root, err := os.Getwd()
	if err != nil {
		return err
	}
	all, err := defects.All()
	if err != nil {
		return err
	}
	picked, err := o.pick(ctx, root, all)
	if err != nil {
		return err
	}
	p := &planter{options: o, root: root, texts: map[string]string{}, before: map[string]defects.Verdict{}}
	played, err := scenarios.All()
	if err != nil {
		return err
	}
	for _, s := range played {
		p.texts[s.ID] = s.Text
	}
	if err := p.known(all); err != nil {
		return err
	}
	verdicts, err := defects.Verdicts()
	if err != nil {
		return err
	}
	for _, v := range verdicts {
		p.before[v.ID] = v
	}
	if o.Lang != usualLanguage { // what only tests catch is not theirs
		picked = slices.DeleteFunc(picked, func(d defects.Defect) bool { return len(d.Caught) == 0 })
	}
	switch {
	case o.Page:
		picked = nil
	case o.Stale:
		picked = slices.DeleteFunc(picked, p.fits)
	}
	if p.folder, err = os.MkdirTemp("", "mfpsim-defects-*"); err != nil {
		return err
	}
	defer os.RemoveAll(p.folder)
	if o.Recorded != "" {
		return p.plantRecorded(ctx, o.Recorded, all)
	}
	if o.Together != "" {
		return p.plantSet(ctx, o.Together, all)
	}
	watch := vtime.StartStopwatch()
	if err := p.build(ctx, picked); err != nil {
		return err
	}
	verdicts, failed := p.all(ctx, picked) // what came of the others is kept
	for _, v := range verdicts {
		if v.ID != "" && v.Source != "" {
			p.before[v.ID] = v
		}
	}
	if n := len(picked); p.Within > 0 {
		picked = slices.DeleteFunc(picked, func(d defects.Defect) bool {
			return !slices.ContainsFunc(verdicts, func(v defects.Verdict) bool { return v.ID == d.ID })
		})
		fmt.Printf("%d of %d planted within %s\n", len(picked), n, p.Within)
	}
	survivors := table(all, picked, p.before)
	fmt.Printf("%d planted in %.0f s\n", len(picked), watch.Elapsed().Seconds())
	if o.Seed == usualSeed && o.Lang == usualLanguage && o.Within == 0 {
		if err := p.write(all); err != nil {
			return err
		}
	}
	if failed != nil {
		return failed
	}
	if survivors > 0 {
		return fmt.Errorf("%d defects were not caught as they were meant to be", survivors)
	}
	return nil
}

// pick chooses the defects to plant.
func (o options) pick(ctx context.Context, root string, all []defects.Defect) ([]defects.Defect, error) {
	if o.Changed == "" {
		picked := slices.DeleteFunc(slices.Clone(all), func(d defects.Defect) bool {
			return len(o.Only) > 0 && !slices.Contains(o.Only, d.Area) && !slices.Contains(o.Only, d.ID)
		})
		if len(picked) == 0 {
			return nil, errors.New("no defect is meant")
		}
		return picked, nil
	}
	command := exec.CommandContext(ctx, "git", "diff", "--name-only", o.Changed, "--")
	command.Dir = root
	output, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("git diff %s: %w", o.Changed, err)
	}
	changed := strings.Fields(string(output))
	dice := chance.New(o.Draw, "defects")
	return slices.DeleteFunc(slices.Clone(all), func(d defects.Defect) bool {
		drawn := dice.Intn(max(o.Part, 1)) == 0
		touched := slices.ContainsFunc(changed, func(name string) bool {
			return filepath.Dir(name) == filepath.Dir(d.File) ||
				slices.Contains(d.Caught, strings.TrimSuffix(strings.TrimPrefix(name, "scenarios/"), ".txtar"))
		})
		return !drawn && !touched
	}), nil
}

// known checks that the scenarios and the old texts are there, before anything is built.
func (p *planter) known(all []defects.Defect) error {
	var wrong error
	for _, d := range all {
		for _, id := range d.Caught {
			if _, there := p.texts[id]; !there {
				wrong = errors.Join(wrong, fmt.Errorf("defect %s: there is no scenario %s", d.ID, id))
			}
		}
		source, err := os.ReadFile(filepath.Join(p.root, filepath.FromSlash(d.File)))
		if err != nil {
			wrong = errors.Join(wrong, fmt.Errorf("defect %s: no file %s", d.ID, d.File))
			continue
		}
		_, err = d.Plant(string(source))
		wrong = errors.Join(wrong, err)
	}
	return wrong
}

// all plants defects, several at a time.
func (p *planter) all(ctx context.Context, picked []defects.Defect) ([]defects.Verdict, error) {
	workers := p.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	verdicts := make([]defects.Verdict, len(picked))
	var failed error
	done := 0
	var mutex sync.Mutex
	var wait sync.WaitGroup
	next := make(chan int)
	for range workers {
		wait.Go(func() {
			for i := range next {
				v, err := p.one(ctx, picked[i])
				mutex.Lock()
				done++
				fmt.Fprintf(os.Stderr, "%d of %d  %s\n", done, len(picked), picked[i].ID)
				verdicts[i] = v
				failed = errors.Join(failed, err)
				mutex.Unlock()
			}
		})
	}
	watch := vtime.StartStopwatch()
	for _, i := range p.order(len(picked)) {
		if p.Within > 0 && watch.Elapsed() > p.Within {
			break
		}
		next <- i
	}
	close(next)
	wait.Wait()
	return verdicts, failed
}

// order is that of the files, and one that the seed decides where there may not be time for all.
func (p *planter) order(n int) []int {
	order := make([]int, n)
	dice := chance.New(p.Draw, "order of defects")
	for i := range order {
		order[i] = i
		if p.Within > 0 {
			j := dice.Intn(i + 1)
			order[i], order[j] = order[j], order[i]
		}
	}
	return order
}

// one plants one defect and plays.
func (p *planter) one(ctx context.Context, d defects.Defect) (defects.Verdict, error) {
	v := defects.Verdict{ID: d.ID}
	source, err := os.ReadFile(filepath.Join(p.root, filepath.FromSlash(d.File)))
	if err != nil {
		return v, err
	}
	changed, err := d.Plant(string(source))
	if err != nil {
		return v, err
	}
	folder := filepath.Join(p.folder, d.ID)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return v, err
	}
	defer os.RemoveAll(folder)
	overlay, err := p.overlay(folder, d, changed)
	if err != nil {
		return v, err
	}
	if err := p.play(ctx, &v, d, folder, overlay); err != nil {
		return v, err
	}
	for _, test := range p.testsOf(d) {
		red, err := p.test(ctx, d, test, overlay)
		if err != nil {
			return v, err
		}
		if red {
			v.Tests = append(v.Tests, test)
		}
	}
	v.Source, v.Scenarios = d.SourceHash(string(source)), v.ScenariosHash(p.texts)
	return v, nil
}

// testsOf lists the packages whose own tests catch a defect. They do not depend on the language of the scenarios.
func (p *planter) testsOf(d defects.Defect) []string {
	if p.Lang != usualLanguage {
		return nil
	}
	return d.Tests
}

// test reports whether the tests of a package turn red with a defect.
func (p *planter) test(ctx context.Context, d defects.Defect, test, overlay string) (red bool, err error) {
	if p.shared[d.ID] {
		output, err := p.runTests(ctx, test, d.ID)
		if err != nil && output == nil {
			return false, fmt.Errorf("defect %s: tests of %s: %w", d.ID, test, err)
		}
		return err != nil, nil
	}
	output, err := p.command(ctx, "go", "test", "-trimpath", "-failfast", "-overlay", overlay, test).CombinedOutput()
	if err != nil && bytes.Contains(output, []byte("[build failed]")) {
		return false, fmt.Errorf("defect %s does not compile:\n%s", d.ID, output)
	}
	return err != nil, nil
}

// testProgram is where a package's tests with many defects lie.
func (p *planter) testProgram(test string) string {
	return filepath.Join(p.folder, strings.ReplaceAll(strings.TrimPrefix(test, "./"), "/", "_")+".test")
}

// runTests runs a package's tests with one of the defects that they share; an error without an output is none of
// the tests'.
func (p *planter) runTests(ctx context.Context, test, defect string) ([]byte, error) {
	command := p.command(ctx, p.testProgram(test), "-test.failfast", "-test.timeout", longest.String())
	command.Dir = filepath.Join(p.root, filepath.FromSlash(test))
	command.Env = append(os.Environ(), chosen+"="+defect)
	return command.CombinedOutput()
}

// buildTests makes the tests that the defects of one program share, and sees that they are green without a defect.
func (p *planter) buildTests(ctx context.Context, picked []defects.Defect, overlay string) error {
	var tests []string
	for _, d := range picked {
		if p.shared[d.ID] {
			tests = append(tests, p.testsOf(d)...)
		}
	}
	slices.Sort(tests)
	for _, test := range slices.Compact(tests) {
		output, err := p.command(ctx, "go", "test", "-c", "-trimpath", "-overlay", overlay, "-o", p.testProgram(test),
			test).CombinedOutput()
		if err != nil {
			return fmt.Errorf("the tests of %s do not compile with the defects:\n%s", test, output)
		}
		if output, err := p.runTests(ctx, test, ""); err != nil {
			return fmt.Errorf("the tests of %s are red without any defect: %w\n%s", test, err, output)
		}
	}
	return nil
}

// fits reports whether the verdict on a defect still rests on what is there.
func (p *planter) fits(d defects.Defect) bool {
	v, planted := p.before[d.ID]
	return planted && v.Caught() && !v.Stale(d, p.texts, os.DirFS(p.root))
}

// overlay writes the changed file, and the list that the compiler reads in place of the folder.
func (p *planter) overlay(folder string, d defects.Defect, changed string) (string, error) {
	file := filepath.Join(folder, "changed"+filepath.Ext(d.File))
	list := filepath.Join(folder, "overlay.json")
	text, err := json.Marshal(
		map[string]map[string]string{"Replace": {filepath.Join(p.root, filepath.FromSlash(d.File)): file}},
	)
	if err != nil {
		return "", err
	}
	return list, errors.Join(os.WriteFile(file, []byte(changed), 0o600), os.WriteFile(list, text, 0o600))
}

func (p *planter) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, name, args...)
	command.Dir = p.root
	return command
}

// program is where the program with many defects lies.
func (p *planter) program() string { return filepath.Join(p.folder, "mfpsim") }

// build makes the program with all defects that can share one.
func (p *planter) build(ctx context.Context, picked []defects.Defect) error {
	if len(picked) < 2 {
		return nil // one is as fast alone
	}
	overlay, shared, err := p.together(picked, p.folder)
	if err != nil {
		return err
	}
	if output, err := p.compile(ctx, overlay, p.program()); err != nil {
		return fmt.Errorf("one of the defects does not compile:\n%s", output)
	}
	p.shared = shared
	fmt.Fprintf(os.Stderr, "%d of %d share one program\n", len(shared), len(picked))
	return p.buildTests(ctx, picked, overlay)
}

func (p *planter) compile(ctx context.Context, overlay, program string) ([]byte, error) {
	return p.command(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-overlay", overlay,
		"-o", program, "./cmd/mfpsim").CombinedOutput()
}

// play builds the program, if it is none of the shared ones, and plays the scenarios that are meant to catch the
// defect, and the others only if those stay green.
func (p *planter) play(ctx context.Context, v *defects.Verdict, d defects.Defect, folder, overlay string) error {
	if len(d.Caught) == 0 && !p.Whole {
		return nil
	}
	program := p.program()
	if !p.shared[d.ID] {
		program = filepath.Join(folder, "mfpsim")
		if output, err := p.compile(ctx, overlay, program); err != nil {
			return fmt.Errorf("defect %s does not compile:\n%s", d.ID, output)
		}
	}
	rounds := [][]string{d.Caught, nil}
	if p.Whole {
		rounds = [][]string{nil}
	}
	for _, patterns := range rounds {
		red, broken, err := p.run(ctx, d.ID, program, folder, patterns)
		if err != nil {
			return fmt.Errorf("defect %s: %w", d.ID, err)
		}
		v.Red, v.Broken = red, broken
		if len(red)+len(broken) > 0 {
			break
		}
	}
	return nil
}

// junit is as much of the report as is read here.
type junit struct {
	Suites []struct {
		Name  string `xml:"name,attr"`
		Cases []struct {
			Name    string  `xml:"name,attr"`
			Failure *string `xml:"failure"`
			Error   *string `xml:"error"`
			Output  *string `xml:"system-out"` // of one that warns
		} `xml:"testcase"`
	} `xml:"testsuite"`
}

// assertion is the first line of a failure or a warning whose script line is an assertion, or of a law that does not
// hold.
var assertion = regexp.MustCompile(`^(FAIL|WARN|NOT DECIDED) \S+: (! )?(cmp |.* shows |.* count |.* is empty|memory has |panel refuses |webconfig unreachable |its lines hold, and a law does not|its lines hold but for this|\S+ shows)`)

// run plays scenarios with a program.
func (p *planter) run(
	ctx context.Context, defect, program, folder string, patterns []string,
) (red, broken []string, err error) {
	report := filepath.Join(folder, "junit.xml")
	args := append([]string{
		"run", "--parallel", "1", "--seed", fmt.Sprint(p.Seed), "--lang", p.Lang, "--junit", report,
	}, patterns...)
	if p.recorded != "" {
		args = append(args, "--folder", p.recorded)
	}
	_ = os.Remove(report)
	limited, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	command := p.command(limited, program, args...)
	command.Env = append(os.Environ(), chosen+"="+defect)
	output, failed := command.CombinedOutput()
	if limited.Err() != nil && ctx.Err() == nil {
		return nil, []string{"the bench does not end"}, nil
	}
	text, err := os.ReadFile(report)
	if err != nil {
		return nil, nil, fmt.Errorf("no report (%w):\n%s", failed, output)
	}
	var parsed junit
	if err := xml.Unmarshal(text, &parsed); err != nil {
		return nil, nil, err
	}
	for _, suite := range parsed.Suites {
		for _, c := range suite.Cases {
			id := suite.Name + "/" + c.Name
			said := cmp.Or(c.Failure, c.Error, c.Output)
			switch {
			case said == nil:
			case assertion.MatchString(strings.TrimSpace(*said)):
				red = append(red, id)
			default:
				broken = append(broken, id)
			}
		}
	}
	return red, broken, nil
}
