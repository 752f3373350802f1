package mail

import (
	"fmt"
	"mime"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/core/internal/bench"
)

// header composes a letter and returns its header and that of its first attachment, as lines, and read by net/mail.
func header(t *testing.T, m Message, now time.Time) (lines []string, read *mail.Message, disposition string) {
	t.Helper()
	m.From = "scanner@example.com"
	c, failed := compose(m, now, bench.Random(1), "printer.example.com")
	require.Nil(t, failed)
	read, err := mail.ReadMessage(strings.NewReader(string(c.bytes)))
	require.NoError(t, err)
	lines = strings.Split(string(c.bytes), "\r\n")
	for _, line := range lines {
		require.LessOrEqual(t, len(line), 78, line)
		for _, sign := range line {
			require.Less(t, sign, rune(0x80), line)
		}
	}
	_, rest, found := strings.Cut(string(c.bytes), "Content-Disposition: ")
	require.True(t, found)
	disposition, _, _ = strings.Cut(rest, "\r\nContent-Type: application/pdf")
	return lines, read, disposition
}

func TestAFileNameArrivesAsItWasTyped(t *testing.T) {
	kanji := strings.Repeat("請求書見積", 24)
	for _, test := range []struct{ name, typed, arrives, fallback string }{
		{"in ASCII", "scan 1.pdf", "scan 1.pdf", "scan 1.pdf"},
		{"in Japanese", "請求書.pdf", "請求書.pdf", "file.pdf"},
		{"in Japanese and ASCII", "2026年3月 invoice.pdf", "2026年3月 invoice.pdf", "2026_3_ invoice.pdf"},
		{"of 120 kanji", kanji + ".pdf", kanji + ".pdf", "file.pdf"},
		{"of 200 letters of ASCII", strings.Repeat("page", 50) + ".pdf", strings.Repeat("page", 50) + ".pdf", strings.Repeat("page", 14) + ".pdf"},
		{"with signs that Windows cannot save", `a/b\c:d*e?f"g<h>i|j.pdf`, "a_b_c_d_e_f_g_h_i_j.pdf", "a_b_c_d_e_f_g_h_i_j.pdf"},
		{"with a line break", "a\r\nBcc: x@example.org.pdf", "a  Bcc_ x@example.org.pdf", "a  Bcc_ x@example.org.pdf"},
		{"of a device", "con.pdf", "_con.pdf", "_con.pdf"},
		{"of a device with a number", "LPT¹.pdf", "_LPT¹.pdf", "_LPT_.pdf"},
		{"that only begins like a device", "console.pdf", "console.pdf", "console.pdf"},
		{"with dots and blanks around it", "  scan. . ", "scan", "scan"},
		{"of nothing that can be kept", "..", "file", "file"},
		{"with an ending that is turned round", "scan\u202Efdp.exe", "scan_fdp.exe", "scan_fdp.exe"},
		{"that is no UTF-8", "scan\xff.pdf", "scan_.pdf", "scan_.pdf"},
		{"with signs of parameters", "a;b=c'd%41.pdf", "a;b=c'd%41.pdf", "a;b=c'd%41.pdf"},
		{"with such signs, in Greek", "α;b=c'd%41*.pdf", "α;b=c'd%41_.pdf", "_;b=c'd%41_.pdf"},
		{"longer than Windows saves", strings.Repeat("書", 300) + ".pdf", strings.Repeat("書", 251) + ".pdf", "file.pdf"},
		{"of signs that take two units", strings.Repeat("𠮷", 200) + ".pdf", strings.Repeat("𠮷", 125) + ".pdf", "file.pdf"},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := letter()
			m.Attachments[0].Name = test.typed
			_, _, disposition := header(t, m, bench.Start)
			kind, parameters, err := mime.ParseMediaType(strings.ReplaceAll(disposition, "\r\n", ""))
			require.NoError(t, err)
			require.Equal(t, "attachment", kind)
			require.Equal(t, test.arrives, parameters["filename"])
			require.Contains(t, disposition, `filename="`+test.fallback+`"`)
			require.NotContains(t, disposition, "=?", "RFC 2047 section 5 forbids an encoded-word here")
			require.Equal(
				t, test.arrives != test.fallback, strings.Contains(disposition, "filename*"),
				"extended parameters where they say more, and nowhere else",
			)
		})
	}
}

func TestASubjectArrivesAsItWasTyped(t *testing.T) {
	for name, subject := range map[string]string{
		"in ASCII":                        "Scan of page 1",
		"longer than a line":              strings.Repeat("pages of a scan ", 20) + "end",
		"one word longer than a line":     strings.Repeat("page", 60),
		"in Greek":                        "Τιμολόγιο Μαρτίου",
		"of 120 kanji":                    strings.Repeat("請求書見積", 24),
		"with blanks at places of a fold": strings.Repeat("a  ", 60),
		"that looks encoded":              "=?utf-8?q?no?=",
		"of nothing":                      "",
	} {
		t.Run(name, func(t *testing.T) {
			m := letter()
			m.Subject = subject
			_, read, _ := header(t, m, bench.Start)
			decoded, err := new(mime.WordDecoder).DecodeHeader(read.Header.Get("Subject"))
			require.NoError(t, err)
			require.Equal(t, subject, decoded)
		})
	}
}

func TestTheHeaderStandsInTheOrderOfRealDevices(t *testing.T) {
	m := letter()
	m.Program = "MFP-4100"
	m.To = nil
	for i := range 20 {
		m.To = append(m.To, fmt.Sprintf("somebody%d@example.net", i))
	}
	lines, read, _ := header(t, m, bench.Start)
	var names []string
	for _, line := range lines {
		if line == "" {
			break
		}
		if name, _, found := strings.Cut(line, ":"); found && line[0] != ' ' {
			names = append(names, name)
		}
	}
	require.Equal(
		t, []string{"Date", "From", "To", "Subject", "Message-ID", "MIME-Version", "Content-Type", "X-Mailer"}, names,
	)
	to, err := read.Header.AddressList("To")
	require.NoError(t, err)
	require.Len(t, to, 20)
}

func TestTheDateCarriesTheDevicesOwnOffset(t *testing.T) {
	for offset, want := range map[int]string{
		0: "Mon, 02 Mar 2026 09:00:00 +0000", 9 * 3600: "Mon, 02 Mar 2026 18:00:00 +0900",
		-12600: "Mon, 02 Mar 2026 05:30:00 -0330",
	} {
		_, read, _ := header(t, letter(), bench.Start.In(time.FixedZone("", offset)))
		require.Equal(t, want, read.Header.Get("Date"))
	}
}
