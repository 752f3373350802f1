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
	require.Contains(t, string(page), "Παίχτηκε χειροκίνητα")
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
	require.Equal(t, page, files["trouble-expired-by-disuse/index.html"])
	require.Empty(t, lab.FindLeaks(files, bench.Secrets()))
	require.Equal(t, packed, s.fetched("/evidence/folder"), "the same record, the same bytes")
	written, err := os.ReadFile(filepath.Join(folder, "trouble", "expired-by-disuse", "index.html"))
	require.NoError(t, err)
	require.Contains(t, string(written), "AADSTS700082")
	require.FileExists(t, filepath.Join(folder, "index.html"))
}
