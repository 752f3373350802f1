package lab_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"mfpsim/fakesmtp"
	"mfpsim/fakesmtp/fax"
	"mfpsim/fakesmtp/generic"
	"mfpsim/fakesmtp/legacy"
	"mfpsim/fakesmtp/pop3"
	"mfpsim/lab"
	"mfpsim/vtime"
)

// stranger is a client that does not know whom it talks to. What it says comes to an end by itself, or by a time-out of
// bench time.
type stranger struct {
	name string
	talk func(ctx context.Context, bench *lab.Lab, conn net.Conn, address string) error
}

// says is a client that says something and reads to the end.
func says(name, words string) stranger {
	return stranger{name, func(_ context.Context, _ *lab.Lab, conn net.Conn, _ string) error {
		_ = conn.SetDeadline(vtime.Deadline(time.Minute))
		if _, err := io.WriteString(conn, words); err != nil {
			return err
		}
		_, err := io.ReadAll(conn)
		return err
	}}
}

var strangers = []stranger{
	{"a mail client", func(_ context.Context, _ *lab.Lab, conn net.Conn, _ string) error {
		client := smtp.NewClient(conn)
		defer client.Close()
		if err := client.Hello("stranger"); err != nil {
			return err
		}
		return client.Quit()
	}},
	{"a mail client with STARTTLS", func(_ context.Context, bench *lab.Lab, conn net.Conn, address string) error {
		client, err := smtp.NewClientStartTLS(conn, trusting(bench, address))
		if err != nil {
			return err
		}
		return client.Quit()
	}},
	{"a mail client with TLS", func(_ context.Context, bench *lab.Lab, conn net.Conn, address string) error {
		client := smtp.NewClient(tls.Client(conn, trusting(bench, address)))
		defer client.Close()
		if err := client.Hello("stranger"); err != nil {
			return err
		}
		return client.Quit()
	}},
	// The request goes out in one piece on the connection at hand: a pool of net/http dials again when the server
	// speaks first, and how often it does depends on the machine.
	{"a web client without TLS", func(_ context.Context, _ *lab.Lab, conn net.Conn, address string) error {
		_ = conn.SetDeadline(vtime.Deadline(time.Minute))
		request, err := http.NewRequest(http.MethodPost, "http://"+address+"/", strings.NewReader("x=y"))
		if err != nil {
			return err
		}
		if err := request.Write(conn); err != nil {
			return err
		}
		response, err := http.ReadResponse(bufio.NewReader(conn), request)
		if err != nil {
			return err
		}
		return response.Body.Close()
	}},
	says("one who waits", ""),
	says("a POP3 client that hurries", "USER a\r\nPASS b\r\nSTAT\r\nQUIT\r\n"),
	says("half a TLS record", "\x16\x03\x01\x02"),
	says("a TLS alert", "\x15\x03\x01\x00\x02\x02\x28"),
	says("a line without an end", strings.Repeat("x", 300)),
	{"one who leaves", func(context.Context, *lab.Lab, net.Conn, string) error { return nil }},
	{"one who speaks and leaves", func(_ context.Context, _ *lab.Lab, conn net.Conn, _ string) error {
		_, err := io.WriteString(
			conn,
			"EHLO x\r\nMAIL FROM:<a@b.example>\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\nQUIT\r\n",
		)
		return err
	}},
}

func trusting(bench *lab.Lab, address string) *tls.Config {
	config := bench.Network.ClientTLS(bench.World.Now)
	config.ServerName, _, _ = net.SplitHostPort(address)
	return config
}

// doors opens a bench with every server that this project has, and returns their addresses.
func doors(t *testing.T, flowing bool, latency time.Duration) (*lab.Lab, []string) {
	config := lab.Config{Seed: 7, Latency: latency, Jitter: latency}
	if flowing {
		config.World = vtime.NewFlowing(vtime.DefaultStart)
		t.Cleanup(config.World.Close)
	}
	bench, err := lab.New(config)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, bench.Close()) })
	bench.Network.Join("stranger", "office")
	bench.Network.Join("printer", "office")
	stands := func(party string) fakesmtp.Bench {
		b := standsOn(bench)
		b.Party = party
		return b
	}
	return bench, []string{
		"smtp.office365.com:587", "login.microsoftonline.com:443", "192.0.2.10:443",
		generic.RunT(t, generic.Config{Bench: stands("")}).Address(),
		generic.RunT(t, generic.Config{
			Bench: stands("provider over TLS"), Host: "smtps.example.com", Security: generic.ImplicitTLS,
		}).
			Address(),
		legacy.RunT(t, legacy.Config{Bench: stands("")}).Address(),
		legacy.RunT(t, legacy.Config{
			Bench: stands("relay over TLS"), Host: "relays.example.com", Security: legacy.ImplicitTLS,
		}).
			Address(),
		pop3.RunT(t, pop3.Config{Bench: stands("")}).Address(),
		pop3.RunT(t, pop3.Config{Bench: stands("plain pop3"), Profile: pop3.ProfilePlain}).Address(),
		fax.RunT(t, fax.Config{Bench: stands("")}).Address(),
	}
}

// visitDoors lets a stranger speak at each door, and tells what came of it.
func visitDoors(t *testing.T, s stranger, flowing bool, latency time.Duration) []string {
	bench, addresses := doors(t, flowing, latency)
	var came []string
	for _, address := range addresses {
		began := bench.World.Now()
		var ended error
		actor := bench.World.Go("stranger", func(ctx context.Context) {
			conn, err := bench.Network.Dialer("stranger").DialContext(ctx, "tcp", address)
			if err != nil {
				ended = err
				return
			}
			defer conn.Close()
			ended = s.talk(ctx, bench, conn, address)
		})
		for flowing && !actor.Ended() {
			_, err := bench.World.AdvanceToNext(time.Hour)
			require.NoError(t, err)
		}
		require.NoError(t, bench.World.Settle(time.Hour))
		require.True(t, actor.Ended(), address)
		came = append(came, fmt.Sprintf("%s %v %s", address, ended, bench.World.Now().Sub(began)))
	}
	require.Empty(t, bench.World.Panics())
	for _, e := range bench.Journal.Entries() {
		came = append(came, fmt.Sprint(e.At, e.Party, e.Connection, e.Kind, e.Text))
	}
	return came
}

// Whoever speaks whatever protocol at whichever door, only he waits, for no longer than he likes, and it is the same
// each time.
func TestAStrangerAtAnyDoorIsAloneWithIt(t *testing.T) {
	for _, s := range strangers {
		for _, latency := range []time.Duration{0, 20 * time.Millisecond} {
			t.Run(fmt.Sprint(s.name, ", latency ", latency), func(t *testing.T) {
				first := visitDoors(t, s, false, latency)
				for range 2 {
					require.Equal(t, first, visitDoors(t, s, false, latency))
				}
				visitDoors(t, s, true, latency)
			})
		}
	}
}
