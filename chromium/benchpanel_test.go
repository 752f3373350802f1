package chromium

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"mfpsim/guide"
)

// Whoever follows Go there and clicks what it marks, and nothing else, mends the call of the second user: the log-in of
// a user in its fold, the keys of the panel, and those of Microsoft's page on it.
func TestGoThereAloneMendsACaseAtThePanel(t *testing.T) {
	for _, language := range guide.Languages() {
		t.Run(language, func(t *testing.T) {
			w := walks(t, language, "users/to-my-email-no-consent-for-the-organization")
			for turn := 0; w.script(`String(!!document.querySelector(".done-all"))`) != "true"; turn++ {
				require.Less(t, turn, 120, "it goes round in circles")
				w.do("breathe", chromedp.Sleep(150*time.Millisecond))
				step := w.nextStep()
				if step.Text == "" || step.Looks { // it comes true by itself
					w.bench.post("/clock/advance", map[string]any{"duration": "1s"})
					continue
				}
				// By the script: the column scrolls to the next line while it is on its way.
				w.clicked++
				goes := fmt.Sprintf(
					`(() => { const b = document.querySelector(%q); if (b) b.click(); return String(!!b); })()`,
					key(fmt.Sprintf("go-%d", step.Line)),
				)
				if w.script(goes) != "true" { // the line has come true meanwhile
					continue
				}
				w.sees(".meant")
				if marked := w.script(`document.querySelector(".meant").tagName`); marked != "BUTTON" {
					require.Equal(t, "DIV", marked, step.Text) // the glass itself, while a page loads
					w.bench.post("/clock/advance", map[string]any{"duration": "1s"})
					continue
				}
				w.click(".meant")
			}
			t.Logf("%d clicks, %d texts typed", w.clicked, w.typed)
			require.Zero(t, w.typed)
		})
	}
}

// nextStep is the line that the page has lit.
func (w *walker) nextStep() caseStep {
	w.t.Helper()
	lit := w.script(`(document.querySelector('.step.now [data-key^="go-"]') || {dataset: {}}).dataset.key || ""`)
	for _, p := range w.parts() {
		for _, s := range p.Steps {
			if fmt.Sprintf("go-%d", s.Line) == lit && !s.over() {
				return s
			}
		}
	}
	return caseStep{}
}
