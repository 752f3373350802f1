package mfpsim_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "mfpsim"

// arrows lists, for every room, the rooms that it may import. A package belongs to the longest room that its path begins
// with; packages of one room may import each other. A room that is not listed here is refused: an arrow is a decision.
var arrows = map[string][]string{
	"vtime":   {},
	"chance":  {},
	"choice":  {},
	"planted": {},
	"device":  {"choice"},
	"browser": {"device", "choice"},

	"device/webdriver": {"device", "browser", "choice"},
	"device/mount":     {"device", "browser", "vtime", "journal", "faultnet"},

	"core":        {},
	"journal":     {"vtime"},
	"faultnet":    {"vtime", "journal", "chance"},
	"fakeentra":   {"vtime", "journal", "faultnet", "chance", "choice", "planted"},
	"fakesmtp":    {"vtime", "journal", "faultnet", "chance", "choice", "planted"},
	"sim":         {"core", "device", "device/mount", "device/webdriver", "choice", "vtime", "journal", "faultnet", "chance"},
	"report":      {"journal"},
	"lab":         {"sim", "core", "fakeentra", "fakesmtp", "faultnet", "journal", "vtime", "device", "device/mount", "browser", "chance", "choice"},
	"scenarios":   {"lab", "device", "choice", "report", "journal", "vtime", "browser", "faultnet", "fakeentra", "fakesmtp", "chance"},
	"defects":     {"scenarios", "chance", "vtime"},
	"cmd":         {"*"},
	"conformance": {"*"},
	"interop":     {},
}

// testArrows lists what a room's tests may import beside the room's own arrows: the bench under the room's feet, never the
// room's opposite number. A fake is never tested with the core, nor the core with a fake: they would share their mistakes.
var testArrows = map[string][]string{
	"core":      {"vtime", "chance"},
	"journal":   {"chance"},
	"faultnet":  {},
	"fakeentra": {},
	"fakesmtp":  {},
	"sim":       {"browser"},
	"report":    {"vtime"},
	"scenarios": {"*"},
	"lab":       {"*"},
	"interop":   {"*"}, // the one place where the core meets a fake without a bench between them
}

// coreModules are the foreign modules that the core may use: it is meant to be taken as it is into a firmware.
var coreModules = []string{
	"golang.org/x/", "github.com/emersion/go-smtp", "github.com/emersion/go-sasl", "github.com/emersion/go-message",
	"github.com/google/renameio",
}

// goPackage is what `go list -json` says of a package, as far as the arrows need it.
type goPackage struct {
	ImportPath   string
	Standard     bool
	Dir          string
	Imports      []string
	TestImports  []string
	XTestImports []string
	Deps         []string
	GoFiles      []string
}

// listPackages runs `go list -deps -json` over the module.
func listPackages(t *testing.T) []goPackage {
	t.Helper()
	var errs bytes.Buffer
	command := exec.Command("go", "list", "-deps", "-json", "./...")
	command.Stderr = &errs
	output, err := command.Output()
	require.NoError(t, err, errs.String())
	var packages []goPackage
	decoder := json.NewDecoder(bytes.NewReader(output))
	for {
		var p goPackage
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		packages = append(packages, p)
	}
	return packages
}

// roomOf names the room of an import path of this module; "" for a foreign path.
func roomOf(path string) string {
	rest, ours := strings.CutPrefix(path, module+"/")
	if !ours {
		return ""
	}
	for room := rest; room != "."; room = filepath.ToSlash(filepath.Dir(room)) {
		if _, known := arrows[room]; known {
			return room
		}
	}
	room, _, _ := strings.Cut(rest, "/")
	return room
}

func allowed(room, target string, lists ...[]string) bool {
	if room == target {
		return true
	}
	for _, list := range lists {
		for _, name := range list {
			if name == target || name == "*" {
				return true
			}
		}
	}
	return false
}

func TestRoomsImportAlongTheArrowsOnly(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range listPackages(t) {
		room := roomOf(p.ImportPath)
		if room == "" {
			continue
		}
		seen[room] = true
		rule, known := arrows[room]
		if !known {
			t.Errorf("%s: the room %q has no row in arrows: decide what it may import, here and in docs/architecture.md", p.ImportPath, room)
			continue
		}
		for _, path := range p.Imports {
			if target := roomOf(path); target != "" && !allowed(room, target, rule) {
				t.Errorf("%s imports %s: %q must not import %q", p.ImportPath, path, room, target)
			}
		}
		for _, path := range append(append([]string{}, p.TestImports...), p.XTestImports...) {
			if target := roomOf(path); target != "" && !allowed(room, target, rule, testArrows[room]) {
				t.Errorf("tests of %s import %s: %q must not import %q, not even there", p.ImportPath, path, room, target)
			}
		}
		if room != "core" {
			continue
		}
		for _, path := range p.Imports {
			domain, _, _ := strings.Cut(path, "/")
			if roomOf(path) != "" || !strings.Contains(domain, ".") {
				continue
			}
			known := false
			for _, prefix := range coreModules {
				known = known || strings.HasPrefix(path, prefix)
			}
			if !known {
				t.Errorf("%s imports %s: the core keeps to %s", p.ImportPath, path, strings.Join(coreModules, ", "))
			}
		}
	}
	for _, room := range []string{"vtime", "core", "device"} {
		require.True(t, seen[room], "no package of room %q was listed: the test sees too little", room)
	}
}

func TestAPackageBelongsToTheLongestRoomThatItsPathBeginsWith(t *testing.T) {
	require.Equal(t, "device", roomOf("mfpsim/device"))
	require.Equal(t, "device/webdriver", roomOf("mfpsim/device/webdriver"))
	require.Equal(t, "sim", roomOf("mfpsim/sim/panel"))
	require.Equal(t, "nowhere", roomOf("mfpsim/nowhere/inside"))
	require.Empty(t, roomOf("golang.org/x/net"))
}

func TestTheArrowsTestSeesAForbiddenImport(t *testing.T) {
	require.False(t, allowed("fakeentra", "core", arrows["fakeentra"], testArrows["fakeentra"]))
	require.False(t, allowed("fakeentra", "fakesmtp", arrows["fakeentra"], testArrows["fakeentra"]))
	require.False(t, allowed("sim", "fakeentra", arrows["sim"], testArrows["sim"]))
	require.False(t, allowed("core", "sim", arrows["core"], testArrows["core"]))
	require.False(t, allowed("scenarios", "sim", arrows["scenarios"]), "no verb reaches around the device")
	require.False(t, allowed("device", "device/webdriver", arrows["device"]))
	require.True(t, allowed("lab", "fakeentra", arrows["lab"]))
}

// innerRoom is a row of a table of docs/architecture.md that tells the rooms inside a fake: a room, what it holds, what it imports.
var innerRoom = regexp.MustCompile("(?m)^\\| `([a-z]+)` \\| [^|]+ \\| ([a-z, ]+) \\|$")

// innerArrows reads the table "Inside …" of a fake.
func innerArrows(t *testing.T, fake string) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("docs/architecture.md")
	require.NoError(t, err)
	_, section, found := strings.Cut(string(text), "\n## Inside "+fake+"\n")
	require.True(t, found, "docs/architecture.md has no section about the rooms inside %s", fake)
	section, _, _ = strings.Cut(section, "\n## ")
	inner := map[string][]string{}
	for _, row := range innerRoom.FindAllStringSubmatch(section, -1) {
		inner[row[1]] = nil
		if row[2] != "nothing" {
			inner[row[1]] = strings.Split(row[2], ", ")
		}
	}
	return inner
}

func TestTheRoomsInsideTheFakesImportAlongTheirArrows(t *testing.T) {
	packages := listPackages(t)
	for _, fake := range []string{"fakeentra", "fakesmtp"} {
		t.Run(fake, func(t *testing.T) { alongInnerArrows(t, fake, packages) })
	}
}

func alongInnerArrows(t *testing.T, fake string, packages []goPackage) {
	inside := module + "/" + fake + "/internal/"
	inner, seen := innerArrows(t, fake), map[string]bool{}
	for _, p := range packages {
		room, is := strings.CutPrefix(p.ImportPath, inside)
		if !is {
			continue
		}
		seen[room] = true
		rule, known := inner[room]
		if !known {
			t.Errorf("%s/internal/%s has no row in docs/architecture.md: decide what it may import", fake, room)
		}
		var imported []string
		for _, path := range p.Imports {
			require.NotEqual(t, module+"/"+fake, path, "%s/internal/%s imports the façade", fake, room)
			if target, ours := strings.CutPrefix(path, inside); ours {
				imported = append(imported, target)
			}
		}
		require.ElementsMatch(t, rule, imported, "what %s/internal/%s imports is not what docs/architecture.md says", fake, room)
	}
	for room := range inner {
		require.True(t, seen[room], "docs/architecture.md names %s/internal/%s, which is not there", fake, room)
	}
	require.NotEmpty(t, seen)
}

// sourceFiles gives every Go file of the module, tests included, with "/" in its path.
func sourceFiles(t *testing.T) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			name := entry.Name()
			if path != "." && (strings.HasPrefix(name, ".") || name == "testdata" || name == "evidence") {
				return filepath.SkipDir
			}
			return nil
		}
		if strings.HasSuffix(path, ".go") {
			files = append(files, filepath.ToSlash(path))
		}
		return nil
	})
	require.NoError(t, err)
	require.NotEmpty(t, files)
	sort.Strings(files)
	return files
}

// clockFunctions are those of package time that read the machine's clock or wait for it.
var clockFunctions = map[string]bool{
	"Now": true, "Sleep": true, "After": true, "AfterFunc": true, "NewTimer": true, "NewTicker": true, "Tick": true,
	"Since": true, "Until": true,
}

// clockReads gives every place in a file that names a function of the machine's clock, called or not.
func clockReads(t *testing.T, name string, source any) []string {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, source, parser.SkipObjectResolution)
	require.NoError(t, err)
	local := importedAs(file, "time")
	if local == "" {
		return nil
	}
	var places []string
	if local == "." {
		return []string{name + ": imports time as ."}
	}
	ast.Inspect(file, func(node ast.Node) bool {
		selector, ok := node.(*ast.SelectorExpr)
		if !ok || !clockFunctions[selector.Sel.Name] {
			return true
		}
		if identifier, ok := selector.X.(*ast.Ident); ok && identifier.Name == local {
			places = append(places, set.Position(selector.Pos()).String()+": time."+selector.Sel.Name)
		}
		return true
	})
	return places
}

// importedAs gives the name under which a file imports a path; "" if it does not.
func importedAs(file *ast.File, path string) string {
	for _, spec := range file.Imports {
		value, err := strconv.Unquote(spec.Path.Value)
		if err != nil || value != path {
			continue
		}
		if spec.Name != nil {
			return spec.Name.Name
		}
		return path[strings.LastIndex(path, "/")+1:]
	}
	return ""
}

func TestOnlyVtimeReadsTheMachinesClock(t *testing.T) {
	for _, file := range sourceFiles(t) {
		if strings.HasPrefix(file, "vtime/") {
			continue
		}
		for _, place := range clockReads(t, file, nil) {
			t.Errorf("%s: only vtime reads the machine's clock", place)
		}
	}
}

func TestTheClockTestSeesEveryFormOfReading(t *testing.T) {
	require.Len(t, clockReads(t, "a.go", `package a; import "time"; var now = time.Now`), 1)
	require.Len(t, clockReads(t, "a.go", `package a; import clock "time"; func f() { clock.Sleep(1); <-clock.After(1) }`), 2)
	require.Len(t, clockReads(t, "a.go", `package a; import . "time"; var _ = Now`), 1)
	require.Empty(t, clockReads(t, "a.go", `package a; import "time"; var d = time.Second`))
}

// realRandomness names the folders that may use crypto/rand: programs that people run, where nothing is to be replayed.
var realRandomness = []string{"cmd/"}

func TestRandomnessComesFromAReaderThatIsGivenIn(t *testing.T) {
	for _, name := range sourceFiles(t) {
		permitted := false
		for _, prefix := range realRandomness {
			permitted = permitted || strings.HasPrefix(name, prefix)
		}
		if permitted {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		require.NoError(t, err)
		for _, path := range []string{"crypto/rand", "math/rand"} {
			if importedAs(file, path) != "" {
				t.Errorf("%s imports %s: randomness comes from a chance.Reader or an io.Reader that is given in", name, path)
			}
		}
	}
}

// longestFile is the number of lines beyond which a file is a question in review.
const longestFile = 600

func TestFilesAreShort(t *testing.T) {
	for _, name := range sourceFiles(t) {
		content, err := os.ReadFile(name)
		require.NoError(t, err)
		if lines := bytes.Count(content, []byte("\n")); lines > longestFile {
			t.Errorf("%s has %d lines: more than %d; one subject a file", name, lines, longestFile)
		}
	}
}
