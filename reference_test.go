package mfpsim_test

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const referenceFolder = "docs/reference/"

// notKept begins the address of a source that nobody can look up any more.
const notKept = "not kept"

// sourceKey is a row of docs/reference/sources.md.
type sourceKey struct {
	name, kind string
	kept       bool           // the address
	background bool           // nothing cites it
	stem       string         // what every citation of it contains
	cited      *regexp.Regexp // how a citation of it looks
}

// reference is what the pages of docs/reference define.
type reference struct {
	sections map[string]map[string]bool // by page: "2.3", also "13.7" for the seventh item of the list in section 13
	labels   map[string]map[string]bool // by page: rows that are cited by a label: E7, X12, R23, M4
	keys     []sourceKey
	numbers  map[string]int // of sources.md, by what is counted
}

var (
	heading   = regexp.MustCompile(`^#{2,3} ([0-9]+(?:\.[0-9]+)*) `)
	listItem  = regexp.MustCompile(`^([0-9]+)\. `)
	ruleRow   = regexp.MustCompile(`^\| ([RM][0-9]+) \|`)
	newsLabel = regexp.MustCompile(`\((?:[^()]*\b)?([EX][0-9]+)\b[^()]*\)`)
)

func readReference(t *testing.T) reference {
	t.Helper()
	r := reference{
		sections: map[string]map[string]bool{}, labels: map[string]map[string]bool{}, numbers: map[string]int{},
	}
	pages, err := filepath.Glob(referenceFolder + "*.md")
	require.NoError(t, err)
	require.NotEmpty(t, pages)
	for _, name := range pages {
		content, err := os.ReadFile(name)
		require.NoError(t, err)
		r.addPage(path.Base(filepath.ToSlash(name)), string(content))
	}
	sources, err := os.ReadFile(referenceFolder + "sources.md")
	require.NoError(t, err)
	require.NoError(t, r.addSources(string(sources)))
	return r
}

func (r *reference) addPage(page, content string) {
	sections, labels := map[string]bool{}, map[string]bool{}
	section := ""
	for _, line := range strings.Split(content, "\n") {
		if m := heading.FindStringSubmatch(line); m != nil {
			section = m[1]
			sections[section] = true
		}
		if m := listItem.FindStringSubmatch(line); m != nil && section != "" {
			sections[section+"."+m[1]] = true
		}
		if m := ruleRow.FindStringSubmatch(line); m != nil {
			labels[m[1]] = true
		}
		for _, m := range newsLabel.FindAllStringSubmatch(line, -1) {
			labels[m[1]] = true
		}
	}
	r.sections[page], r.labels[page] = sections, labels
}

// addSources reads the tables of keys, which have five columns, and the tables of numbers, which have two.
func (r *reference) addSources(content string) error {
	for _, line := range strings.Split(content, "\n") {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| ---") {
			continue
		}
		cells := strings.Split(strings.TrimSuffix(strings.TrimPrefix(line, "| "), " |"), " | ")
		switch {
		case len(cells) == 2:
			if n, err := strconv.Atoi(cells[1]); err == nil {
				r.numbers[cells[0]] = n
			}
		case len(cells) == 5 && cells[0] != "key":
			key := sourceKey{
				name: cells[0], kind: cells[1], kept: cells[2] != "" && !strings.HasPrefix(cells[2], notKept),
				background: strings.HasPrefix(cells[4], "background"),
				stem:       strings.TrimSuffix(strings.TrimSuffix(cells[0], "n"), "#"), cited: citationOf(cells[0]),
			}
			if slices.ContainsFunc(r.keys, func(k sourceKey) bool { return k.name == key.name }) {
				return fmt.Errorf("sources.md has the key %s twice", key.name)
			}
			r.keys = append(r.keys, key)
		}
	}
	return nil
}

// citationOf makes the pattern of a key: "EOP-n" and "azure-cli#n" stand for families, all else for itself.
func citationOf(name string) *regexp.Regexp {
	const before, after = `(?:^|[^\w./-])`, `(?:$|[^\w-])`
	switch {
	case name == "public log":
		return regexp.MustCompile(`\bpublic logs?\b`)
	case strings.HasSuffix(name, "#n"):
		return regexp.MustCompile(
			before + `(?:[\w.-]+/)?` + regexp.QuoteMeta(strings.TrimSuffix(name, "#n")) + ` ?(?:PR ?)?#[0-9]+`,
		)
	case strings.HasSuffix(name, "-n"), strings.HasSuffix(name, " n"):
		return regexp.MustCompile(before + regexp.QuoteMeta(strings.TrimSuffix(name, "n")) + `[0-9]+`)
	default:
		return regexp.MustCompile(before + regexp.QuoteMeta(name) + after)
	}
}

// keysIn returns the keys that a text cites.
func (r reference) keysIn(text string) []sourceKey {
	var found []sourceKey
	for _, key := range r.keys {
		if strings.Contains(text, key.stem) && key.cited.MatchString(text) {
			found = append(found, key)
		}
	}
	return found
}

// citingFiles are the files in which something may be cited, with "/" in their paths.
func citingFiles(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	require.NoError(t, filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && name != "." &&
			(strings.HasPrefix(entry.Name(), ".") || entry.Name() == "evidence" || entry.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if !slices.Contains([]string{".go", ".md", ".yaml", ".txtar"}, filepath.Ext(name)) ||
			name == "reference_test.go" {
			return nil
		}
		content, err := os.ReadFile(name)
		files[filepath.ToSlash(name)] = string(content)
		return err
	}))
	require.Greater(t, len(files), 100)
	return files
}

// citation finds what a section may belong to, and sections and labels behind it.
var citation = regexp.MustCompile(`RFC [0-9]+|PDF 1\.4|OpenID Connect Core|docs/reference/([a-z-]+\.md)|§ ?([0-9]+(?:\.[0-9]+)*)|(?:^|[^\w/.-])(entra|exchange-smtp|printer|guide-rows)\.md`)

// ruleCited finds the guide's rules where they are called so.
var ruleNumber, ruleCited = regexp.MustCompile(
	`R[0-9]+`,
), regexp.MustCompile(
	`\brules? (R[0-9]+(?:,? (?:to )?R[0-9]+)*)`,
)

var labelBehind = regexp.MustCompile(`^,? ([EXRM][0-9]+)\b`)

// wrongSections returns the citations of sections and labels in a text that do not resolve. page is the text's own page
// of the reference, whose sections need no name; empty for a file elsewhere.
func (r reference) wrongSections(name, page, text string) []string {
	var wrong []string
	named, since := page, 0
	for number, line := range strings.Split(text, "\n") {
		if since++; since > 2 { // a citation may be broken over two lines
			named = page
		}
		for _, m := range ruleCited.FindAllStringSubmatch(line, -1) {
			for _, rule := range ruleNumber.FindAllString(m[1], -1) {
				if !r.labels["printer.md"][rule] {
					wrong = append(wrong, fmt.Sprintf("%s:%d: the guide has no rule %s", name, number+1, rule))
				}
			}
		}
		for _, m := range citation.FindAllStringSubmatchIndex(line, -1) {
			group := func(i int) string {
				if m[2*i] < 0 {
					return ""
				}
				return line[m[2*i]:m[2*i+1]]
			}
			complain := func(what string) { wrong = append(wrong, fmt.Sprintf("%s:%d: %s", name, number+1, what)) }
			switch cited, section, bare := group(1), group(2), group(3); {
			case bare != "" && page == "":
				complain(bare + ".md is cited without its folder: write " + referenceFolder + bare + ".md")
			case bare != "":
				named, since = bare+".md", 0
			case cited != "":
				named, since = cited, 0
				if r.sections[cited] == nil {
					complain(referenceFolder + cited + " is no page")
				} else if label := labelBehind.FindStringSubmatch(line[m[1]:]); label != nil &&
					!r.labels[cited][label[1]] {
					complain(referenceFolder + cited + " has no row " + label[1])
				}
			case section == "":
				named, since = "elsewhere", 0
			case named == "":
				complain("§" + section + " of what?")
			case named != "elsewhere" && !r.sections[named][section]:
				complain(referenceFolder + named + " has no §" + section)
			}
		}
	}
	return wrong
}

func TestEverySectionThatIsCitedIsThere(t *testing.T) {
	r := readReference(t)
	for name, text := range citingFiles(t) {
		page := ""
		if strings.HasPrefix(name, referenceFolder) {
			page = path.Base(name)
		}
		for _, wrong := range r.wrongSections(name, page, text) {
			t.Error(wrong)
		}
	}
	for page, count := range map[string]map[string]int{
		"entra.md": {"E": 20}, "exchange-smtp.md": {"X": 16}, "printer.md": {"R": 46, "M": 5},
	} {
		for letter, last := range count {
			for n := 1; n <= last; n++ {
				require.True(t, r.labels[page][letter+strconv.Itoa(n)], "%s has no row %s%d", page, letter, n)
			}
		}
	}
}

func TestTheSectionTestSeesEachMistake(t *testing.T) {
	r := readReference(t)
	for text, want := range map[string]string{
		"// docs/reference/entra.md §2.3, §8.1":              "",
		"// RFC 6749 §5.2 and docs/reference/entra.md E7":    "",
		"// docs/reference/exchange-smtp.md §13.7":           "",
		"// docs/reference/entra.md\n// §2.3":                "",
		"// docs/reference/entra.md §2.9":                    "has no §2.9",
		"// docs/reference/entra.md E21":                     "has no row E21",
		"// docs/reference/azure.md §1":                      "is no page",
		"// guide rules R23, R47":                            "no rule R47",
		"// entra.md §2.3":                                   "without its folder",
		"// only with TLS (§1.2)":                            "of what?",
		"// docs/reference/entra.md §2.3\n//\n//\n// §2.3":   "of what?",
		"// docs/reference/exchange-smtp.md §13.7, §13.70 x": "has no §13.70",
	} {
		got := strings.Join(r.wrongSections("a.go", "", text), "\n")
		if want == "" {
			require.Empty(t, got, text)
			continue
		}
		require.Contains(t, got, want, text)
	}
}

// Tokens that look like keys of sources, wherever they stand: name#123, AB-123, a page.md, and the word behind a mark
// in brackets.
var (
	issueToken  = regexp.MustCompile(`(?:^|[^\w./#-])([A-Za-z][\w./-]*) ?(?:PR ?)?#[0-9]+`)
	numberToken = regexp.MustCompile(`(?:^|[^\w./-])([A-Z]{2,}-[0-9]+)\b`)
	pageToken   = regexp.MustCompile(`(?:^|[^\w.*/-])([\w.-]+\.md)\b`)
	markedToken = regexp.MustCompile(`\[[CDR]\] ([A-Z][A-Za-z0-9]*(?:[.-][A-Za-z0-9]+)*)`)
	wordToken   = regexp.MustCompile(`(?:^|[^\w./-])([A-Z]{2}[A-Z0-9]+[a-z]?)(?:$|[^\w-])`)
)

// parties name connections in tests and documents: browser#1 is no issue.
var parties = []string{"browser", "printer", "outside", "noutside", "scanner", "innocent", "fuzz", "test", "a"}

// noKeys look like keys of the form AB-123 and are none: standards, models, codes.
var noKeys = regexp.MustCompile(`^(UTF|UTC|PDF|CA|SHA|AES|MFP|ISO|CRAM|NPD|TLS|HTTP|ES|WF|ET|AM|EM|PX|BP|CS|USRMA|FW|MD|GW|GCM|RSA|ADAL|ID|ECDSA|HMAC)-`)

// protocolWords stand where keys stand and are none.
var protocolWords = strings.Fields("AUTH XOAUTH2 LOGIN PLAIN TLS DATA MAIL RCPT GET POST HTTP RFC BDAT BINARYMIME EXPN VRFY MSAL JSON ISO README TYPO3 Web")

// unknownKeys returns what looks like a key in a text and is in no row of sources.md. own are the names of this
// repository's pages.
func (r reference) unknownKeys(text string, own map[string]bool) []string {
	var unknown []string
	known := func(citation string) bool {
		return slices.ContainsFunc(r.keys, func(k sourceKey) bool { return k.cited.MatchString(citation) })
	}
	for _, line := range strings.Split(text, "\n") {
		for _, m := range issueToken.FindAllStringSubmatch(line, -1) {
			name := strings.TrimRight(m[1], "_") // a space in the name of a test
			if !slices.Contains(parties, name) && !known(name+"#1") {
				unknown = append(unknown, name+"#n")
			}
		}
		for _, m := range numberToken.FindAllStringSubmatch(line, -1) {
			if !noKeys.MatchString(m[1]) && !known(m[1]) {
				unknown = append(unknown, m[1])
			}
		}
		for _, m := range pageToken.FindAllStringSubmatch(line, -1) {
			if !own[m[1]] && !known(m[1]) {
				unknown = append(unknown, m[1])
			}
		}
		for _, m := range markedToken.FindAllStringSubmatch(line, -1) {
			if !known(m[1]) && !slices.Contains(protocolWords, m[1]) {
				unknown = append(unknown, m[1])
			}
		}
	}
	return unknown
}

// wireRow is a row of a table of wire texts: its mark and its sources.
type wireRow struct{ table, mark, source string }

// wireTables are the tables in the documents that are made of them, by the number of their columns.
var wireTables = map[string]map[int][]struct {
	table        string
	mark, source int // columns
}{
	"docs/parity-entra.md":    {7: {{"endpoints", 4, 5}}, 11: {{"sentences", 6, 8}, {"words", 7, 8}}},
	"docs/parity-exchange.md": {7: {{"replies", 3, 4}}, 5: {{"reports", 2, 3}}, 4: {{"steps", 2, 3}}},
}

func wireRows(t *testing.T) []wireRow {
	t.Helper()
	var rows []wireRow
	for file, tables := range wireTables {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, line := range strings.Split(string(content), "\n") {
			if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| ---") {
				continue
			}
			cells := strings.Split(strings.TrimSuffix(strings.TrimPrefix(line, "| "), " |"), " | ")
			for _, table := range tables[len(cells)] {
				if mark := strings.TrimSpace(cells[table.mark]); len(mark) == 1 {
					rows = append(rows, wireRow{table.table, mark, cells[table.source]})
				}
			}
		}
	}
	require.Greater(t, len(rows), 300)
	return rows
}

func TestEveryKeyThatIsCitedIsKnown(t *testing.T) {
	r := readReference(t)
	files := citingFiles(t)
	own := map[string]bool{}
	for name := range files {
		own[path.Base(name)] = true
	}
	uncited := map[string]bool{}
	for _, key := range r.keys {
		uncited[key.name] = true
	}
	for name, text := range files {
		if name == referenceFolder+"sources.md" {
			continue
		}
		for _, key := range r.unknownKeys(text, own) {
			t.Errorf("%s cites %s, which has no row in %ssources.md", name, key, referenceFolder)
		}
		for _, key := range r.keysIn(text) {
			delete(uncited, key.name)
		}
	}
	for _, row := range wireRows(t) {
		for _, m := range wordToken.FindAllStringSubmatch(row.source, -1) {
			if len(r.keysIn(m[1])) == 0 && !slices.Contains(protocolWords, m[1]) {
				t.Errorf("the source %q names %s, which has no row in %ssources.md", row.source, m[1], referenceFolder)
			}
		}
	}
	for _, key := range r.keys {
		require.Equal(
			t, key.background, uncited[key.name],
			"%s in sources.md: a key that nothing cites is marked as background, no other", key.name,
		)
		require.Contains(
			t, []string{"capture", "client", "document", "standard", "notes", "guide", "manual", "page"}, key.kind,
			key.name,
		)
	}
}

func TestTheKeyTestSeesEachMistake(t *testing.T) {
	r := readReference(t)
	own := map[string]bool{"README.md": true}
	for text, want := range map[string][]string{
		"azure-cli#32809; EOP-193, [D] DCF, refresh-tokens.md, README.md, printer#3, SHA-256": nil,
		"azure-cloud#1": {"azure-cloud#n"}, "GL-17": {"GL-17"}, "no-such-page.md": {"no-such-page.md"}, "[D] DCX (as documented)": {"DCX"},
	} {
		require.Equal(t, want, r.unknownKeys(text, own), text)
	}
	require.Error(t, r.addSources("| FB | document | somewhere |  | twice |"))
}

// certain says whether a mark is one that its sources bear.
func (r reference) certain(mark, source string) bool {
	var captured, kept bool
	keys := r.keysIn(source)
	for _, key := range keys {
		captured = captured || key.kept && (key.kind == "capture" || key.kind == "client")
		kept = kept || key.kept
	}
	switch mark {
	case "C", "T":
		return captured
	case "D":
		return kept
	case "R":
		return len(keys) > 0
	}
	return true
}

func TestNoRowIsSurerThanItsSources(t *testing.T) {
	r := readReference(t)
	rows := wireRows(t)
	reported := map[string]int{}
	for _, row := range rows {
		if row.mark == "R" {
			reported[row.table]++
		}
		if row.table != "words" {
			require.True(
				t, r.certain(row.mark, row.source), "%s: the mark %s does not follow from the source %q", row.table,
				row.mark, row.source,
			)
		}
	}
	require.False(t, r.certain("C", "public log 2025-03-07; FB"))
	require.False(t, r.certain("T", "FLD26a, MSSUB"))
	require.False(t, r.certain("D", "graph-ndr"))
	require.False(t, r.certain("R", "recalled"))
	require.True(t, r.certain("T", "OLC; NM-1484"))

	// The tables of pages and of POP3 have no document of their own.
	for name, text := range citingFiles(t) {
		if strings.HasPrefix(name, "fakeentra/") && strings.HasSuffix(name, ".go") {
			reported["pages"] += strings.Count(text, "\t\"[R] docs/reference/")
		}
		if strings.HasPrefix(name, "fakesmtp/pop3/") && !strings.HasSuffix(name, "_test.go") {
			reported["pop3"] += strings.Count(text, ", replies.Reported, ")
		}
	}
	sum := 0
	for what, table := range map[string]string{
		"endpoints of `fakeentra` (docs/parity-entra.md)":   "endpoints",
		"AADSTS numbers, sentence (docs/parity-entra.md)":   "sentences",
		"AADSTS numbers, error word (docs/parity-entra.md)": "words",
		"texts of the pages of `fakeentra`, in English":     "pages",
		"replies of `fakesmtp` (docs/parity-exchange.md)":   "replies",
		"replies of `fakesmtp/pop3`":                        "pop3",
	} {
		require.Contains(t, r.numbers, what)
		require.Equal(t, reported[table], r.numbers[what], "sources.md miscounts the rows marked R: %s", what)
		sum += reported[table]
	}
	require.Equal(t, sum, r.numbers["rows of wire tables that rest on keys without an address"])
	require.Zero(t, reported["reports"]+reported["steps"], "sources.md has no line for them")
	kept := 0
	for _, key := range r.keys {
		if key.kept {
			kept++
		}
	}
	require.Equal(t, len(r.keys), r.numbers["keys"])
	require.Equal(t, kept, r.numbers["keys with an address"])
	require.Equal(t, len(r.keys)-kept, r.numbers["keys without one"])
}
