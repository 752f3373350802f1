package nameserver_test

import (
	"net"
	"net/netip"
	"testing"

	"github.com/miekg/dns"
	"github.com/stretchr/testify/require"

	"mfpsim/nameserver"
)

// book is a small world of names.
type book struct{ asked chan string }

func (b book) Address(name string) netip.Addr {
	if name == "here.example" {
		return netip.MustParseAddr("198.18.0.1")
	}
	return netip.Addr{}
}

func (b book) Exchangers(domain string) []string {
	if domain == "mail.example" {
		return []string{"first.example", "second.example"}
	}
	return nil
}

func (b book) Fails(string) bool { return false }

func (b book) Asked(name, kind, answer string) { b.asked <- kind + " " + name + ": " + answer }

func TestNamesAreAnsweredOverUDPAndTCP(t *testing.T) {
	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	streams, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	names := book{asked: make(chan string, 10)}
	resolver := nameserver.Serve(packets, streams, names, nameserver.Nobody)
	for name, c := range map[string]struct {
		name   string
		kind   uint16
		code   int
		answer string
		asked  string
	}{
		"an address":              {"Here.Example.", dns.TypeA, dns.RcodeSuccess, "198.18.0.1", "A here.example: 198.18.0.1"},
		"no address of version 6": {"here.example.", dns.TypeAAAA, dns.RcodeSuccess, "", "AAAA here.example: nothing of this kind"},
		"nobody":                  {"there.example.", dns.TypeA, dns.RcodeNameError, "", "A there.example: no such name"},
		"exchangers": {
			"mail.example.", dns.TypeMX, dns.RcodeSuccess, "first.example.", "MX mail.example: first.example, second.example",
		},
		"a domain for mail only": {"mail.example.", dns.TypeA, dns.RcodeSuccess, "", "A mail.example: nothing of this kind"},
	} {
		for network, at := range map[string]string{
			"udp": packets.LocalAddr().String(), "tcp": streams.Addr().String(),
		} {
			t.Run(name+" over "+network, func(t *testing.T) {
				question := new(dns.Msg).SetQuestion(c.name, c.kind)
				said, _, err := (&dns.Client{Net: network}).Exchange(question, at)
				require.NoError(t, err)
				require.Equal(t, c.code, said.Rcode)
				require.Equal(t, c.asked, <-names.asked)
				if c.answer == "" {
					require.Empty(t, said.Answer)
					return
				}
				require.Contains(t, said.Answer[0].String(), c.answer)
				require.Zero(t, said.Answer[0].Header().Ttl)
			})
		}
	}
	require.NoError(t, resolver.Close())
}

func TestOtherNamesAreRefusedOrPassedOn(t *testing.T) {
	serve := func(others nameserver.Others) string {
		streams, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		packets, err := net.ListenPacket("udp", streams.Addr().String())
		for err != nil { // the number is taken for UDP
			require.NoError(t, streams.Close())
			streams, err = net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			packets, err = net.ListenPacket("udp", streams.Addr().String())
		}
		server := nameserver.Serve(packets, streams, book{asked: make(chan string, 10)}, others)
		t.Cleanup(func() { require.NoError(t, server.Close()) })
		return packets.LocalAddr().String()
	}
	another := serve(func(question *dns.Msg, _ string) (*dns.Msg, string) {
		said := new(dns.Msg).SetReply(question)
		said.Answer = []dns.RR{&dns.A{
			Hdr: dns.RR_Header{Name: question.Question[0].Name, Rrtype: dns.TypeA, Class: dns.ClassINET}, A: net.IPv4(10, 0, 0, 9),
		}}
		return said, "10.0.0.9"
	})
	closed, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, closed.Close())
	for name, c := range map[string]struct {
		others nameserver.Others
		code   int
		answer string
	}{
		"refused":              {nameserver.Refused, dns.RcodeRefused, ""},
		"passed on":            {nameserver.PassedOn(another), dns.RcodeSuccess, "10.0.0.9"},
		"passed on, to nobody": {nameserver.PassedOn(closed.LocalAddr().String()), dns.RcodeServerFailure, ""},
	} {
		for _, network := range []string{"udp", "tcp"} {
			t.Run(name+" over "+network, func(t *testing.T) {
				at := serve(c.others)
				ask := func(name string) *dns.Msg {
					question := new(dns.Msg).SetQuestion(name, dns.TypeA)
					said, _, err := (&dns.Client{Net: network}).Exchange(question, at)
					require.NoError(t, err)
					require.Equal(t, question.Id, said.Id)
					return said
				}
				said := ask("there.example.")
				require.Equal(t, c.code, said.Rcode)
				if c.answer != "" {
					require.Contains(t, said.Answer[0].String(), c.answer)
				}
				own := ask("here.example.").Answer[0].String()
				require.Contains(t, own, "198.18.0.1", "the bench's own names stay its own")
			})
		}
	}
}
