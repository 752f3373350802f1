package lab

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"mfpsim/chance"
	"mfpsim/fakesmtp"
	"mfpsim/fakesmtp/generic"
	"mfpsim/fakesmtp/legacy"
	"mfpsim/fakesmtp/pop3"
	"mfpsim/fakesmtp/refusal"
	"mfpsim/faultnet"
	"mfpsim/journal"
)

// The mail server of the office, which is none of Microsoft's: what a printer sends through that has no OAuth2. Port 25
// speaks in clear, knows no SMTP AUTH, and takes mail of who has authenticated over POP3 within half an hour; port 465
// speaks TLS from the first octet and port 587 wants STARTTLS, both with SMTP AUTH by [MailAccount] and its password.
// It keeps the mail that it takes: see [Lab.Mailbox].
const (
	PartyMail   = "mail" // SMTP
	PartyPOP3   = "pop3"
	MailServer  = "mail.office.example"
	POP3Server  = "pop.office.example" // port 110, in clear
	MailAccount = "scanner@office.example"
)

// officeMail are the servers behind it.
type officeMail struct {
	relay      *legacy.Server
	submission []*generic.Server
	password   string
}

// serves is what the mail servers of the office have in common.
type serves interface {
	Serve(net.Listener) error
	Close() error
	Address() string
}

// startOfficeMail puts the office's mail servers on the network.
func (l *Lab) startOfficeMail() error {
	password := chance.New(l.config.Seed, PartyMail+" password").Letters(passwordLetters, 12)
	l.officeMail.password = password
	l.remember(password)
	at := l.SMTP.Bench()
	at.Keep = l.config.Mails
	at.Party = PartyMail
	account := generic.Account{Address: MailAccount, Password: journal.NewSecret(password)}
	starttls := generic.Config{
		Bench: at, Host: MailServer, Accounts: []generic.Account{account}, Mechanisms: []string{generic.Plain},
	}
	implicit := starttls
	implicit.Security = generic.ImplicitTLS
	for _, config := range []generic.Config{starttls, implicit} {
		made, err := generic.New(config)
		if err != nil {
			return fmt.Errorf("the office's mail server: %w", err)
		}
		l.officeMail.submission = append(l.officeMail.submission, made)
		if err := l.serveMail(PartyMail, made); err != nil {
			return err
		}
	}
	post := at
	post.Party = PartyPOP3
	drops, err := pop3.New(pop3.Config{
		Bench: post, Profile: pop3.ProfilePlain, Host: POP3Server, Security: pop3.InClear, Maildrops: maildrops{l},
	})
	if err != nil {
		return fmt.Errorf("the office's POP3 server: %w", err)
	}
	if err := l.serveMail(PartyPOP3, drops); err != nil {
		return err
	}
	l.officeMail.relay, err = legacy.New(legacy.Config{
		Bench: at, Host: MailServer, Security: legacy.InClear, Mechanisms: []string{}, POPBeforeSMTP: drops,
		Accounts: []legacy.Account{{Name: MailAccount, Password: account.Password}},
	})
	if err != nil {
		return fmt.Errorf("the office's mail server: %w", err)
	}
	return l.serveMail(PartyMail, l.officeMail.relay)
}

// mailServer is one of them, and where it listens.
type mailServer struct {
	serves
	listener net.Listener
}

// serveMail serves one of them until the bench ends.
func (l *Lab) serveMail(party string, server serves) error {
	listener, err := l.Network.Listen(party, server.Address())
	if err != nil {
		return errors.New(party + ": no port to listen on")
	}
	l.mailServers = append(l.mailServers, mailServer{server, listener})
	faultnet.Expect(listener)
	l.office.Go(func() { _ = server.Serve(listener) }) // ends when the server is closed
	return nil
}

// Mailbox returns what has arrived at an address, oldest first: from Exchange Online, and what the mail servers of the
// office and of fax providers have taken for it.
func (l *Lab) Mailbox(address string) []fakesmtp.Message {
	all := l.SMTP.Mailbox(address)
	for _, server := range l.officeMail.submission {
		all = append(all, server.Mailbox(address)...)
	}
	all = append(all, l.officeMail.relay.Mailbox(address)...)
	for _, p := range l.Providers() {
		all = append(all, p.Mail.Mailbox(address)...)
	}
	slices.SortStableFunc(all, func(a, b fakesmtp.Message) int { return a.ReceivedAt.Compare(b.ReceivedAt) })
	return all
}

// maildrops are what the office's POP3 server serves.
type maildrops struct{ lab *Lab }

func (m maildrops) Mailbox(address string) []fakesmtp.Message {
	return m.lab.officeMail.relay.Mailbox(address)
}

func (m maildrops) LogOn(user, password string) refusal.Reason {
	return m.lab.officeMail.relay.LogOn(user, password)
}

// mailPassword is the password of the account at the office's mail server.
func (l *Lab) mailPassword(address string) (string, bool) {
	return l.officeMail.password, strings.EqualFold(address, MailAccount)
}
