package serve

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	evidenceRow = regexp.MustCompile(`(?s)<details class="ev[^"]*".*?<span class="bx[^>]*>(.*?)</summary>`)
	markup      = regexp.MustCompile(`<[^>]*>`)
)

// rowsOf are the rows of the time line of a page of evidence: who speaks to whom, and what.
func rowsOf(page string) (rows []string) {
	for _, found := range evidenceRow.FindAllStringSubmatch(page, -1) {
		said := strings.ReplaceAll(found[1], "</span>", " | ")
		rows = append(rows, html.UnescapeString(markup.ReplaceAllString(said, "")))
	}
	return rows
}

// rowAt is the place of the one row that begins with a text.
func rowAt(t *testing.T, rows []string, begins string) int {
	t.Helper()
	place := -1
	for i, row := range rows {
		if strings.HasPrefix(row, begins) {
			require.Equal(t, -1, place, "%s is told twice", begins)
			place = i
		}
	}
	require.NotEqual(t, -1, place, "%s is missing in\n%s", begins, strings.Join(rows, "\n"))
	return place
}

// The time line tells the cause before its effect, each arrow from who speaks, and what a person did once.
func TestTheTimeLineTellsCausesFirstAndOnceAndFromWhoSpeaks(t *testing.T) {
	s := live(t, Config{Scenario: "trouble/smtp-auth-disabled"})
	p := newPerson(s, nil)
	p.does([]string{"webconfig", "log-in"})
	p.does([]string{"webconfig", "open", "Network > Email Server > Connection Test"})
	p.does([]string{"webconfig", "click", "Start"})
	p.asks("/evidence", map[string]any{"language": "en"})
	rows := rowsOf(string(s.fetched("/evidence/page")))
	clicked := rowAt(t, rows, "Person → Printer | Start was clicked in Web Config.")
	refused := rowAt(t, rows, "Exchange → Printer | Exchange refused the printer's sign-in: 535 5.7.139")
	require.Equal(t, clicked+1, refused, strings.Join(rows, "\n"))
	rowAt(t, rows, "Printer → Entra ID | The printer asked Entra for a code.")
	rowAt(t, rows, "Entra ID → Printer | Entra gave the printer its tokens")
	rowAt(t, rows, "Printer → Person | Web Config showed MFP-4100 - Network.")
	entered := rowAt(t, rows, "Person → Entra ID | The code that Web Config shows was entered")
	require.Greater(t, entered, rowAt(t, rows, "Person → Printer | The code that Web Config shows was copied."))
	story := strings.Join(rows, "\n")
	require.Contains(t, story, "Printer → Person | Web Config shows “Current Status: Signed in”.")
	require.NotContains(t, story, "admin@contoso.com signed in", "it is told step by step")
	for language, person := range map[string]string{"hi": "व्यक्ति", "el": "Άτομο"} {
		p.asks("/evidence", map[string]any{"language": language})
		require.Contains(t, strings.Join(rowsOf(string(s.fetched("/evidence/page"))), "\n"), person+" → ")
	}
}
