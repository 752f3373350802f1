package serve

import (
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// evidencePage is the page of evidence of now, in a language.
func (s *served) evidencePage(language string) string {
	s.t.Helper()
	status, answer := s.ask(http.MethodPost, "/evidence", fmt.Sprintf(`{"language":%q}`, language))
	require.Equal(s.t, http.StatusOK, status, answer)
	return string(s.fetched("/evidence/page"))
}

var (
	headRow   = regexp.MustCompile(`(?s)<dt>(.*?)</dt><dd[^>]*>(.*?)</dd>`)
	headTable = regexp.MustCompile(`(?s)aria-labelledby="ended">.*?</section>`)
	anID      = regexp.MustCompile(` id="([^"]+)"`)
	title     = regexp.MustCompile(`(?s)<h3>.*?<span class="t"[^>]*>(.*?)</span>`)
)

// headOf are the rows at the head of a page of evidence, in plain text.
func headOf(page string) (rows []string) {
	for _, found := range headRow.FindAllStringSubmatch(headTable.FindString(page), -1) {
		plain := markup.ReplaceAllString(strings.ReplaceAll(found[2], "</li>", " "), "")
		rows = append(rows, html.UnescapeString(markup.ReplaceAllString(found[1], "")+": "+strings.TrimSpace(plain)))
	}
	return rows
}

// Who gets the page reads at its head what the user saw and when, the code, the cause, what was refused, what was tried
// and whether it helped, and how to avoid it: each from the case's own data.
func TestTheHeadOfTheEvidenceTellsTheCaseInFull(t *testing.T) {
	s := live(t, Config{Seed: 7, Scenario: "trouble/smtp-auth-disabled"})
	s.isDoneForThePerson()
	for language, wanted := range map[string][]string{
		"en": {
			`^What the user read at the beginning: “Error code 312”, read on 2 Mar 2026 09:00:\d\d$`, `^Error code: 312$`,
			`^Cause: SMTP AUTH is off for the whole organization`, `^Refused: 2 Mar 2026 09:00:\d\d: Exchange refused`,
			`^What was tried: Exchange admin center: SMTP AUTH was enabled`, `^Did it help\?: Yes: solved on 2 Mar 2026`,
			`^What helps: Enable SMTP AUTH for the organization`, `^How to avoid it, by the guide: SMTP AUTH is disabled in Exchange`,
		},
		"hi": {`^शुरुआत में उपयोगकर्ता को क्या दिखा: `, `^गड़बड़ी कोड: 312$`, `^कारण: पूरे संगठन के लिए`, `^अस्वीकृति: `, `^दोबारा न हो`},
		"el": {`^Τι διάβασε ο χρήστης στην αρχή: `, `^Κωδικός σφάλματος: 312$`, `^Αιτία: Το SMTP AUTH`, `^Άρνηση: `, `^Πώς αποφεύγεται`},
	} {
		rows := headOf(s.evidencePage(language))
		at := -1
		for _, row := range wanted {
			found := -1
			for i, is := range rows {
				if regexp.MustCompile(row).MatchString(is) {
					found = i
				}
			}
			require.Greater(t, found, at, "%s, in this order, in\n%s", row, strings.Join(rows, "\n"))
			at = found
		}
	}
}

// Asking Microsoft's page for more of its refusal is no second one; what is done for the person is told once, in one
// section whose id no other has.
func TestTheEvidenceCountsAndTellsEachThingOnce(t *testing.T) {
	s := live(t, Config{Seed: 7, Scenario: "trouble/conditional-access-block"})
	s.isDoneForThePerson()
	page := s.evidencePage("en")
	require.Contains(t, page, "refusals: 1<")
	require.Contains(t, headOf(page), "Error code: AADSTS53003")
	rows := rowsOf(page)
	rowAt(t, rows, "Person → Printer | Scanned to bob@fabrikam.com.")
	rowAt(t, rows, "Entra ID → Person | Microsoft's page refused the sign-in: You cannot access this right now")
	seen := map[string]bool{}
	for _, found := range anID.FindAllStringSubmatch(page, -1) {
		require.False(t, seen[found[1]], "two parts of the page have the id %s", found[1])
		seen[found[1]] = true
	}
	titles := map[string]bool{}
	for _, found := range title.FindAllStringSubmatch(page, -1) {
		require.False(t, titles[found[1]], "two sections are called %s", found[1])
		titles[found[1]] = true
	}
	require.True(t, titles["Done by hand on the bench"])
}

// What was tried is all that was done of the remedy, in order: waiting and the new sign-in too, but not the sign-in in
// which the symptom was seen. Whether it helped says what is known: that a mail was delivered.
func TestWhatWasTriedIsTheRemedyInOrder(t *testing.T) {
	s := live(t, Config{Seed: 7, Scenario: "trouble/conditional-access-block"})
	s.isDoneForThePerson()
	for language, wanted := range map[string][]string{
		"en": {"Time passed: 15 minutes.", "is exempt.", "Sign in with Microsoft", "admin@contoso.com signed in.", "OK was clicked"},
		"hi": {"समय बीता: 15 मिनट।", "को छूट।", "Sign in with Microsoft", "admin@contoso.com से साइन इन किया गया।", "OK पर"},
		"el": {"Πέρασε χρόνος: 15 λεπτά.", "εξαίρεση", "Sign in with Microsoft", "έγινε σύνδεση ως admin@contoso.com.", "OK."},
	} {
		page := s.evidencePage(language)
		head := headTable.FindString(page)
		tried := regexp.MustCompile(`(?s)<dd><ul><li>.*?</ul>`).FindString(head)
		at := -1
		for _, says := range wanted {
			found := strings.Index(tried, says)
			require.Greater(t, found, at, "%s, in this order, in\n%s", says, tried)
			at = found
		}
		require.Equal(t, 6, strings.Count(tried, "<li>"), tried)
		require.NotRegexp(t, `\p{Greek}\)?; \p{Greek}`, strings.Join(rowsOf(page), "\n"), "a Greek ; ends a question")
		if language == "en" {
			rows := strings.Join(headOf(page), "\n")
			const at = `2 Mar 2026 09:1\d:\d\d\.` // the bench flows
			require.Regexp(t, `Did it help\?: Yes: solved on `+at+` A mail was delivered on `+at, rows)
			require.Regexp(t, `Harmless: the user went on, and the sign-in succeeded on `+at, page)
			number := `You cannot access this right now <b class="num">AADSTS53003</b> <span class="http">HTTP 200</span>`
			require.Contains(t, page, number, "the number that refused, not that of HTTP")
		}
	}
}

// A job that ended by a refusal leads to it, and shows neither its screens again nor an empty wire.
func TestAJobThatARefusalEndedLeadsToIt(t *testing.T) {
	s := live(t, Config{Seed: 7, Scenario: "trouble/smtp-auth-disabled"})
	s.isDoneForThePerson()
	page := s.evidencePage("en")
	row := func(text string) string {
		for _, found := range strings.Split(page, `<details class="ev`) {
			if summary, _, _ := strings.Cut(found, "</summary>"); strings.Contains(summary, text) {
				return found
			}
		}
		require.Fail(t, "no row", text)
		return ""
	}
	job := row("Job 1 ended with code 312.")
	refusal := regexp.MustCompile(`id="(e\d+)"`).FindStringSubmatch(row("Exchange refused the printer"))[1]
	require.Contains(t, job, `It ended by this refusal: <a href="#`+refusal+`">`)
	require.NotContains(t, job, "Nothing went over the wire")
	require.NotContains(t, job, "data-screen")
	require.Contains(t, row("Exchange refused the printer"), "data-screen")
	once := `sign-in: <b class="num">535 5.7.139</b>, SMTP AUTH is off for the organization</span></summary>`
	require.Contains(t, row("Exchange refused the printer"), once)
}

// The printer stores with OK what had been chosen before: only OK was the person's. What he does set is named.
func TestTheEvidenceNamesTheSettingsThatThePersonChanged(t *testing.T) {
	s := live(t, Config{Seed: 7, Scenario: "trouble/sign-in-not-saved"})
	s.isDoneForThePerson()
	require.NotContains(t, s.evidencePage("en"), "Settings changed")
	s = live(t, Config{Seed: 7, Scenario: "exchange/sender-is-not-the-account"})
	s.isDoneForThePerson()
	for language, changed := range map[string]string{
		"en": "Settings changed: Sender's Email Address", "hi": "बदली गई सेटिंग: प्रेषक का ईमेल पता",
		"el": "Ρυθμίσεις που άλλαξαν: Διεύθυνση Email αποστολέα",
	} {
		page := s.evidencePage(language)
		require.Contains(t, headOf(page), changed)
		memory := regexp.MustCompile(`(?s)<section class="blk" id="memory".*?</section>`).FindString(page)
		if language != "en" {
			require.NotRegexp(t, `Authenticated Account|Certificate Validation|Secure Connection|Server Port Number`, memory)
		}
	}
}

// Of what was refused twice in the same words the head names what ended the user's job, at the time that the bench has.
func TestTheHeadNamesTheRefusalThatEndedTheJob(t *testing.T) {
	s := live(t, Config{Scenario: "trouble/smtp-auth-disabled"})
	p := newPerson(s, nil)
	p.does([]string{"scan", "email", "bob@fabrikam.com"})
	p.asks("/clock/advance", map[string]any{"duration": "1m"})
	p.does([]string{"webconfig", "log-in"})
	p.does([]string{"webconfig", "open", "Network > Email Server > Connection Test"})
	p.does([]string{"webconfig", "click", "Start"})
	var lines []struct{ At, Text, Tone, Protocol string }
	s.object("/wire?since=0&language=en", &lines)
	var times []string
	for _, l := range lines {
		if l.Tone == "refused" && l.Protocol == "SMTP" {
			times = append(times, l.At[11:19])
		}
	}
	require.Len(t, times, 2)
	require.NotEqual(t, times[0], times[1])
	page := s.evidencePage("en")
	require.Regexp(t, `Refused</dt><dd><a href="#e\d+">2 Mar 2026 `+times[0]+`: Exchange refused`, page)
	require.Equal(t, 1, strings.Count(headTable.FindString(page), "<dt>Refused</dt>"))
	at := func(text string) string {
		row := regexp.MustCompile(`<time datetime="[^"]*">([0-9:]+)</time><span class="bx[^>]*><span class="who">[^<]*</span>` + text)
		found := row.FindStringSubmatch(page)
		require.NotNil(t, found, text)
		return found[1]
	}
	require.Equal(t, times[0], at("Exchange refused the printer&#39;s sign-in"))
	rows := rowsOf(page)
	ended := rowAt(t, rows, "Printer | Job 1 ended with code 312.")
	require.Contains(t, rows[ended-1], "Exchange refused the printer's sign-in", "the cause stands before its effect")
}

// How much time passed says how much in all.
func TestTimeThatPassedTwiceIsAddedUp(t *testing.T) {
	s := live(t, Config{Seed: 7, Scenario: "trouble/smtp-auth-disabled"})
	for range 2 {
		status, answer := s.ask(http.MethodPost, "/clock/advance", `{"duration":"15m"}`)
		require.Equal(t, http.StatusOK, status, answer)
	}
	for language, says := range map[string]string{
		"en": "| Time passed: 30 minutes (2 × 15 minutes).", "hi": "| समय बीता: 30 मिनट (2 × 15 मिनट)।",
		"el": "| Πέρασε χρόνος: 30 λεπτά (2 × 15 λεπτά).",
	} {
		story := strings.Join(rowsOf(s.evidencePage(language)), "\n")
		require.Contains(t, story, says)
	}
}
