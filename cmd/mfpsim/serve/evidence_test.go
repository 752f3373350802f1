package serve

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/lab"
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
	status, told := s.ask("POST", "/evidence", `{"language":"el"}`)
	require.Equal(t, http.StatusOK, status, told)
	require.Equal(t, "trouble-expired-by-disuse.html", told["name"])
	require.Equal(t, filepath.Join(folder, "trouble", "expired-by-disuse"), told["folder"])
	page := s.fetched("/evidence/page")
	require.EqualValues(t, told["bytes"], len(page))
	require.Contains(t, string(page), `<html lang="el">`)
	require.Contains(t, string(page), "Χειροκίνητα: δεν λύθηκε", "the remedy was not tried")
	require.Contains(t, string(page), "Έγινε σάρωση προς bob@fabrikam.com.", "what the person did is told as done")
	require.NotRegexp(t, `href="[^#]`, string(page), "a file that is sent on alone has no links to others")
	require.Contains(t, string(page), "AADSTS700082")
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
	require.Contains(t, string(files["trouble-expired-by-disuse/index.html"]), `href="journal.jsonl"`)
	require.Empty(t, lab.FindLeaks(files, bench.Secrets()))
	require.Equal(t, packed, s.fetched("/evidence/folder"), "the same record, the same bytes")
	written, err := os.ReadFile(filepath.Join(folder, "trouble", "expired-by-disuse", "index.html"))
	require.NoError(t, err)
	require.Contains(t, string(written), "AADSTS700082")
	require.FileExists(t, filepath.Join(folder, "index.html"))
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
	require.Contains(t, page, "By hand: solved")
	require.Regexp(t, `What the user reads</dt><dd>“To use this function, you need to sign in to your email service\.[^<]*”, seen 2 Mar 2026`, page)
	require.Regexp(t, `Sign-in of the printer</dt><dd>Not stored → <b>Stored: admin@contoso\.com, signed in 2 Mar 2026 09:00:31`, page)
	require.Regexp(t, `Seen last</dt><dd><a href="#e\d+">[^<]*Job 2 is done\.`, page)
	require.NotRegexp(
		t, `(?s)id="by-hand".*The panel is at Scan &gt; Email\..*class="grid2"`, page, "the act has the screens it led to",
	)
}
