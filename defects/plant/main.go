// Command plant builds the product with each planted defect and plays the scenarios against it.
//
//	go run ./defects/plant                        all defects
//	go run ./defects/plant --stale                those whose verdict rests on something that has changed since
//	go run ./defects/plant --only core/mail       those of an area, or one by its id
//	go run ./defects/plant --together careless    those of defects/sets/careless.yaml, in one printer at once
//	go run ./defects/plant --changed main~1       those whose area has changed since a commit, and a part of the others
//
// It writes what came of them into defects/verdicts.yaml and docs/defects.md, but with --changed.
package main

import (
	"bytes"
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

	"github.com/alecthomas/kong"

	"mfpsim/chance"
	"mfpsim/defects"
	"mfpsim/scenarios"
	"mfpsim/vtime"
)

type options struct {
	Only     []string `help:"Areas or ids; default: all."`
	Stale    bool     `help:"Only those whose verdict rests on a file or a scenario that has changed since."`
	Changed  string   `placeholder:"COMMIT" help:"Only areas that have changed since, and a seeded part of the others."`
	Part     int      `default:"20" help:"With --changed: one of so many of the others."`
	Seed     uint64   `default:"7" help:"Of the scenarios, and of the part."`
	Lang     string   `default:"en" help:"Language of the scenarios."`
	Whole    bool     `help:"Play all scenarios against each defect, not only those that are meant to catch it."`
	Together string   `placeholder:"NAME" help:"The defects of a set, defects/sets/NAME.yaml, in one printer at once."`
	Workers  int      `default:"0" help:"Defects at a time; 0: one for each processor."`
}

func main() {
	var o options
	kong.Parse(&o, kong.Name("plant"))
	if err := o.run(); err != nil {
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
}

func (o options) run() error {
	root, err := os.Getwd()
	if err != nil {
		return err
	}
	all, err := defects.All()
	if err != nil {
		return err
	}
	p := &planter{options: o, root: root, texts: map[string]string{}}
	played, err := scenarios.All()
	if err != nil {
		return err
	}
	for _, s := range played {
		p.texts[s.ID] = s.Text
	}
	before, err := defects.Verdicts()
	if err != nil {
		return err
	}
	picked, err := p.pick(all, before)
	if err != nil || len(picked) == 0 {
		return err
	}
	if err := p.known(all); err != nil {
		return err
	}
	if p.folder, err = os.MkdirTemp("", "mfpsim-defects-*"); err != nil {
		return err
	}
	defer os.RemoveAll(p.folder)
	if o.Together != "" {
		return p.together(o.Together, all)
	}
	watch := vtime.StartStopwatch()
	verdicts, err := p.all(picked)
	if err != nil {
		return err
	}
	survivors := table(picked, verdicts)
	fmt.Printf("%d defects in %.0f s\n", len(picked), watch.Elapsed().Seconds())
	if o.Changed == "" {
		if err := p.write(all, merged(all, before, verdicts)); err != nil {
			return err
		}
	}
	if survivors > 0 {
		return fmt.Errorf("%d defects were not caught as they were meant to be", survivors)
	}
	return nil
}

// pick chooses the defects to plant.
func (p *planter) pick(all []defects.Defect, before []defects.Verdict) ([]defects.Defect, error) {
	o := p.options
	if o.Stale {
		return slices.DeleteFunc(slices.Clone(all), func(d defects.Defect) bool {
			i := slices.IndexFunc(before, func(v defects.Verdict) bool { return v.ID == d.ID })
			return i >= 0 && !before[i].Stale(d, p.texts, os.DirFS(p.root))
		}), nil
	}
	if o.Changed == "" {
		picked := slices.DeleteFunc(slices.Clone(all), func(d defects.Defect) bool {
			return len(o.Only) > 0 && !slices.Contains(o.Only, d.Area) && !slices.Contains(o.Only, d.ID)
		})
		if len(picked) == 0 {
			return nil, errors.New("no defect is meant")
		}
		return picked, nil
	}
	command := exec.Command("git", "diff", "--name-only", o.Changed, "--")
	command.Dir = p.root
	output, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("git diff %s: %w", o.Changed, err)
	}
	changed := strings.Fields(string(output))
	dice := chance.New(o.Seed, "defects")
	return slices.DeleteFunc(slices.Clone(all), func(d defects.Defect) bool {
		drawn := dice.Intn(max(o.Part, 1)) == 0
		touched := slices.ContainsFunc(changed, func(name string) bool {
			return filepath.Dir(name) == filepath.Dir(d.File) || slices.Contains(d.Caught, strings.TrimSuffix(strings.TrimPrefix(name, "scenarios/"), ".txtar"))
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
func (p *planter) all(picked []defects.Defect) ([]defects.Verdict, error) {
	workers := p.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	verdicts := make([]defects.Verdict, len(picked))
	var failed error
	var mutex sync.Mutex
	var wait sync.WaitGroup
	next := make(chan int)
	for range min(workers, len(picked)) {
		wait.Go(func() {
			for i := range next {
				v, err := p.one(picked[i])
				mutex.Lock()
				verdicts[i] = v
				failed = errors.Join(failed, err)
				mutex.Unlock()
			}
		})
	}
	for i := range picked {
		next <- i
	}
	close(next)
	wait.Wait()
	return verdicts, failed
}

// one plants one defect and plays.
func (p *planter) one(d defects.Defect) (defects.Verdict, error) {
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
	if err := p.play(&v, d, folder, overlay); err != nil {
		return v, err
	}
	for _, test := range d.Tests {
		if output, err := p.command("go", "test", "-overlay", overlay, test).CombinedOutput(); err != nil {
			if bytes.Contains(output, []byte("[build failed]")) {
				return v, fmt.Errorf("defect %s does not compile:\n%s", d.ID, output)
			}
			v.Tests = append(v.Tests, test)
		}
	}
	v.Source, v.Scenarios = d.SourceHash(string(source)), v.ScenariosHash(p.texts)
	return v, nil
}

// overlay writes the changed file, and the list that the compiler reads in place of the folder.
func (p *planter) overlay(folder string, d defects.Defect, changed string) (string, error) {
	file := filepath.Join(folder, "changed"+filepath.Ext(d.File))
	list := filepath.Join(folder, "overlay.json")
	text, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(p.root, filepath.FromSlash(d.File)): file}})
	if err != nil {
		return "", err
	}
	return list, errors.Join(os.WriteFile(file, []byte(changed), 0o600), os.WriteFile(list, text, 0o600))
}

func (p *planter) command(name string, args ...string) *exec.Cmd {
	command := exec.Command(name, args...)
	command.Dir = p.root
	return command
}

// play builds the program and plays the scenarios that are meant to catch the defect, and the others only if those stay green.
func (p *planter) play(v *defects.Verdict, d defects.Defect, folder, overlay string) error {
	if len(d.Caught) == 0 && !p.Whole {
		return nil
	}
	program := filepath.Join(folder, "mfpsim")
	if output, err := p.command("go", "build", "-overlay", overlay, "-o", program, "./cmd/mfpsim").CombinedOutput(); err != nil {
		return fmt.Errorf("defect %s does not compile:\n%s", d.ID, output)
	}
	rounds := [][]string{d.Caught, nil}
	if p.Whole {
		rounds = [][]string{nil}
	}
	for _, patterns := range rounds {
		red, broken, err := p.run(program, folder, patterns)
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
		} `xml:"testcase"`
	} `xml:"testsuite"`
}

// assertion is the first line of a failure whose script line is an assertion, or of a law that does not hold.
var assertion = regexp.MustCompile(`^FAIL \S+: (! )?(cmp |.* shows |.* count |.* is empty|\S+ shows|panel refuses |its lines hold, and a law does not)`)

// run plays scenarios with a program.
func (p *planter) run(program, folder string, patterns []string) (red, broken []string, err error) {
	report := filepath.Join(folder, "junit.xml")
	args := append([]string{"run", "--parallel", "1", "--seed", fmt.Sprint(p.Seed), "--lang", p.Lang, "--junit", report}, patterns...)
	output, failed := p.command(program, args...).CombinedOutput()
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
			switch {
			case c.Failure != nil && assertion.MatchString(strings.TrimSpace(*c.Failure)):
				red = append(red, id)
			case c.Failure != nil || c.Error != nil:
				broken = append(broken, id)
			}
		}
	}
	return red, broken, nil
}
