package chromium

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Each place to which the box of a remedy leads is there, whatever the cause: a page of Web Config, or a control in its
// tab. One bench shows them all, with a fault of the network that the box of a certificate is about.
func TestTheBoxOfEachRemedyLeadsToItsControl(t *testing.T) {
	w := walks(t, "el", "exchange/untrusted-certificate")
	w.sees(`[data-key="remedy-0"]`)
	w.sees("//*[@class='rem'][contains(., 'Τι βοηθά')]//button[contains(., 'Ενημέρωση ριζικού πιστοποιητικού')]")
	w.click(`[data-key="remedy-2"]`)
	w.sees(`[data-key="stranger"].meant`)
	w.click(`[data-key="remedy-1"]`)
	w.marks(w.web, "web-config", "input[type=password]")
	w.typeIn(w.web, "input[type=password]", w.person.reads("#pane-web-config .beside b"))
	w.has(w.web, "main button")
	w.evaluates(w.web, `document.readyState === "complete" && document.querySelector("main input[type=file]") ? "done" : ""`)

	known := map[string]bool{}
	var table []byte
	for _, file := range []string{"causes.yaml", "causes_mail.yaml"} {
		rows, err := os.ReadFile("../explain/" + file)
		require.NoError(t, err)
		table = append(table, rows...)
	}
	for _, m := range regexp.MustCompile(`(?m)^  at: \[(.*)\]$`).FindAllStringSubmatch(string(table), -1) {
		for _, at := range strings.Split(m[1], ", ") {
			known[strings.Trim(at, "'")] = true
		}
	}
	require.Contains(t, known, "microsoft application")
	for at := range known {
		place, control, _ := strings.Cut(at, " ")
		if place == "webconfig" || place == "browser" { // the first is looked at in Go
			continue
		}
		w.script(fmt.Sprintf(
			`import("/bench/controls.js").then((m) => import("/bench/dom.js").then((d) => { document.getElementById("tab-%s").click(); d.lead(m.remedyAt({ place: %q, path: "", control: %q }, (k) => k).selectors); })); ""`,
			place, place, control,
		))
		w.sees(fmt.Sprintf(`#%s.meant, [data-key=%q].meant`, control, control))
	}
}

// Each act of each case that a person plays has a control of its own, or a line of the bench's that does it, and each
// act of the bench's is a request of the control API.
func TestEachActOfEachCaseHasItsControl(t *testing.T) {
	type step struct {
		Text  string         `json:"text"`
		Looks bool           `json:"looks"`
		Aim   map[string]any `json:"aim"`
	}
	var steps []step
	seen := map[string]bool{}
	files, err := filepath.Glob("../scenarios/*/*.txtar")
	require.NoError(t, err)
	for _, file := range files {
		for _, line := range handedOver(t, file) {
			if !seen[line] && !looks.MatchString(line) {
				seen[line] = true
				steps = append(steps, step{line, false, map[string]any{"keys": []string{}}})
			}
		}
	}
	require.Greater(t, len(steps), 400)
	text, err := json.Marshal(steps)
	require.NoError(t, err)
	p := opensBench(t, "en", "--scenario", "exchange/untrusted-certificate")
	p.script(fmt.Sprintf(`Promise.all([import("/bench/controls.js"), import("/bench/anyact.js")]).then(([m, a]) => {
		document.body.dataset.rest = JSON.stringify(%s.flatMap((s) => {
			const control = m.controlsOf(s)[0];
			if (!control) return [s.text + ": no control"];
			if (control !== '[data-key="any-act"]') return [];
			const request = a.requestOf(s.text);
			return request ? ["POST " + request[0]] : [s.text + ": no request"];
		}));
	}); ""`, text))
	p.sees("body[data-rest]")
	var rest []string
	require.NoError(t, json.Unmarshal([]byte(p.script("document.body.dataset.rest")), &rest))
	documented := documentedRequests(t)
	require.NotEmpty(t, rest)
	undone := slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(rest))), func(r string) bool {
		return slices.Contains(documented, r) || slices.Contains(unplayable, r)
	})
	require.Empty(t, undone)
}

// unplayable are acts that no person at the page can do: with a file of the scenario's own, or with a second printer.
var unplayable = []string{"scan originals image=red.png: no request"}

// looks are lines that want to see something, or that only the scenario itself has.
var looks = regexp.MustCompile(`^(! )?(\S+ (shows|screen|count|has|is|log|dialogue|choices|unreachable|faxes)|mailbox|jobs|wire|sheet shows|cmp|env|skip|stop)\b`)

// handedOver are the lines of a scenario behind its handover.
func handedOver(t *testing.T, file string) (lines []string) {
	t.Helper()
	whole, err := os.ReadFile(file)
	require.NoError(t, err)
	text, _, _ := strings.Cut(string(whole), "\n-- ")
	_, text, _ = strings.Cut(text, "\nhandover\n")
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	return lines
}

// documentedRequests are those of docs/control.md.
func documentedRequests(t *testing.T) (requests []string) {
	t.Helper()
	text, err := os.ReadFile("../docs/control.md")
	require.NoError(t, err)
	for _, m := range regexp.MustCompile("(?m)^### `([A-Z]+ [^`]+)`").FindAllStringSubmatch(string(text), -1) {
		requests = append(requests, m[1])
	}
	return requests
}
