package fakesmtp

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/fakesmtp/internal/answers"
	"mfpsim/fakesmtp/internal/limits"
	"mfpsim/fakesmtp/internal/mailboxes"
	"mfpsim/fakesmtp/internal/replies"
	"mfpsim/journal"
)

// Pieces of conversations.
const (
	numbers    = "0.35250:00000000, 1.36674:0A000000"
	authOK     = "\nC: AUTH XOAUTH2 {blob}\nS: 235 2.7.0 Authentication successful\n"
	permanentS = "Failed to process message due to a permanent exception with message [BeginDiagnosticData]"
	envelope   = `C: MAIL FROM:<alice@contoso.com>
S: 250 2.1.0 Sender OK
C: RCPT TO:<b@fabrikam.com>
S: 250 2.1.5 Recipient OK
C: DATA
S: 354 Start mail input; end with <CRLF>.<CRLF>
C: From: alice@contoso.com
C: 
C: x
C: .
`
	hostname = " [Hostname=<BE>]"
)

func secureOpening() string {
	return strings.Join(strings.Split(strings.Trim(canonical, "\n"), "\n")[1:26], "\n")
}

// TestConversationsOfTheReferenceThatHaveACause replays what docs/reference/exchange-smtp.md §2 and §3 give, with the
// state or the answer that brings it about.
func TestConversationsOfTheReferenceThatHaveACause(t *testing.T) {
	secure := secureOpening()
	arm := func(on answers.Moment, event replies.Event) func(*testing.T, *Server) {
		return func(t *testing.T, s *Server) {
			require.NoError(t, s.Arm(Answer{On: on, Event: event, Times: 1}))
		}
	}
	submit := secure + authOK + envelope
	for name, talk := range map[string]struct {
		config Config
		setup  func(*testing.T, *Server)
		script string
	}{
		"a front end that is being drained, at AUTH (MK-1106)": {
			setup: arm("AUTH", replies.ServiceNotActive),
			script: secure + `
C: AUTH XOAUTH2 {blob}
S: 421 4.3.2 Service not active` + tail + `
CLOSED`,
		},
		"a front end that cannot proxy, with a space before the tail (OMS-5)": {
			setup: arm("AUTH", replies.ProxyFailed),
			script: secure + `
C: AUTH XOAUTH2 {blob}
S: 451 4.7.0 Temporary server error. Please try again later. PRX4 ` + tail + authOK,
		},
		"a transient failure of AUTH": {setup: arm("AUTH", replies.TemporaryAuth), script: secure + `
C: AUTH XOAUTH2 {blob}
S: 454 4.7.0 Temporary authentication failure` + tail + authOK},
		"5.7.139 without a reason (NM-1482)": {setup: arm("AUTH", replies.NoReason), script: secure + `
C: AUTH XOAUTH2 {blob}
S: 535 5.7.139 Authentication unsuccessful` + tail},
		"the older wording of 5.7.57 (MSPRN)": {setup: arm("MAIL", replies.NotAuthenticatedOld), script: secure + `
C: MAIL FROM:<alice@contoso.com>
S: 530 5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM` + tail},
		"a mailbox server in trouble (datalust #101)": {
			setup: arm(OnEndOfData, replies.TemporaryServer),
			script: submit +
				"S: 451 4.3.111 Temporary server error. Please try again later MRH1" + hostname,
		},
		"the older wording of 432 (timeoff #308)": {setup: arm(OnEndOfData, replies.TooManyOlder), script: submit +
			"S: 432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded" + hostname},
		"send as denied, 2018 to 2021 (MK-1176)": {setup: arm(OnEndOfData, replies.SendAsDeniedOlder), script: submit +
			"S: 554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed to process message due to a permanent exception with message Cannot submit message. " + numbers + hostname},
		"send as denied, mid 2021 (direct_mail #267)": {
			setup: arm(OnEndOfData, replies.SendAsDeniedMiddle),
			script: submit +
				"S: 554 5.2.252 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; " +
				permanentS + "Cannot submit message. " + numbers + "[EndDiagnosticData]" + hostname,
		},
		"send as denied, 2017 and 2018 (PM-1231)": {
			setup: arm(OnEndOfData, replies.SendAsDeniedOldest),
			script: submit +
				"S: 550 5.7.60 SMTP; Client does not have permissions to send as this sender [<BE>]",
		},
		"send as denied today (gophish #2900)": {
			script: secure + authOK + strings.Replace(envelope, "From: alice", "From: carol", 1) +
				"S: 554 5.2.252 SendAsDenied; alice@contoso.com not allowed to send as carol@contoso.com; " +
				"STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; " +
				permanentS + "Cannot submit message. " + numbers + "[EndDiagnosticData]" + hostname,
		},
		"a mailbox that is full (MSSUB)": {
			setup: mailboxOf(Mailbox{Quota: 1}),
			script: secure + full("full@contoso.com") +
				"S: 554 5.2.2 mailbox full; " +
				"STOREDRV.Submission.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded; " +
				permanentS + numbers + "[EndDiagnosticData]" + hostname,
		},
		"the recipients of the day are used up (MSSUB)": {
			config: Config{RecipientsPerDay: 1},
			script: submit + "S: 250 2.0.0 OK <<ID>@<BE>> [Hostname=<BE>]\n" + envelope +
				"S: 554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; " +
				permanentS + numbers + "[EndDiagnosticData]" + hostname,
		},
		"a header that is too large, then RSET (MK-904)": {config: Config{MaxHeaderSize: 10}, script: submit +
			"S: 552 5.3.4 Header size exceeds fixed maximum size" + hostname + "\nC: RSET\nS: 250 2.0.0 Resetting"},
		"a message above the mailbox's limit though SIZE says 150 MB (pm2-health #52)": {
			config: Config{MaxSendSize: 10},
			script: submit +
				"S: 554 5.2.3 MapiExceptionMaxSubmissionExceeded; Message size exceeds maximum size limit.; " +
				"STOREDRV.Submission.Exception:MessageSubmissionExceededException.MapiExceptionMaxSubmissionExceeded; " +
				permanentS + "Cannot submit message. " + numbers + "[EndDiagnosticData]" + hostname,
		},
		"above the rate, where it is refused": {
			config: Config{MessagesPerMinute: 1, RefuseAboveRate: true},
			script: submit + `S: 250 2.0.0 OK <<ID>@<BE>> [Hostname=<BE>]
C: MAIL FROM:<alice@contoso.com>
S: 421 4.4.2 Message submission rate for this client has exceeded the configured limit` + tail + `
CLOSED`,
		},
		"AUTH PLAIN and OAUTHBEARER are not offered (OLC)": {script: secure + `
C: AUTH PLAIN AGFsaWNlAHB3
S: 504 5.7.4 Unrecognized authentication type` + tail + `
C: AUTH OAUTHBEARER bixhPWE=
S: 504 5.7.4 Unrecognized authentication type` + tail},
		"outlook.com: PLAIN, then an opaque token, and the new Message-ID in the 250 line (OLC, GITML)": {setup: personal, script: secure + `
C: AUTH PLAIN AGFsaWNlAHB3
S: 504 5.7.4 Unrecognized authentication type` + tail + `
C: AUTH XOAUTH2
S: 334 
C: {blob of pat@outlook.com}
S: 235 2.7.0 Authentication successful
` + strings.NewReplacer(
			DefaultMailbox, "pat@outlook.com", "C: \n", "C: Message-ID: <one@printer>\nC: \n",
		).Replace(envelope) +
			"S: 250 2.0.0 OK <<ID>@<BE>> [Hostname=<BE>]"},
		"outlook.com: LOGIN is offered and never succeeds (NM-1714)": {setup: personal, script: secure + `
C: AUTH LOGIN ` + encode("pat@outlook.com") + `
S: 334 UGFzc3dvcmQ6
C: ` + encode("Personal-1") + `
S: 535 5.7.139 Authentication unsuccessful, basic authentication is disabled.` + tail},
		"a role account's token, for a mailbox that is not there": {setup: func(t *testing.T, s *Server) {
			require.NoError(t, s.AddMailbox(Mailbox{Address: "admin@contoso.com"}))
			require.NoError(t, s.SetLicensed("admin@contoso.com", false))
		}, script: secure + `
C: AUTH XOAUTH2 {blob of admin@contoso.com}
S: 550 5.2.1 Mailbox cannot be accessed` + tail + `
C: MAIL FROM:<admin@contoso.com>
S: 530 5.7.57 Client not authenticated to send mail. Error: 550 5.2.1 Mailbox cannot be accessed` + tail},
		"HELP, EXPN and a second STARTTLS": {script: secure + `
C: HELP
S: 214-This server supports the following commands:
S: 214 HELO EHLO STARTTLS RCPT DATA RSET MAIL QUIT HELP AUTH BDAT
C: EXPN list
S: 502 5.3.3 Command not implemented` + tail + `
C: STARTTLS
S: 503 5.5.2 Only one STARTTLS command can be issued per session` + tail},
		"MAIL twice, a broken sender, foreign parameters": {script: secure + authOK + `C: MAIL FROM:<@nowhere>
S: 501 5.1.7 Invalid address` + tail + `
C: MAIL FROM:<alice@contoso.com> COLOUR=red
S: 501 5.5.4 Invalid arguments` + tail + `
C: MAIL FROM:<alice@contoso.com>
S: 250 2.1.0 Sender OK
C: MAIL FROM:<alice@contoso.com>
S: 503 5.5.2 Sender already specified` + tail},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := prompt(t, talk.config)
			if talk.setup != nil {
				talk.setup(t, s)
			}
			dial(t, s).play(opening + strings.Trim(talk.script, "\n"))
		})
	}
}

// personal adds the mailbox pat@outlook.com.
func personal(t *testing.T, s *Server) {
	require.NoError(t, s.AddOrganization(Organization{Domains: []string{"outlook.com"}, Personal: true}))
	require.NoError(t, s.AddMailbox(Mailbox{Address: "pat@outlook.com", Password: journal.NewSecret("Personal-1")}))
}

// mailboxOf adds the mailbox full@contoso.com.
func mailboxOf(m Mailbox) func(*testing.T, *Server) {
	return func(t *testing.T, s *Server) {
		m.Address = "full@contoso.com"
		require.NoError(t, s.AddMailbox(m))
	}
}

// full is a submission as another user of the same organization.
func full(user string) string {
	return "\nC: AUTH XOAUTH2 {blob of " + user + "}\nS: 235 2.7.0 Authentication successful\n" + strings.ReplaceAll(
		envelope, DefaultMailbox, user,
	)
}

// TestContinuousFailuresBlockAMailbox: each kind has its reply (MSTHR), for an hour.
func TestContinuousFailuresBlockAMailbox(t *testing.T) {
	blocked := func(status, kind string) string {
		return "550 " + status + " Sender throttled due to continuous " + kind + " errors." + hostname
	}
	for name, again := range map[string]struct {
		quota int64
		fail  func(c *talker)
		reply string
	}{
		"mailbox full": {quota: 60, reply: blocked("5.2.251", "mailbox full"), fail: func(c *talker) {
			long := strings.Repeat("x", 70) + "\r\n"
			require.Regexp(c.t, "^554 5.2.2 ", c.post("user@contoso.com", long, "bob@fabrikam.com"))
		}},
		"send as denied": {reply: blocked("5.2.252", "send as denied"), fail: func(c *talker) {
			require.Regexp(c.t, "^554 5.2.252 ", c.post("user@contoso.com", "From: x@y.z\r\n\r\n", "bob@fabrikam.com"))
		}},
		"too many recipients": {reply: blocked("5.2.254", "too many recipients"), fail: func(c *talker) {
			c.say("MAIL FROM:<user@contoso.com>")
			c.say("RCPT TO:<a@b.c>")
			require.Regexp(c.t, "^452 4.5.3 ", c.say("RCPT TO:<d@b.c>"))
			c.say("RSET")
		}},
		"invalid recipients": {reply: blocked("5.2.255", "invalid recipients"), fail: func(c *talker) {
			c.say("MAIL FROM:<user@contoso.com>")
			require.Regexp(c.t, "^501 5.1.3 ", c.say("RCPT TO:<@>"))
			c.say("RSET")
		}},
		"invalid license": {reply: blocked("5.2.253", "invalid license"), fail: func(c *talker) {
			require.NoError(c.t, c.server.SetLicensed("user@contoso.com", false))
			other := greeted(c.t, c.server)
			answer := other.say("AUTH XOAUTH2 " + blob("user@contoso.com", c.server.Token("user@contoso.com")))
			require.Regexp(c.t, `^550 5\.2\.1 Mailbox cannot be accessed`, answer)
			require.NoError(c.t, c.server.SetLicensed("user@contoso.com", true))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := prompt(
				t, Config{MaxContinuousErrors: 3, MaxErrors: -1, MaxRecipients: 1, IdleTimeout: -1, SessionTimeout: -1},
			)
			require.NoError(t, s.AddMailbox(Mailbox{Address: "user@contoso.com", Quota: again.quota}))
			c := greeted(t, s)
			require.Equal(t, accepted, c.say("AUTH XOAUTH2 "+blob("user@contoso.com", s.Token("user@contoso.com"))))
			for range 3 {
				again.fail(c)
			}
			require.Equal(t, again.reply, loosely(c.post("user@contoso.com", "Subject: x\r\n\r\n", "bob@fabrikam.com")))
			_, err := s.shell.World.Advance(limits.Blocked)
			require.NoError(t, err)
			require.Regexp(
				t, `^250 2\.0\.0`, c.post("user@contoso.com", "Subject: x\r\n\r\n", "bob@fabrikam.com"),
				"only for a while",
			)
		})
	}
}

func TestARestrictionThatNoReportHas(t *testing.T) {
	s := prompt(t, Config{})
	require.ErrorContains(
		t, s.Restrict(DefaultMailbox, "5.7.5"), `no report has the code "5.7.5"; there are: 5.1.90, 5.1.8, `,
	)
	require.ErrorContains(t, s.Restrict("nobody@contoso.com", "5.7.501"), "the account has no mailbox")
}

// TestEveryRestrictionIsReportedLater: the client hears 250, the report is in the mailbox, and the trace knows why
// (docs/reference/exchange-smtp.md §2.5).
func TestEveryRestrictionIsReportedLater(t *testing.T) {
	for _, row := range replies.Reports() {
		t.Run(string(row.Restriction), func(t *testing.T) {
			t.Parallel()
			s := prompt(t, Config{})
			restricted, to := DefaultMailbox, "bob@fabrikam.com"
			if row.Receives {
				restricted, to = "carol@contoso.com", "carol@contoso.com"
				require.NoError(t, s.AddMailbox(Mailbox{Address: to}))
			}
			require.NoError(t, s.Restrict(restricted, string(row.Restriction)))
			require.Regexp(t, `^250 2\.0\.0 OK`, authenticated(t, s).post(DefaultMailbox, scan, to))
			require.Empty(t, s.Mailbox(to))
			reports := s.Mailbox(DefaultMailbox)
			require.Len(t, reports, 1)
			require.Contains(t, reports[0].Text(), fmt.Sprintf("550 %s ", row.Restriction))
			require.Equal(t, mailboxes.Failed, s.Trace()[0].Status)
			require.Len(t, s.SentItems(DefaultMailbox), 1)
			require.NoError(t, s.Restrict(restricted, ""))
			authenticated(t, s).post(DefaultMailbox, scan, to)
			require.Len(t, s.Mailbox(to), 1)
		})
	}
}
