package chromium

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// playsByDo finds a case from a user's words, loads it, and presses Do the next steps until it is solved.
func playsByDo(t *testing.T, language, asked, scenario string) *clerk {
	t.Helper()
	c := newClerk(t, language)
	c.script(fmt.Sprintf(`document.getElementById("find-text").value = %q; ""`, asked))
	c.click(".find button")
	c.sees("[data-key^='load-']")
	c.click(key("load-" + scenario))
	c.sees(".step.now")
	for range 12 {
		if c.isThere(".done-all") {
			break
		}
		c.click(`[data-key="do-next"]`)
		c.restsAfterDo()
	}
	c.sees(".done-all")
	c.click("#save")
	c.sees("#saved a")
	return c
}

// restsAfterDo waits until the page has done what it was asked for, without anything that went wrong.
func (c *clerk) restsAfterDo() {
	c.t.Helper()
	for range 400 {
		c.breathes()
		if c.script(`String(document.querySelector('[data-key="do-next"][aria-disabled]') === null)`) == "true" {
			break
		}
	}
	wrong := c.script(`[...document.querySelectorAll(".step .unfit")].map((n) => n.textContent).join() || "none"`)
	require.Equal(c.t, "none", wrong, "the page is kept as %s", c.keep(c.t.Name()))
}

// Four calls of the desk, from a user's words to the evidence, by Do the next steps and Save now alone.
func TestDoTheNextStepsLeadsToTheEvidence(t *testing.T) {
	calls, _ := deskCalls(t)
	for _, row := range []struct {
		language, scenario string
		sees               string // in the frame of Microsoft's pages, on the way
	}{
		{language: "en", scenario: "trouble/sign-in-not-saved"},
		{language: "el", scenario: "trouble/conditional-access-block"},
		{language: "en", scenario: "trouble/expired-by-disuse"},
		{language: "hi", scenario: "trouble/smtp-auth-disabled"},
	} {
		t.Run(row.scenario+" "+row.language, func(t *testing.T) {
			asked := ""
			for _, call := range calls {
				if call.scenario == row.scenario {
					asked = call.asked[row.language]
				}
			}
			c := playsByDo(t, row.language, asked, row.scenario)
			t.Logf("%d clicks", c.clicked)
			require.LessOrEqual(t, c.clicked, 12)
			undone := []string{}
			for _, p := range c.parts() {
				for _, s := range p.Steps {
					if p.Kind != "story" && p.Kind != "further" && p.Kind != "other" && s.Skipped {
						undone = append(undone, s.Text)
					}
				}
			}
			require.Empty(t, undone, "nothing was skipped")
			stored := c.script(`JSON.stringify({ ...sessionStorage, ...localStorage })`)
			require.False(t, strings.Contains(stored, c.person.reads("#pane-web-config .beside b")), "a password is kept")
		})
	}
}
