package namespace

import (
	"errors"
	"net"
	"net/netip"
	"strings"

	"github.com/miekg/dns"
)

// Names says where names lead inside.
type Names interface {
	// Address returns the address of a name, lower case and without a dot at its end; the zero address: there is none.
	Address(name string) netip.Addr
	// Exchangers returns the mail exchangers of a domain, the preferred one first.
	Exchangers(domain string) []string
	// Asked is told each question with its answer, for the record.
	Asked(name, kind, answer string)
}

// timeToLive of an answer: nobody keeps it, so that a fault in the names is met at once.
const timeToLive = 0

// Resolver answers the questions for names.
type Resolver struct{ servers []*dns.Server }

// ServeNames answers over UDP and TCP until Close. It knows A and MX; a name that leads somewhere has no other records,
// and one that leads nowhere does not exist.
func ServeNames(packets net.PacketConn, streams net.Listener, names Names) *Resolver {
	handler := dns.HandlerFunc(func(w dns.ResponseWriter, question *dns.Msg) { answer(w, question, names) })
	r := &Resolver{servers: []*dns.Server{
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
func (r *Resolver) Close() error {
	var err error
	for _, server := range r.servers {
		err = errors.Join(err, server.Shutdown())
	}
	return err
}

func answer(w dns.ResponseWriter, question *dns.Msg, names Names) {
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
	told := "nothing of this kind"
	switch {
	case !address.IsValid() && len(exchangers) == 0:
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
