package generic

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/fakesmtp/internal/shell"
	"mfpsim/fakesmtp/internal/talk"
	"mfpsim/vtime"
)

// submit sends a message as a party of the bench, by DATA or by another means.
func submit(ctx context.Context, s *Server, party, to string, content func(*smtp.Client) error) error {
	conn, err := s.Network().Dialer(party).DialContext(ctx, "tcp", s.Address())
	if err != nil {
		return err
	}
	client, err := smtp.NewClientStartTLS(conn, clientTLS(s))
	if err != nil {
		return err
	}
	defer client.Close()
	return errors.Join(
		client.Auth(
			sasl.NewPlainClient("", DefaultAccount, DefaultPassword),
		),
		client.Mail(DefaultAccount, nil),
		client.Rcpt(to, nil),
		content(client),
	)
}

func byData(client *smtp.Client) error {
	data, err := client.Data()
	if err != nil {
		return err
	}
	_, err = io.WriteString(data, scan)
	return errors.Join(err, data.Close())
}

func TestAPanicInWhatTheLibraryAsksEndsOneConversation(t *testing.T) {
	for name, config := range map[string]Config{
		"of a recipient": {Recipient: func(_, _, to string) error {
			if to == "odd@fabrikam.com" {
				panic("planted")
			}
			return nil
		}},
		"of a message": {Accept: func(_ string, m mail.Message) ([]string, error) {
			if m.EnvelopeTo[0] == "odd@fabrikam.com" {
				panic("planted")
			}
			return m.EnvelopeTo, nil
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			world := vtime.NewStepped(time.Time{})
			defer world.Close()
			config.Bench = shell.Bench{World: world}
			s := RunT(t, config)
			var odd, good error
			require.NoError(t, world.Do("printer", time.Hour, func(ctx context.Context) {
				odd = submit(ctx, s, "printer", "odd@fabrikam.com", byData)
				good = submit(ctx, s, "printer", "bob@fabrikam.com", byData)
			}))
			require.ErrorIs(t, odd, io.EOF, "the client finds its connection closed")
			require.NoError(t, good, "the server goes on")
			require.Len(t, s.Mailbox("bob@fabrikam.com"), 1)
			require.Empty(t, s.Mailbox("odd@fabrikam.com"))
			require.Len(t, world.Panics(), 1)
			require.Equal(t, "provider for printer#1 panicked: planted", world.Panics()[0].Error())
			require.Equal(t, vtime.DefaultStart, world.Now(), "and its turn came back at once")
		})
	}
}

// TestAPanicDuringAChunkEndsOneConversation: the library asks for a message that comes by BDAT in a goroutine of its
// own.
func TestAPanicDuringAChunkEndsOneConversation(t *testing.T) {
	world := vtime.NewStepped(time.Time{})
	defer world.Close()
	s := RunT(
		t,
		Config{
			Bench:    shell.Bench{World: world},
			Security: ImplicitTLS,
			Accept: func(string, mail.Message) ([]string, error) {
				panic("planted")
			},
		},
	)
	require.NoError(t, world.Do("printer", time.Hour, func(ctx context.Context) {
		conn, err := s.Network().Dialer("printer").DialContext(ctx, "tcp", s.Address())
		require.NoError(t, err)
		c := talk.To(t, conn)
		c.TLS(clientTLS(s))
		c.Reply()
		c.Say("EHLO printer")
		c.Say("AUTH PLAIN " + talk.Plain(DefaultAccount, DefaultPassword))
		c.Say("MAIL FROM:<" + DefaultAccount + ">")
		c.Say("RCPT TO:<bob@fabrikam.com>")
		c.Send("BDAT 14 LAST\r\nSubject: x\r\n\r\n")
		c.Closed()
	}))
	require.Len(t, world.Panics(), 1)
	require.Equal(t, vtime.DefaultStart, world.Now())
}
