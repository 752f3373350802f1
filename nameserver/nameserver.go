// Package nameserver answers for Microsoft's names as a bench wants them to be found, for programs in a namespace and
// for devices of a network.
package nameserver

import (
	"errors"
	"net"
	"net/netip"
	"strings"

	"github.com/miekg/dns"
)

// Names says where names lead.
type Names interface {
	// Address returns the address of a name, lower case and without a dot at its end; the zero address: there is none.
	Address(name string) netip.Addr
	// Exchangers returns the mail exchangers of a domain, the preferred one first.
	Exchangers(domain string) []string
	// Fails reports whether a question for the address of a name fails although there is one, as if there was none.
	Fails(name string) bool
	// Asked is told each question with its answer, for the record.
	Asked(name, kind, answer string)
}

// timeToLive of an answer: nobody keeps it, so that a fault in the names is met at once.
const timeToLive = 0

// Others answers for names that are not the bench's: with a code of RFC 1035, or as another server does.
type Others func(question *dns.Msg, network string) (said *dns.Msg, told string)

// Nobody has other names: they do not exist.
func Nobody(question *dns.Msg, _ string) (*dns.Msg, string) {
	return new(dns.Msg).SetRcode(question, dns.RcodeNameError), "no such name"
}

// Refused says that other names are not answered for, so that who asks may ask another server.
func Refused(question *dns.Msg, _ string) (*dns.Msg, string) {
	return new(dns.Msg).SetRcode(question, dns.RcodeRefused), "refused"
}

// PassedOn lets a server, an address with a port, answer for other names; it fails as that server does.
func PassedOn(server string) Others {
	return func(question *dns.Msg, network string) (*dns.Msg, string) {
		said, _, err := (&dns.Client{Net: network}).Exchange(question, server)
		if err != nil {
			return new(dns.Msg).SetRcode(question, dns.RcodeServerFailure), "no answer of " + server
		}
		return said, "as " + server + " says"
	}
}

// Server answers the questions for names.
type Server struct{ servers []*dns.Server }

// Serve answers over UDP and TCP until Close. It knows A and MX; a name that leads somewhere has no other records.
func Serve(packets net.PacketConn, streams net.Listener, names Names, others Others) *Server {
	handler := dns.HandlerFunc(func(w dns.ResponseWriter, question *dns.Msg) { answer(w, question, names, others) })
	r := &Server{servers: []*dns.Server{
		{PacketConn: packets, Handler: handler}, {Listener: streams, Handler: handler},
	}}
	for _, server := range r.servers {
		started := make(chan struct{})
		server.NotifyStartedFunc = func() { close(started) }
		go func() { _ = server.ActivateAndServe() }() // ends when it is closed
		<-started
	}
	return r
}

// Close ends the answers.
func (r *Server) Close() error {
	var err error
	for _, server := range r.servers {
		err = errors.Join(err, server.Shutdown())
	}
	return err
}

func answer(w dns.ResponseWriter, question *dns.Msg, names Names, others Others) {
	said := new(dns.Msg)
	said.SetReply(question)
	said.Authoritative = true
	if question.Opcode != dns.OpcodeQuery || len(question.Question) != 1 {
		said.Rcode = dns.RcodeNotImplemented
		_ = w.WriteMsg(said) // who has gone needs no answer
		return
	}
	asked := question.Question[0]
	name := strings.ToLower(strings.TrimSuffix(asked.Name, "."))
	header := dns.RR_Header{Name: asked.Name, Rrtype: asked.Qtype, Class: dns.ClassINET, Ttl: timeToLive}
	address, exchangers := names.Address(name), names.Exchangers(name)
	failing := address.IsValid() && asked.Qtype == dns.TypeA && names.Fails(name)
	told := "nothing of this kind"
	switch {
	case !address.IsValid() && len(exchangers) == 0:
		said, told = others(question, w.LocalAddr().Network())
	case failing:
		said.Rcode, told = dns.RcodeNameError, "no such name"
	case asked.Qtype == dns.TypeA && address.IsValid():
		said.Answer, told = append(said.Answer, &dns.A{Hdr: header, A: address.AsSlice()}), address.String()
	case asked.Qtype == dns.TypeMX && len(exchangers) > 0:
		for i, host := range exchangers {
			preference := uint16(10 * (i + 1)) //nolint:gosec // there are a few
			said.Answer = append(said.Answer, &dns.MX{Hdr: header, Preference: preference, Mx: dns.Fqdn(host)})
		}
		told = strings.Join(exchangers, ", ")
	}
	names.Asked(name, dns.TypeToString[asked.Qtype], told)
	_ = w.WriteMsg(said)
}
