package fakesmtp

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/fakesmtp/refusal"
)

const (
	notCompliant = "550 5.7.512 Access denied, message must be RFC 5322 section 3.6.2 compliant [Hostname=<BE>]"
	refused      = "535 5.7.3 Authentication unsuccessful" + tail
	severalFrom  = "550 5.1.20 Multiple From addresses are not allowed without Sender address [Hostname=<BE>]"
)

// submits sends a message by a talker that has authenticated, and returns the reply at its end.
func (c *talker) submits(from, to, message string) string {
	c.t.Helper()
	c.say("MAIL FROM:<" + from + ">")
	require.Equal(c.t, "250 2.1.5 Recipient OK", c.say("RCPT TO:<"+to+">"))
	c.say("DATA")
	return loosely(c.say(message + "\r\n."))
}

func TestWhoAMessageIsFrom(t *testing.T) {
	accepts := "250 2.0.0 OK <<ID>@<BE>> [Hostname=<BE>]"
	denied := "554 5.2.252 SendAsDenied; alice@contoso.com not allowed to send as "
	for name, b := range map[string]struct{ header, reply, from string }{
		"the mailbox itself":                                 {"From: alice@contoso.com", accepts, DefaultMailbox},
		"the mailbox with a name":                            {"From: \"Alice, Scans\" <alice@contoso.com>", accepts, DefaultMailbox},
		"a name in an unknown character set":                 {"From: =?x-nobody-knows?Q?Sc=E4n?= <alice@contoso.com>", accepts, DefaultMailbox},
		"a name in raw octets of Latin-1":                    {"From: \"Sc\xe4n\" <alice@contoso.com>", accepts, DefaultMailbox},
		"a folded header":                                    {"From: Alice\r\n <alice@contoso.com>", accepts, DefaultMailbox},
		"somebody else":                                      {"From: ceo@contoso.com", denied + "ceo@contoso.com", ""},
		"an address in quotes, which is a name only":         {`From: "ceo@contoso.com"`, notCompliant, ""},
		"a name without an address":                          {"From: Scanner", notCompliant, ""},
		"an address without a domain":                        {"From: alice", notCompliant, ""},
		"an open angle bracket":                              {"From: <ceo@contoso.com", notCompliant, ""},
		"nothing":                                            {"From:", notCompliant, ""},
		"an empty group":                                     {"From: undisclosed:;", notCompliant, ""},
		"two From headers":                                   {"From: alice@contoso.com\r\nFrom: ceo@contoso.com", notCompliant, ""},
		"a header that cannot be read, with an author in it": {"no field\r\nFrom: ceo@contoso.com", notCompliant, ""},
		"no From header":                                     {"X-Nothing: x", accepts, DefaultMailbox},
		"two authors and no sender":                          {"From: alice@contoso.com, ceo@contoso.com", severalFrom, ""},
		"two authors and a sender":                           {"From: alice@contoso.com, ceo@contoso.com\r\nSender: alice@contoso.com", denied + "ceo@contoso.com", ""},
		"twice oneself and a sender":                         {"From: alice@contoso.com, <alice@contoso.com>\r\nSender: alice@contoso.com", accepts, DefaultMailbox},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := prompt(t, Config{})
			reply := authenticated(t, s).submits(
				DefaultMailbox, "bob@fabrikam.com", b.header+"\r\nSubject: x\r\n\r\nHello",
			)
			require.True(t, strings.HasPrefix(reply, b.reply), "%s", reply)
			if b.from == "" {
				require.Empty(t, s.Mailbox("bob@fabrikam.com"))
				return
			}
			arrived := s.Mailbox("bob@fabrikam.com")[0]
			require.Equal(t, b.from, arrived.From)
			require.Equal(t, 1, strings.Count("\n"+strings.ToLower(string(arrived.Delivered())), "\nfrom: "))
		})
	}
}

func TestWithoutFromAndWithoutASenderThereIsNobody(t *testing.T) {
	s := prompt(t, Config{})
	require.Equal(t, notCompliant, authenticated(t, s).submits("", "bob@fabrikam.com", "Subject: x\r\n\r\nHello"))
}

func TestAFromHeaderThatIsMissingBecomesTheEnvelopesSenderAfterTheAlias(t *testing.T) {
	s := prompt(t, Config{})
	require.NoError(t, s.AddMailbox(Mailbox{Address: "scan@contoso.com", Aliases: []string{"scans@contoso.com"}}))
	c := greeted(t, s)
	require.Equal(t, accepted, c.say("AUTH XOAUTH2 {blob of scan@contoso.com}"))
	c.submits("scans@contoso.com", "bob@fabrikam.com", "Subject: x\r\n\r\nHello")
	require.Contains(t, string(s.Mailbox("bob@fabrikam.com")[0].Delivered()), "\r\nFrom: <scan@contoso.com>\r\n")
}

func TestPlusAddressing(t *testing.T) {
	s := prompt(t, Config{})
	require.NoError(t, s.AddMailbox(Mailbox{Address: "carol@contoso.com"}))
	require.NoError(t, s.AddMailbox(Mailbox{Address: "carol+own@contoso.com"}))
	c := authenticated(t, s)
	message := "From: alice@contoso.com\r\nSubject: x\r\n\r\nHello"
	c.submits(DefaultMailbox, "carol+scans+today@contoso.com", message)
	require.Len(t, s.Mailbox("carol@contoso.com"), 1)
	require.Len(t, s.Mailbox("carol+any@contoso.com"), 1, "what follows the plus sign leads to the same mailbox")
	c.submits(DefaultMailbox, "carol+own@contoso.com", message)
	require.Len(t, s.Mailbox("carol+own@contoso.com"), 1)
	require.Len(t, s.Mailbox("carol@contoso.com"), 1, "an address of its own goes first")
	c.submits(DefaultMailbox, "nobody+scans@contoso.com", message)
	require.Contains(t, s.Trace()[2].Detail, "550 5.1.10 ")

	_, err := s.Cmdlet("Set-OrganizationConfig", []string{"-DisablePlusAddressInRecipients", "$true"})
	require.NoError(t, err)
	c.submits(DefaultMailbox, "carol+scans@contoso.com", message)
	require.Len(t, s.Mailbox("carol@contoso.com"), 1)
	require.Contains(t, s.Trace()[3].Detail, "550 5.1.10 ")
	require.Contains(
		t, c.submits("alice+x@contoso.com", "carol@contoso.com", message), "SendAsDenied", "it is for recipients only",
	)
}

func TestRecipientsOfOneDomainAreLimited(t *testing.T) {
	for name, b := range map[string]struct{ limit, fits int }{
		"200, as Exchange Online has it": {0, 200}, "another limit": {3, 3}, "none": {-1, 210},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := prompt(t, Config{MaxRecipientsPerDomain: b.limit})
			c := authenticated(t, s)
			c.say("MAIL FROM:<alice@contoso.com>")
			for i := range b.fits {
				require.Equal(t, "250 2.1.5 Recipient OK", c.say(fmt.Sprintf("RCPT TO:<user%d@Fabrikam.com>", i)))
			}
			if b.limit >= 0 {
				require.Equal(t, "452 4.5.3 Too many recipients"+tail, loosely(c.say("RCPT TO:<more@fabrikam.com>")))
			}
			require.Equal(t, "250 2.1.5 Recipient OK", c.say("RCPT TO:<bob@another.example>"))
		})
	}
}

func TestATokenWithALineFeedBehindItIsRefusedAndTheReasonIsTold(t *testing.T) {
	s := prompt(t, Config{})
	for _, token := range []string{
		s.Token(DefaultMailbox) + "\n", s.Token(DefaultMailbox) + "\r\n", s.Token(DefaultMailbox) + " ",
		" " + s.Token(DefaultMailbox),
	} {
		require.Equal(t, refused, loosely(greeted(t, s).say("AUTH XOAUTH2 "+blob(DefaultMailbox, token))))
	}
	require.Len(t, s.Refusals(), 4)
	for _, r := range s.Refusals() {
		require.Equal(t, refusal.TokenSpace, r.Reason)
	}
	session := s.Sessions()[0]
	require.Contains(t, strings.Join(session.Lines, "\n"),
		"\n(reason, which the client is not told: there is white space in the token, for example a line feed at its end)")
}

func TestNamesAfterEHLOAreTakenOrRefusedByASetting(t *testing.T) {
	for name, b := range map[string]struct{ lenient, strict bool }{
		"printer.contoso.com": {true, true}, "[192.0.2.10]": {true, true}, "BULP05N020": {true, false},
		"scan_1.contoso.com": {true, false}, "scan..com": {false, false},
	} {
		for _, strict := range []bool{false, true} {
			s := prompt(t, Config{StrictHello: strict})
			for _, verb := range []string{"EHLO ", "HELO "} {
				c := dial(t, s)
				c.reply()
				taken := b.lenient && !strict || b.strict && strict
				reply := c.say(verb + name)
				require.Equal(t, taken, strings.HasPrefix(reply, "250 "), "%s, strict: %v: %s", name, strict, reply)
				if !taken {
					require.Equal(t, "501 5.5.4 Invalid domain name"+tail, loosely(reply))
				}
			}
		}
	}
}

func TestAShortCommandLimitSparesSASLAnswers(t *testing.T) {
	s := prompt(t, Config{MaxLine: 512})
	long := "AUTH XOAUTH2 {blob}"
	require.Equal(
		t, "500 5.5.2 Command line too long"+tail, loosely(greeted(t, s).say(long)),
		"a token behind AUTH is a part of the command",
	)
	c := greeted(t, s)
	require.Equal(t, "334 ", c.say("AUTH XOAUTH2"))
	require.Equal(t, accepted, c.say("{blob}"), "a line of its own is not")

	s.SetFrontEnd(FrontEnd{MaxAnswer: 600})
	tooLong := "500 5.5.6 Authentication Exchange line is too long" + tail
	c = greeted(t, s)
	c.say("AUTH XOAUTH2")
	require.Equal(t, tooLong, loosely(c.say("{blob}")))
	require.Equal(t, "250 2.0.0 OK", c.say("NOOP"), "the next line is a command again")
	require.Equal(t, tooLong, loosely(c.say("AUTH XOAUTH2 {blob}")))
	require.NotContains(t, transcript(s), s.Token(DefaultMailbox))

	s.SetFrontEnd(FrontEnd{MaxLine: AnyLength, MaxAnswer: AnyLength})
	c = greeted(t, s)
	require.Equal(t, "250 2.0.0 OK", c.say("NOOP "+strings.Repeat("A", 100_000)))
	c.say("AUTH XOAUTH2")
	require.Equal(t, refused, loosely(c.say(strings.Repeat("A", 100_000))))
	require.Equal(t, accepted, c.say(long))

	s.SetFrontEnd(FrontEnd{})
	require.Equal(t, FrontEnd{MaxLine: 16384, MaxAnswer: 12288}, s.FrontEnd())
	c = greeted(t, s)
	c.say("AUTH XOAUTH2")
	require.Equal(t, refused, loosely(c.say(strings.Repeat("A", 12288))))
	c.say("AUTH XOAUTH2")
	require.Equal(t, tooLong, loosely(c.say(strings.Repeat("A", 12289))), "RFC 4954 §4")
}

func TestARemovedMailboxTakesNoMail(t *testing.T) {
	s := prompt(t, Config{})
	require.NoError(t, s.AddMailbox(Mailbox{Address: "carol@contoso.com", Aliases: []string{"scans@contoso.com"}}))
	c := authenticated(t, s)
	message := "From: alice@contoso.com\r\nSubject: x\r\n\r\nHello"
	c.submits(DefaultMailbox, "carol@contoso.com", message)
	require.NoError(t, s.RemoveMailbox("Scans@contoso.com"))
	require.ErrorIs(t, s.RemoveMailbox("carol@contoso.com"), ErrNoMailbox)

	for _, recipient := range []string{"carol@contoso.com", "scans@contoso.com", "carol+tag@contoso.com"} {
		require.True(t, strings.HasPrefix(c.submits(DefaultMailbox, recipient, message), "250 "))
		trace := s.Trace()
		require.Contains(t, trace[len(trace)-1].Detail, "550 5.1.10 ", recipient)
	}
	require.Len(t, s.Mailbox(DefaultMailbox), 3, "the sender is told of each")
	require.Len(t, s.Mailbox("carol@contoso.com"), 1, "what has arrived can still be read")
	require.Len(t, s.Mailbox("carol+tag@contoso.com"), 1)
	require.Contains(t, s.Mailboxes(), "carol@contoso.com")
	require.Len(t, s.Deliveries(0), 4, "one before, and three reports")
	list, err := s.Cmdlet("Get-Mailbox", nil)
	require.NoError(t, err)
	require.NotContains(t, list, "carol")

	require.NoError(t, s.AddMailbox(Mailbox{Address: "carol@contoso.com"}), "the address is free")
	c.submits(DefaultMailbox, "carol@contoso.com", message)
	require.Len(t, s.Mailbox("carol@contoso.com"), 1)
	require.Len(t, s.Mailboxes(), 2)
}

func TestAMailboxIsRemovedWhileItSubmits(t *testing.T) {
	s := prompt(t, Config{})
	c := authenticated(t, s)
	c.say("MAIL FROM:<" + DefaultMailbox + ">")
	require.NoError(t, s.RemoveMailbox(DefaultMailbox))
	require.Equal(t, "250 2.1.5 Recipient OK", c.say("RCPT TO:<bob@fabrikam.com>"))
	require.Equal(t, "354 Start mail input; end with <CRLF>.<CRLF>", c.say("DATA"))
	answer := c.say("From: " + DefaultMailbox + "\r\n\r\nHello\r\n.")
	require.Equal(t, "550 5.2.1 Mailbox cannot be accessed"+tail, loosely(answer))
	require.Empty(t, s.Mailbox("bob@fabrikam.com"))
}
