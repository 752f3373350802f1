package session

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"strconv"
	"strings"

	"mfpsim/fakesmtp/internal/answers"
	"mfpsim/fakesmtp/internal/history"
	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/fakesmtp/internal/mailboxes"
	"mfpsim/fakesmtp/internal/replies"
	"mfpsim/fakesmtp/internal/transit"
	"mfpsim/fakesmtp/internal/wire"
	"mfpsim/fakesmtp/refusal"
)

// This file is the MX door, DOMAIN-TLD.mail.protection.outlook.com port 25: nobody authenticates, mail for an
// organization's own recipients is taken of anybody, other mail only by a connector (docs/reference/exchange-smtp.md
// X9).

// Exchanger serves one client of the MX door to its end.
func (e *Endpoint) Exchanger(connection net.Conn) {
	c := &session{endpoint: e, raw: connection, profile: replies.ProfileExchange, exchanger: true}
	c.peer = e.Shell.Network.Peer(connection)
	c.peer.Guard(connection, c.serve)
}

// nameExchanger draws the names that the front end and the mailbox server of a connection at the MX door have.
func (c *session) nameExchanger(site, forest string) {
	c.label = fmt.Sprintf("%sPEPF000%s.%s", site[:min(len(site), 3)], strings.ToUpper(c.random.Hex(5)), forest)
	c.host = strings.TrimSuffix(c.label, "."+forest) + ".mail.protection.outlook.com"
}

// caller is who speaks: by address, and by the certificate that was shown, if it holds.
func (c *session) caller() mailboxes.Caller {
	caller := mailboxes.Caller{Address: c.client(), Secure: c.tls != nil}
	if c.tls == nil {
		return caller
	}
	shown := c.tls.ConnectionState().PeerCertificates
	if len(shown) == 0 {
		return caller
	}
	between := x509.NewCertPool()
	for _, certificate := range shown[1:] {
		between.AddCert(certificate)
	}
	_, err := shown[0].Verify(x509.VerifyOptions{
		Roots: c.endpoint.Shell.Network.Authority().Pool(), Intermediates: between, CurrentTime: c.endpoint.now(),
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	if err == nil {
		caller.Names = append(shown[0].DNSNames, shown[0].Subject.CommonName)
	}
	return caller
}

// sender begins a message of a sender; at the MX door it is told whose mail that is.
func (c *session) sender(path string) *transaction {
	if !c.exchanger {
		return &transaction{from: path}
	}
	return &transaction{from: path, whose: c.endpoint.Mailboxes.Attribute(c.caller(), path)}
}

// inbound judges a recipient at the MX door; empty: it is taken.
func (c *session) inbound(recipient string) (replies.Event, refusal.Reason) {
	inside, known := c.endpoint.Mailboxes.Accepts(recipient)
	switch whose := c.mail.whose; {
	case !inside && !whose.Relays:
		return replies.RelayDenied, refusal.NoConnector
	case inside && !known:
		return replies.RecipientUnknown, refusal.UserUnknown
	case inside && whose.Rejected:
		return replies.DirectSendRejected, refusal.DirectSend
	}
	return "", ""
}

// rcptInbound takes a recipient at the MX door.
func (c *session) rcptInbound(ctx context.Context, path string) {
	event, reason := c.inbound(path)
	switch {
	case event != "":
		c.refuse(ctx, event, reason, "recipient", wire.Printable(path))
		return
	case len(c.mail.to) >= maxInbound:
		c.refuse(ctx, replies.RcptTooMany, "")
		return
	case c.mail.crowded(path, c.endpoint.Settings.MaxPerDomain):
		c.refuse(ctx, replies.RcptTooManyDomain, "")
		return
	}
	if planted := answers.ByAddress(path, answers.AtData); planted != nil {
		c.mail.planted = planted
	}
	c.mail.to = append(c.mail.to, path)
	c.say(replies.RcptOK)
}

// maxInbound is how many recipients one message may have at the MX door; not established.
const maxInbound = 500

// receive judges a message that has come in whole by the MX door, and delivers it.
func (c *session) receive(ctx context.Context, m mail.Message, size int64, under *transaction) {
	e := c.endpoint
	event := compliant(m)
	switch {
	case size > e.Settings.MaxSize:
		event = replies.TooLarge
	case m.HeaderSize() > e.Settings.MaxHeaderSize:
		event = replies.HeaderTooLarge
	}
	if event != "" {
		c.refuse(ctx, event, "")
		return
	}
	m.ReceivedAt = e.now()
	if m.Origin == mail.OriginMissing {
		m.From = m.EnvelopeFrom
	}
	m.Stamped, m.ID = c.inboundHeader(m)
	e.Mailboxes.Anonymous(m, under.whose.Organization, &transit.Way{Route: c.route, Inbound: true})
	c.shown.Note(func(shown *history.Session) { shown.Messages++ })
	// Number, time and rate of the transfer are no facts of this bench: they are drawn, of the size that logs have.
	number, took := 10_000_000_000_000+int64(c.random.Intn(1<<30))*40_000, 100+c.random.Intn(400)
	c.say(replies.AcceptedInbound, "id", m.ID, "internal", strconv.FormatInt(number, 10),
		"bytes", strconv.FormatInt(size, 10), "seconds", fmt.Sprintf("0.%03d", took),
		"rate", fmt.Sprintf("%.3f", float64(size)/1.024/float64(took)))
}

// inboundHeader makes what the MX door puts before a message: how it came in, a Message-ID and a From header where
// there were none (docs/reference/exchange-smtp.md X2). It returns the Message-ID that holds.
func (c *session) inboundHeader(m mail.Message) (header []byte, id string) {
	version := "version=TLS1_2, cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"
	switch {
	case c.tls == nil:
		version = ""
	case c.tls.ConnectionState().Version == tls.VersionTLS13:
		// The cipher that Exchange Online prefers; the one in use depends on the machine's processor.
		version = "version=TLS1_3, cipher=TLS_AES_256_GCM_SHA384"
	}
	with := "Microsoft SMTP Server"
	if version != "" {
		with += " (" + version + ")"
	}
	b := fmt.Appendf(
		nil, "Received: from %s (%s) by\r\n %s with %s\r\n id 15.20.8678.29 via Frontend Transport; %s\r\n",
		wire.Printable(c.helo), c.client(), c.label, with, replies.InBanner(m.ReceivedAt),
	)
	if id = m.ID; id == "" {
		id = c.freshID()
		b = append(b, "Message-ID: "+id+"\r\n"...)
	}
	if m.Origin == mail.OriginMissing {
		b = append(b, "From: <"+m.EnvelopeFrom+">\r\n"...)
	}
	return b, id
}
