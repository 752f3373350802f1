package fakeentra_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
	"mfpsim/fakeentra/internal/endpoints"
)

//go:generate go test -run TestTheParityDocumentIsUpToDate -update .

// ownTest is what the test sources of this package say about one test.
type ownTest struct {
	skips   bool
	numbers map[int]bool // literals of five digits and more, in code and in strings
}

// ownTests reads the test files of this package. Helpers that a test calls are not followed.
func ownTests(t *testing.T) map[string]ownTest {
	t.Helper()
	files, err := filepath.Glob("*_test.go")
	require.NoError(t, err)
	tests := map[string]ownTest{}
	for _, name := range files {
		file, err := parser.ParseFile(gotoken.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		for _, declaration := range file.Decls {
			f, ok := declaration.(*ast.FuncDecl)
			if !ok || !strings.HasPrefix(f.Name.Name, "Test") || f.Recv != nil {
				continue
			}
			test := ownTest{numbers: map[int]bool{}}
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.BasicLit:
					for _, word := range strings.FieldsFunc(n.Value, func(r rune) bool { return r < '0' || r > '9' }) {
						if number, err := strconv.Atoi(word); err == nil && number >= 10000 {
							test.numbers[number] = true
						}
					}
				case *ast.SelectorExpr:
					test.skips = test.skips || slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, n.Sel.Name)
				}
				return true
			})
			tests[f.Name.Name] = test
		}
	}
	return tests
}

// sayAll is the test that sends every row.
const sayAll = "TestEveryRowOfTheCatalogueCanBeSent"

func TestEveryRowOfTheCatalogueCanBeSent(t *testing.T) {
	c := stepped(t)
	for _, row := range fakeentra.Catalogue() {
		if row.Code == 0 || row.Variant != "" {
			continue
		}
		c.arm("error=" + strconv.Itoa(row.Code) + " times=1")
		a := c.post(devicecode, url.Values{})
		require.Equal(t, []any{float64(row.Code)}, a.json["error_codes"])
		require.Regexp(
			t, fmt.Sprintf("^AADSTS%d: %s Trace ID: ", row.Code, filledIn(row.Text)), a.text("error_description"),
		)
		require.NotContains(t, a.text("error_description"), "{", "a place that nothing fills")
		if row.Word != "" {
			require.Equal(t, row.Word, a.text("error"))
			require.Equal(t, row.Status, a.status)
		}
		require.Equal(t, row.Suberror, a.text("suberror"))
		page := c.do(http.MethodGet, authority+"/error?code="+strconv.Itoa(row.Code), "", "")
		require.Equal(t, http.StatusOK, page.status)
	}
}

// places are what a sentence leaves open.
var places = regexp.MustCompile(`\\\{[a-zA-Z]+\\\}`)

// filledIn is the pattern of a sentence whose places are filled.
func filledIn(text string) string { return places.ReplaceAllString(regexp.QuoteMeta(text), "[^{}]+") }

func TestTheParityDocumentIsUpToDate(t *testing.T) {
	tests := ownTests(t)
	var b strings.Builder
	b.WriteString(`# What fakeentra does, beside Microsoft Entra ID

<!-- Generated from the tables of the package: go generate ./fakeentra. Do not edit. -->

Marks: **C** captured, **D** documented, **R** reported, **I** inferred by us. ` +
		`Sources are the keys of [reference/sources.md](reference/sources.md): FB is a dump of Microsoft's own
templates; ERR, DCF, ACF and BRK are its documentation; AZJS are recordings of the Azure SDK for JavaScript.

## Endpoints

The router reads this table: what is not in it is answered by status 404, an error "not_simulated", ` +
		`and a note in the journal.

| name (of planted answers) | path | methods | advertised as | mark | source | shown by |
| --- | --- | --- | --- | --- | --- | --- |
`)
	for _, e := range endpoints.All() {
		require.NotEmpty(t, e.Tests, e.Path)
		for _, name := range e.Tests {
			test, there := tests[name]
			require.True(t, there, "%s names the test %s, which does not exist", e.Path, name)
			require.False(t, test.skips, "%s names the test %s, which may be skipped", e.Path, name)
		}
		methods := strings.Join(e.Methods, ", ")
		if methods == "" {
			methods = "any"
		}
		row(&b, e.Name, code(e.Path), methods, e.Advertised, e.Tag, e.Source, strings.Join(e.Tests, ", "))
	}
	rows := fakeentra.Catalogue()
	fmt.Fprintf(&b, `
## AADSTS numbers

%d rows. Every one can be sent by a planted answer (%s) and is on the page /error?code=N. The tests in the last column
meet the number as the fake says it by itself, or as a page shows it; rows without one are said by planted answers only.

| number | sentence | error word | suberror | status | where `+
		`| mark: sentence | mark: word | source | date | met in |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
`, len(rows), sayAll)
	require.Contains(t, tests, sayAll)
	for _, r := range rows {
		var met []string
		for name, test := range tests {
			if r.Code != 0 && test.numbers[r.Code] && !strings.Contains(name, "PlantedAnswer") {
				require.False(t, test.skips, name)
				met = append(met, name)
			}
		}
		slices.Sort(met)
		if len(met) > 3 {
			met = append(met[:3:3], "…")
		}
		number, status := strconv.Itoa(r.Code), ""
		if r.Code == 0 {
			number = "none seen"
		}
		if r.Variant != "" {
			number += " (" + r.Variant + ")"
		}
		if r.Status != 0 {
			status = strconv.Itoa(r.Status)
		}
		row(
			&b, number, code(r.Text), r.Word, r.Suberror, status, r.Where, r.Tag, r.WordTag, r.Source,
			strings.Join(r.Dates(), ", "), strings.Join(met, ", "),
		)
	}
	file := filepath.Join("..", "docs", "parity-entra.md")
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(b.String()), 0o600))
	}
	written, err := os.ReadFile(file)
	require.NoError(t, err)
	want, _ := apart(b.String())
	have, claimed := apart(string(written))
	require.Equal(t, want, have, "run: go generate ./fakeentra")
	for _, name := range claimed { // another test that meets a number needs no new document; one that is gone does
		require.Contains(t, tests, name, "docs/parity-entra.md claims a test that is not there; run: go generate ./fakeentra")
		require.False(t, tests[name].skips, name)
	}
	require.NotEmpty(t, claimed)
}

// apart takes the last column of the tables, the names of tests, out of a document.
func apart(document string) (rest string, tests []string) {
	var b strings.Builder
	for _, line := range strings.Split(document, "\n") {
		if strings.HasPrefix(line, "| ") {
			cells := strings.Split(strings.TrimSuffix(line, " |"), " | ")
			for _, name := range strings.Split(cells[len(cells)-1], ", ") {
				if strings.HasPrefix(name, "Test") {
					tests = append(tests, name)
				}
			}
			line = strings.Join(cells[:len(cells)-1], " | ")
		}
		b.WriteString(line + "\n")
	}
	return b.String(), tests
}

func row(b *strings.Builder, cells ...string) {
	for i := range cells {
		cells[i] = strings.ReplaceAll(cells[i], "|", "\\|")
	}
	b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
}

// code writes text so that Markdown leaves it alone.
func code(text string) string { return "`" + text + "`" }

func TestLookupAndSearch(t *testing.T) {
	row, ok := fakeentra.Catalogue().Lookup(53003)
	require.True(t, ok)
	require.Equal(t, "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.", row.Text)
	require.Equal(t, []string{"2025-03-07", "2026-02-17"}, row.Dates())
	for _, code := range []int{0, 1, -53003} {
		_, ok = fakeentra.Catalogue().Lookup(code)
		require.False(t, ok)
	}
	require.Contains(t, fakeentra.Catalogue().Search("blocked CONDITIONAL access"), row)
	require.Contains(t, fakeentra.Catalogue().Search("AADSTS53003"), row)
	require.NotEmpty(t, fakeentra.Catalogue().Search("consent_required"))
	require.Empty(t, fakeentra.Catalogue().Search(""))
	require.Empty(t, fakeentra.Catalogue().Search("printer on fire"))
}
