package fakesmtp

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/fakesmtp/internal/replies"
	"mfpsim/fakesmtp/internal/retirement"
	"mfpsim/journal"
)

var update = flag.Bool("update", false, "write docs/parity-exchange.md from what the tests have seen")

const parityFile = "../docs/parity-exchange.md"

// seen is which tests saw a row of the table on the wire, or a non-delivery report in a mailbox.
var seen = struct {
	sync.Mutex
	by map[string]map[string]bool // by key of row or report, names of tests
}{by: map[string]map[string]bool{}}

func rowKey(row replies.Reply) string { return string(row.Profile) + " | " + string(row.Event) }

func reportKey(row replies.Report) string { return "report | " + string(row.Restriction) }

func saw(key, test string) {
	seen.Lock()
	defer seen.Unlock()
	if seen.by[key] == nil {
		seen.by[key] = map[string]bool{}
	}
	seen.by[key][test] = true
}

// witness notes, when a test has ended, which rows its server has said.
func witness(t *testing.T, s *Server) *Server {
	t.Helper()
	t.Cleanup(func() {
		if t.Failed() {
			return
		}
		for _, r := range s.Refusals() {
			saw(rowKey(*replies.LookUp(r.Profile, r.Event)), t.Name())
		}
		personal := map[string]bool{}
		for _, session := range s.Sessions() {
			personal[session.Connection] = session.Profile == replies.ProfileOutlook
		}
		for _, entry := range s.Journal().Entries() {
			if entry.Party == Party && entry.Kind == journal.KindSMTP {
				sawLine(t, personal[entry.Connection], entry)
			}
		}
		for _, row := range s.Trace() {
			for _, report := range replies.Reports() {
				if strings.HasPrefix(row.Detail, "550 "+string(report.Restriction)+" ") {
					saw(reportKey(report), t.Name())
				}
			}
		}
	})
	return s
}

// patterns match the first line of each row as it is on the wire.
var patterns = sync.OnceValue(func() map[int]*regexp.Regexp {
	placeholder := regexp.MustCompile(`\\\{[a-z]+\\\}`)
	all := map[int]*regexp.Regexp{}
	for i, row := range replies.All() {
		first, _, more := strings.Cut(row.Text, "\n")
		separator := " "
		if more {
			separator = "-"
		}
		all[i] = regexp.MustCompile(
			"^S: " + strconv.Itoa(row.Code) + separator + placeholder.ReplaceAllString(regexp.QuoteMeta(first), ".*") +
				placeholder.ReplaceAllString(regexp.QuoteMeta(string(row.Tail)), ".*") + "$",
		)
	}
	return all
})

// sawLine finds the rows of a line that is no refusal; a planted answer's line names its event, and a refusal was found
// by its event.
func sawLine(t *testing.T, personal bool, entry journal.Entry) {
	text := entry.Text.String()
	if !strings.HasPrefix(text, "S: ") || entry.Detail["event"] != "" {
		return
	}
	for i, row := range replies.All() {
		if row.Profile == replies.ProfileOutlook && !personal ||
			personal && row.Profile == replies.ProfileExchange && replies.Has(replies.ProfileOutlook, row.Event) {
			continue
		}
		if patterns()[i].MatchString(text) {
			saw(rowKey(row), t.Name())
		}
	}
}

// provedBy chooses the test that the document names: the one that it has named so far, if that still proves it, else
// the first by name.
func provedBy(key string, soFar map[string]string) string {
	if seen.by[key][soFar[key]] {
		return soFar[key]
	}
	var names []string
	for name := range seen.by[key] {
		names = append(names, name)
	}
	sort.Slice(names, func(i, j int) bool {
		a, b := strings.HasPrefix(names[i], transcriptTests), strings.HasPrefix(names[j], transcriptTests)
		if a != b {
			return a
		}
		return names[i] < names[j]
	})
	if len(names) == 0 {
		return ""
	}
	return names[0]
}

// transcriptTests are preferred as proofs: they compare whole conversations.
const transcriptTests = "TestConversationsOfTheReference"

// claim is one line of the document.
type claim struct{ key, test string }

var claimLine = regexp.MustCompile("(?m)^\\| `([^`]+)` \\|.*\\| `(Test[^`]+)` \\|$")

func claims(document string) []claim {
	var all []claim
	for _, m := range claimLine.FindAllStringSubmatch(document, -1) {
		all = append(all, claim{strings.Replace(m[1], ": ", " | ", 1), m[2]})
	}
	return all
}

// checkParity compares the document with the tables and with what the tests have seen.
func checkParity() error {
	seen.Lock()
	defer seen.Unlock()
	have, err := os.ReadFile(parityFile)
	soFar := map[string]string{}
	for _, c := range claims(string(have)) {
		soFar[c.key] = c.test
	}
	want := document(soFar)
	if *update {
		return os.WriteFile(parityFile, []byte(want), 0o644) //nolint:gosec // a document
	}
	if err != nil {
		return err
	}
	for _, c := range claims(string(have)) {
		if !seen.by[c.key][c.test] {
			return fmt.Errorf("%s says that %s proves %q, and it did not; run the tests with -update", parityFile, c.test, c.key)
		}
	}
	if string(have) != want {
		return fmt.Errorf("%s is not what the reply table and the tests make of it; run the tests with -update", parityFile)
	}
	return nil
}

// document writes docs/parity-exchange.md.
func document(soFar map[string]string) string {
	proof := func(key string) string {
		if test := provedBy(key, soFar); test != "" {
			return "`" + test + "`"
		}
		return "none"
	}
	var b strings.Builder
	b.WriteString(`# What the fake Exchange Online says, and how that is known

Made from the reply table by ` + "`go test ./fakesmtp -update`" + `; do not edit. ` +
		`Marks: T seen in a transcript or a log, D documented, R reported, I inferred.
Sources are the keys of [reference/sources.md](reference/sources.md). ` +
		`Each row was said on the wire in the test that stands beside it; a run of all tests checks that.
What Exchange Online does *not* do has its tests too: ` +
		`no 334 challenge of JSON after a refused token, no OAUTHBEARER, no AUTH PLAIN.

| Row | Reply | Tail | Mark | Source | Seen | Test |
|---|---|---|---|---|---|---|
`)
	cell := strings.NewReplacer("|", "\\|", "\n", " / ", "{diagnostics}", "…")
	tails := map[replies.Tail]string{
		replies.NoTail: "", replies.FrontEnd: "front end", replies.MailboxTail: "mailbox server",
		replies.PlainTail: "host",
	}
	counts := map[replies.Mark]int{}
	for _, row := range replies.All() {
		counts[row.Mark]++
		closes := ""
		if row.Closes {
			closes = ", closes"
		}
		fmt.Fprintf(
			&b, "| `%s: %s` | %d %s | %s%s | %s | %s | %s | %s |\n", row.Profile, row.Event, row.Code,
			cell.Replace(row.Text), tails[row.Tail], closes, row.Mark, cell.Replace(row.Source), row.Date,
			proof(rowKey(row)),
		)
	}
	b.WriteString(`
## Non-delivery reports

The client hears 250; the report comes into its mailbox.

| Row | Diagnostic | Mark | Source | Test |
|---|---|---|---|---|
`)
	for _, row := range replies.Reports() {
		counts[row.Mark]++
		fmt.Fprintf(
			&b, "| `report: %s` | 550 %s %s | %s | %s | %s |\n", row.Restriction, row.Restriction,
			cell.Replace(row.Text), row.Mark, cell.Replace(row.Source), proof(reportKey(row)),
		)
	}
	b.WriteString("\n## End of basic authentication\n\nBy the World's calendar; proved by `TestBasicAuthenticationEndsByTheCalendar`.\n\n| From | What | Mark | Source |\n|---|---|---|---|\n")
	for _, step := range retirement.Timetable() {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", step.From.Format("2006-01-02"), step.What, step.Mark, step.Source)
	}
	fmt.Fprintf(
		&b, "\n%d rows seen, %d documented, %d reported, %d inferred.\n", counts[replies.Seen],
		counts[replies.Documented], counts[replies.Reported], counts[replies.Inferred],
	)
	return b.String()
}

func TestEveryClaimOfParityNamesATestThatExists(t *testing.T) {
	if *update {
		return // it is written when all tests have run
	}
	content, err := os.ReadFile(parityFile)
	require.NoError(t, err)
	files, err := filepath.Glob("*_test.go")
	require.NoError(t, err)
	tests := map[string]bool{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, declaration := range file.Decls {
			if function, ok := declaration.(*ast.FuncDecl); ok && strings.HasPrefix(function.Name.Name, "Test") {
				tests[function.Name.Name] = true
			}
		}
	}
	have := map[string]bool{}
	for _, c := range claims(string(content)) {
		function, _, _ := strings.Cut(c.test, "/")
		require.True(t, tests[function], "%s names %s, which is no test here", parityFile, c.test)
		have[c.key] = true
	}
	for _, row := range replies.All() {
		require.True(t, have[rowKey(row)], "no test has seen %q on the wire", rowKey(row))
	}
	for _, row := range replies.Reports() {
		require.True(t, have[reportKey(row)], "no test has seen the report %s", row.Restriction)
	}
	require.Contains(t, string(content), "TestBasicAuthenticationEndsByTheCalendar")
	require.True(t, tests["TestBasicAuthenticationEndsByTheCalendar"])
}
