package report_test

import (
	"bytes"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/journal"
	"mfpsim/report"
)

func record(t *testing.T) *journal.Journal {
	t.Helper()
	at := time.Date(2026, 3, 2, 9, 13, 41, 0, time.UTC)
	j := journal.New(func() time.Time { return at })
	j.Append(journal.Entry{Party: "entra", Connection: "printer#1", Kind: journal.KindHTTP, HTTP: &journal.Exchange{
		Method: "POST", Host: "login.example", Target: journal.Plain("/common/oauth2/v2.0/token"),
		RequestHeader: []journal.Field{{Name: "Content-Type", Value: journal.Plain("application/x-www-form-urlencoded")}},
		RequestBody:   journal.Plain("refresh_token=").Add(journal.Hidden("canary")), Status: 200,
		ResponseBody: journal.Plain(`{"access_token":"`).Add(journal.Hidden("canary"), journal.Plain(`"}`)),
	}})
	j.Append(journal.Entry{Party: "entra", Connection: "browser#1", Kind: journal.KindHTTP, HTTP: &journal.Exchange{
		Method: "GET", Host: "login.example", Target: journal.Plain("/device"), Status: 200,
	}})
	j.Append(
		journal.Entry{
			Party: "smtp", Connection: "printer#2", Kind: journal.KindSMTP, Text: journal.Plain("S: 220 hello"),
		},
	)
	j.Append(journal.Entry{Party: "printer", Kind: journal.KindScreen, Text: journal.Plain("| Home\n")})
	return j
}

func TestATranscriptShowsTheWireWithoutSecrets(t *testing.T) {
	j := record(t)
	require.Equal(t, `-- printer#1, 2026-03-02 09:13:41.000
POST https://login.example/common/oauth2/v2.0/token
Content-Type: application/x-www-form-urlencoded

refresh_token=[redacted]

HTTP 200 OK

{"access_token":"[redacted]"}

-- browser#1, 2026-03-02 09:13:41.000
GET https://login.example/device

HTTP 200 OK

`, report.Conversation(j.Entries(), "entra", nil))
	require.Equal(
		t, "-- printer#2, 2026-03-02 09:13:41.000\n09:13:41.000 S: 220 hello\n",
		report.Conversation(j.Entries(), "smtp", nil),
	)
	require.Equal(t, "entra POST …/token 200 (09:13:41)", report.Headline(j.Entries()[0]))
}

func TestJUnitEscapesWhatXMLCannotCarry(t *testing.T) {
	cases := []report.Case{
		{ID: "setup/one", Title: "a <b> & \"c\"", Level: "MUST", Verdict: report.Passed, Virtual: 91 * 24 * time.Hour, Machine: 30 * time.Millisecond},
		{ID: "trouble/two", Verdict: report.Failed, Reason: "FAIL <x>\x00\x1b[0m ]]>\nsecond"},
		{ID: "trouble/three", Verdict: report.Skipped, Reason: "needs fax-server"},
		{ID: "verdicts/late", Verdict: report.Undecided, Reason: "NOT DECIDED x\nsecond"},
		{ID: "verdicts/known", Verdict: report.Expected, Reason: "FAIL x", Known: "ticket 4711"},
		{ID: "verdicts/mild", Verdict: report.Warned, Reason: "WARN x"},
	}
	var out bytes.Buffer
	require.NoError(t, report.WriteJUnit(&out, cases))
	var read struct {
		Tests  int    `xml:"tests,attr"`
		Time   string `xml:"time,attr"`
		Suites []struct {
			Name  string `xml:"name,attr"`
			Time  string `xml:"time,attr"`
			Cases []struct {
				Name       string `xml:"name,attr"`
				Time       string `xml:"time,attr"`
				Properties []struct {
					Name  string `xml:"name,attr"`
					Value string `xml:"value,attr"`
				} `xml:"properties>property"`
				Failure *struct {
					Text string `xml:",chardata"`
				} `xml:"failure"`
				Error *struct {
					Message string `xml:"message,attr"`
				} `xml:"error"`
				Skipped *struct {
					Message string `xml:"message,attr"`
					Text    string `xml:",chardata"`
				} `xml:"skipped"`
				Output string `xml:"system-out"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	require.NoError(t, xml.Unmarshal(out.Bytes(), &read))
	require.Equal(t, 6, read.Tests)
	require.Len(t, read.Suites, 3)
	for _, machine := range []string{read.Time, read.Suites[0].Time, read.Suites[0].Cases[0].Time} {
		require.Equal(t, "0.030", machine)
	}
	properties := read.Suites[0].Cases[0].Properties
	require.Equal(
		t, "bench-seconds=7862400.000", properties[len(properties)-1].Name+"="+properties[len(properties)-1].Value,
	)
	require.Equal(t, "FAIL <x>[0m ]]>\nsecond", read.Suites[1].Cases[0].Failure.Text)
	late, known, mild := read.Suites[2].Cases[0], read.Suites[2].Cases[1], read.Suites[2].Cases[2]
	require.Equal(t, "NOT DECIDED x", late.Error.Message)
	require.Equal(t, "expected to fail: ticket 4711", known.Skipped.Message)
	require.Equal(t, "FAIL x", known.Skipped.Text)
	require.Nil(t, mild.Failure)
	require.Equal(t, "WARN x", mild.Output)
	require.Contains(t, report.Table(cases),
		"6 scenarios: 1 passed, 1 failed, 1 not decided, 1 warned, 1 failed as expected, 1 skipped; 91d of bench time")
	require.Equal(t, "The fax can take 5 of these 6 scenarios. Not taken:\n  1: needs fax-server\n    trouble/three\n",
		report.Coverage("The fax", cases))
	require.Empty(t, report.Coverage("The fax", cases[:2]))
}

func TestEvidenceIsThereWholeOrNotAtAll(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "deep", "evidence")
	e := report.Evidence{
		ID: "trouble/x", Journal: record(t), Replay: "mfpsim run trouble/x --seed 7",
		Mails: []report.Mail{{Mailbox: "bob@b.example", Number: 1, Raw: []byte("Subject: x\r\n\r\n")}},
		Sent: []report.Mail{{
			Mailbox: "alice@b.example", Number: 1, Raw: []byte("Subject: x\r\n\r\n"), Submitted: []byte("Subject: x\r\n"),
		}},
	}
	require.NoError(t, report.CheckFolder(folder, report.Run{}))
	for range 2 {
		files, err := e.Files()
		require.NoError(t, err)
		require.NoError(t, report.WriteEvidence(folder, report.Run{Version: "1", Seed: 7}, e, files))
	}
	var names []string
	require.NoError(t, filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			relative, _ := filepath.Rel(folder, path)
			names = append(names, filepath.ToSlash(relative))
		}
		return err
	}))
	require.Equal(t, []string{
		"manifest.json", "trouble/x/entra.txt", "trouble/x/journal.jsonl", "trouble/x/mails/bob@b.example-001.eml",
		"trouble/x/mails/sent/alice@b.example-001.eml", "trouble/x/mails/submitted/alice@b.example-001.eml", "trouble/x/manifest.json", "trouble/x/replay.txt",
		"trouble/x/screens.txt", "trouble/x/sheet.txt", "trouble/x/smtp.txt",
	}, names)
	text, err := os.ReadFile(filepath.Join(folder, "trouble/x/journal.jsonl"))
	require.NoError(t, err)
	require.NotContains(t, string(text), "canary")
	sheet, err := os.ReadFile(filepath.Join(folder, "trouble/x/sheet.txt"))
	require.NoError(t, err)
	require.Equal(t, "No status sheet was printed.\n", string(sheet))
	e.ID = "../out"
	require.ErrorContains(t, report.WriteEvidence(folder, report.Run{}, e, nil), "is no name for a folder")
}

func TestEvidenceSaysWhatTheJournalDidNotKeep(t *testing.T) {
	j := record(t)
	whole, err := report.Evidence{Journal: j}.Files()
	require.NoError(t, err)
	require.NotContains(t, string(whole["journal.jsonl"])+string(whole["entra.txt"]), "dropped")
	j.Keep(journal.Keep{Entries: 2})
	files, err := report.Evidence{Journal: j}.Files()
	require.NoError(t, err)
	lines := strings.Split(string(files["journal.jsonl"]), "\n")
	require.Equal(t, `{"dropped":2}`, lines[0])
	require.Contains(t, lines[1], `"number":3`)
	require.Equal(t, "(The first 2 entries of the journal were not kept.)\n\nNobody spoke to Entra ID.\n", string(files["entra.txt"]))
	require.Contains(t, string(files["smtp.txt"]), "(The first 2 entries of the journal were not kept.)\n\n-- printer#2")
}

func TestAFolderThatCannotBeUsedIsRefusedBeforehand(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	require.EqualError(t, report.CheckFolder(file, report.Run{}), "evidence folder "+file+": is a file, not a folder")
	require.Error(t, report.CheckFolder(filepath.Join(file, "below"), report.Run{}))
}
