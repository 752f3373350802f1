package mfpsim_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// widestLine is the number of columns beyond which a line is broken; a tab counts as four.
const widestLine = 120

// columns is how wide a line is.
func columns(line string) int {
	return len([]rune(strings.ReplaceAll(line, "\t", "    ")))
}

// longLines gives the numbers of the lines that are too long: not the rows of a table, which stand on one line each,
// and not a line that is hardly more than one text.
func longLines(t *testing.T, name string, source []byte) []int {
	t.Helper()
	lines := strings.Split(string(source), "\n")
	tooLong := map[int]bool{}
	for i, line := range lines {
		if columns(line) > widestLine && !strings.HasPrefix(strings.TrimSpace(line), "//go:") {
			tooLong[i+1] = true
		}
	}
	if len(tooLong) == 0 {
		return nil
	}
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, source, parser.SkipObjectResolution|parser.ParseComments)
	require.NoError(t, err)
	row := func(node ast.Node) {
		first, last := set.Position(node.Pos()), set.Position(node.End())
		if first.Line == last.Line && strings.TrimSpace(lines[first.Line-1][:first.Column-1]) == "" {
			delete(tooLong, first.Line)
		}
	}
	ast.Inspect(file, func(node ast.Node) bool {
		switch n := node.(type) {
		case *ast.CompositeLit:
			for _, element := range n.Elts {
				row(element)
			}
		case *ast.GenDecl:
			for _, spec := range n.Specs {
				if value, is := spec.(*ast.ValueSpec); is && n.Lparen.IsValid() && len(value.Values) > 0 {
					row(spec)
				}
			}
		case *ast.BasicLit:
			line := set.Position(n.Pos()).Line
			rest := columns(strings.Replace(lines[line-1], n.Value, "", 1))
			if n.Kind == token.STRING && rest <= widestLine/2 && !strings.Contains(n.Value, "\n") {
				delete(tooLong, line)
			}
		}
		return true
	})
	var numbers []int
	for i := range lines {
		if tooLong[i+1] {
			numbers = append(numbers, i+1)
		}
	}
	return numbers
}

func TestLinesAreShort(t *testing.T) {
	for _, name := range sourceFiles(t) {
		source, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, number := range longLines(t, name, source) {
			t.Errorf("%s:%d: more than %d columns, and no row of a table", name, number, widestLine)
		}
	}
}

func TestTheLinesTestKnowsARowFromALongLine(t *testing.T) {
	words := strings.Repeat("word ", 30)
	require.Empty(t, longLines(t, "a.go", []byte("package a\nvar rows = []string{\n\t\""+words+"\",\n}\n")))
	require.Empty(t, longLines(t, "a.go", []byte("package a\nvar text = \""+words+"\"\n")))
	require.Equal(t, []int{2}, longLines(t, "a.go", []byte("package a\n// "+words+"\nvar x = 1\n")))
	require.Equal(
		t, []int{2}, longLines(t, "a.go", []byte("package a\nvar x = f("+strings.Repeat("first, ", 20)+"last)\n")),
	)
}
