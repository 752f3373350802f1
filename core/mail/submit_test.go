package mail

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/core/outcome"
	"mfpsim/core/secret"
)

func TestSubmissionWithSTARTTLSAndXOAUTH2(t *testing.T) {
	r := newRig(t, &script{size: 157286400})
	receipt, failed := r.submit(t, context.Background(), settings(), letter())
	require.Nil(t, failed)
	response := base64.StdEncoding.EncodeToString([]byte("user=scanner@example.com\x01auth=Bearer bearer-secret\x01\x01"))
	said := r.said()
	require.Regexp(t, `^MAIL FROM:<scanner@example.com> BODY=8BITMIME SIZE=\d+$`, said[5])
	said[5] = "MAIL"
	require.Equal(t, []string{
		"EHLO printer.example.com", "STARTTLS", "EHLO printer.example.com", "AUTH XOAUTH2", response,
		"MAIL", "RCPT TO:<clerk@example.net>", "DATA", "QUIT",
	}, said)
	require.Equal(t, []string{"EHLO printer.example.com", "STARTTLS"}, r.clear, "nothing secret in clear")
	require.Equal(t, "2.0.0 OK <x@example.com> [Hostname=BACK.example.com]", receipt.Response)
	require.Equal(t, len(r.message), receipt.Size)
	require.Contains(t, r.message, "Message-ID: <"+receipt.MessageID+">")
	require.Equal(t, r.clock.Now(), receipt.At)
}

func TestImplicitTLSAndNoEncryption(t *testing.T) {
	t.Run("SSL/TLS", func(t *testing.T) {
		r := newRig(t, &script{implicit: true})
		s := settings()
		s.Security = SecurityTLS
		_, failed := r.submit(t, context.Background(), s, letter())
		require.Nil(t, failed)
		require.Empty(t, r.clear)
	})
	t.Run("None, for a relay that needs no authentication", func(t *testing.T) {
		r := newRig(t, &script{noTLS: true})
		s := settings()
		s.Method, s.Security = MethodOff, SecurityNone
		_, failed := r.submit(t, context.Background(), s, letter())
		require.Nil(t, failed)
		require.NotContains(t, strings.Join(r.said(), "\n"), "AUTH")
	})
	t.Run("a bearer token is never sent without TLS, whatever the settings say", func(t *testing.T) {
		r := newRig(t, &script{noTLS: true})
		s := settings()
		s.Security = SecurityNone
		_, failed := r.submit(t, context.Background(), s, letter())
		require.Equal(t, outcome.NoSTARTTLS, failed.Kind)
		require.Empty(t, r.dialer.Dials())
	})
}

func TestStrippedSTARTTLSSendsNothingSecret(t *testing.T) {
	for name, s := range map[string]*script{
		"not offered":                 {noTLS: true},
		"refused":                     {say: map[string]string{"STARTTLS": "454 4.7.0 TLS not available"}},
		"a server that knows no EHLO": {say: map[string]string{"EHLO": "502 5.5.1 pardon"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, s)
			_, failed := r.submit(t, context.Background(), settings(), letter())
			require.Equal(t, outcome.NoSTARTTLS, failed.Kind)
			require.Equal(t, outcome.MailServer, failed.Side)
			said := strings.Join(r.said(), "\n")
			require.NotContains(t, said, "AUTH")
			require.NotContains(t, said, "MAIL")
			require.Equal(t, "QUIT", r.said()[len(r.said())-1])
		})
	}
	t.Run("text injected after STARTTLS", func(t *testing.T) {
		r := newRig(t, &script{say: map[string]string{"STARTTLS": "220 ready\r\n250 injected"}})
		_, failed := r.submit(t, context.Background(), settings(), letter())
		require.Equal(t, outcome.ServerMalformed, failed.Kind)
	})
}

// diagnostics is the tail of Exchange Online's end-of-DATA refusals: one line of about 2 kB.
var diagnostics = "[BeginDiagnosticData]Cannot submit message. " + strings.Repeat(
	"0.35250:1F009983, ", 120,
) + "[EndDiagnosticData] [Hostname=BACK.example.com]"

func TestRepliesOfTheServer(t *testing.T) {
	for _, test := range []struct {
		name, verb, reply string
		kind              outcome.Kind
		stage             outcome.Stage
		enhanced          string
	}{
		{"token refused", "token", "535 5.7.3 Authentication unsuccessful [FRONT 2026-03-02T09:00:00.000Z 08DD842467C8274D]", outcome.AuthenticationRefused, outcome.StageAuthentication, "5.7.3"},
		{"SMTP AUTH off for the tenant", "token", "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.", outcome.AuthenticationRefused, outcome.StageAuthentication, "5.7.139"},
		{"mechanism not known", "AUTH", "504 5.7.4 Unrecognized authentication type", outcome.AuthenticationRefused, outcome.StageAuthentication, "5.7.4"},
		{"temporary, in name", "token", "454 4.7.0 Temporary authentication failure", outcome.AuthenticationRefused, outcome.StageAuthentication, "4.7.0"},
		{"proxy trouble", "token", "451 4.7.0 Temporary server error. Please try again later. PRX4 ", outcome.ServerBusy, outcome.StageAuthentication, "4.7.0"},
		{"not authenticated", "MAIL", "530 5.7.57 Client not authenticated to send mail.", outcome.AuthenticationRefused, outcome.StageSender, "5.7.57"},
		{"sender refused at MAIL", "MAIL", "550 5.1.8 Bad outbound sender", outcome.SenderRefused, outcome.StageSender, "5.1.8"},
		{"too large by SIZE", "MAIL", "552 5.3.4 Message size exceeds fixed maximum message size", outcome.TooLarge, outcome.StageSender, "5.3.4"},
		{"recipient refused", "RCPT", "501 5.1.3 Invalid address", outcome.RecipientRefused, outcome.StageRecipient, "5.1.3"},
		{"too many recipients", "RCPT", "452 4.5.3 Too many recipients", outcome.RecipientRefused, outcome.StageRecipient, "4.5.3"},
		{"closing", "RCPT", "421 4.4.2 Message submission rate exceeded", outcome.ServerBusy, outcome.StageRecipient, "4.4.2"},
		{"send as denied, in one line of 2 kB", "DATA.", "554 5.2.252 SendAsDenied; scanner@example.com not allowed to send as other@example.com; STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; " + diagnostics, outcome.SenderRefused, outcome.StageData, "5.2.252"},
		{"send as denied, in a line of 60 kB", "DATA.", "554 5.2.252 SendAsDenied; " + strings.Repeat("x", 60000), outcome.SenderRefused, outcome.StageData, "5.2.252"},
		{"send as denied, wording of 2018", "DATA.", "554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; " + diagnostics, outcome.SenderRefused, outcome.StageData, "5.2.0"},
		{"send as denied, 2017", "DATA.", "550 5.7.60 SMTP; Client does not have permissions to send as this sender", outcome.SenderRefused, outcome.StageData, "5.7.60"},
		{"throttled after such refusals: 550 is not 554", "DATA.", "550 5.2.252 Sender throttled due to continuous send as denied errors.", outcome.ServerBusy, outcome.StageData, "5.2.252"},
		{"above the mailbox's MaxSendSize", "DATA.", "554 5.2.0 MapiExceptionMaxSubmissionExceeded; Message size exceeds maximum size limit.", outcome.TooLarge, outcome.StageData, "5.2.0"},
		{"mailbox full", "DATA.", "554 5.2.2 mailbox full; STOREDRV.Submission.Exception:QuotaExceededException", outcome.MessageRefused, outcome.StageData, "5.2.2"},
		{"concurrent connections", "DATA.", "432 4.3.2 Concurrent connections limit exceeded.", outcome.ServerBusy, outcome.StageData, "4.3.2"},
		{"spam", "DATA.", "554 5.2.0 STOREDRV.Submission.Exception:OutboundSpamException; " + diagnostics, outcome.MessageRefused, outcome.StageData, "5.2.0"},
		{"no enhanced status", "DATA.", "554 no", outcome.MessageRefused, outcome.StageData, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRig(t, &script{say: map[string]string{test.verb: test.reply}})
			_, failed := r.submit(t, context.Background(), settings(), letter())
			require.NotNil(t, failed)
			require.Equal(t, test.kind, failed.Kind)
			require.Equal(t, test.stage, failed.Stage)
			require.Equal(t, test.enhanced, failed.Enhanced)
			require.Equal(t, test.reply[:3], strconv.Itoa(failed.SMTPCode))
			require.Equal(t, outcome.MailServer, failed.Side)
			require.NotContains(t, r.said(), "*", "a refused AUTH is not cancelled")
			if failed.SMTPCode != 421 {
				require.Equal(t, "QUIT", r.said()[len(r.said())-1])
			}
		})
	}
}

func TestEachRecipientIsAcceptedOrRefusedByItself(t *testing.T) {
	say := func(pairs ...string) *script {
		s := &script{say: map[string]string{}}
		for i := 0; i < len(pairs); i += 2 {
			s.say[pairs[i]] = pairs[i+1]
		}
		return s
	}
	const a, b = "RCPT TO:<a@example.net>", "RCPT TO:<b@example.net>"
	const unknown = "550 5.1.1 no such user"
	refused := func(address string, code int, enhanced string) outcome.Refusal {
		return outcome.Refusal{Address: address, SMTPCode: code, Enhanced: enhanced}
	}
	for _, test := range []struct {
		name    string
		script  *script
		sent    bool
		kind    outcome.Kind
		refused []outcome.Refusal
	}{
		{"both accepted", say(), true, "", nil},
		{"the first refused", say(a, unknown), true, "", []outcome.Refusal{refused("a@example.net", 550, "5.1.1")}},
		{"the second refused", say(b, unknown), true, "", []outcome.Refusal{refused("b@example.net", 550, "5.1.1")}},
		{"the second put off", say(b, "450 greylisted"), true, "", []outcome.Refusal{refused("b@example.net", 450, "")}},
		{
			"both refused", say(a, unknown, b, "501 5.1.3 no address"), false, outcome.RecipientRefused,
			[]outcome.Refusal{refused("a@example.net", 550, "5.1.1"), refused("b@example.net", 501, "5.1.3")},
		},
		{"one refused, and the message too", say(a, unknown, "DATA.", "554 5.2.0 no"), false, outcome.MessageRefused, nil},
		{"one refused, then no word of the message", say(a, unknown, "DATA.", ""), false, outcome.DeliveryUnknown, []outcome.Refusal{refused("a@example.net", 550, "5.1.1")}},
		{"one refused, then the server closes", say(a, unknown, b, "421 4.4.2 bye"), false, outcome.ServerBusy, nil},
		{"one refused, then a reply that fits nowhere", say(a, unknown, b, "354 go on"), false, outcome.ServerMalformed, nil},
		{"one refused, then the connection is closed", say(a, unknown, b, ""), false, outcome.ConnectionLost, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRig(t, test.script)
			m := letter()
			m.To = []string{"a@example.net", "b@example.net"}
			receipt, failed := r.submit(t, context.Background(), settings(), m)
			require.Equal(t, test.sent, failed == nil)
			if test.sent {
				require.Equal(t, test.refused, receipt.Refused)
				require.Contains(t, test.script.mail(), "To: <a@example.net>, <b@example.net>")
				return
			}
			require.Equal(t, test.kind, failed.Kind)
			require.Equal(t, test.refused, failed.Refused)
			sent := test.script.mail() != ""
			handedOver := test.kind == outcome.MessageRefused || test.kind == outcome.DeliveryUnknown
			require.Equal(t, handedOver, sent, "to nobody nothing is sent")
		})
	}
}

func TestARefusalWithAChallengeIsNoSuccess(t *testing.T) {
	r := newRig(t, &script{say: map[string]string{"token": "334 eyJzdGF0dXMiOiI0MDEifQ=="}})
	_, failed := r.submit(t, context.Background(), settings(), letter())
	require.Equal(t, outcome.AuthenticationRefused, failed.Kind)
	require.Contains(t, r.said(), "", "an empty line answers the challenge")
	require.NotContains(t, strings.Join(r.said(), "\n"), "MAIL")
}

func TestHostileServers(t *testing.T) {
	for _, test := range []struct {
		name string
		s    *script
		kind outcome.Kind
	}{
		{"speaks HTTP", &script{greeting: "HTTP/1.1 400 Bad Request"}, outcome.ServerMalformed},
		{"says one word and hangs up", &script{greeting: "close"}, outcome.ServerMalformed},
		{"refuses service", &script{greeting: "554 5.3.2 no service"}, outcome.MessageRefused},
		{"is busy", &script{greeting: "421 4.3.2 Service not active"}, outcome.ServerBusy},
		{"a greeting without end", &script{greeting: "220 " + strings.Repeat("x", 2*longestLine)}, outcome.ServerMalformed},
		{"a reply of endless lines", &script{say: map[string]string{"EHLO": strings.Repeat("250-X\r\n", longestTalk/6)}}, outcome.ServerMalformed},
		{"hangs up after EHLO", &script{say: map[string]string{"EHLO": ""}}, outcome.ConnectionLost},
		{"hangs up at STARTTLS", &script{say: map[string]string{"STARTTLS": ""}}, outcome.ConnectionLost},
		{"hangs up at AUTH", &script{say: map[string]string{"AUTH": ""}}, outcome.ConnectionLost},
		{"hangs up in place of taking a message", &script{say: map[string]string{"DATA": ""}}, outcome.ConnectionLost},
		{"hangs up after the message", &script{say: map[string]string{"DATA.": ""}}, outcome.DeliveryUnknown},
		{"says something after the message", &script{say: map[string]string{"DATA.": "Thank you"}}, outcome.DeliveryUnknown},
		{"a reply to the message that fits nowhere", &script{say: map[string]string{"DATA.": "354 go on"}}, outcome.DeliveryUnknown},
		{"challenges without end", &script{say: map[string]string{"token": "334 ", "after": "334 "}}, outcome.ServerMalformed},
		{"a challenge that is no base64", &script{say: map[string]string{"AUTH": "334 ***"}}, outcome.ServerMalformed},
		{"no code", &script{say: map[string]string{"MAIL": "OK"}}, outcome.ServerMalformed},
		{"a positive reply that fits nowhere", &script{say: map[string]string{"RCPT": "354 go on"}}, outcome.ServerMalformed},
		{"offers no method that fits", &script{auth: "CRAM-MD5"}, outcome.AuthenticationUnsupported},
		{"offers too little room", &script{size: 100}, outcome.TooLarge},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRig(t, test.s)
			_, failed := r.submit(t, context.Background(), settings(), letter())
			require.NotNil(t, failed)
			require.Equal(t, test.kind, failed.Kind)
		})
	}
}

func TestALostFarewellLosesNoMessage(t *testing.T) {
	r := newRig(t, &script{say: map[string]string{"QUIT": ""}})
	_, failed := r.submit(t, context.Background(), settings(), letter())
	require.Nil(t, failed)
}

func TestTheWayToTheMailServer(t *testing.T) {
	for _, test := range []struct {
		name string
		set  func(r *rig, s *Settings)
		kind outcome.Kind
	}{
		{"the name does not resolve", func(r *rig, s *Settings) { s.Server = "nowhere.example.com" }, outcome.NameNotResolved},
		{"refused", func(r *rig, s *Settings) {
			refused := os.NewSyscallError("connect", syscall.ECONNREFUSED)
			r.dialer.Fail("mail.example.com:587", &net.OpError{Op: "dial", Err: refused})
		}, outcome.Unreachable},
		{"an unknown error of dialling", func(r *rig, s *Settings) { r.dialer.Fail("mail.example.com:587", os.ErrPermission) }, outcome.Unreachable},
		{"the certificate's dates", func(r *rig, s *Settings) { r.clock.Set(time.Date(2090, 1, 1, 0, 0, 0, 0, time.UTC)) }, outcome.CertificateDate},
		{"no root", func(r *rig, s *Settings) { r.roots = x509.NewCertPool() }, outcome.CertificateUntrusted},
		{"another name", func(r *rig, s *Settings) {
			s.Server = "other.test"
			r.dialer.Fail("other.test:587", nil)
		}, outcome.CertificateName},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRig(t, &script{})
			s := settings()
			routeTo(r, "other.test:587")
			test.set(r, &s)
			_, failed := r.submit(t, context.Background(), s, letter())
			require.NotNil(t, failed)
			require.Equal(t, test.kind, failed.Kind)
			require.NotContains(t, strings.Join(r.said(), "\n"), "AUTH")

			if failed.Kind == outcome.CertificateDate || failed.Kind == outcome.CertificateName ||
				failed.Kind == outcome.CertificateUntrusted {
				s.ValidateCertificate = false
				_, failed = r.submit(t, context.Background(), s, letter())
				require.Nil(t, failed, "Certificate Validation: Disable")
			}
		})
	}
}

// routeTo leads another address to the rig's server.
func routeTo(r *rig, address string) {
	conn, err := r.dialer.DialContext(context.Background(), "tcp", "mail.example.com:587")
	if err == nil {
		r.dialer.Route(address, conn.RemoteAddr())
		_ = conn.Close()
	}
}

func TestTimeOutsAndCancel(t *testing.T) {
	t.Run("silence before TLS ends with the command's time-out", func(t *testing.T) {
		s := &script{say: map[string]string{"EHLO": "silence"}}
		r := newRig(t, s)
		s.act = func(verb string) { r.clock.Advance(5 * time.Minute) }
		_, failed := r.submit(t, context.Background(), settings(), letter())
		require.Equal(t, outcome.TimedOut, failed.Kind)
		require.True(t, failed.Retry)
	})
	t.Run("silence under go-smtp's client ends with the connection's deadline", func(t *testing.T) {
		r := newRig(t, &script{say: map[string]string{"MAIL": "silence"}})
		r.config.Timeouts.Command = 100 * time.Millisecond // of the machine: nobody translates deadlines here
		r.submitter = NewSubmitter(r.config)
		_, failed := r.submit(t, context.Background(), settings(), letter())
		require.Equal(t, outcome.TimedOut, failed.Kind)
		require.Equal(t, outcome.StageSender, failed.Stage)
	})
	t.Run("silence after the message: it may have been taken", func(t *testing.T) {
		r := newRig(t, &script{say: map[string]string{"DATA.": "silence"}})
		r.config.Timeouts.Submission = 100 * time.Millisecond // of the machine, as above
		r.submitter = NewSubmitter(r.config)
		_, failed := r.submit(t, context.Background(), settings(), letter())
		require.Equal(t, outcome.DeliveryUnknown, failed.Kind)
		require.Equal(t, outcome.StageData, failed.Stage)
		require.False(t, failed.Retry, "nobody sends it again by himself")
	})
	t.Run("cancel in the middle", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		r := newRig(t, &script{say: map[string]string{"MAIL": "silence"}, act: func(verb string) {
			if verb == "MAIL" {
				cancel()
			}
		}})
		_, failed := r.submit(t, ctx, settings(), letter())
		require.Equal(t, outcome.Interrupted, failed.Kind)
	})
	for greeting, kind := range map[string]outcome.Kind{
		"220 not TLS":              outcome.STARTTLSRequired, // the server speaks SMTP, first and in clear
		"HTTP/1.1 400 Bad Request": outcome.SecureConnection,
	} {
		t.Run("where TLS is set, the server says "+greeting, func(t *testing.T) {
			r := newRig(t, &script{greeting: greeting})
			secure := settings()
			secure.Security = SecurityTLS
			_, failed := r.submit(t, context.Background(), secure, letter())
			require.Equal(t, kind, failed.Kind)
		})
	}
}

func TestWhatIsRefusedBeforeDialling(t *testing.T) {
	for _, test := range []struct {
		name string
		set  func(s *Settings, m *Message)
		kind outcome.Kind
	}{
		{"attachments above Attached File Max Size", func(s *Settings, m *Message) { m.AttachmentLimit = 14 }, outcome.TooLarge},
		{"nobody to send to", func(s *Settings, m *Message) { m.To = nil }, outcome.RecipientRefused},
		{"a recipient with a line break", func(s *Settings, m *Message) { m.To = []string{"a@b\r\nDATA"} }, outcome.RecipientRefused},
		{"a sender without a domain", func(s *Settings, m *Message) { s.Sender = "scanner" }, outcome.SenderRefused},
		{"no sender", func(s *Settings, m *Message) { s.Sender = "" }, outcome.SenderRefused},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRig(t, &script{})
			s, m := settings(), letter()
			test.set(&s, &m)
			_, failed := r.submit(t, context.Background(), s, m)
			require.Equal(t, test.kind, failed.Kind)
			require.Equal(t, outcome.Device, failed.Side)
			require.Empty(t, r.dialer.Dials())
			require.Error(t, r.submitter.Check(s, m))
		})
	}
	m := letter()
	m.AttachmentLimit = 15
	require.NoError(t, newRig(t, &script{}).submitter.Check(settings(), m), "exactly the limit")
}

func TestPasswordMethods(t *testing.T) {
	password := func() Settings {
		s := settings()
		s.Method, s.Password = MethodSMTPAuth, secret.New("pass-secret")
		return s
	}
	encode := base64.StdEncoding.EncodeToString
	t.Run("LOGIN where PLAIN is not offered", func(t *testing.T) {
		r := newRig(
			t,
			&script{
				say: map[string]string{"token": "334 UGFzc3dvcmQ6", "after": "235 2.7.0 Authentication successful"},
			},
		)
		_, failed := r.submit(t, context.Background(), password(), letter())
		require.Nil(t, failed)
		require.Equal(
			t, []string{"AUTH LOGIN", encode([]byte("scanner@example.com")), encode([]byte("pass-secret"))},
			r.said()[3:6],
		)
	})
	t.Run("PLAIN where it is", func(t *testing.T) {
		r := newRig(
			t, &script{auth: "PLAIN LOGIN", say: map[string]string{"AUTH": "235 2.7.0 Authentication successful"}},
		)
		_, failed := r.submit(t, context.Background(), password(), letter())
		require.Nil(t, failed)
		require.Equal(t, "AUTH PLAIN "+encode([]byte("\x00scanner@example.com\x00pass-secret")), r.said()[3])
	})
	t.Run("basic authentication is disabled", func(t *testing.T) {
		r := newRig(
			t,
			&script{
				say: map[string]string{
					"token": "334 UGFzc3dvcmQ6",
					"after": "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
				},
			},
		)
		_, failed := r.submit(t, context.Background(), password(), letter())
		require.Equal(t, outcome.AuthenticationRefused, failed.Kind)
	})
}

func TestConnectionTestNamesTheSenderAndLeaves(t *testing.T) {
	r := newRig(t, &script{})
	require.NoError(t, r.submitter.Test(context.Background(), settings(), who))
	said := r.said()
	require.Equal(
		t, []string{"AUTH XOAUTH2", "MAIL FROM:<scanner@example.com> BODY=8BITMIME", "QUIT"},
		[]string{said[3], said[5], said[6]},
	)
	require.Empty(t, r.message)

	r = newRig(t, &script{say: map[string]string{"MAIL": "530 5.7.57 Client not authenticated to send mail."}})
	off := settings()
	off.Method = MethodOff
	var failed *outcome.Outcome
	require.ErrorAs(t, r.submitter.Test(context.Background(), off, Credential{}), &failed)
	require.Equal(t, outcome.AuthenticationRefused, failed.Kind, "the method does not match the server's")
}
