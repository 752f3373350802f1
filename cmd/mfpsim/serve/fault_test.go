package serve

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/faultnet"
	"mfpsim/vtime"
)

// outcome is what a client from outside meets at SMTP: the words of the first thing that goes wrong, or "well".
func (s *served) outcome(patience time.Duration) string {
	conn, err := net.Dial("tcp", s.SMTP)
	if err != nil {
		return failure(err)
	}
	defer func() { _ = conn.Close() }()
	clock := vtime.NewFlowing(time.Time{}) // a client from outside has the machine's clock
	defer clock.Close()
	_ = conn.SetDeadline(clock.Now().Add(patience))
	r := bufio.NewReader(conn)
	reply := func() (string, error) {
		text := ""
		for {
			line, err := r.ReadString('\n')
			text += line
			if err != nil || len(line) < 4 || line[3] != '-' {
				return text, err
			}
		}
	}
	text, err := reply()
	if text != "" && !strings.Contains(text, "Microsoft ESMTP") {
		return "other words"
	}
	if err == nil {
		_, _ = io.WriteString(conn, "EHLO client.example\r\n")
		text, err = reply()
	}
	if err != nil {
		return failure(err)
	}
	if !strings.Contains(text, "STARTTLS") {
		require.NotContains(s.t, strings.TrimSuffix(text, "\r\n"), "\n250-\n")
		return "no STARTTLS"
	}
	_, _ = io.WriteString(conn, "STARTTLS\r\n")
	if _, err = reply(); err != nil {
		return failure(err)
	}
	name, _, _ := net.SplitHostPort(s.SMTP)
	secure := tls.Client(conn, &tls.Config{
		RootCAs: s.client.Transport.(*http.Transport).TLSClientConfig.RootCAs, ServerName: name, MinVersion: tls.VersionTLS12,
	})
	if err := secure.Handshake(); err != nil {
		return failure(err)
	}
	_, _ = io.WriteString(secure, "EHLO client.example\r\n")
	if _, err := bufio.NewReader(secure).ReadString('\n'); err != nil {
		return failure(err)
	}
	return "well"
}

func failure(err error) string {
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &authority):
		return "untrusted"
	case errors.As(err, &name):
		return "wrong name"
	case errors.As(err, &invalid):
		return "expired"
	case errors.Is(err, os.ErrDeadlineExceeded):
		return "nothing comes"
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection ends"
	case strings.Contains(err.Error(), "protocol version"):
		return "old TLS"
	}
	return err.Error()
}

func TestEveryFaultOfTheNetworkIsMetByClientsFromOutsideOrRefused(t *testing.T) {
	const short, long = 300 * time.Millisecond, 20 * time.Second
	tests := []struct {
		words    string
		patience time.Duration
		outcome  string
		refused  string
	}{
		{words: "smtp unreachable", patience: long, outcome: "the connection ends"},
		{words: "smtp isolated", patience: long, outcome: "the connection ends"},
		{words: "smtp silent", patience: short, outcome: "nothing comes"},
		{words: "smtp black-hole", patience: short, outcome: "nothing comes"},
		{words: "smtp reset after=120", patience: long, outcome: "the connection ends"},
		{words: "smtp untrusted", patience: long, outcome: "untrusted"},
		{words: "smtp wrong-name", patience: long, outcome: "wrong name"},
		{words: "smtp expired", patience: long, outcome: "expired"},
		{words: "smtp old-tls", patience: long, outcome: "old TLS"},
		{words: "smtp no-starttls", patience: long, outcome: "no STARTTLS"},
		{words: "smtp no-intermediate", patience: long, outcome: "untrusted"},
		{words: "smtp new-root", patience: long, outcome: "untrusted"},
		{words: "smtp no-name", refused: "from=printer"},
		{words: "smtp dead-address", refused: "from=printer"},
		{words: "smtp silent at=read:1", refused: "from=printer"},
		{words: "smtp silent at=write:2", patience: short, outcome: "nothing comes"},
		{words: "smtp half-silent at=write:2", patience: short, outcome: "nothing comes"},
		{words: "smtp slow at=write:1 delay=1h", patience: short, outcome: "nothing comes"},
		{words: "smtp trickle at=write:1 delay=1h", patience: short, outcome: "nothing comes"},
		{words: "smtp garbled at=write:1", patience: short, outcome: "other words"},
		{words: "smtp wrong-protocol at=write:1", patience: long, outcome: "other words"},
		{words: "smtp closed at=write:1", patience: long, outcome: "the connection ends"},
		{words: "smtp reset at=write:1", patience: long, outcome: "the connection ends"},
		{words: "smtp panic at=write:1", patience: long, outcome: "the connection ends"},
	}
	for _, kind := range faultnet.FaultKinds() {
		covered := false
		for _, test := range tests {
			covered = covered || strings.Contains(test.words+" ", " "+string(kind)+" ")
		}
		require.True(t, covered, "no row has the kind %s", kind)
	}
	for _, test := range tests {
		t.Run(test.words, func(t *testing.T) {
			s := live(t, Config{Prepared: true})
			status, answer := s.ask(http.MethodPost, "/network/fault", `{"words":"`+test.words+`"}`)
			if test.refused != "" {
				require.Equal(t, http.StatusBadRequest, status, answer)
				require.Contains(t, answer["error"], test.refused)
				require.Equal(t, "well", s.outcome(long))
				status, answer = s.ask(http.MethodPost, "/network/fault", `{"words":"`+test.words+` from=printer"}`)
				require.Equal(t, http.StatusOK, status, answer)
				return
			}
			require.Equal(t, http.StatusOK, status, answer)
			require.Equal(t, test.outcome, s.outcome(test.patience))
			status, answer = s.ask(http.MethodGet, "/network/fault", "")
			require.Equal(t, http.StatusOK, status)
			require.Empty(t, answer["unmet"])
			status, answer = s.ask(http.MethodPost, "/network/clear", `{"to":"smtp"}`)
			require.Equal(t, http.StatusOK, status, answer)
			require.Equal(t, "well", s.outcome(long), "the network is well again")
		})
	}
}
