package fax

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"mfpsim/fakesmtp/generic"
	"mfpsim/fakesmtp/internal/shell"
	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/vtime"
)

const scan = "From: scanner@contoso.com\r\nTo: 030@fax.example.com\r\nSubject: Scan\r\nMIME-Version: 1.0\r\n" +
	"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n" +
	"--b\r\nContent-Type: application/pdf; name=scan.pdf\r\nContent-Disposition: attachment; filename=scan.pdf\r\n\r\n%PDF-1.7\r\n--b--\r\n"

// bench is a provider on a stepped bench, and a printer's way to it.
type bench struct {
	*Server
	world   *vtime.World
	network *faultnet.Network
}

func newBench(t *testing.T, config Config) *bench {
	t.Helper()
	world := vtime.NewStepped(time.Time{})
	t.Cleanup(world.Close)
	record := journal.New(world.Now)
	network := faultnet.New(faultnet.Config{World: world, Journal: record, Seed: config.Seed})
	config.World, config.Network, config.Journal = world, network, record
	return &bench{Server: RunT(t, config), world: world, network: network}
}

// send sends from the printer, by OAUTHBEARER.
func (b *bench) send(t *testing.T, message string, to ...string) error {
	t.Helper()
	var failed error
	require.NoError(t, b.world.Do("send", time.Second, func(ctx context.Context) {
		conn, err := b.network.Dialer("printer").DialContext(ctx, "tcp", b.Address())
		require.NoError(t, err)
		config := b.network.ClientTLS(b.world.Now)
		config.ServerName = "smtp.fax.example.com"
		client, err := smtp.NewClientStartTLS(conn, config)
		require.NoError(t, err)
		defer client.Close()
		require.NoError(
			t,
			client.Auth(
				sasl.NewOAuthBearerClient(
					&sasl.OAuthBearerOptions{Username: DefaultAccount, Token: b.Token(DefaultAccount)},
				),
			),
		)
		if failed = client.SendMail(DefaultAccount, to, strings.NewReader(message)); failed == nil {
			failed = client.Quit()
		}
	}))
	return failed
}

func TestAFaxIsSentAndTheSenderIsTold(t *testing.T) {
	t.Parallel()
	b := newBench(t, Config{Line: func(number string) error {
		if number == "110" {
			return errors.New("busy")
		}
		return nil
	}})
	require.NoError(
		t, b.send(t, scan, "+49-30.123-4567@fax.example.com", "110@FAX.example.com", "fax=110@fax.example.com"),
	)
	require.Len(t, b.Faxes(), 2, "one call for each number")
	require.Equal(t, Calling, b.Faxes()[0].Status)

	receipt, err := b.AwaitMessage(context.Background(), DefaultAccount)
	require.NoError(t, err)
	require.Equal(t, "Fax to +49301234567: sent", receipt.Subject)
	receipt, err = b.AwaitMessage(context.Background(), DefaultAccount)
	require.NoError(t, err)
	require.Equal(t, "Fax to 110: failed, busy", receipt.Subject)

	sent := b.Faxes()[0]
	require.Equal(t, "%PDF-1.7", string(sent.Document[0].Content))
	require.Equal(t, time.Minute, sent.Ended.Sub(sent.Accepted))
	require.Equal(t, DefaultAccount, sent.Account)
	require.Equal(t, Failed, b.Faxes()[1].Status)
	require.Equal(t, scan, string(b.Mailbox("+49301234567@fax.example.com")[0].Raw()))
}

func TestWhatIsNoFaxIsRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t, Config{})
	refused := func(err error, code int, words string) {
		t.Helper()
		var reply *smtp.SMTPError
		require.ErrorAs(t, err, &reply)
		require.Equal(t, code, reply.Code)
		require.Contains(t, reply.Message, words)
	}
	refused(b.send(t, scan, "bob@fabrikam.com"), 550, "of its own domain only")
	refused(b.send(t, scan, "reception@fax.example.com"), 550, "not a fax number")
	refused(b.send(t, "From: scanner@contoso.com\r\n\r\nHello\r\n", "110@fax.example.com"), 554, "attach a PDF or TIFF")
	require.Empty(t, b.Faxes())
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for local, wanted := range map[string]string{
		"+49301234567": "+49301234567", "030-123.45": "03012345", "FAX=+1-202-555-0100": "+12025550100", "110": "110",
		"": "", "+": "", "12": "", "+1234567890123456": "", "12a4": "", "++123": "", "FAX=": "", "fax": "", "１２３": "",
	} {
		got, ok := number(local)
		require.Equal(t, wanted, got, local)
		require.Equal(t, wanted != "", ok, local)
	}
}

func record(b *bench) string {
	var text strings.Builder
	for _, entry := range b.Journal().Entries() {
		fmt.Fprintf(&text, "%s %s %s %s\n", entry.At, entry.Party, entry.Connection, entry.Text)
	}
	return text.String()
}

func TestTheSameSeedGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	play := func() string {
		b := newBench(t, Config{Bench: shell.Bench{Seed: 7}})
		require.NoError(t, b.send(t, scan, "110@fax.example.com", "112@fax.example.com"))
		_, err := b.world.Advance(time.Hour)
		require.NoError(t, err)
		return record(b)
	}
	first := play()
	require.Equal(t, first, play())
	require.Contains(t, first, "2026-03-02 09:01:00 +0000 UTC fax  Fax to 112: sent\n")
}

func TestAProviderAloneFlows(t *testing.T) {
	t.Parallel()
	s := RunT(t, Config{Duration: -1, Mechanisms: []string{generic.Plain}, Security: generic.ImplicitTLS})
	config := s.Network().ClientTLS(s.clock.Now)
	config.ServerName = "smtp.fax.example.com"
	client, err := smtp.DialTLS(s.Addr(), config)
	require.NoError(t, err)
	defer client.Close()
	require.NoError(t, client.Auth(sasl.NewPlainClient("", DefaultAccount, generic.DefaultPassword)))
	require.NoError(t, client.SendMail(DefaultAccount, []string{"110@fax.example.com"}, strings.NewReader(scan)))
	receipt, err := s.AwaitMessage(context.Background(), DefaultAccount)
	require.NoError(t, err)
	require.Equal(t, "Fax to 110: sent", receipt.Subject)
}

func TestConfigurationsThatContradictThemselves(t *testing.T) {
	_, err := New(Config{Mechanisms: []string{"NTLM"}})
	require.ErrorContains(t, err, `fax: generic: mechanism "NTLM"`)
}

func TestALineThatPanicsEndsOneCall(t *testing.T) {
	b := newBench(t, Config{Line: func(number string) error {
		if number == "030" {
			panic("planted")
		}
		return nil
	}})
	require.NoError(t, b.send(t, scan, "030@fax.example.com", "031@fax.example.com"))
	_, err := b.world.Advance(time.Hour)
	require.NoError(t, err)
	require.Equal(t, Calling, b.Faxes()[0].Status, "nobody knows what became of it")
	require.Equal(t, Sent, b.Faxes()[1].Status, "the other call goes on")
	require.Len(t, b.world.Panics(), 1)
}
