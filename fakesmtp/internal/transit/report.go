package transit

import (
	"bytes"
	"html"
	"mime"
	"mime/quotedprintable"
	"strings"
	"time"

	"mfpsim/chance"
	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/fakesmtp/internal/replies"
)

// Failure is a recipient that a message could not be delivered to.
type Failure struct {
	Recipient  string
	Status     string // enhanced status code
	Diagnostic string // "550 5.1.10 …"
}

// Reader is who is told that a message was not delivered.
type Reader struct {
	Address string
	// Outside: it is an address of the Internet, which gets the whole message back.
	Outside bool
}

// Report writes the non-delivery report of a message (docs/reference/exchange-smtp.md X4; the form is EXO-NDR's): to
// whom the message was from, of all recipients that it did not reach.
func (w *Way) Report(m mail.Message, to Reader, failures []Failure) []byte {
	r := &report{Way: w, message: m, to: to, failures: failures, random: chance.New(w.Seed, "report "+w.NetworkID)}
	first := machineOf(w.Seed, w.Backend)
	at := m.ReceivedAt
	outer, inner := r.random.UUID(), r.random.UUID()
	id := NetworkID(r.random, at)
	r.lines(
		"MIME-Version: 1.0",
		"From: "+r.from(),
		"To: <"+to.Address+">",
		"Date: "+replies.InBanner(at),
		"Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\""+outer+"\"",
		"X-MS-Exchange-Message-Is-Ndr:",
		"Content-Language: en-US",
		"Message-ID:\r\n <"+r.random.UUID()+"@"+w.Backend+">",
	)
	if m.ID != "" {
		r.lines("In-Reply-To: "+oneLine(m.ID), "References: "+oneLine(m.ID))
	}
	r.lines(
		"Subject: "+encodedSubject(replies.ReportSubject+oneLine(m.Subject)),
		"Auto-Submitted: auto-replied",
		"X-MS-PublicTrafficType: Email",
		"X-MS-TrafficTypeDiagnostic: "+diagnostic(first),
		"Return-Path: <>",
		"X-MS-Office365-Filtering-Correlation-Id: "+id,
		"X-MS-Exchange-SenderADCheck: 1",
		"X-MS-Exchange-AntiSpam-Relay: 0",
		"X-Microsoft-Antispam: BCL:0;",
		"X-OriginatorOrg: "+w.Sender.Domain,
		"X-MS-Exchange-CrossTenant-OriginalArrivalTime: "+at.UTC().Format("02 Jan 2006 15:04:05.0000")+"\r\n (UTC)",
		"X-MS-Exchange-CrossTenant-FromEntityHeader: Hosted",
		"X-MS-Exchange-CrossTenant-AuthSource: "+w.Backend,
		"X-MS-Exchange-CrossTenant-AuthAs: Internal",
		"X-MS-Exchange-CrossTenant-Network-Message-Id:\r\n\t"+id,
		"X-MS-Exchange-Transport-CrossTenantHeadersStamped: "+label(w.Backend),
		"",
		"--"+outer,
		"Content-Type: multipart/alternative; differences=Content-Type;\r\n\tboundary=\""+inner+"\"",
		"",
	)
	text := r.text(at)
	r.readable(inner, "text/plain", text)
	page := "<html>\r\n<body>\r\n<pre>" + html.EscapeString(text) + "</pre>\r\n</body>\r\n</html>\r\n"
	r.readable(inner, "text/html", page)
	r.lines("--"+inner+"--", "", "--"+outer, "Content-Type: message/delivery-status", "")
	r.status(at)
	r.returned(outer)
	r.lines("--"+outer+"--", "")
	return r.out.Bytes()
}

// returned is the part with the message: its header, and to the Internet the whole of it.
func (r *report) returned(outer string) {
	kind, original := "text/rfc822-headers", r.headers()
	if r.to.Outside {
		kind, original = "message/rfc822", string(r.message.Delivered())
	}
	r.lines("--"+outer, "Content-Type: "+kind)
	if !isASCII(original) {
		r.lines("Content-Transfer-Encoding: 8bit")
	}
	r.lines("", original)
}

// report is one in the making.
type report struct {
	*Way
	message  mail.Message
	to       Reader
	failures []Failure
	random   *chance.Reader
	out      bytes.Buffer
}

func (r *report) lines(lines ...string) {
	for _, line := range lines {
		r.out.WriteString(line)
		r.out.WriteString("\r\n")
	}
}

// from is who reports.
func (r *report) from() string {
	if r.Sender.Personal || r.to.Outside {
		return "Microsoft Outlook <postmaster@" + r.Sender.Domain + ">"
	}
	return "Microsoft Outlook\r\n <" + replies.ReportSender + "@" + r.Sender.Initial + ">"
}

// readable writes a part for people.
func (r *report) readable(boundary, kind, text string) {
	charset := "us-ascii"
	if !isASCII(text) {
		charset = "utf-8"
	}
	r.lines(
		"--"+boundary, "Content-Type: "+kind+"; charset=\""+charset+"\"",
		"Content-Transfer-Encoding: quoted-printable", "",
	)
	w := quotedprintable.NewWriter(&r.out)
	_, _ = w.Write([]byte(text)) // into memory
	_ = w.Close()
	r.lines("")
}

// text is what the report says to people.
func (r *report) text(at time.Time) string {
	values := replies.Values{
		"backend", r.Backend, "sender", r.message.EnvelopeFrom, "subject", oneLine(r.message.Subject),
		"created", at.UTC().Format("1/2/2006 3:04:05 PM"), "headers", r.headers(),
	}
	form := replies.ReportOfSeveral
	if len(r.failures) == 1 && replies.Restriction(r.failures[0].Status).IsNotFound() {
		form = replies.ReportNotFound
	}
	if form == replies.ReportNotFound {
		f := r.failures[0]
		at := strings.LastIndexByte(f.Recipient, '@')
		values = append(
			values, "recipient", f.Recipient, "local", f.Recipient[:max(at, 0)], "domain", f.Recipient[at+1:],
			"diagnostic", f.Diagnostic,
		)
		return replies.Expand(form, values.Find)
	}
	var failed, returned strings.Builder
	for _, f := range r.failures {
		each := replies.Values{"recipient", f.Recipient, "diagnostic", f.Diagnostic}
		failed.WriteString(replies.Expand(replies.ReportFailed, each.Find))
		returned.WriteString(replies.Expand(replies.ReportReturned, each.Find))
	}
	values = append(values, "failed", failed.String(), "returned", returned.String())
	return replies.Expand(form, values.Find)
}

// status writes the part for programs (RFC 3464).
func (r *report) status(at time.Time) {
	r.lines("Reporting-MTA: dns;"+r.Backend, "Arrival-Date: "+replies.InBanner(at), "")
	for _, f := range r.failures {
		kind := "rfc822"
		if !isASCII(f.Recipient) {
			kind = "utf-8" // RFC 6533 §4.2
		}
		r.lines("Final-Recipient: "+kind+";"+f.Recipient, "Action: failed", "Status: "+f.Status,
			"Diagnostic-Code: smtp;"+f.Diagnostic, "")
	}
}

// headers are those of the message, as the mailbox server had it when it gave up.
func (r *report) headers() string {
	m := r.message
	if r.Inbound {
		header, _, _ := strings.Cut(string(m.Delivered()), "\r\n\r\n")
		return header + "\r\n"
	}
	m.CarryBy(r.Way)
	return string(m.SentHeader())
}

var lineBreaks = strings.NewReplacer("\r", " ", "\n", " ")

// oneLine keeps what a client wrote from adding header fields of its own.
func oneLine(s string) string { return lineBreaks.Replace(s) }

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= 0x80 })
}

// encodedSubject writes a subject in encoded-words where it has to be (RFC 2047), each on a line of its own.
func encodedSubject(subject string) string {
	return strings.ReplaceAll(mime.QEncoding.Encode("utf-8", subject), "?= =?", "?=\r\n =?")
}
