package faultnet_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"mfpsim/faultnet"
)

func TestDialErrorsHaveTheTypesOfPackageNet(t *testing.T) {
	for _, test := range []struct {
		name, address string
		fault         faultnet.FaultKind
		number        syscall.Errno
		entry         string
	}{
		{"a name that nobody has", "nobody.example:443", "", 0, "nobody.example:443: name does not resolve"},
		{"fault: name does not resolve", "login.example:443", faultnet.NoName, 0, "login.example:443: name does not resolve"},
		{"another port of a host", "login.example:80", "", syscall.ECONNREFUSED, "login.example:80: connection refused"},
		{"fault: unreachable", "login.example:443", faultnet.Unreachable, syscall.ECONNREFUSED, "login.example:443: connection refused"},
		{"an address that nobody has", "198.51.100.1:443", "", syscall.EHOSTUNREACH, "198.51.100.1:443: no route to host"},
		{"a loopback port of nobody", "127.0.0.1:1", "", syscall.EHOSTUNREACH, "127.0.0.1:1: no route to host"},
		{"an address of another network", "192.0.2.10:443", "", syscall.ENETUNREACH, "192.0.2.10:443: network is unreachable from printer"},
		{"fault: isolated", "login.example:443", faultnet.Isolated, syscall.ENETUNREACH, "login.example:443: network is unreachable"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, nil)
			b.https(http.NotFoundHandler())
			b.network.Route("other printer", "127.0.0.1:9", "192.0.2.10:443")
			b.network.Join("other printer", "branch")
			b.network.Join("printer", "office")
			if test.fault != "" {
				b.network.Arm(faultnet.Fault{To: "entra", Kind: test.fault})
			}
			b.do("printer", func(ctx context.Context) {
				_, err := b.network.Dialer("printer").DialContext(ctx, "tcp", test.address)
				require.Error(t, err)
				var dns *net.DNSError
				if test.number == 0 {
					require.ErrorAs(t, err, &dns)
					require.True(t, dns.IsNotFound)
				} else {
					require.ErrorIs(t, err, test.number)
				}
			})
			require.Equal(t, []string{"09:00:00 fault printer printer#1: " + test.entry}, b.lines())
			require.Empty(t, b.network.Unmet())
		})
	}
}

func TestAddressesOfANetworkAreReachableFromItsMembersOnly(t *testing.T) {
	b := newBench(t, nil)
	l, err := b.network.Listen("printer", "192.0.2.10:443")
	require.NoError(t, err)
	defer func() { _ = l.Close() }()
	b.network.Join("printer", "office")
	b.network.Join("browser", "office")
	dial := func(party string) (err error) {
		b.do(party, func(ctx context.Context) {
			conn, dialErr := b.network.Dialer(party).DialContext(ctx, "tcp", "192.0.2.10:443")
			if err = dialErr; err == nil {
				require.NoError(t, conn.Close())
			}
		})
		return err
	}
	require.NoError(t, dial("browser"))
	require.NoError(t, dial("printer"))
	require.ErrorIs(t, dial("phone"), syscall.ENETUNREACH)
	b.network.Join("phone", "office")
	require.NoError(t, dial("phone"))
	b.network.Leave("phone", "office")
	require.ErrorIs(t, dial("phone"), syscall.ENETUNREACH)
}

func TestConnectionIsResetAtTheSameByteEveryTime(t *testing.T) {
	for _, test := range []struct {
		name  string
		bytes int
		talk  func(conn net.Conn) (passed int, err error)
		want  int
	}{
		{"in the banner", 5, func(c net.Conn) (int, error) { b, err := io.ReadAll(c); return len(b), err }, 5},
		{"at the first byte", 0, func(c net.Conn) (int, error) { b, err := io.ReadAll(c); return len(b), err }, 0},
		{"at the end of the banner", 18, func(c net.Conn) (int, error) { b, err := io.ReadAll(c); return len(b), err }, 18},
		{"while writing, byte by byte", 18 + 7, func(c net.Conn) (int, error) {
			if _, err := talk(c, ""); err != nil {
				return -1, err
			}
			for n := 0; ; n++ {
				if taken, err := c.Write([]byte("x")); err != nil {
					return n + taken, err
				}
			}
		}, 7},
		{"in the middle of one write", 18 + 1000, func(c net.Conn) (int, error) {
			if _, err := talk(c, ""); err != nil {
				return -1, err
			}
			return io.WriteString(c, strings.Repeat("x", 5000))
		}, 1000},
		{"in a reply", 18 + 7 + 3, func(c net.Conn) (int, error) {
			if _, err := talk(c, ""); err != nil {
				return -1, err
			}
			reply, err := talk(c, "NOOP\r")
			return len(reply), err
		}, 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, nil)
			b.lineServer(false)
			b.network.Arm(faultnet.Fault{To: "smtp", Kind: faultnet.Reset, Bytes: test.bytes})
			for i := range 300 {
				b.do("printer", func(ctx context.Context) {
					conn, err := b.network.Dialer("printer").DialContext(ctx, "tcp", "mail.example:587")
					require.NoError(t, err)
					defer func() { _ = conn.Close() }()
					passed, err := test.talk(conn)
					require.ErrorIs(t, err, syscall.ECONNRESET, i)
					require.NotContains(t, err.Error(), "127.0.0.1")
					require.Equal(t, test.want, passed, i)
					_, err = conn.Write([]byte("more"))
					require.ErrorIs(t, err, syscall.ECONNRESET)
					_, err = conn.Read(make([]byte, 1))
					require.ErrorIs(t, err, syscall.ECONNRESET)
				})
				last := b.lines()
				require.Equal(t, fmt.Sprintf("09:00:00 fault printer printer#%d: connection to smtp reset after %d application bytes", i+1,
					test.bytes), last[len(last)-1])
			}
			require.Empty(t, b.network.Unmet())
		})
	}
}

func TestHTTPSAnswerIsResetAtTheSameByteEveryTime(t *testing.T) {
	b := newBench(t, nil)
	body := strings.Repeat("0123456789", 5000)
	b.https(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, body) }))
	client := b.client("printer")
	b.network.Arm(faultnet.Fault{To: "entra", Kind: faultnet.Reset, Bytes: 30_000})
	first := -1
	for i := range 300 {
		b.do("printer", func(ctx context.Context) {
			text, err := get(ctx, client, "https://login.example/")
			require.ErrorIs(t, err, syscall.ECONNRESET)
			if first < 0 {
				first = len(text)
			}
			require.Equal(t, first, len(text), i)
			require.True(t, strings.HasPrefix(body, text))
		})
	}
	require.Greater(t, first, 29_000)
	require.Len(t, b.lines(), 600)
}

func TestHTTPSRequestIsResetAtTheSameByteEveryTime(t *testing.T) {
	b := newBench(t, nil)
	b.https(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { t.Error("half a request was served") }))
	client := b.client("printer")
	for _, bytes := range []int{0, 1, 100, 30_000} {
		b.network.Arm(faultnet.Fault{To: "entra", Kind: faultnet.Reset, Bytes: bytes, Times: 75})
		for range 75 {
			b.do("printer", func(ctx context.Context) {
				request, err := http.NewRequestWithContext(
					ctx, http.MethodPost, "https://login.example/", strings.NewReader(strings.Repeat("x", 50_000)),
				)
				require.NoError(t, err)
				_, err = send(client, request)
				require.ErrorIs(t, err, syscall.ECONNRESET)
			})
		}
	}
	require.Len(t, b.lines(), 300)
	require.Empty(t, b.network.Unmet())
}

func TestResetUnderSTARTTLSCountsWhatIsInsideTLS(t *testing.T) {
	b := newBench(t, nil)
	b.lineServer(true)
	b.network.Arm(faultnet.Fault{To: "smtp", Kind: faultnet.Reset, Bytes: 300})
	seen := map[string]bool{}
	for range 100 {
		b.do("printer", func(ctx context.Context) {
			conn, err := b.network.Dialer("printer").DialContext(ctx, "tcp", "mail.example:587")
			require.NoError(t, err)
			client, err := smtp.NewClientStartTLS(conn, &tls.Config{
				ServerName: "mail.example", RootCAs: b.network.Authority().Pool(), Time: b.world.Now,
			})
			require.NoError(t, err)
			defer func() { _ = client.Close() }()
			for n := 0; ; n++ {
				if err := client.Noop(); err != nil {
					require.ErrorIs(t, err, syscall.ECONNRESET)
					seen[fmt.Sprint(n)] = true
					return
				}
			}
		})
	}
	require.Len(t, seen, 1)
	require.False(t, seen["0"], "the handshake's bytes were counted")
}

func TestUntrustedCertificateIsAStrangers(t *testing.T) {
	b := newBench(t, nil)
	b.https(http.NotFoundHandler())
	client := b.client("printer")
	b.do("warm up", func(ctx context.Context) {
		_, err := get(ctx, client, "https://login.example/")
		require.NoError(t, err)
	})
	b.network.Arm(faultnet.Fault{To: "entra", Kind: faultnet.Untrusted, Times: 1})
	b.do("printer", func(ctx context.Context) {
		_, err := get(ctx, client, "https://login.example/")
		var unknown x509.UnknownAuthorityError
		require.ErrorAs(t, err, &unknown, "the open connection is not used")
		_, err = get(ctx, client, "https://login.example/")
		require.NoError(t, err)
	})
	require.Equal(t, "09:00:00 fault printer printer#2: login.example:443: certificate of a stranger", b.lines()[1])
	require.Empty(t, b.network.Unmet())
}

func TestOtherFaultsOfTheHandshake(t *testing.T) {
	for kind, c := range map[faultnet.FaultKind]struct {
		said  string
		check func(*testing.T, error)
	}{
		faultnet.WrongName: {"certificate of another host", func(t *testing.T, err error) {
			var name x509.HostnameError
			require.ErrorAs(t, err, &name)
		}},
		faultnet.Expired: {"certificate that has expired", func(t *testing.T, err error) {
			var invalid x509.CertificateInvalidError
			require.ErrorAs(t, err, &invalid)
			require.Equal(t, x509.Expired, invalid.Reason)
		}},
		faultnet.NoIntermediate: {"certificate without the intermediate one", func(t *testing.T, err error) {
			var unknown x509.UnknownAuthorityError
			require.ErrorAs(t, err, &unknown)
			require.Equal(t, "mfpsim lab CA intermediate", unknown.Cert.Issuer.CommonName)
		}},
		faultnet.NewRoot: {"certificates from a new root", func(t *testing.T, err error) {
			var unknown x509.UnknownAuthorityError
			require.ErrorAs(t, err, &unknown)
			require.Equal(t, "mfpsim lab CA G2", unknown.Cert.Issuer.CommonName)
		}},
		faultnet.OldTLS: {"TLS 1.1 at most", func(t *testing.T, err error) {
			require.ErrorContains(t, err, "protocol version")
		}},
	} {
		t.Run(string(kind), func(t *testing.T) {
			b := newBench(t, nil)
			b.https(http.NotFoundHandler())
			client := b.client("printer")
			b.network.Arm(faultnet.Fault{To: "entra", Kind: kind, Times: 1})
			b.do("printer", func(ctx context.Context) {
				_, err := get(ctx, client, "https://login.example/")
				c.check(t, err)
				_, err = get(ctx, client, "https://login.example/")
				require.NoError(t, err)
			})
			require.Equal(t, "09:00:00 fault printer printer#1: login.example:443: "+c.said, b.lines()[0])
			require.Empty(t, b.network.Unmet())
		})
	}
}

func TestAClientThatHasTheNewRootTakesTheWholeChain(t *testing.T) {
	b := newBench(t, nil)
	b.https(http.NotFoundHandler())
	b.network.Arm(faultnet.Fault{To: "entra", Kind: faultnet.NewRoot})
	b.do("printer", func(ctx context.Context) {
		dial := faultnet.TLSDialer(
			b.network.Dialer("printer").DialContext, &tls.Config{RootCAs: b.network.Newer().Pool(), Time: b.world.Now},
		)
		conn, err := dial(ctx, "tcp", "login.example:443")
		require.NoError(t, err)
		require.NoError(t, conn.Close())
	})
}

func TestSTARTTLSIsTakenOutOfTheReply(t *testing.T) {
	b := newBench(t, nil)
	b.lineServer(true)
	b.network.Arm(faultnet.Fault{To: "smtp", Kind: faultnet.NoSTARTTLS, Times: 1})
	hello := func() (offered, size bool) {
		b.do("printer", func(ctx context.Context) {
			conn, err := b.network.Dialer("printer").DialContext(ctx, "tcp", "mail.example:587")
			require.NoError(t, err)
			client := smtp.NewClient(conn)
			defer func() { _ = client.Close() }()
			require.NoError(t, client.Hello("printer.example"))
			offered, _ = client.Extension("STARTTLS")
			size, _ = client.Extension("SIZE")
			require.NoError(t, client.Noop())
		})
		return offered, size
	}
	offered, size := hello()
	require.False(t, offered)
	require.True(t, size)
	require.Empty(t, b.network.Unmet())
	offered, _ = hello()
	require.True(t, offered)
}

func TestFaultsCountConnectionsAndNameThoseThatWereNeverMet(t *testing.T) {
	b := newBench(t, nil)
	b.lineServer(false)
	dial := func(party string) string {
		result := "ok"
		b.do(party, func(ctx context.Context) {
			conn, err := b.network.Dialer(party).DialContext(ctx, "tcp", "mail.example:587")
			var dns *net.DNSError
			switch {
			case errors.Is(err, syscall.ECONNREFUSED):
				result = "refused"
			case errors.As(err, &dns):
				result = "no name"
			case err != nil:
				result = "other"
			default:
				_, _ = talk(conn, "")
				_ = conn.Close()
			}
		})
		return result
	}
	b.network.Arm(faultnet.Fault{To: "smtp", Kind: faultnet.Unreachable, After: 2, Times: 1})
	b.network.Arm(faultnet.Fault{To: "smtp", From: "printer2", Kind: faultnet.NoName})
	b.network.Arm(faultnet.Fault{To: "smtp", Kind: faultnet.Reset, Bytes: 1000})
	b.network.Arm(faultnet.Fault{To: "entra", Kind: faultnet.Silent, Times: 2})
	require.Equal(t, []string{"ok", "ok", "refused", "ok", "no name"},
		[]string{dial("printer"), dial("printer"), dial("printer"), dial("printer"), dial("printer2")})
	b.network.Clear("smtp")
	require.Equal(t, "ok", dial("printer2"))
	unmet := b.network.Unmet()
	require.Len(t, unmet, 2)
	require.Equal(t, "smtp reset after 1000 bytes", unmet[0].String())
	require.Equal(t, "entra silent, 2 times", unmet[1].String())
	require.Equal(t, unmet[1:], b.network.Faults())
}

func TestAFaultThatIsNoneIsRefusedByName(t *testing.T) {
	require.NoError(t, faultnet.Fault{To: "smtp", Kind: "no-starttls"}.Check())
	require.Contains(t, faultnet.FaultKinds(), faultnet.NoSTARTTLS)
	require.EqualError(t, faultnet.Fault{To: "smtp", Kind: "sluggish"}.Check(),
		`no fault "sluggish" here; there are: unreachable, no-name, silent, reset, untrusted, wrong-name, expired, no-intermediate, new-root, old-tls, no-starttls, black-hole, dead-address, isolated, half-silent, slow, trickle, garbled, wrong-protocol, closed, panic`)
	require.ErrorContains(t, faultnet.Fault{To: "smtp", Kind: "strip-starttls"}.Check(), "; the nearest is no-starttls")
}

func TestHangingDialTimesOut(t *testing.T) {
	b := newBench(t, nil)
	b.https(http.NotFoundHandler())
	client := b.client("printer")
	b.network.Arm(faultnet.Fault{To: "entra", Kind: faultnet.BlackHole})
	b.do("printer", func(ctx context.Context) {
		timed, cancel := b.world.Clock("printer").WithTimeout(ctx, 20*time.Second)
		_, err := get(timed, client, "https://login.example/")
		require.Equal(t, "timed out", outcome(timed, err))
		cancel()
		timed, cancel = b.world.Clock("printer").WithTimeout(ctx, 20*time.Second)
		defer cancel()
		_, err = b.network.Dialer("printer").DialContext(timed, "tcp", "login.example:443")
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
	require.Equal(t, 40*time.Second, b.world.Elapsed())
}

func TestReplyThatIsUnderWayIsLostWhenThePartyFallsSilent(t *testing.T) {
	b := newBench(t, nil)
	b.lineServer(false)
	var got error
	b.world.Go("printer", func(ctx context.Context) {
		conn, err := b.network.Dialer("printer").DialContext(ctx, "tcp", "mail.example:587")
		require.NoError(t, err)
		defer func() { _ = conn.Close() }()
		_, err = talk(conn, "")
		require.NoError(t, err)
		timed, cancel := b.world.Clock("printer").WithTimeout(ctx, time.Minute)
		defer cancel()
		defer context.AfterFunc(timed, func() { _ = conn.Close() })()
		_, got = talk(conn, "slow 10")
	})
	_, err := b.world.Advance(5 * time.Second)
	require.NoError(t, err)
	b.network.Arm(faultnet.Fault{To: "smtp", Kind: faultnet.Silent})
	_, err = b.world.Advance(30 * time.Second)
	require.NoError(t, err)
	require.NoError(t, got)
	_, err = b.world.Advance(30 * time.Second)
	require.NoError(t, err)
	require.ErrorIs(t, got, net.ErrClosed)
}

func TestClientsFromOutsideMeetFaultsToo(t *testing.T) {
	b := newBench(t, nil)
	l, err := b.network.Listen("web", "web.example:80")
	require.NoError(t, err)
	server, err := b.network.ServeHTTP(
		l,
		nil,
		b.network.Handler("web", nil, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "hello")
		}), nil),
	)
	require.NoError(t, err)
	defer func() { _ = server.Close() }()
	ask := func() (string, error) {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			return "", err // a busy machine lets the reset arrive before connect(2) has returned
		}
		defer func() { _ = conn.Close() }()
		if _, err := io.WriteString(conn, "GET / HTTP/1.0\r\n\r\n"); err != nil {
			return "", err // the reset is told once: to the first who asks
		}
		b, err := io.ReadAll(conn)
		return string(b), err
	}
	text, err := ask()
	require.NoError(t, err)
	require.Contains(t, text, "hello")
	b.network.Arm(faultnet.Fault{To: "web", Kind: faultnet.Unreachable, Times: 1})
	_, err = ask()
	require.ErrorIs(t, err, syscall.ECONNRESET)
	b.network.Arm(faultnet.Fault{To: "web", Kind: faultnet.Reset, Bytes: 30, Times: 1})
	_, err = ask()
	require.ErrorIs(t, err, syscall.ECONNRESET)
	text, err = ask()
	require.NoError(t, err)
	require.Contains(t, text, "hello")
	b.network.Arm(faultnet.Fault{To: "web", Kind: faultnet.Silent, Times: 1})
	conn, err := net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	_, _ = io.WriteString(conn, "GET / HTTP/1.0\r\n\r\n")
	text, err = ask() // is accepted after the silent one
	require.NoError(t, err)
	require.Contains(t, text, "hello")
	require.NoError(t, l.Close()) // ends the silence
	_, err = conn.Read(make([]byte, 1))
	require.Error(t, err)
	require.Empty(t, b.network.Unmet())
}
