package report_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/journal"
	"mfpsim/report"
	"mfpsim/screen"
)

// hostile is a text that would like to run.
const hostile = `</script><script>document.title="it ran"</script><img src=x onerror="document.title='it ran'"><!--`

// told is evidence of a bench on which somebody means harm: his texts are in mails, pages, labels and steps.
func told(t *testing.T, language string) report.Evidence {
	t.Helper()
	j := record(t)
	page := "<!DOCTYPE html><html><head><link rel=\"stylesheet\" href=\"/style.css\"><script src=\"/x.js\"></script></head><body>" + hostile + "</body></html>"
	for range 2 { // the same screen twice
		step := journal.Plain("trouble/x.txtar:9 webconfig open X")
		j.Append(journal.Entry{Party: "scenario", Kind: journal.KindNote, Text: step})
		x := &journal.Exchange{
			Method: "GET", Host: "192.0.2.10", Target: journal.Plain("/x"), Status: 200, ResponseBody: journal.Plain(page),
		}
		j.Append(journal.Entry{Party: "printer", Connection: "browser#2", Kind: journal.KindHTTP, HTTP: x})
	}
	shown := &screen.Screen{
		Kind: screen.Facts, Language: language, Title: hostile, Rows: []screen.ListRow{{Label: hostile, Value: "1"}},
	}
	said := journal.Plain("| " + hostile + "\n")
	j.Append(journal.Entry{Party: "printer", Kind: journal.KindScreen, Text: said, Screen: shown})
	start := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	return report.Evidence{
		ID: "trouble/x", Journal: j, Replay: "mfpsim run trouble/x --seed 7",
		Mails: []report.Mail{{Mailbox: "bob@b.example", Number: 1, Raw: []byte("Subject: " + hostile + "\r\nContent-Type: text/html\r\n\r\n" + hostile)}},
		Story: &report.Story{
			Case: report.Case{ID: "trouble/x", Title: hostile, Verdict: report.Failed}, Language: language, Script: "# id: trouble/x\n\n# First.\nwebconfig open X\n\n# Second.\n" + hostile + "\n",
			Failed: 9, Start: start, End: start.Add(time.Hour), Taken: -1, Styles: map[string]string{"/style.css": "body{color:red}"},
			Before: []byte(`xx{"generation":1,"record":{"a":1,"b_sealed":"canary1"}}`),
			After:  []byte(`xx{"generation":2,"record":{"a":2,"b_sealed":"canary2","key_id":"canary3"}}yy{"generation":1,"record":{"a":1}}`),
		},
		Failure: "FAIL " + hostile,
	}
}

func TestAPageOfEvidenceStandsAloneAndHasNothingOfAForeignerRun(t *testing.T) {
	for _, language := range []string{"en", "hi", "el", "xx"} {
		t.Run(language, func(t *testing.T) {
			files, err := told(t, language).Files()
			require.NoError(t, err)
			page := string(files[report.PageName])
			require.Contains(t, page, `http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; script-src &#39;sha256-`)
			require.NotContains(t, page, "unsafe-inline")
			require.Equal(t, 2, strings.Count(page, "<script"), "the album, which is data, and the page's own")
			outside := regexp.MustCompile(`(?s)<script type="application/json".*?</script>`).ReplaceAllString(page, "")
			require.NotContains(t, outside, "<img", "a text of a foreigner is text")
			require.NotContains(t, page, "canary", "what is sealed stays so")
			require.Equal(t, 1, strings.Count(page, `"k":"page"`), "equal screens are stored once")
			sealed := map[string]string{"en": "[sealed]", "hi": "[सील किया हुआ]", "el": "[σφραγισμένο]"}
			require.Contains(t, page, sealed[language])
			for _, address := range regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllStringSubmatch(page, -1) {
				require.NotContains(t, address[1], "//", "the page loads nothing")
			}
			require.Contains(t, string(files["wire.har"]), `"url": "https://192.0.2.10/x"`)
			again, err := told(t, language).Files()
			require.NoError(t, err)
			require.Equal(t, files, again)
		})
	}
}

// Who gets the page in a ticket knows neither the program's words nor Entra's numbers.
func TestAPageOfEvidenceExplainsItsOwnWords(t *testing.T) {
	for language, wanted := range map[string][]string{
		"en": {
			"<dt>Rules of the guide</dt><dd>R38, R41</dd>", "a printer must pass this (MUST)",
			"connection 1, from the browser of whoever works at the bench or from another program",
			`a Conditional Access policy blocks the sign-in<br><span class="note" lang="en" translate="no">blocked by Microsoft`,
		},
		"hi": {"गाइड के नियम", "प्रिंटर को इसमें सफल होना ही चाहिए (MUST)", "बेंच पर काम करने वाले", "सशर्त पहुंच नीति साइन-इन को रोकती है"},
		"el": {"Κανόνες του οδηγού", "πρέπει να το περνά (MUST)", "όποιου εργάζεται στον πάγκο", "μια πολιτική πρόσβασης υπό όρους αποκλείει τη σύνδεση"},
	} {
		e := told(t, language)
		e.Story.Case.Level, e.Story.Case.Proves = "MUST", []string{"R38", "R41"}
		e.Story.SignIns = []report.SignIn{{User: "a@contoso.com", AADSTS: 53003, Reason: "blocked by Microsoft"}}
		x := &journal.Exchange{
			Method: "POST", Host: "login.example", Target: journal.Plain("/common/oauth2/v2.0/devicecode"), Status: 200,
		}
		e.Journal.Append(journal.Entry{Party: "entra", Connection: "outside#1", Kind: journal.KindHTTP, HTTP: x})
		e.Mails = append(e.Mails, report.Mail{Mailbox: "bob@b.example", Number: 2, Raw: []byte(
			"Content-Type: application/pdf; name=scan.pdf\r\nContent-Disposition: attachment; filename=scan.pdf\r\n\r\n" + strings.Repeat("x", 6144),
		)})
		files, err := e.Files()
		require.NoError(t, err)
		require.Contains(t, string(files[report.PageName]), "scan.pdf</span> (6 KB)")
		for _, words := range wanted {
			require.Contains(t, string(files[report.PageName]), words)
		}
		page := string(files[report.PageName])
		fold := regexp.MustCompile(`(?s)<details class="dev".*?</details>`).FindString(page)
		require.Contains(t, fold, "R38, R41")
		head, _, _ := strings.Cut(strings.Replace(page, fold, "", 1), `id="time"`)
		for _, developers := range []string{"MUST", "R38", "--seed"} {
			require.NotContains(t, head, developers, "it is folded, for developers")
		}
	}
}

// What came before somebody took a case by hand is no trial of his, and has a heading that says so.
func TestWhatCameBeforeACaseWasTakenIsCalledSo(t *testing.T) {
	for language, heading := range map[string]string{
		"en": "What had happened before", "hi": "इससे पहले क्या हुआ", "el": "Τι προηγήθηκε",
	} {
		e := told(t, language)
		e.Story.Script, e.Story.Case.Verdict, e.Story.Failed = "# id: trouble/x\n\nwebconfig open X\n", "", 0
		require.NotContains(t, pageOf(t, e), ">"+heading+"</span>", "it was played as a whole")
		e.Story.Taken = len(e.Journal.Entries())
		require.Contains(t, pageOf(t, e), ">"+heading+"</span>")
	}
}

func pageOf(t *testing.T, e report.Evidence) string {
	t.Helper()
	files, err := e.Files()
	require.NoError(t, err)
	return string(files[report.PageName])
}

// A sign-in that Microsoft's page interrupted, to ask for something more, is no failure: the log says what became of
// it.
func TestAnInterruptedSignInIsSaidToBeHarmless(t *testing.T) {
	e := told(t, "en")
	asked := report.SignIn{At: e.Story.Start, User: "a@contoso.com", AADSTS: 50199, Reason: "confirm"}
	other := report.SignIn{At: asked.At.Add(time.Second), User: "b@contoso.com"}
	then := report.SignIn{At: asked.At.Add(2 * time.Second), User: asked.User}
	for says, after := range map[string][]report.SignIn{
		"Harmless: the user went on, and the sign-in succeeded on 2 Mar 2026 09:00:02.": {asked, other, then},
		"No failure in itself: the page waits for the user to go on.":                   {asked, other},
	} {
		e.Story.SignIns = after
		require.Contains(t, pageOf(t, e), says)
	}
	then.AADSTS = 53003
	e.Story.SignIns = []report.SignIn{asked, then}
	require.NotContains(t, pageOf(t, e), "Harmless")
}

// A page that is sent on alone has no folder: it says how to come by the file.
func TestAPageAloneSaysHowToComeByTheFolder(t *testing.T) {
	e := told(t, "en")
	e.Story.Recorded = "# id: recorded/by-hand\n\nscan email bob@b.example\n"
	alone, err := e.Page()
	require.NoError(t, err)
	require.Contains(t, string(alone), "Get the folder from the bench, or put the lines below into a file of that name.")
	require.NotContains(t, string(alone), "of the folder of this page")
	require.Contains(t, pageOf(t, e), "recorded/by-hand.txtar of the folder of this page")
}

func TestADeviceWhoseWebPageIsKnownByItsTextAloneIsShownByIt(t *testing.T) {
	e := told(t, "en")
	e.Journal = journal.New(func() time.Time { return e.Story.Start })
	for _, text := range []string{"Product Status\n", "Email Server\n", "Email Server\n", "Basic\n"} {
		step := journal.Plain("trouble/x.txtar:9 webconfig open X")
		e.Journal.Append(journal.Entry{Party: "scenario", Kind: journal.KindNote, Text: step})
		e.Journal.Append(journal.Entry{Party: "printer", Kind: journal.KindScreen, Text: journal.Plain(text)})
	}
	files, err := e.Files()
	require.NoError(t, err)
	page := string(files[report.PageName])
	require.Equal(t, 3, strings.Count(page, `"k":"page"`), "a picture of each text")
	require.Contains(t, page, `<pre>Email Server`)
}

func TestALongRecordFitsOntoThePage(t *testing.T) {
	e := told(t, "en")
	for i := range 120 {
		connection := fmt.Sprintf("printer#%d", i+9)
		x := &journal.Exchange{
			Method: "POST", Host: "login.example", Target: journal.Plain("/common/oauth2/v2.0/devicecode"), Status: 400 + i%2,
			ResponseBody: journal.Plain(fmt.Sprintf(`{"error":"e%d"}`, i) + strings.Repeat("x", 15_000)),
		}
		e.Journal.Append(journal.Entry{Party: "entra", Connection: connection, Kind: journal.KindHTTP, HTTP: x})
	}
	files, err := e.Files()
	require.NoError(t, err)
	require.LessOrEqual(t, len(files[report.PageName]), 1<<20)
	require.Contains(t, string(files[report.PageName]), "bytes more: entra.txt")
}

func TestThePageOfARunTellsTheWorstFirst(t *testing.T) {
	cases := []report.Case{
		{ID: "a/passes", Verdict: report.Passed, Proves: []string{"R1", "R2"}, Virtual: time.Hour},
		{ID: "b/fails", Title: hostile, Verdict: report.Failed, Proves: []string{"R2"}, Reason: "FAIL\nmore", Machine: time.Minute},
		{ID: "c/skipped", Verdict: report.Skipped, Reason: "needs a fax", Proves: []string{"R3"}},
	}
	rules := []report.Rule{{ID: "R1"}, {ID: "R2"}, {ID: "R3"}, {ID: "R4", Document: true, Where: "README.md"}}
	files, err := report.Index{Run: seven, Cases: cases, Rules: rules}.Files()
	require.NoError(t, err)
	page := string(files[report.PageName])
	require.Less(t, strings.Index(page, "b/fails/index.html"), strings.Index(page, "a/passes/index.html"))
	require.Regexp(t, `(?s)id="rule-R1".*>shown<.*id="rule-R2".*>not held<.*id="rule-R3".*>not played<.*id="rule-R4".*>in a document<`, page)
	require.Equal(t, 1, strings.Count(page, "<script"))
	require.Contains(t, string(files["junit.xml"]), `name="evidence" value="b/fails/index.html"`)
	require.NotContains(t, string(files["junit.xml"]), "60.000", "the times of the machine are not the same each time")
	folder := t.TempDir()
	for range 2 {
		f, err := report.OpenFolder(folder, seven)
		require.NoError(t, err)
		require.NoError(t, f.WriteBeside(files))
		require.NoError(t, f.Close(true))
	}
	require.Len(t, manifest(t, folder).Files, 2)
	put(t, "mine", folder, report.PageName)
	f, err := report.OpenFolder(folder, seven)
	require.NoError(t, err)
	require.ErrorContains(t, f.WriteBeside(files), "was changed since mfpsim wrote it")
	require.NoError(t, f.Close(false))
}
