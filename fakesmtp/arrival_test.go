package fakesmtp

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"net/textproto"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"
	"github.com/stretchr/testify/require"

	"mfpsim/chance"
)

// printed is a message as a printer writes it: its fields in the order of real devices.
const printed = "Date: Mon, 2 Mar 2026 10:00:00 +0100\r\nFrom: Scanner <{from}>\r\nTo: {to}\r\nSubject: Scan\r\n" +
	"Message-ID: <7@printer>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\nX-Mailer: MFP\r\n\r\nTwo  words \r\n\r\n\r\n"

// sentBy sends a message like that as an account and returns the server.
func sentBy(t *testing.T, from, to string) *Server {
	t.Helper()
	s := workplace(t)
	c := greeted(t, s)
	require.Equal(t, accepted, c.say("AUTH XOAUTH2 "+blob(from, s.Token(from))))
	require.Regexp(t, "^250 ", c.post(from, strings.NewReplacer("{from}", from, "{to}", to).Replace(printed), to))
	return s
}

// only is the one message of a mailbox.
func only(t *testing.T, messages []Message) Message {
	t.Helper()
	require.Len(t, messages, 1)
	return messages[0]
}

// fieldNames are those of a header, one after the other.
func fieldNames(delivered []byte) []string {
	var names []string
	header, _, _ := bytes.Cut(delivered, []byte("\r\n\r\n"))
	for _, line := range strings.Split(string(header), "\r\n") {
		if name, _, found := strings.Cut(line, ":"); found && line[0] != ' ' && line[0] != '\t' {
			names = append(names, name)
		}
	}
	return names
}

// What a header holds, in the order of the captures that docs/reference/sources.md names.
const (
	printers    = "Date From To Subject Message-ID Content-Type X-Mailer"
	crossTenant = "X-MS-Exchange-CrossTenant-Network-Message-Id X-MS-Exchange-CrossTenant-AuthSource X-MS-Exchange-CrossTenant-AuthAs X-MS-Exchange-CrossTenant-OriginalArrivalTime X-MS-Exchange-CrossTenant-FromEntityHeader X-MS-Exchange-CrossTenant-Id"
)

func TestTheHeaderOfADeliveredMessage(t *testing.T) {
	for name, c := range map[string]struct {
		from, to string
		sent     bool
		fields   string
	}{
		"on the Internet, from an organization (EXO-MAIL, EXO-DKIM)": {
			from: DefaultMailbox, to: "bob@fabrikam.com",
			fields: "Return-Path ARC-Seal ARC-Message-Signature ARC-Authentication-Results DKIM-Signature Authentication-Results Received Received " +
				printers + " X-ClientProxiedBy MIME-Version X-MS-PublicTrafficType X-MS-TrafficTypeDiagnostic X-MS-Office365-Filtering-Correlation-Id " +
				"X-MS-Exchange-SenderADCheck X-MS-Exchange-AntiSpam-Relay X-Microsoft-Antispam X-Microsoft-Antispam-Message-Info X-Forefront-Antispam-Report " +
				"X-MS-Exchange-AntiSpam-MessageData-ChunkCount X-MS-Exchange-AntiSpam-MessageData-0 X-OriginatorOrg " + crossTenant +
				" X-MS-Exchange-CrossTenant-MailboxType X-MS-Exchange-CrossTenant-UserPrincipalName X-MS-Exchange-Transport-CrossTenantHeadersStamped",
		},
		"on the Internet, from a personal account (EXO-OUTLOOK)": {
			from: "pat@outlook.com", to: "bob@fabrikam.com",
			fields: "Return-Path ARC-Seal ARC-Message-Signature ARC-Authentication-Results DKIM-Signature Received Received " +
				printers + " X-ClientProxiedBy X-Microsoft-Original-Message-ID MIME-Version X-MS-Exchange-MessageSentRepresentingType " +
				"X-MS-PublicTrafficType X-MS-TrafficTypeDiagnostic X-MS-Office365-Filtering-Correlation-Id X-Microsoft-Antispam X-Microsoft-Antispam-Message-Info " +
				"X-MS-Exchange-AntiSpam-MessageData-ChunkCount X-MS-Exchange-AntiSpam-MessageData-0 X-OriginatorOrg " + crossTenant +
				" X-MS-Exchange-CrossTenant-RMS-PersistedConsumerOrg X-MS-Exchange-Transport-CrossTenantHeadersStamped",
		},
		"in the same organization (EXO-INSIDE)": {
			from: DefaultMailbox, to: "carol@contoso.com",
			fields: `Received Authentication-Results Received Received
				` + printers + ` X-ClientProxiedBy MIME-Version
				X-MS-Exchange-Organization-MessageDirectionality X-MS-Exchange-Organization-AuthSource
				X-MS-Exchange-Organization-AuthAs X-MS-Exchange-Organization-AuthMechanism
				X-MS-Exchange-Organization-Network-Message-Id X-MS-PublicTrafficType
				X-MS-TrafficTypeDiagnostic Return-Path
				X-MS-Exchange-Organization-ExpirationStartTime X-MS-Exchange-Organization-ExpirationStartTimeReason
				X-MS-Exchange-Organization-ExpirationInterval X-MS-Exchange-Organization-ExpirationIntervalReason
				X-MS-Office365-Filtering-Correlation-Id X-MS-Exchange-SenderADCheck X-MS-Exchange-AntiSpam-Relay
				X-MS-Exchange-AtpMessageProperties X-Microsoft-Antispam X-Forefront-Antispam-Report X-OriginatorOrg
				` + crossTenant + ` X-MS-Exchange-CrossTenant-MailboxType X-MS-Exchange-CrossTenant-UserPrincipalName
				X-MS-Exchange-Transport-CrossTenantHeadersStamped X-MS-Exchange-Transport-EndToEndLatency
				X-MS-Exchange-Processed-By-BccFoldering X-Microsoft-Antispam-Mailbox-Delivery
				X-Microsoft-Antispam-Message-Info`,
		},
		"in Sent Items": {
			from: DefaultMailbox, to: "bob@fabrikam.com", sent: true,
			fields: "Received " + printers + " X-ClientProxiedBy MIME-Version",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := sentBy(t, c.from, c.to)
			m := only(t, s.Mailbox(c.to))
			if c.sent {
				m = only(t, s.SentItems(c.from))
			}
			delivered := m.Delivered()
			require.Equal(t, strings.Fields(c.fields), fieldNames(delivered))
			require.Equal(t, len(delivered), m.DeliveredSize())
			require.True(t, m.EndsLine())
			header, body, _ := strings.Cut(string(delivered), "\r\n\r\n")
			require.Equal(t, "Two  words \r\n\r\n\r\n", body)
			for _, hidden := range []string{"printer.contoso.com", "127.0.0.1"} {
				require.NotContains(t, header, hidden, "neither the hello nor the address of the client appears")
			}
			require.Equal(t, 1, strings.Count(header, "MIME-Version: 1.0"))
			_, err := mail.ReadMessage(bytes.NewReader(delivered))
			require.NoError(t, err)
		})
	}
}

func TestTheFieldsOfADeliveredMessageAreFilledIn(t *testing.T) {
	s := sentBy(t, DefaultMailbox, "bob@fabrikam.com")
	header := string(only(t, s.Mailbox("bob@fabrikam.com")).Delivered())
	const backend = `BMXPR01MB\d{4}\.INDPRD01\.PROD\.OUTLOOK\.COM`
	for _, pattern := range []string{
		`\nReceived: from ` + backend + ` \(2603:[0-9a-f:]+\)\r\n by ` + backend + ` \(2603:[0-9a-f:]+\) with\r\n Microsoft SMTP Server \(version=TLS1_2,\r\n cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384\) id 15\.20\.9654\.18;\r\n Mon, 2 Mar 2026 09:0\d:\d\d \+0000\r\nReceived: from `,
		`\nReceived: from ` + backend + `\r\n \(\[fe80::[0-9a-f:]+\]\) by ` + backend + `\r\n \(\[fe80::[0-9a-f:]+%\d\]\) with mapi id 15\.20\.9654\.015;\r\n Mon, 2 Mar 2026 09:0\d:\d\d \+0000\r\nDate: `,
		`\nX-ClientProxiedBy: BMXPR01CA\d{4}\.INDPRD01\.PROD\.OUTLOOK\.COM\r\n \(2603:[0-9a-f:]+\) To ` + backend + `\r\n \(2603:[0-9a-f:]+\)\r\n`,
		`\nX-MS-PublicTrafficType: Email\r\n`,
		`\nX-MS-TrafficTypeDiagnostic: BMXPR01MB\d{4}:EE_\|BMXPR01MB\d{4}:EE_\r\n`,
		`\nX-MS-Exchange-SenderADCheck: 1\r\nX-MS-Exchange-AntiSpam-Relay: 0\r\n`,
		`\nX-OriginatorOrg: contoso\.com\r\n`,
		`^Return-Path: <alice@contoso\.com>\r\n`,
		`\nAuthentication-Results: dkim=none \(message not signed\)\r\n header\.d=none;dmarc=none action=none header\.from=contoso\.com;\r\n`,
	} {
		require.Regexp(t, pattern, header)
	}
}

// dotNetTime reads what .NET counts: steps of 100 ns since the year 1. Less than 16 digits are the first ones.
func dotNetTime(t *testing.T, digits string) time.Time {
	t.Helper()
	octets, err := hex.DecodeString(digits)
	require.NoError(t, err)
	var count uint64
	for _, octet := range append(octets, make([]byte, 8-len(octets))...) {
		count = count<<8 | uint64(octet)
	}
	begin := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	return time.Unix(begin+int64(count/10_000_000), int64(count%10_000_000)*100).UTC()
}

func TestTheMomentsInSessionAndMessageIDs(t *testing.T) {
	require.Equal(t, "2025-04-25 18:10", dotNetTime(t, "08DD842467C8274D").Format("2006-01-02 15:04"), "GITML")
	s := prompt(t, Config{})
	seen := map[string]bool{}
	for range 20 {
		c := dial(t, s)
		banner := c.line()
		id := regexp.MustCompile(`\[([0-9A-F]{16})\]$`).FindStringSubmatch(banner)
		require.NotNil(t, id, banner)
		up := s.now().Sub(dotNetTime(t, id[1]))
		require.True(t, up >= 0 && up <= 48*time.Hour, "the front end started %v before", up)
		require.False(t, seen[id[1]])
		seen[id[1]] = true
	}
	authenticated(t, s).post(DefaultMailbox, scan, "bob@fabrikam.com")
	delivered := string(only(t, s.Mailbox("bob@fabrikam.com")).Delivered())
	id := regexp.MustCompile(`Correlation-Id: [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-([0-9a-f]{12})\r\n`).FindStringSubmatch(delivered)
	require.NotNil(t, id)
	require.InDelta(t, 10, s.now().Sub(dotNetTime(t, id[1])).Seconds(), 10, "the last 16 bits, 7 s, are cut off")
}

func TestTheSignatures(t *testing.T) {
	for name, c := range map[string]struct {
		from, domain, selector string
	}{
		"of an organization":    {DefaultMailbox, "contoso.onmicrosoft.com", "selector2-contoso-onmicrosoft-com"},
		"of a personal account": {"pat@outlook.com", "outlook.com", "selector1"},
	} {
		t.Run(name, func(t *testing.T) {
			s := sentBy(t, c.from, "bob@fabrikam.com")
			delivered := only(t, s.Mailbox("bob@fabrikam.com")).Delivered()
			require.Contains(t, string(delivered), " d="+c.domain+"; s="+c.selector+";\r\n")
			verify := func(text []byte, lookUp func(string) ([]string, error)) error {
				found, err := dkim.VerifyWithOptions(bytes.NewReader(text), &dkim.VerifyOptions{LookupTXT: lookUp})
				require.NoError(t, err)
				require.Len(t, found, 1)
				require.Equal(t, c.domain, found[0].Domain)
				return found[0].Err
			}
			require.NoError(t, verify(delivered, s.LookupTXT), "it holds for the public test key")
			for _, change := range [][2]string{{"words", "wards"}, {"Subject: Scan", "Subject: Scam"}} {
				changed := bytes.Replace(delivered, []byte(change[0]), []byte(change[1]), 1)
				require.Error(t, verify(changed, s.LookupTXT), change[1])
			}
			require.Error(t, verify(delivered, strangersKey(t)), "another key, as the Internet has one")
			nobody := func(string) ([]string, error) { return nil, errors.New("no such host") }
			require.Error(t, verify(delivered, nobody), "no key")
		})
	}
	_, err := prompt(t, Config{}).LookupTXT("contoso.com")
	require.ErrorContains(t, err, "no such host")
}

// strangersKey answers for the DNS with another key.
func strangersKey(t *testing.T) func(string) ([]string, error) {
	key, err := rsa.GenerateKey(chance.New(1, "stranger"), 2048)
	require.NoError(t, err)
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	require.NoError(t, err)
	return func(string) ([]string, error) {
		return []string{"v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(public)}, nil
	}
}

// partsOf reads the parts of a multipart, with their types.
func partsOf(t *testing.T, contentType string, body io.Reader) (types, texts []string) {
	t.Helper()
	_, parameters, err := mime.ParseMediaType(contentType)
	require.NoError(t, err)
	for reader := multipart.NewReader(body, parameters["boundary"]); ; {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return types, texts
		}
		require.NoError(t, err)
		text, err := io.ReadAll(part)
		require.NoError(t, err)
		types, texts = append(types, part.Header.Get("Content-Type")), append(texts, string(text))
	}
}

func TestANonDeliveryReport(t *testing.T) {
	message := strings.NewReplacer("{from}", DefaultMailbox, "{to}", "nobody@contoso.com", "Subject: Scan",
		"Subject: =?utf-8?Q?Scan_=C3=A0_"+strings.Repeat("x", 40)+"?=").Replace(printed)
	for name, c := range map[string]struct {
		to          []string
		restriction string
		text        []string // in the part for people
		status      []string // in the part for programs
	}{
		"of a recipient who is not there (EXO-NDR)": {
			to:     []string{"nobody@contoso.com", "bob@fabrikam.com"},
			text:   []string{"Your message to nobody@contoso.com couldn't be delivered.\r\nnobody wasn't found at contoso.com.\r\n", "Reported error: 550 5.1.10 RESOLVER.ADR.RecipientNotFound; ", "DSN generated by:       BMXPR01MB"},
			status: []string{"Final-Recipient: rfc822;nobody@contoso.com\r\nAction: failed\r\nStatus: 5.1.10\r\nDiagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; "},
		},
		"of several at once": {
			to:     []string{"nobody@contoso.com", "none@contoso.com"},
			text:   []string{"Delivery has failed to these recipients or groups:\r\n\r\nnobody@contoso.com\r\nYour message couldn't be delivered.\r\n\r\nnone@contoso.com\r\n", "Generating server: BMXPR01MB"},
			status: []string{"Final-Recipient: rfc822;nobody@contoso.com\r\n", "Final-Recipient: rfc822;none@contoso.com\r\n"},
		},
		"of a sender who is restricted": {
			to: []string{"bob@fabrikam.com"}, restriction: "5.1.8",
			text:   []string{"bob@fabrikam.com\r\nRemote Server returned '550 5.1.8 Access denied, bad outbound sender'\r\n"},
			status: []string{"Status: 5.1.8\r\nDiagnostic-Code: smtp;550 5.1.8 Access denied, bad outbound sender\r\n"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := prompt(t, Config{})
			require.NoError(t, s.Restrict(DefaultMailbox, c.restriction))
			require.Regexp(t, "^250 ", authenticated(t, s).post(DefaultMailbox, message, c.to...))
			ndr := only(t, s.Mailbox(DefaultMailbox))
			require.Equal(t, "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@contoso.onmicrosoft.com", ndr.From)
			require.Equal(t, []string{DefaultMailbox}, ndr.To)
			require.Equal(t, "Undeliverable: Scan à "+strings.Repeat("x", 40), ndr.Subject)
			require.Equal(t, ndr.Raw(), ndr.Delivered())
			raw := string(ndr.Raw())
			require.Regexp(t, `(?s)^MIME-Version: 1\.0\r\nFrom: Microsoft Outlook\r\n <.*\r\nSubject: =\?utf-8\?q\?Undeliverable:_Scan_=C3=A0_x+\?=\r\n =\?utf-8\?q\?x+\?=\r\n`, raw)
			require.NotRegexp(t, `[^\x00-\x7f]`, raw, "it has 7 bits")
			read, err := mail.ReadMessage(strings.NewReader(raw))
			require.NoError(t, err)
			require.Equal(t, "<7@printer>", read.Header.Get("In-Reply-To"))
			require.Equal(t, "auto-replied", read.Header.Get("Auto-Submitted"))
			require.Contains(t, read.Header, "X-Ms-Exchange-Message-Is-Ndr")
			require.Regexp(t, `^multipart/report; report-type=delivery-status;`, read.Header.Get("Content-Type"))
			types, texts := partsOf(t, read.Header.Get("Content-Type"), read.Body)
			require.Len(t, types, 3)
			require.Equal(t, []string{"message/delivery-status", "text/rfc822-headers"}, types[1:])
			alternatives, forPeople := partsOf(t, types[0], strings.NewReader(texts[0]))
			require.Len(t, alternatives, 2)
			require.Regexp(t, `^text/plain; charset="(us-ascii|utf-8)"$`, alternatives[0])
			require.Regexp(t, `^text/html; charset="(us-ascii|utf-8)"$`, alternatives[1])
			for _, words := range c.text {
				require.Contains(t, forPeople[0], words)
			}
			require.Regexp(t, `^Reporting-MTA: dns;BMXPR01MB\d{4}\.INDPRD01\.PROD\.OUTLOOK\.COM\r\nArrival-Date: Mon, 2 Mar 2026 09:0\d:\d\d \+0000\r\n\r\n`, texts[1])
			for _, words := range c.status {
				require.Contains(t, texts[1], words)
			}
			require.Contains(t, texts[2], "\r\nX-Mailer: MFP\r\n", "the original's headers")
			require.NotContains(t, texts[2], "Two  words")
		})
	}
}

func TestAReportGoesToTheSenderOfTheEnvelope(t *testing.T) {
	s := workplace(t)
	require.NoError(t, s.AddMailbox(Mailbox{Address: "office@contoso.com", SendAs: []string{DefaultMailbox}}))
	c := authenticated(t, s)
	message := "From: office@contoso.com\r\n\r\nx\r\n"
	require.Regexp(t, "^250 ", c.post("office@contoso.com", message, "nobody@contoso.com"))
	require.Empty(t, s.Mailbox(DefaultMailbox))
	require.Equal(t, []string{"office@contoso.com"}, only(t, s.Mailbox("office@contoso.com")).To)
}

func TestAPersonalAccountsReportComesFromItsPostmaster(t *testing.T) {
	s := workplace(t)
	c := greeted(t, s)
	require.Equal(t, accepted, c.say("AUTH XOAUTH2 {blob of pat@outlook.com}"))
	require.Regexp(t, "^250 ", c.post("pat@outlook.com", "From: pat@outlook.com\r\n\r\nx\r\n", "nobody@outlook.com"))
	require.Equal(t, "postmaster@outlook.com", only(t, s.Mailbox("pat@outlook.com")).From)
}

func TestWhatAClientLeftOutIsThere(t *testing.T) {
	for name, message := range map[string]string{
		"nothing but a body":                   "\r\nbody\r\n",
		"no header that can be read":           "\x00\xff no header at all\r\n",
		"a subject and no empty line after it": "Subject: x\r\n",
		"all":                                  scan,
	} {
		t.Run(name, func(t *testing.T) {
			s := prompt(t, Config{})
			require.Regexp(t, "^250 ", authenticated(t, s).post(DefaultMailbox, message, "bob@fabrikam.com"))
			m := only(t, s.Mailbox("bob@fabrikam.com"))
			read, err := mail.ReadMessage(bytes.NewReader(m.Delivered()))
			require.NoError(t, err)
			for _, field := range []string{"From", "Date", "Message-ID", "MIME-Version"} {
				require.Len(t, read.Header[textproto.CanonicalMIMEHeaderKey(field)], 1, field)
			}
			require.Equal(t, len(m.Delivered()), m.DeliveredSize())
			require.Equal(t, message, string(m.Raw()))
			found, err := dkim.VerifyWithOptions(
				bytes.NewReader(m.Delivered()), &dkim.VerifyOptions{LookupTXT: s.LookupTXT},
			)
			require.NoError(t, err)
			require.NoError(t, found[0].Err)
		})
	}
}
