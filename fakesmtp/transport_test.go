package fakesmtp

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/fakesmtp/internal/replies"
)

const plainMail = "From: alice@contoso.com\r\nSubject: Scan of today\r\n\r\nHello"

// fate is what the message trace says of the last message to a recipient.
func fate(s *Server, recipient string) string {
	found := ""
	for _, row := range s.Trace() {
		if row.Recipient == recipient {
			found = strings.TrimSpace(string(row.Status) + " " + row.Detail)
		}
	}
	return found
}

func TestWhomAGroupTakesMailOf(t *testing.T) {
	const all = "all@contoso.com"
	for name, b := range map[string]struct {
		acceptance Acceptance
		inside     string // what becomes of mail that alice submits
		outside    string // and of mail that comes in by the MX door
	}{
		"anybody": {Acceptance{}, "Expanded", "Expanded"},
		"the organization's own": {
			Acceptance{AuthenticatedOnly: true},
			"Expanded",
			"Failed 550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required; Delivery restriction check failed because the sender was not authenticated when sending to this group",
		},
		"somebody else":     {Acceptance{Senders: []string{"ceo@contoso.com"}}, "Failed 550 5.7.124 Sender not in allowed-senders list", "Failed 550 5.7.124 Sender not in allowed-senders list"},
		"her":               {Acceptance{Senders: []string{"Alice@contoso.com"}}, "Expanded", "Failed 550 5.7.124 Sender not in allowed-senders list"},
		"members of itself": {Acceptance{Senders: []string{all}}, "Expanded", "Failed 550 5.7.124 Sender not in allowed-senders list"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := prompt(t, Config{})
			require.NoError(t, s.AddMailbox(Mailbox{Address: "carol@contoso.com"}))
			require.NoError(
				t, s.AddGroup(Group{Address: "inner@contoso.com", Members: []string{"carol@contoso.com", all}}),
			)
			require.NoError(
				t, s.AddGroup(Group{
					Address: all, Members: []string{DefaultMailbox, "inner@contoso.com", "bob@fabrikam.com"},
					Acceptance: b.acceptance,
				}),
			)
			authenticated(t, s).submits(DefaultMailbox, all, plainMail)
			require.Equal(t, b.inside, fate(s, all))
			if b.inside == "Expanded" {
				for _, member := range []string{DefaultMailbox, "carol@contoso.com", "bob@fabrikam.com"} {
					require.Len(t, s.Mailbox(member), 1, member)
				}
			} else {
				require.Empty(t, s.Mailbox("bob@fabrikam.com"))
				require.Contains(t, s.Mailbox(DefaultMailbox)[0].Text(), "5.7.124")
			}
			c := atTheMXDoor(t, s)
			c.to("news@fabrikam.com", all)
			c.say("DATA")
			c.say("From: news@fabrikam.com\r\nSubject: x\r\n\r\nHello\r\n.")
			require.Equal(t, b.outside, fate(s, all))
		})
	}
}

func TestWhomAMailboxTakesMailOf(t *testing.T) {
	s := prompt(t, Config{})
	require.NoError(t, s.AddMailbox(Mailbox{Address: "ceo@contoso.com"}))
	c := authenticated(t, s)
	_, err := s.Cmdlet("Set-Mailbox", []string{"ceo@contoso.com", "-RequireSenderAuthenticationEnabled", "$true"})
	require.NoError(t, err)
	c.submits(DefaultMailbox, "ceo@contoso.com", plainMail)
	require.Equal(t, "Delivered", fate(s, "ceo@contoso.com"))
	direct := func() {
		door := atTheMXDoor(t, s)
		door.to(DefaultMailbox, "ceo@contoso.com")
		door.say("DATA")
		door.say(plainMail + "\r\n.")
	}
	direct()
	require.Regexp(
		t, `^Failed 550 5\.7\.134 RESOLVER\.RST\.SenderNotAuthenticatedForMailbox`, fate(s, "ceo@contoso.com"),
	)
	require.Contains(
		t, s.Mailbox(DefaultMailbox)[0].Text(), "5.7.134", "the envelope's sender has a mailbox here and is told",
	)
	_, err = s.Cmdlet(
		"Set-Mailbox", []string{
			"ceo@contoso.com", "-RequireSenderAuthenticationEnabled", "$false",
			"-AcceptMessagesOnlyFromSendersOrMembers", "board@contoso.com",
		},
	)
	require.NoError(t, err)
	c.submits(DefaultMailbox, "ceo@contoso.com", plainMail)
	require.Regexp(
		t, `^Failed 550 5\.7\.129 RESOLVER\.RST\.RestrictedToRecipientsPermission`, fate(s, "ceo@contoso.com"),
	)
	require.Len(t, s.Mailbox("ceo@contoso.com"), 1)
}

func TestTransportRules(t *testing.T) {
	const bob, carol = "bob@fabrikam.com", "carol@contoso.com"
	rejected := "Failed 550 5.7.1 TRANSPORT.RULES.RejectMessage; the message was rejected by organization policy"
	for name, b := range map[string]struct {
		rule          TransportRule
		toBob, toHers string
	}{
		"all that goes out":      {TransportRule{OutsideRecipient: true}, rejected, "Delivered"},
		"with a text and a code": {TransportRule{OutsideRecipient: true, RejectText: "Scans stay inside", RejectStatus: "5.7.900"}, "Failed 550 5.7.900 TRANSPORT.RULES.RejectMessage; Scans stay inside", "Delivered"},
		"switched off":           {TransportRule{OutsideRecipient: true, Disabled: true}, "Delivered", "Delivered"},
		"to one":                 {TransportRule{SentTo: []string{carol}}, "Delivered", rejected},
		"to a domain":            {TransportRule{RecipientDomains: []string{"fabrikam.com"}}, rejected, "Delivered"},
		"but to one":             {TransportRule{ExceptTo: []string{bob}}, "Delivered", rejected},
		"from one":               {TransportRule{From: []string{DefaultMailbox}}, rejected, rejected},
		"from another":           {TransportRule{From: []string{carol}}, "Delivered", "Delivered"},
		"but from one":           {TransportRule{ExceptFrom: []string{DefaultMailbox}}, "Delivered", "Delivered"},
		"from a domain":          {TransportRule{SenderDomains: []string{"contoso.com"}, SentTo: []string{bob}}, rejected, "Delivered"},
		"from outside":           {TransportRule{OutsideSender: true}, "Delivered", "Delivered"},
		"by a word":              {TransportRule{Subject: []string{"nothing", "scan"}}, rejected, rejected},
		"by another word":        {TransportRule{Subject: []string{"invoice"}}, "Delivered", "Delivered"},
		"larger ones":            {TransportRule{LargerThan: 10}, rejected, rejected},
		"very large ones":        {TransportRule{LargerThan: 10 << 20}, "Delivered", "Delivered"},
		"dropped without a word": {TransportRule{OutsideRecipient: true, Drop: true}, "Failed dropped by a transport rule", "Delivered"},
		"redirected":             {TransportRule{OutsideRecipient: true, RedirectTo: []string{carol}}, "Resolved redirected by a transport rule to " + carol, "Delivered"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := prompt(t, Config{})
			require.NoError(t, s.AddMailbox(Mailbox{Address: carol}))
			b.rule.Name = "The rule"
			require.NoError(t, s.AddTransportRule("contoso.com", b.rule))
			c := authenticated(t, s)
			c.submits(DefaultMailbox, carol, plainMail)
			require.Equal(t, b.toHers, fate(s, carol))
			reports := len(s.Mailbox(DefaultMailbox))
			c.submits(DefaultMailbox, bob, plainMail)
			require.Equal(t, b.toBob, fate(s, bob))
			told := len(s.Mailbox(DefaultMailbox)) - reports
			require.Equal(t, strings.HasPrefix(b.toBob, "Failed 550"), told == 1)
			if b.rule.RedirectTo != nil {
				require.Len(t, s.Mailbox(carol), 2)
			}
		})
	}
	s := prompt(t, Config{})
	require.NoError(t, s.AddTransportRule("contoso.com", TransportRule{Name: "From outside", OutsideSender: true}))
	door := atTheMXDoor(t, s)
	door.to("news@fabrikam.com", DefaultMailbox)
	door.say("DATA")
	door.say("From: news@fabrikam.com\r\n\r\nHello\r\n.")
	require.Equal(t, rejected, fate(s, DefaultMailbox), "the organization that receives has its rules too")
	require.ErrorContains(
		t, s.AddTransportRule("contoso.com", TransportRule{Name: "from outside"}), "needs a name of its own",
	)
	require.ErrorContains(t, s.AddTransportRule("nowhere.example", TransportRule{Name: "x"}), "no organization")
}

func TestEveryRestrictionIsReportedInItsOwnWords(t *testing.T) {
	for _, report := range replies.Reports() {
		code := string(report.Restriction)
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			s := prompt(t, Config{})
			require.NoError(t, s.AddMailbox(Mailbox{Address: "carol@contoso.com"}))
			of, to := DefaultMailbox, "bob@fabrikam.com"
			if report.Receives {
				of, to = "carol@contoso.com", "carol@contoso.com"
			}
			require.NoError(t, s.Restrict(of, code))
			c := authenticated(t, s)
			c.submits(DefaultMailbox, to, plainMail)
			require.Regexp(t, "^Failed 550 "+code+" ", fate(s, to))
			require.NotContains(t, fate(s, to), "{")
			require.Contains(t, s.Mailbox(DefaultMailbox)[0].Text(), code)
			require.NoError(t, s.Restrict(of, ""))
			c.submits(DefaultMailbox, to, plainMail)
			require.Equal(t, "Delivered", fate(s, to))
		})
	}
}

func TestAnOrganizationIsRestrictedWithAllItsMailboxes(t *testing.T) {
	s := prompt(t, Config{})
	require.NoError(t, s.Restrict("contoso.com", "5.7.705"))
	authenticated(t, s).submits(DefaultMailbox, "bob@fabrikam.com", plainMail)
	require.Equal(t, "Failed 550 5.7.705 Access denied, tenant has exceeded threshold", fate(s, "bob@fabrikam.com"))
	require.ErrorContains(t, s.Restrict("contoso.com", "5.2.122"), "is said of a mailbox that receives")
}

func TestALimitOfRecipientsOutsideSaysWhetherTheOrganizationIsATrial(t *testing.T) {
	for trial, words := range map[bool]string{
		false: "550 5.7.233 Your message can't be sent because your tenant has exceeded its daily limit for sending email to external recipients (tenant external recipient rate limit)",
		true:  "550 5.7.232 Your message can't be sent because your trial tenant has exceeded its daily limit for sending email to external recipients",
	} {
		s := prompt(t, Config{})
		require.NoError(t, s.SetExternalLimit("contoso.com", 1, trial))
		c := authenticated(t, s)
		c.submits(DefaultMailbox, "bob@fabrikam.com", plainMail)
		require.Equal(t, "Delivered", fate(s, "bob@fabrikam.com"))
		c.submits(DefaultMailbox, "bob@fabrikam.com", plainMail)
		require.Equal(t, "Failed "+words, fate(s, "bob@fabrikam.com"))
		require.NoError(t, s.SetExternalLimit("contoso.com", 0, trial))
		c.submits(DefaultMailbox, "bob@fabrikam.com", plainMail)
		require.Equal(t, "Delivered", fate(s, "bob@fabrikam.com"))
	}
}

func TestAQuotaIsSetWhileTheServerRuns(t *testing.T) {
	s := prompt(t, Config{})
	c := authenticated(t, s)
	require.NoError(t, s.SetQuota(DefaultMailbox, 10))
	require.Regexp(t, "^554 5.2.2 mailbox full", c.submits(DefaultMailbox, "bob@fabrikam.com", plainMail))
	require.NoError(t, s.SetQuota(DefaultMailbox, 0))
	require.Regexp(t, "^250 ", c.submits(DefaultMailbox, "bob@fabrikam.com", plainMail))
}

func TestEventsArePlantedByTheirNamesAtHelloAndAtTheCredentials(t *testing.T) {
	for name, want := range map[string]string{
		"federation-service-unreachable":   "535 5.7.139 Authentication unsuccessful, federated STS service was unreachable." + tail,
		"Federation service without HTTPS": "535 5.7.139 Authentication unsuccessful, the federated STS URL does not support HTTPS." + tail,
	} {
		event, known := EventNamed(name)
		require.True(t, known)
		for _, lines := range [][]string{
			{"AUTH XOAUTH2 {blob}"},
			{"AUTH XOAUTH2", "{blob}"},
			{"AUTH LOGIN", "{user}", "{password}"},
			{"AUTH XOAUTH2", "*"},
		} {
			s := prompt(t, Config{})
			require.NoError(t, s.Arm(Answer{On: OnCredentials, Event: event, Times: 1}))
			c := greeted(t, s)
			for i, line := range lines {
				reply := c.say(line)
				if i < len(lines)-1 {
					require.Regexp(t, "^334 ", reply)
				} else {
					require.Equal(t, want, loosely(reply))
				}
			}
			require.Equal(
				t, "530 5.7.57 Client not authenticated to send mail. Error: "+strings.TrimSuffix(want, tail)+tail,
				loosely(c.say("MAIL FROM:<alice@contoso.com>")),
			)
		}
	}
	s := prompt(t, Config{})
	require.NoError(t, s.Arm(Answer{On: OnHello, Reply: "250 hello", Times: 2}))
	c := dial(t, s)
	c.reply()
	require.Equal(t, "250 hello", c.say("EHLO printer"))
	require.Equal(t, "250 hello", c.say("HELO printer"))
	_, known := EventNamed("no such event")
	require.False(t, known)
}
