package chromium

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/guide"
)

var writeCalls = flag.Bool("calls-write", false, "play what has a dash too, and write the clicks that were counted into docs/bench.md")

const callsFile = "../docs/bench.md"

// deskCall is a row of the table in docs/bench.md.
type deskCall struct {
	line        int // of the file
	name, cause string
	asked       map[string]string // words of a user, by language
	scenario    string
	clicks      map[string]int // as the table has them
}

var callRow = regexp.MustCompile("^\\| ([^|]+) \\| ([^|]+) \\| ([^|]+) \\| ([^|]+) \\| `([^`|]+)` \\| ([^|]*) \\| ([^|]*) \\| ([^|]*) \\|$")

// deskCalls reads the table.
func deskCalls(t *testing.T) (calls []deskCall, lines []string) {
	t.Helper()
	text, err := os.ReadFile(callsFile)
	require.NoError(t, err)
	lines = strings.Split(string(text), "\n")
	for i, line := range lines {
		m := callRow.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		c := deskCall{line: i, name: m[1], asked: map[string]string{}, scenario: m[5], clicks: map[string]int{}}
		for k, language := range guide.Languages() {
			c.asked[language] = m[2+k]
			c.clicks[language], _ = strconv.Atoi(strings.TrimSpace(m[6+k])) // a dash: not counted
		}
		calls = append(calls, c)
	}
	require.Len(t, calls, 15, "the desk's calls in %s", callsFile)
	return calls, lines
}

// A desk's call is found from the words of a user, loaded, seen and mended on the page. One language alone: -run
// DesksCalls/hi; one call: -run DesksCalls/hi/firmware.
func TestTheDesksCallsAreMendedOnThePage(t *testing.T) {
	calls, _ := deskCalls(t)
	for column, language := range guide.Languages() {
		t.Run(language, func(t *testing.T) {
			for i, call := range calls {
				counted := call.clicks[language] > 0
				if !counted && !*writeCalls {
					continue
				}
				t.Run(fmt.Sprintf("%d %s", i+1, call.name), func(t *testing.T) {
					c := newClerk(t, language)
					c.mends(call)
					c.bench.post("/evidence", map[string]any{"language": language, "ticket": call.name})
					t.Logf("%s: %d clicks, %d texts typed; skipped: %q", call.scenario, c.clicked, c.typed, c.skipped)
					if *writeCalls {
						writesClicks(t, i, column, c.clicked)
						return
					}
					require.LessOrEqual(t, c.clicked, call.clicks[language], "more clicks than %s says", callsFile)
				})
			}
		})
	}
}

// writesClicks puts a number into the table, as the file is now.
func writesClicks(t *testing.T, row, column, clicks int) {
	t.Helper()
	calls, lines := deskCalls(t)
	at := calls[row].line
	cells := strings.Split(lines[at], "|")
	cells[6+column] = fmt.Sprintf(" %d ", clicks)
	lines[at] = strings.Join(cells, "|")
	require.NoError(t, os.WriteFile(callsFile, []byte(strings.Join(lines, "\n")), 0o644))
}
