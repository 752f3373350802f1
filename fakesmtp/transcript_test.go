package fakesmtp

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// canonical is the session of docs/reference/exchange-smtp.md §1.1, as it was assembled there.
const canonical = `
S: 220 BMXPR01CA0083.outlook.office365.com Microsoft ESMTP MAIL Service ready at ` +
	`Sat, 26 Apr 2025 18:06:30 +0000 [08DD842467C8274D]
C: EHLO printer.contoso.com
S: 250-BMXPR01CA0083.outlook.office365.com Hello [203.0.113.9]
S: 250-SIZE 157286400
S: 250-PIPELINING
S: 250-DSN
S: 250-ENHANCEDSTATUSCODES
S: 250-STARTTLS
S: 250-8BITMIME
S: 250-BINARYMIME
S: 250-CHUNKING
S: 250 SMTPUTF8
C: STARTTLS
S: 220 2.0.0 SMTP server ready
TLS
C: EHLO printer.contoso.com
S: 250-BMXPR01CA0083.outlook.office365.com Hello [203.0.113.9]
S: 250-SIZE 157286400
S: 250-PIPELINING
S: 250-DSN
S: 250-ENHANCEDSTATUSCODES
S: 250-AUTH LOGIN XOAUTH2
S: 250-8BITMIME
S: 250-BINARYMIME
S: 250-CHUNKING
S: 250 SMTPUTF8
C: AUTH XOAUTH2
S: 334 
C: {blob}
S: 235 2.7.0 Authentication successful
C: MAIL FROM:<alice@contoso.com> SIZE=1000
S: 250 2.1.0 Sender OK
C: RCPT TO:<b@fabrikam.com>
S: 250 2.1.5 Recipient OK
C: DATA
S: 354 Start mail input; end with <CRLF>.<CRLF>
C: From: alice@contoso.com
C: Message-ID: <one@contoso.com>
C: 
C: ..a dot
C: .
S: 250 2.0.0 OK <one@contoso.com> [Hostname=SYBP282MB2635.AUSP282.PROD.OUTLOOK.COM]
C: QUIT
S: 221 2.0.0 Service closing transmission channel
CLOSED
`

func TestTheCanonicalSession(t *testing.T) {
	s := prompt(t, Config{})
	dial(t, s).play(canonical)
	messages := s.Mailbox("b@fabrikam.com")
	require.Len(t, messages, 1)
	require.Equal(t, "From: alice@contoso.com\r\nMessage-ID: <one@contoso.com>\r\n\r\n.a dot\r\n", string(messages[0].Raw()))
	for _, secret := range s.Secrets() {
		require.NotContains(t, transcript(s), secret)
	}
}

const opening = `
S: 220 <FE>.outlook.office365.com Microsoft ESMTP MAIL Service ready at <DATE> [<SESSION>]
`

const tail = " [<FE>.<FOREST> <INSTANT> <SESSION>]"

func TestConversationsOfTheReference(t *testing.T) {
	hello := strings.Join(strings.Split(strings.Trim(canonical, "\n"), "\n")[1:12], "\n")
	secure := strings.Join(strings.Split(strings.Trim(canonical, "\n"), "\n")[1:26], "\n")
	for name, script := range map[string]string{
		"a bad EHLO name is refused, HELO with it likewise (GITML)": `
C: EHLO MacBook..local
S: 501 5.5.4 Invalid domain name` + tail + `
C: HELO MacBook..local
S: 501 5.5.4 Invalid domain name` + tail,
		"HELO gets one line": `
C: HELO printer
S: 250 <FE>.outlook.office365.com Hello [<CLIENT>]`,
		"AUTH in clear is an unrecognized type, and the session goes on (QA20)": hello + `
C: AUTH LOGIN
S: 504 5.7.4 Unrecognized authentication type` + tail + `
C: QUIT
S: 221 2.0.0 Service closing transmission channel
CLOSED`,
		"MAIL in clear has a code of class 4": hello + `
C: MAIL FROM:<alice@contoso.com>
S: 451 5.7.3 STARTTLS is required to send mail` + tail,
		"AUTH PLAIN is not offered, then XOAUTH2 works (OLC)": secure + `
C: AUTH PLAIN AGFsaWNlAHB3
S: 504 5.7.4 Unrecognized authentication type` + tail + `
C: AUTH XOAUTH2 {blob}
S: 235 2.7.0 Authentication successful`,
		"a refused token in one line: no challenge, and MAIL repeats the error": secure + `
C: AUTH XOAUTH2 {bad}
S: 535 5.7.3 Authentication unsuccessful` + tail + `
C: MAIL FROM:<alice@contoso.com>
S: 530 5.7.57 Client not authenticated to send mail. Error: 535 5.7.3 Authentication unsuccessful` + tail,
		"a refused token in two lines, in lower case": secure + `
C: auth xoauth2
S: 334 
C: {bad}
S: 535 5.7.3 Authentication unsuccessful` + tail,
		"MAIL without AUTH": secure + `
C: MAIL FROM:<alice@contoso.com>
S: 530 5.7.57 Client not authenticated to send mail.` + tail,
		"AUTH LOGIN as a dialogue": secure + `
C: AUTH LOGIN
S: 334 VXNlcm5hbWU6
C: {user}
S: 334 UGFzc3dvcmQ6
C: {password}
S: 235 2.7.0 Authentication successful`,
		"AUTH LOGIN with the user name at once and a wrong password": secure + `
C: AUTH LOGIN {user}
S: 334 UGFzc3dvcmQ6
C: {wrong}
S: 535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.` + tail,
		"a star cancels with 535": secure + `
C: AUTH XOAUTH2
S: 334 
C: *
S: 535 5.7.3 Authentication unsuccessful` + tail,
		"an unknown verb is told by its length (EOP-372)": `
C: a1 login someone somewhere
S: 500 5.3.3 Unrecognized command 'Length: 2'` + tail,
		"RSET, NOOP, VRFY": hello + `
C: RSET
S: 250 2.0.0 Resetting
C: NOOP
S: 250 2.0.0 OK
C: VRFY bob
S: 252 2.1.5 Cannot VRFY user`,
		"the order of commands": `
C: MAIL FROM:<a@b.c>
S: 503 5.5.2 Send hello first` + tail + `
` + secure + `
C: AUTH XOAUTH2 {blob}
S: 235 2.7.0 Authentication successful
C: AUTH LOGIN
S: 503 5.5.2 Already authenticated` + tail + `
C: RCPT TO:<b@fabrikam.com>
S: 503 5.5.2 Need mail command` + tail + `
C: MAIL FROM:<alice@contoso.com> BODY=8BITMIME RET=HDRS ENVID=x SMTPUTF8
S: 250 2.1.0 Sender OK
C: DATA
S: 503 5.5.2 Need rcpt command` + tail + `
C: RCPT TO:<b@fabrikam.com> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;b@fabrikam.com
S: 250 2.1.5 Recipient OK`,
		"broken addresses and too large a SIZE": secure + `
C: AUTH XOAUTH2 {blob}
S: 235 2.7.0 Authentication successful
C: MAIL FROM:<alice@contoso.com> SIZE=157286401
S: 552 5.3.4 Message size exceeds fixed maximum message size` + tail + `
C: MAIL FROM:<alice@contoso.com> SIZE=157286400
S: 250 2.1.0 Sender OK
C: RCPT TO:<@x@y>
S: 501 5.1.3 Invalid address` + tail + `
C: RCPT TO:<@fabrikam.com>
S: 501 5.1.3 Invalid address` + tail,
		"the third refused AUTH closes the connection": secure + `
C: AUTH XOAUTH2 {bad}
S: 535 5.7.3 Authentication unsuccessful` + tail + `
C: AUTH XOAUTH2 {bad}
S: 535 5.7.3 Authentication unsuccessful` + tail + `
C: AUTH XOAUTH2 {bad}
S: 535 5.7.3 Authentication unsuccessful` + tail + `
S: 421 4.7.0 Too many errors on this connection, closing transmission channel` + tail + `
CLOSED`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dial(t, prompt(t, Config{})).play(opening + strings.TrimPrefix(script, "\n"))
		})
	}
}
