package chromium

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/guide"
)

// The step that needs the device code says which it is and where else it stands: Web Config may show another page by
// then. Once the code is over, it says that none waits.
func TestTheStepThatNeedsTheCodeSaysWhereItIs(t *testing.T) {
	for _, language := range guide.Languages() {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			p := opensBench(t, language, "--scenario", "trouble/conditional-access-block")
			p.sees(".step.now #code-of-step .copy")
			var now struct{ Code string }
			p.bench.asks("/bench/now", &now)
			require.NotEmpty(t, now.Code)
			require.Equal(t, now.Code, p.reads("#code-of-step b"))
			require.Contains(t, p.reads("#code-of-step"), map[string]string{
				"en": "It also stands above Microsoft's page", "hi": "यह Microsoft के पेज के ऊपर भी दिखता है",
				"el": "Φαίνεται και πάνω από τη σελίδα της Microsoft",
			}[language])
			p.inspects("a step that needs the code")
			p.bench.advance("16m")
			p.sees(`.step.now #code-of-step:not(:has(b))`)
			require.Contains(t, p.reads("#code-of-step"), map[string]string{
				"en": "No authentication code waits", "hi": "कोई प्रमाणीकरण कोड प्रतीक्षा में नहीं",
				"el": "Δεν περιμένει κωδικός ελέγχου ταυτότητας",
			}[language])
		})
	}
}

// What a printer refuses a person, such as a wrong password of Web Config, is not told as the cause of a case.
func TestAPasswordThatWebConfigRefusesIsNotTheCauseOfACase(t *testing.T) {
	c := newClerk(t, "en")
	c.loads("code 361", "trouble/expired-by-disuse")
	c.click("#beside-panel form button")
	c.bench.advance("30s")
	c.sees(".cause")
	cause := c.script(`document.querySelector(".cause p").textContent`)
	require.Contains(t, cause, "AADSTS700082")
	c.show("web-config")
	c.clickIn(c.web, c.label("Log in"))
	c.typeIn(c.web, "input[type=password]", "not-the-password")
	c.clickIn(c.web, c.label("OK"))
	const told = "main .error, main .alert, main [role=alert]"
	c.evaluates(c.web, `document.readyState === "complete" && document.querySelector("`+told+`") ? "refused" : ""`)
	c.bench.advance("1s")
	c.breathes()
	require.Equal(t, cause, c.script(`document.querySelector(".cause p").textContent`))
	require.Equal(t, "false", c.script(`String(document.querySelector(".cause").classList.contains("past"))`))
}
