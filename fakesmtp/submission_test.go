package fakesmtp

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/fakesmtp/internal/mailboxes"
)

// post sends a message on an authenticated connection and returns the reply to its end.
func (c *talker) post(from, message string, to ...string) string {
	c.t.Helper()
	require.Equal(c.t, "250 2.1.0 Sender OK", c.say("MAIL FROM:<"+from+">"))
	for _, recipient := range to {
		require.Equal(c.t, "250 2.1.5 Recipient OK", c.say("RCPT TO:<"+recipient+">"))
	}
	require.Equal(c.t, "354 Start mail input; end with <CRLF>.<CRLF>", c.say("DATA"))
	return c.say(strings.TrimSuffix(message, "\r\n") + "\r\n.")
}

const scan = "From: Scanner <alice@contoso.com>\r\nTo: bob@fabrikam.com\r\nSubject: =?utf-8?q?Scan_=C3=A0?=\r\nMessage-ID: <1@printer>\r\n" +
	"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=iso-8859-1\r\n" +
	"Content-Transfer-Encoding: quoted-printable\r\n\r\nAttached =E9\r\n--b\r\nContent-Type: application/pdf; name=scan.pdf\r\n" +
	"Content-Disposition: attachment; filename=scan.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjQ=\r\n--b--\r\n"

func TestAMailboxKeepsWhatWasSent(t *testing.T) {
	s := prompt(t, Config{})
	c := authenticated(t, s)
	require.Equal(
		t, "250 2.0.0 OK <1@printer> [Hostname=<BE>]",
		loosely(c.post(DefaultMailbox, scan, "bob@fabrikam.com", DefaultMailbox)),
	)

	m, err := s.AwaitMessage(context.Background(), "Bob@Fabrikam.com")
	require.NoError(t, err)
	require.Equal(t, "alice@contoso.com", m.From)
	require.Equal(t, []string{"bob@fabrikam.com"}, m.To)
	require.Equal(t, "Scan à", m.Subject)
	require.Equal(t, "Attached é", m.Text())
	require.Len(t, m.Attachments(), 1)
	require.Equal(
		t, mail.Attachment{Name: "scan.pdf", Type: "application/pdf", Size: 8, Content: []byte("%PDF-1.4")},
		m.Attachments()[0],
	)
	require.Equal(t, scan, string(m.Raw()))
	require.Regexp(t, `(?s)\nReceived: from \S+MB\d{4}\.\S+ \(2603:.*Microsoft SMTP Server.*\nFrom: Scanner`, string(m.Delivered()))

	require.Len(t, s.Mailbox(DefaultMailbox), 1)
	require.Len(t, s.SentItems(DefaultMailbox), 1)
	require.Empty(t, s.Mailbox("nobody@fabrikam.com"))
	trace := s.Trace()
	require.Len(t, trace, 2)
	require.Equal(t, mailboxes.Delivered, trace[0].Status)
	require.Contains(t, transcript(s), "C: (a message of 453 octets, Subject: Scan à)\nC: .\n")
}

func TestAMailToTwoAddressesOfAMailboxLiesThereOnce(t *testing.T) {
	s := prompt(t, Config{})
	require.NoError(t, s.AddMailbox(Mailbox{Address: "office@contoso.com", Aliases: []string{"info@contoso.com"}}))
	c := authenticated(t, s)
	require.Regexp(
		t, "^250 ", c.post(DefaultMailbox, scan, "office@contoso.com", "info@contoso.com", "OFFICE@contoso.com"),
	)
	require.Len(t, s.Mailbox("office@contoso.com"), 1)
	require.Len(t, s.Trace(), 3, "each address has its row")
}

func TestAPersonalAccountGetsANewMessageID(t *testing.T) {
	s := workplace(t)
	c := greeted(t, s)
	require.Equal(t, accepted, c.say("AUTH XOAUTH2 "+blob("pat@outlook.com", s.Token("pat@outlook.com"))))
	reply := c.post("pat@outlook.com", strings.ReplaceAll(scan, DefaultMailbox, "pat@outlook.com"), "bob@fabrikam.com")
	m := s.Mailbox("bob@fabrikam.com")[0]
	require.Contains(t, reply, " "+m.ID+" ")
	require.Regexp(t, `^<BMXPR01MB\d{4}[0-9A-F]{25}@BMXPR01MB\d{4}\.INDPRD01\.PROD\.OUTLOOK\.COM>$`, m.ID)
	delivered := string(m.Delivered())
	require.Contains(t, delivered, "X-Microsoft-Original-Message-ID:\r\n <1@printer>\r\n")
	require.Equal(t, 1, strings.Count(delivered, "\nMessage-ID:"))
}

func TestAMessageWithoutAnIDGetsOne(t *testing.T) {
	s := prompt(t, Config{})
	require.Regexp(
		t, `^250 2\.0\.0 OK <\S+@\S+> \[Hostname=`,
		authenticated(t, s).post(DefaultMailbox, "Subject: x\r\n\r\n", "bob@fabrikam.com"),
	)
}

func TestSendAs(t *testing.T) {
	s := workplace(t)
	c := authenticated(t, s)
	for name, sender := range map[string][2]string{
		"the header's":   {DefaultMailbox, "carol@contoso.com"},
		"the envelope's": {"carol@contoso.com", DefaultMailbox},
		"a stranger's":   {DefaultMailbox, "scanner@contoso.com"},
	} {
		t.Run(name, func(t *testing.T) {
			reply := c.post(sender[0], "From: "+sender[1]+"\r\n\r\nx\r\n", "bob@fabrikam.com")
			other := sender[0]
			if other == DefaultMailbox {
				other = sender[1]
			}
			require.True(t, strings.HasPrefix(reply, "554 5.2.252 SendAsDenied; alice@contoso.com not allowed to send as "+other+
				"; STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed to process message due to a permanent "+
				"exception with message [BeginDiagnosticData]Cannot submit message. 0.35250:"), reply)
			require.Regexp(t, `\[EndDiagnosticData\] \[Hostname=\S+\]$`, reply)
			require.Greater(t, len(reply), 2000, "longer than some clients' buffers")
		})
	}
	require.Empty(t, s.Mailbox("bob@fabrikam.com"))
	_, err := s.Cmdlet(
		"Add-RecipientPermission",
		[]string{"carol@contoso.com", "-Trustee", DefaultMailbox, "-AccessRights", "SendAs", "-Confirm:$false"},
	)
	require.NoError(t, err)
	require.Regexp(t, "^250", c.post(DefaultMailbox, "From: carol@contoso.com\r\n\r\nx\r\n", "bob@fabrikam.com"))
}

func TestTheMailboxsSendLimitIsBelowTheAdvertisedSize(t *testing.T) {
	s := prompt(t, Config{MaxSize: 4000})
	_, err := s.Cmdlet("Set-Mailbox", []string{DefaultMailbox, "-MaxSendSize", "1KB"})
	require.NoError(t, err)
	c := authenticated(t, s)
	body := strings.Repeat(strings.Repeat("x", 98)+"\r\n", 20)
	require.Regexp(t, `^554 5\.2\.3 MapiExceptionMaxSubmissionExceeded; Message size exceeds maximum size limit\.; .* \[Hostname=\S+\]$`,
		c.post(DefaultMailbox, body, "bob@fabrikam.com"))
	require.Regexp(t, `^552 5\.3\.4 Message size exceeds fixed maximum message size \[Hostname=`,
		c.post(DefaultMailbox, strings.Repeat(body, 3), "bob@fabrikam.com"))
	require.Regexp(t, "^250", c.post(DefaultMailbox, "Subject: small\r\n\r\n", "bob@fabrikam.com"))
}

func TestAnUnknownRecipientIsReportedLater(t *testing.T) {
	s := prompt(t, Config{})
	require.Regexp(t, "^250", authenticated(t, s).post(DefaultMailbox, scan, "nobody@contoso.com"))
	require.Equal(t, mailboxes.Failed, s.Trace()[0].Status)
	reports := s.Mailbox(DefaultMailbox)
	require.Len(t, reports, 1)
	require.Equal(t, "Undeliverable: Scan à", reports[0].Subject)
	require.Contains(t, reports[0].Text(), "nobody@contoso.com")
}

func TestChunks(t *testing.T) {
	s := prompt(t, Config{})
	c := authenticated(t, s)
	binary := append(
		[]byte("From: alice@contoso.com\r\nSubject: chunks\r\n\r\n"),
		bytes.Repeat([]byte{0, '\n', '.', '\r', 0xff}, 2000)...)
	require.Equal(t, "250 2.1.0 Sender OK", c.say("MAIL FROM:<alice@contoso.com> BODY=BINARYMIME"))
	require.Regexp(t, "^503 5.5.2 Need rcpt", c.say("BDAT 5\r\nabc"))
	require.Equal(t, "250 2.1.5 Recipient OK", c.say("RCPT TO:<bob@fabrikam.com>"))
	require.Regexp(t, "^503", c.say("DATA"), "BINARYMIME cannot go by DATA")
	c.send(fmt.Sprintf("BDAT 100\r\n%sBDAT %d LAST\r\n%s", binary[:100], len(binary)-100, binary[100:]))
	require.Equal(t, []string{"250 2.6.0 CHUNK received OK, 100 octets"}, c.reply())
	require.Regexp(t, `^250 2\.0\.0 OK <`, c.reply()[0])
	require.Equal(t, binary, s.Mailbox("bob@fabrikam.com")[0].Raw())
	require.Regexp(t, "^501", c.say("BDAT many"))
	require.Regexp(t, "^503 5.5.2 Need mail", c.say("BDAT 7 LAST\r\nhello"))
	require.Equal(t, "250 2.0.0 OK", c.say("NOOP"), "the octets of a refused chunk are no commands")
}

func TestPipelinedCommandsAreAnsweredInOrder(t *testing.T) {
	s := prompt(t, Config{})
	c := authenticated(t, s)
	c.send("MAIL FROM:<alice@contoso.com>\r\nRCPT TO:<bob@fabrikam.com>\r\nRCPT TO:<@bad>\r\nDATA\r\n")
	for _, start := range []string{"250 2.1.0", "250 2.1.5", "501 5.1.3", "354"} {
		require.Equal(t, start, c.line()[:len(start)])
	}
	c.send("Subject: x\r\n\r\n..\r\n.\r\nNOOP\r\nQUIT\r\n")
	for _, start := range []string{"250 2.0.0 OK <", "250 2.0.0 OK", "221"} {
		require.Equal(t, start, c.line()[:len(start)])
	}
	require.Equal(t, "Subject: x\r\n\r\n.\r\n", string(s.Mailbox("bob@fabrikam.com")[0].Raw()))
}

func TestABareLineFeedEndsNoMessage(t *testing.T) {
	s := prompt(t, Config{})
	c := authenticated(t, s)
	c.post(DefaultMailbox, "Subject: x\r\n\r\none\n.\nMAIL FROM:<evil@contoso.com>\r\n.\n\r\n", "bob@fabrikam.com")
	require.Equal(
		t, "Subject: x\r\n\r\none\n.\nMAIL FROM:<evil@contoso.com>\r\n\n\r\n",
		string(s.Mailbox("bob@fabrikam.com")[0].Raw()),
	)
	require.Len(t, s.Trace(), 1)
}

func TestLongLines(t *testing.T) {
	s := prompt(t, Config{MaxErrors: -1})
	c := greeted(t, s)
	require.Regexp(
		t, "^535 5.7.3", c.say("AUTH XOAUTH2 "+blob(DefaultMailbox, strings.Repeat("x", 9000))), "12 kB pass",
	)
	require.Regexp(t, "^500 5.5.2 Command line too long", c.say("NOOP "+strings.Repeat("x", 16384)))
	require.Regexp(t, "^500 5.5.2 Command line too long", c.say("NOOP "+strings.Repeat("x", 1<<20)))
	require.Equal(t, "250 2.0.0 OK", c.say("NOOP"))
	require.Equal(t, accepted, c.say("AUTH XOAUTH2 {blob}"))
	require.Equal(t, "250 2.1.0 Sender OK", c.say("MAIL FROM:<alice@contoso.com>"))
	for range 500 {
		c.say("RCPT TO:<bob@fabrikam.com>")
	}
	require.Regexp(t, `^452 4\.5\.3 Too many recipients`, c.say("RCPT TO:<bob@fabrikam.com>"))
}

func TestATokenSentAtTheWrongMomentStaysASecret(t *testing.T) {
	s := prompt(t, Config{})
	c := dial(t, s)
	c.reply()
	c.say("EHLO printer")
	c.say("AUTH XOAUTH2")
	c.say("{blob}")
	c.say("AUTH XOAUTH2 {blob}")
	c.say("AUTH PLAIN " + encode("\x00a\x00"+DefaultPassword))
	c.say("LOGIN " + DefaultPassword)
	text := transcript(s)
	for _, secret := range []string{
		blob(DefaultMailbox, s.Token(DefaultMailbox)), DefaultPassword, encode("\x00a\x00" + DefaultPassword),
	} {
		require.NotContains(t, text, secret)
	}
	require.Contains(t, text, "C: AUTH PLAIN [redacted]")
}

func TestWhatIsNoMailIsKeptAllTheSame(t *testing.T) {
	s := prompt(t, Config{})
	c := authenticated(t, s)
	require.Regexp(t, "^250", c.post(DefaultMailbox, "\x00\xff no header at all\r\n", "bob@fabrikam.com"))
	require.NotEmpty(t, s.Mailbox("bob@fabrikam.com")[0].ParseError())
}

func TestAnAliasIsRewrittenUnlessItMayBeUsed(t *testing.T) {
	s := prompt(t, Config{})
	require.NoError(t, s.AddMailbox(Mailbox{Address: "scans@contoso.com", Aliases: []string{"Copier@contoso.com"}}))
	c := greeted(t, s)
	require.Equal(t, accepted, c.say("AUTH XOAUTH2 {blob of scans@contoso.com}"))
	message := "Subject: x\r\nFROM: \"The copier\"\r\n <copier@contoso.com>\r\nTo: copier@contoso.com\r\n\r\ncopier@contoso.com\r\n"
	require.Regexp(t, "^250", c.post("copier@contoso.com", message, "bob@fabrikam.com"))
	got := s.Mailbox("bob@fabrikam.com")[0]
	require.Equal(t, "scans@contoso.com", got.From)
	require.Equal(t, "scans@contoso.com", got.EnvelopeFrom)
	require.Equal(t, "copier@contoso.com", got.Alias)
	require.Equal(t, message, string(got.Raw()), "the original octets are kept")
	header, body, _ := strings.Cut(string(got.Delivered()), "\r\n\r\n")
	require.Contains(t, header, "Subject: x\r\nFROM: \"The copier\"\r\n <scans@contoso.com>\r\nTo: copier@contoso.com\r\n")
	require.Equal(t, "copier@contoso.com\r\n", body)
	_, err := s.Cmdlet("Set-OrganizationConfig", []string{"-SendFromAliasEnabled", "$true"})
	require.NoError(t, err)
	require.Regexp(t, "^250", c.post("copier@contoso.com", message, "bob@fabrikam.com"))
	got = s.Mailbox("bob@fabrikam.com")[1]
	require.Equal(t, "copier@contoso.com", got.From)
	header, body, _ = strings.Cut(string(got.Delivered()), "\r\n\r\n")
	require.Contains(t, header, strings.TrimSuffix(message, "\r\ncopier@contoso.com\r\n"))
	require.Equal(t, "copier@contoso.com\r\n", body)
}

func TestTheMessageTraceHasTheMessageID(t *testing.T) {
	s := prompt(t, Config{})
	authenticated(t, s).post(DefaultMailbox, scan, "bob@fabrikam.com")
	out, err := s.Cmdlet("Get-MessageTrace", []string{"-SenderAddress", DefaultMailbox})
	require.NoError(t, err)
	require.Contains(t, out, "<1@printer>")
}

func TestTheAbuseControlOfOutlook(t *testing.T) {
	for _, verdict := range []string{"HipNotify", "RefuseQuota", "Suspend, ShowTierUpgrade"} {
		t.Run(verdict, func(t *testing.T) {
			s := witness(t, workplace(t))
			require.NoError(t, s.SetVerdict("pat@outlook.com", verdict))
			c := greeted(t, s)
			require.Equal(t, accepted, c.say("AUTH XOAUTH2 {blob of pat@outlook.com}"))
			words := "WASCL UserAction verdict is not None. Actual verdict is " + verdict + ". "
			require.Equal(
				t,
				"554 5.2.0 STOREDRV.Submission.Exception:OutboundSpamException; "+permanentS+words+
					"OutboundSpamException: "+strings.TrimSpace(words)+"[EndDiagnosticData]"+hostname,
				loosely(c.post("pat@outlook.com", "From: pat@outlook.com\r\n\r\n", "bob@fabrikam.com")),
			)
			require.Empty(t, s.Mailbox("bob@fabrikam.com"))
			require.NoError(t, s.SetVerdict("pat@outlook.com", ""))
			require.Regexp(t, "^250 ", c.post("pat@outlook.com", "From: pat@outlook.com\r\n\r\n", "bob@fabrikam.com"))
		})
	}
}
