package mfpsim_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/core/outcome"
	"mfpsim/defects"
	"mfpsim/scenarios"
	"mfpsim/sim/locale"
	"mfpsim/sim/models"
)

// cause is a message of the connection test or the code of a job, with what shows it.
type cause struct {
	id        string
	text      string
	mark      string   // how sure the text is
	scenarios []string // that show it
	defects   []string // that spoil it, and turn one of these red
}

// testMessages are the ids of what the connection test of a model can say: first the rows of
// docs/reference/printer.md §2.3 in their order, then ours.
func testMessages(t *testing.T, m *models.Model, texts *locale.Texts) []string {
	t.Helper()
	var ids []string
	add := func(more ...string) {
		for _, id := range more {
			if id != "" && !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	add("test-ok", m.ConnectionTest.Busy)
	for _, advised := range m.ConnectionTest.Advice {
		add(advised)
	}
	for _, row := range m.Outcomes {
		if tested(outcome.Kind(row.Kind)) {
			add(row.Test, row.POP3, row.OAuth2, row.Cloud)
		}
	}
	place := map[string]int{} // of an id among the rows of the reference
	for number, sentence := range referenceMessages(t) {
		for _, id := range ids {
			if texts.Text(id) == sentence {
				place[id] = number + 1
			}
		}
	}
	require.Len(t, place, len(referenceMessages(t)), "each row of the reference is a message")
	slices.SortFunc(ids, func(a, b string) int {
		switch x, y := place[a], place[b]; {
		case x == 0 && y == 0:
			return strings.Compare(a, b)
		case x == 0:
			return 1
		case y == 0:
			return -1
		default:
			return x - y
		}
	})
	return ids
}

// tested reports whether a connection test can end so: those that only a person's sign-in or a write to the
// memory
// ends with are none of its.
func tested(kind outcome.Kind) bool {
	return !slices.Contains([]outcome.Kind{
		outcome.SignInCancelled, outcome.SignInDeclined, outcome.SignInCodeExpired, outcome.Interrupted,
		outcome.StorageFailed, outcome.NotErased,
	}, kind)
}

// referenceMessages are the messages of docs/reference/printer.md §2.3, in their order.
func referenceMessages(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("docs/reference/printer.md")
	require.NoError(t, err)
	_, chapter, found := strings.Cut(string(text), "### 2.3 ")
	require.True(t, found)
	chapter, _, _ = strings.Cut(chapter, "\n### ")
	var messages []string
	for _, row := range regexp.MustCompile(`(?m)^\| \d+ \| ([^|]+) \|`).FindAllStringSubmatch(chapter, -1) {
		messages = append(messages, strings.TrimSpace(row[1]))
	}
	require.Len(t, messages, 18)
	return messages
}

// shown finds what scenarios show: by the id of a message, on the page of the connection test, or by the code
// of a job.
func shown(t *testing.T) map[string][]string {
	t.Helper()
	all, err := scenarios.All()
	require.NoError(t, err)
	at := map[string][]string{}
	code := regexp.MustCompile(`^jobs (?:\d+ )?shows .*?\b(3\d\d)\b`)
	for _, s := range all {
		testing := false // the page is open
		for line := range strings.Lines(s.Text) {
			line = strings.TrimSpace(line)
			what := ""
			switch message, is := strings.CutPrefix(line, "webconfig shows @"); {
			case strings.HasPrefix(line, "webconfig open "):
				testing = strings.Contains(line, "Connection Test")
			case is && testing:
				what = message
			default:
				if row := code.FindStringSubmatch(line); row != nil {
					what = row[1]
				}
			}
			if what != "" && !slices.Contains(at[what], s.ID) {
				at[what] = append(at[what], s.ID)
			}
		}
	}
	return at
}

// causes are the messages of the connection test, and the codes of jobs, of the default model.
func causes(t *testing.T) (messages, codes []cause) {
	t.Helper()
	tables, err := locale.Embedded()
	require.NoError(t, err)
	set, err := models.Embedded()
	require.NoError(t, err)
	m, err := set.Get("")
	require.NoError(t, err)
	texts := tables.In(locale.English)
	planted, err := defects.All()
	require.NoError(t, err)
	at := shown(t)
	of := func(id, message string) cause {
		c := cause{id: id, text: texts.Text(message), mark: tables.Source(message), scenarios: at[id]}
		for _, d := range planted {
			caught := slices.ContainsFunc(
				d.Caught,
				func(s string) bool { return slices.Contains(c.scenarios, s) },
			)
			if slices.Contains(d.Spoils, id) && caught {
				c.defects = append(c.defects, d.ID)
			}
		}
		return c
	}
	for _, id := range testMessages(t, m, texts) {
		messages = append(messages, of(id, id))
	}
	numbers := []string{m.Mail.JobMemoryCode}
	for _, row := range m.Outcomes {
		for _, code := range []string{row.Code, row.CloudCode} {
			if strings.HasPrefix(code, "3") && !slices.Contains(numbers, code) {
				numbers = append(numbers, code)
			}
		}
	}
	slices.Sort(numbers)
	for _, code := range numbers {
		codes = append(codes, of(code, models.Outcome{Code: code}.StatusID()))
	}
	return messages, codes
}

// causeTable is what docs/guide.md has of them.
func causeTable(t *testing.T) string {
	t.Helper()
	messages, codes := causes(t)
	var b strings.Builder
	rows := func(all []cause, numbered int) {
		for i, c := range all {
			name := c.id
			if numbered > 0 {
				name = "ours"
				if i < numbered {
					name = fmt.Sprint(i + 1)
				}
			}
			few := c.scenarios[:min(3, len(c.scenarios))]
			fmt.Fprintf(&b, "| %s | %s | %s | `%s` | `%s` |\n",
				name, c.text, c.mark, strings.Join(few, "`, `"), strings.Join(c.defects, "`, `"))
		}
	}
	b.WriteString(
		"\n## Messages of the connection test\n\nNumbers are those of the reference (`docs/reference/printer.md` §2.3). " +
			"What the reference does not have is ours, and marked so: the causes with OAuth2.\n" +
			"A scenario shows each message, three at most are named, and a planted defect that spoils the message turns it red.\n\n",
	)
	b.WriteString("| No. | Message | Certainty | Scenarios | Defects |\n|---|---|---|---|---|\n")
	rows(messages, len(referenceMessages(t)))
	b.WriteString(
		"\n## Codes that a mail job can end with\n\n| Code | Status | Certainty | Scenarios | Defects |\n|---|---|---|---|---|\n",
	)
	rows(codes, 0)
	return b.String()
}

func TestEachMessageOfTheConnectionTestAndEachCodeHasAScenarioAndADefect(t *testing.T) {
	messages, codes := causes(t)
	require.GreaterOrEqual(t, len(messages), 18)
	for _, c := range slices.Concat(messages, codes) {
		require.NotEmpty(t, c.scenarios, "no scenario shows %s: %s", c.id, c.text)
		require.NotEmpty(t, c.defects, "no defect spoils %s in a scenario that shows it: %v", c.id, c.scenarios)
	}
}

func TestADefectSpoilsOnlyMessagesAndCodesThatAreThere(t *testing.T) {
	messages, codes := causes(t)
	var known []string
	for _, c := range slices.Concat(messages, codes) {
		known = append(known, c.id)
	}
	planted, err := defects.All()
	require.NoError(t, err)
	for _, d := range planted {
		require.Subset(t, known, d.Spoils, d.ID)
	}
}
