package mfpsim_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "mfpsim"

// room is a row of a table of rooms in docs/architecture.md.
type room struct {
	imports []string // rooms that it imports
	tests   []string // rooms that its tests may import beside those
}

// everything is the word of a room that may import all others.
const everything = "everything"

// architecture holds the rooms of the module, by name. A room that has no row is refused: an arrow is a decision.
var architecture = sync.OnceValues(func() (map[string]room, error) { return readRooms("Rooms") })

func rooms(t *testing.T) map[string]room {
	t.Helper()
	found, err := architecture()
	require.NoError(t, err)
	return found
}

// rowOfRoom is a row of a table of rooms: its name, what it holds, what it imports and, of the module's rooms, what its
// tests import.
var rowOfRoom = regexp.MustCompile("(?m)^\\| `([^`|]+)` \\| [^|]+ \\| ([a-z/, ]+) \\|(?: ([a-z/, ]+) \\|)?$")

// readRooms reads the table of a section of docs/architecture.md.
func readRooms(section string) (map[string]room, error) {
	text, err := os.ReadFile("docs/architecture.md")
	if err != nil {
		return nil, err
	}
	_, table, found := strings.Cut(string(text), "\n## "+section+"\n")
	if !found {
		return nil, fmt.Errorf("docs/architecture.md has no section %q", section)
	}
	table, _, _ = strings.Cut(table, "\n## ")
	list := func(words string) []string {
		if words == "nothing" || words == "" {
			return nil
		}
		return strings.Split(words, ", ")
	}
	named := map[string]room{}
	for _, row := range rowOfRoom.FindAllStringSubmatch(table, -1) {
		named[row[1]] = room{imports: list(row[2]), tests: list(row[3])}
	}
	if rows := strings.Count(table, "\n| `"); rows != len(named) {
		return nil, fmt.Errorf("docs/architecture.md, %s: %d rows, of which %d are understood", section, rows, len(named))
	}
	return named, nil
}

// coreModules are the foreign modules that the core may use: it is meant to be taken as it is into a firmware.
var coreModules = []string{
	"golang.org/x/", "github.com/emersion/go-smtp", "github.com/emersion/go-sasl", "github.com/emersion/go-message",
	"github.com/go-jose/go-jose/v4",
	"github.com/google/renameio",
}

// goPackage is what `go list -json` says of a package, as far as the arrows need it.
type goPackage struct {
	ImportPath   string
	Imports      []string
	TestImports  []string
	XTestImports []string
}

// listPackages runs `go list -deps -json` over the module, once for all tests.
func listPackages(t *testing.T) []goPackage {
	t.Helper()
	packages, err := listed()
	require.NoError(t, err)
	return packages
}

var listed = sync.OnceValues(func() ([]goPackage, error) {
	var errs bytes.Buffer
	command := exec.Command("go", "list", "-deps", "-json=ImportPath,Imports,TestImports,XTestImports", "./...")
	command.Stderr = &errs
	output, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w: %s", err, errs.String())
	}
	var packages []goPackage
	decoder := json.NewDecoder(bytes.NewReader(output))
	for {
		var p goPackage
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return packages, nil
		}
		if err != nil {
			return nil, err
		}
		packages = append(packages, p)
	}
})

// roomOf names the room of an import path of this module; "" for a foreign path.
func roomOf(rooms map[string]room, path string) string {
	rest, ours := strings.CutPrefix(path, module+"/")
	if !ours {
		return ""
	}
	for room := rest; room != "."; room = filepath.ToSlash(filepath.Dir(room)) {
		if _, known := rooms[room]; known {
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
			if name == target || name == everything {
				return true
			}
		}
	}
	return false
}

func TestRoomsImportAlongTheArrowsOnly(t *testing.T) {
	rooms, imported := rooms(t), map[string]map[string]bool{}
	for _, p := range listPackages(t) {
		name := roomOf(rooms, p.ImportPath)
		if name == "" {
			continue
		}
		rule, known := rooms[name]
		if !known {
			t.Errorf("%s: the room %q has no row in docs/architecture.md: decide what it imports", p.ImportPath, name)
			continue
		}
		if imported[name] == nil {
			imported[name] = map[string]bool{}
		}
		for _, path := range p.Imports {
			target := roomOf(rooms, path)
			if target != "" && !allowed(name, target, rule.imports) {
				t.Errorf("%s imports %s: %q must not import %q", p.ImportPath, path, name, target)
			}
			imported[name][target] = true
		}
		for _, path := range append(append([]string{}, p.TestImports...), p.XTestImports...) {
			if target := roomOf(rooms, path); target != "" && !allowed(name, target, rule.imports, rule.tests) {
				t.Errorf("tests of %s import %s: %q must not import %q, not even there", p.ImportPath, path, name, target)
			}
		}
		if name == "core" {
			coreKeepsToItsModules(t, rooms, p)
		}
	}
	for name, rule := range rooms {
		require.NotNil(t, imported[name], "docs/architecture.md names the room %q, which is not there", name)
		for _, target := range rule.imports {
			require.True(t, target == everything || imported[name][target],
				"docs/architecture.md says that %q imports %q; it does not", name, target)
		}
	}
}

func coreKeepsToItsModules(t *testing.T, rooms map[string]room, p goPackage) {
	t.Helper()
	for _, path := range p.Imports {
		domain, _, _ := strings.Cut(path, "/")
		if roomOf(rooms, path) != "" || !strings.Contains(domain, ".") {
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

func TestOnlyTestsImportTheCoresBench(t *testing.T) {
	for _, p := range listPackages(t) {
		require.NotContains(
			t, p.Imports, module+"/core/internal/bench", "%s: a firmware must not carry it", p.ImportPath,
		)
	}
}

func TestAPackageBelongsToTheLongestRoomThatItsPathBeginsWith(t *testing.T) {
	rooms := rooms(t)
	require.Equal(t, "device", roomOf(rooms, "mfpsim/device"))
	require.Equal(t, "device/webdriver", roomOf(rooms, "mfpsim/device/webdriver"))
	require.Equal(t, "sim", roomOf(rooms, "mfpsim/sim/panel"))
	require.Equal(t, "nowhere", roomOf(rooms, "mfpsim/nowhere/inside"))
	require.Empty(t, roomOf(rooms, "golang.org/x/net"))
}

func TestTheArrowsTestSeesAForbiddenImport(t *testing.T) {
	rooms := rooms(t)
	require.False(t, allowed("fakeentra", "core", rooms["fakeentra"].imports, rooms["fakeentra"].tests))
	require.False(t, allowed("fakeentra", "fakesmtp", rooms["fakeentra"].imports, rooms["fakeentra"].tests))
	require.False(t, allowed("sim", "fakeentra", rooms["sim"].imports, rooms["sim"].tests))
	require.False(t, allowed("core", "sim", rooms["core"].imports, rooms["core"].tests))
	require.False(t, allowed("scenarios", "sim", rooms["scenarios"].imports), "no verb reaches around the device")
	require.False(
		t, allowed("sim", "guide", rooms["sim"].imports, rooms["sim"].tests),
		"a printer is not to know what it is judged by",
	)
	require.False(t, allowed("device", "device/webdriver", rooms["device"].imports))
	require.True(t, allowed("lab", "fakeentra", rooms["lab"].imports))
}

func TestTheRoomsInsideTheFakesImportAlongTheirArrows(t *testing.T) {
	packages := listPackages(t)
	for _, fake := range []string{"fakeentra", "fakesmtp"} {
		t.Run(fake, func(t *testing.T) { alongInnerArrows(t, fake, packages) })
	}
}

func alongInnerArrows(t *testing.T, fake string, packages []goPackage) {
	inside := module + "/" + fake + "/internal/"
	inner, err := readRooms("Inside " + fake)
	require.NoError(t, err)
	seen := map[string]bool{}
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
		require.ElementsMatch(
			t, rule.imports, imported, "what %s/internal/%s imports is not what docs/architecture.md says", fake, room,
		)
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

// randomness leads from the packages that make random bytes to the folders that may use them.
var randomness = map[string][]string{
	"crypto/rand":  {"cmd/"},                            // programs that people run, where nothing is to be replayed
	"math/rand":    {},                                  // its sources are seeded by the machine
	"math/rand/v2": {"chance/", "core/internal/bench/"}, // the seeded ChaCha8 of a bench, and of the core's own tests
}

// unseeded gives the packages of randomness that a file imports and must not.
func unseeded(t *testing.T, name string, source any) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.ImportsOnly)
	require.NoError(t, err)
	var found []string
	for path, folders := range randomness {
		permitted := slices.ContainsFunc(folders, func(folder string) bool { return strings.HasPrefix(name, folder) })
		if !permitted && importedAs(file, path) != "" {
			found = append(found, path)
		}
	}
	return found
}

func TestRandomnessComesFromAReaderThatIsGivenIn(t *testing.T) {
	for _, name := range sourceFiles(t) {
		for _, path := range unseeded(t, name, nil) {
			t.Errorf("%s imports %s: randomness comes from a chance.Reader or an io.Reader that is given in", name, path)
		}
	}
}

func TestTheRandomnessTestSeesEveryPackage(t *testing.T) {
	for path := range randomness {
		require.Equal(t, []string{path}, unseeded(t, "lab/a.go", `package a; import "`+path+`"`))
		require.Equal(t, []string{path}, unseeded(t, "lab/a.go", `package a; import dice "`+path+`"`))
		require.Equal(t, []string{path}, unseeded(t, "lab/a.go", `package a; import _ "`+path+`"`))
	}
	require.Empty(t, unseeded(t, "chance/a.go", `package a; import "math/rand/v2"`))
	require.Equal(t, []string{"crypto/rand"}, unseeded(t, "chance/a.go", `package a; import "crypto/rand"`))
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
