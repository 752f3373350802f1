package serve

import (
	"archive/zip"
	"bytes"
	"html/template"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/lab"
	"mfpsim/phrase"
	"mfpsim/scenarios"
)

// fetched is a file of the control API.
func (s *served) fetched(path string) []byte {
	s.t.Helper()
	answer, err := s.client.Get(s.Control + path)
	require.NoError(s.t, err)
	defer func() { _ = answer.Body.Close() }()
	require.Equal(s.t, http.StatusOK, answer.StatusCode)
	kept := answer.Header.Get("Content-Disposition")
	require.Contains(s.t, kept, "attachment", "a browser does not open it at the bench's own address")
	body, err := io.ReadAll(answer.Body)
	require.NoError(s.t, err)
	return body
}

func TestEvidenceOfALiveBenchIsSavedByOneRequest(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "evidence")
	var bench *lab.Lab
	s := live(t, Config{Scenario: "trouble/expired-by-disuse", Evidence: folder, Lab: func(l *lab.Lab) { bench = l }})
	s.scanned("bob@fabrikam.com")
	status, told := s.ask("POST", "/evidence", `{"language":"el","ticket":"Δεν στέλνει από τις διακοπές"}`)
	require.Equal(t, http.StatusOK, status, told)
	require.Regexp(t, `^trouble-expired-by-disuse-[0-9-]+\.html$`, told["name"])
	require.Equal(t, filepath.Join(folder, "trouble", "expired-by-disuse"), told["folder"])
	page := s.fetched("/evidence/page")
	require.EqualValues(t, told["bytes"], len(page))
	require.Contains(t, string(page), `<html lang="el">`)
	require.Contains(t, string(page), "Δοκιμή στον πάγκο: δεν λύθηκε", "the remedy was not tried")
	require.Contains(t, string(page), "Έγινε σάρωση προς bob@fabrikam.com.", "what the person did is told as done")
	require.NotRegexp(t, `href="[^#]`, string(page), "a file that is sent on alone has no links to others")
	require.Contains(t, string(page), "AADSTS700082")
	require.Contains(t, string(page), "<blockquote translate=\"no\">Δεν στέλνει από τις διακοπές</blockquote>")
	_, again := s.ask("POST", "/evidence", `{"language":"el"}`)
	require.NotEqual(t, told["name"], again["name"], "each save has a name of its own")
	folderName := strings.TrimSuffix(again["name"].(string), ".html")
	require.Contains(t, string(page), `id="by-hand"`, "what the person did stands in a part of its own")
	packed := s.fetched("/evidence/folder")
	archive, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	require.NoError(t, err)
	require.Len(t, archive.File, int(told["files"].(float64)))
	files := map[string][]byte{}
	for _, f := range archive.File {
		r, err := f.Open()
		require.NoError(t, err)
		files[f.Name], err = io.ReadAll(r)
		require.NoError(t, err)
	}
	require.Contains(t, string(files[folderName+"/index.html"]), `href="journal.jsonl"`)
	require.Empty(t, lab.FindLeaks(files, bench.Secrets()))
	require.Equal(t, packed, s.fetched("/evidence/folder"), "the same record, the same bytes")
	written, err := os.ReadFile(filepath.Join(folder, "trouble", "expired-by-disuse", "index.html"))
	require.NoError(t, err)
	require.Contains(t, string(written), "AADSTS700082")
	require.FileExists(t, filepath.Join(folder, "index.html"))
}

// A password that is a word of the page stands for any secret that would get into the evidence.
func TestEvidenceWithASecretIsNeverSavedNeitherOnDemandNorAtTheEnd(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "evidence")
	s := live(t, Config{Evidence: folder, Passwords: map[string]string{"printer": "journal.jsonl"}})
	status, told := s.ask("POST", "/evidence", `{"language":"en"}`)
	require.Equal(t, http.StatusUnprocessableEntity, status, told)
	require.Contains(t, told["error"], "nothing was saved: a secret would be in the evidence")
	require.NotContains(t, told["error"], "journal.jsonl, plain")
	require.NoFileExists(t, filepath.Join(folder, "serve", "index.html"))
	require.ErrorContains(t, s.stop(), "nothing was saved: a secret would be in the evidence")
	require.NoFileExists(t, filepath.Join(folder, "serve", "index.html"))
}

// What somebody changed by hand lies in the evidence as a scenario, which the command of the evidence plays again.
func TestTheEvidenceOfWhatWasDoneByHandPlaysItAgain(t *testing.T) {
	for name, config := range map[string]Config{
		"of a case": {Scenario: "trouble/smtp-auth-disabled", Seed: 7}, "of a free bench": {Prepared: true, Seed: 7, Language: "el"},
		"of another model": {Scenario: "trouble/expired-by-disuse", Seed: 7, Model: "Team 500"},
	} {
		t.Run(name, func(t *testing.T) {
			var bench *lab.Lab
			config.Lab = func(l *lab.Lab) { bench = l }
			s := live(t, config)
			p := newPerson(s, bench)
			p.asks("/evidence", map[string]any{"language": "en"})
			require.NotContains(t, string(s.fetched("/evidence/page")), `id="recorded"`, "nothing was done")
			p.asks("/entra/policy", map[string]any{
				"words": []string{"Block device code flow", "flow=device code flow", "grant=block"},
			})
			p.does([]string{"scan", "email", "bob@fabrikam.com"})
			p.asks("/entra/mfa", map[string]any{"user": "admin@contoso.com", "on": true})
			p.asks("/clock/advance", map[string]any{"duration": "1m"})
			p.asks("/printer/panel/log-in", map[string]any{"password": "no-such"})
			p.asks("/evidence", map[string]any{"language": "en"})
			page := string(s.fetched("/evidence/page"))
			require.Contains(t, page, `id="recorded"`)
			require.Contains(t, page, "POST /entra/mfa", "what cannot be recorded is said")
			files := unpacked(t, s.fetched("/evidence/folder"))
			text := string(files["recorded/by-hand.txtar"])
			require.Contains(t, text, "entra policy 'Block device code flow' 'flow=device code flow' grant=block")
			require.Contains(t, text, "panel log-in wrong")
			require.Regexp(t, `\njobs count \d+\n`, text)
			replay := strings.TrimSpace(string(files["replay.txt"]))
			require.Contains(t, page, template.HTMLEscapeString(replay))
			words, err := phrase.Split(replay)
			require.NoError(t, err)
			require.Equal(t, []string{"mfpsim", "run", "--folder", ".", "recorded/by-hand", "--seed", "7"}, words[:7])
			options := scenarios.Options{Patterns: words[4:5], Seed: 7}
			for i := 7; i+1 < len(words); i += 2 {
				switch words[i] {
				case "--model":
					options.Model = words[i+1]
				case "--lang":
					options.Language = words[i+1]
				}
			}
			require.Equal(t, config.Model, options.Model)
			require.Equal(t, config.Language, options.Language)
			playsBackGreen(t, "by-hand", text, options)
			require.Equal(t, files, unpacked(t, s.fetched("/evidence/folder")), "the same record, the same bytes")
		})
	}
}

// unpacked are the files of a folder of evidence, by their names in it.
func unpacked(t *testing.T, packed []byte) map[string][]byte {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	require.NoError(t, err)
	files := map[string][]byte{}
	for _, f := range archive.File {
		r, err := f.Open()
		require.NoError(t, err)
		_, name, _ := strings.Cut(f.Name, "/")
		files[name], err = io.ReadAll(r)
		require.NoError(t, err)
	}
	return files
}

// The sign-in log of the evidence names the policy that refused.
func TestTheEvidenceNamesThePolicyThatBlocked(t *testing.T) {
	for language, says := range map[string]string{
		"en": "refused the sign-in", "hi": "साइन-इन अस्वीकार किया", "el": "απέρριψε τη σύνδεση",
	} {
		s := live(t, Config{Scenario: "entra/compliant-device-demanded"})
		p := newPerson(s, nil)
		p.does([]string{"scan", "email", "bob@fabrikam.com"})
		p.asks("/clock/advance", map[string]any{"duration": "1m"})
		p.asks("/evidence", map[string]any{"language": language})
		section := regexp.MustCompile(`(?s)<section class="blk" id="log".*?</section>`)
		log := section.FindString(string(s.fetched("/evidence/page")))
		require.Regexp(t, `Conditional Access\)?: <b translate="no">[^<]+</b>, `+says, log)
	}
}

// A case that is played by hand to its end says so at the head of its page, with what became of the memory.
func TestThePageOfACasePlayedByHandSaysHowItEnded(t *testing.T) {
	var bench *lab.Lab
	s := live(t, Config{Scenario: "trouble/sign-in-not-saved", Lab: func(l *lab.Lab) { bench = l }})
	p := newPerson(s, bench)
	p.asks("/record/start", map[string]any{})
	for _, l := range linesBehind(t, "trouble/sign-in-not-saved") {
		if l.looks {
			p.expects(l.text)
		} else {
			p.does(l.words)
		}
		status, _ := s.ask("GET", "/case", "") // looks at the check list
		require.Equal(t, http.StatusOK, status)
	}
	p.asks("/evidence", map[string]any{"language": "en"})
	page := string(s.fetched("/evidence/page"))
	require.Contains(t, page, "Tried by hand: solved")
	require.Regexp(t, `What the user read at the beginning</dt><dd>“To use this function, you need to sign in to your email service\.[^<]*”, read on 2 Mar 2026`, page)
	require.Regexp(t, `Sign-in of the printer</dt><dd>Not stored → <b>Stored: admin@contoso\.com, signed in 2 Mar 2026 09:00:31`, page)
	require.Regexp(t, `Seen last</dt><dd><a href="#e\d+">[^<]*Job 2 is done\.`, page)
	require.NotRegexp(
		t, `(?s)id="by-hand".*The panel is at Scan &gt; Email\..*class="grid2"`, page, "the act has the screens it led to",
	)
}

// What was tried are changes: a connection test that showed the symptom and a look at a setting are none.
func TestWhatWasTriedIsWhatWasChanged(t *testing.T) {
	s := live(t, Config{Scenario: "trouble/smtp-auth-disabled"})
	p := newPerson(s, nil)
	p.does([]string{"webconfig", "log-in"})
	p.does([]string{"webconfig", "open", "Network > Email Server > Connection Test"})
	p.does([]string{"webconfig", "click", "Start"})
	p.does([]string{"exchange", "Get-CASMailbox", "admin@contoso.com"})
	p.asks("/printer/language", map[string]any{"language": "en"})
	p.does([]string{"exchange", "Set-CASMailbox", "admin@contoso.com", "-SmtpClientAuthenticationDisabled", "$false"})
	p.asks("/evidence", map[string]any{"language": "en"})
	page := string(s.fetched("/evidence/page"))
	require.Contains(t, page, "Start was clicked in Web Config.")
	tried := regexp.MustCompile(`<dt>What was tried</dt><dd><ul>.*?</ul>`).FindString(page)
	require.Equal(t, 1, strings.Count(tried, "<li>"), tried)
	require.Contains(t, tried, "SMTP AUTH was enabled")
}

// A refusal says first why, in the reader's language; the numbers in the reply of Exchange are folded.
func TestTheReasonOfARefusalStandsBeforeTheReply(t *testing.T) {
	s := live(t, Config{Scenario: "exchange/sender-is-not-the-account"})
	p := newPerson(s, nil)
	p.does([]string{"scan", "email", "bob@fabrikam.com"})
	for language, says := range map[string]string{
		"en": "Why refused:</b> the sender is not", "hi": "अस्वीकार क्यों हुआ:</b> प्रेषक", "el": "Γιατί η άρνηση:</b> ο αποστολέας",
	} {
		p.asks("/evidence", map[string]any{"language": language})
		page := string(s.fetched("/evidence/page"))
		why := regexp.MustCompile(`<div class="why">.*?</div>`).FindString(page)
		require.Contains(t, why, says, page)
		reason, numbers, folded := strings.Cut(why, "<details>")
		require.True(t, folded, why)
		require.Contains(t, reason, "SendAsDenied; admin@contoso.com not allowed to send as reception@contoso.com")
		require.NotRegexp(t, `\d\.\d+:`, reason)
		require.Contains(t, numbers, "0.35250:")
		outside := strings.ReplaceAll(page, why, "")
		require.NotContains(t, outside, "0.35250:")
	}
}
