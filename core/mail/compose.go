package mail

import (
	"bytes"
	"encoding/hex"
	"io"
	"strings"
	"time"

	"github.com/emersion/go-message"
	rfc5322 "github.com/emersion/go-message/mail"

	"mfpsim/core/outcome"
)

// dateLayout is date-time of RFC 5322 §3.3.
const dateLayout = "Mon, 02 Jan 2006 15:04:05 -0700"

// composed is a message ready for the wire.
type composed struct {
	id    string
	bytes []byte
}

// compose makes the RFC 5322 message. All that is random in it comes from random, the date from now. hostName goes into
// the Message-ID.
func compose(m Message, now time.Time, random io.Reader, hostName string) (*composed, *outcome.Outcome) {
	fail := func(kind outcome.Kind) *outcome.Outcome {
		return outcome.New(kind, outcome.Device, outcome.StageNone, now)
	}
	var noise [32]byte
	if _, err := io.ReadFull(random, noise[:]); err != nil {
		return nil, fail(outcome.StorageFailed)
	}
	c := &composed{id: hex.EncodeToString(noise[:16]) + "@" + hostName}

	var header message.Header
	// In the order of real devices. Each field goes above those that are there already.
	if m.Program != "" {
		header.AddRaw(field("X-Mailer", phrased("X-Mailer", oneLine(m.Program))...))
	}
	// Not rfc5322.CreateWriter: it drops the boundary, and draws one from the machine's randomness.
	header.AddRaw(field("Content-Type", "multipart/mixed;", "boundary=mfp-"+hex.EncodeToString(noise[16:])))
	header.AddRaw(field("MIME-Version", "1.0"))
	header.AddRaw(field("Message-ID", "<"+c.id+">"))
	header.AddRaw(field("Subject", phrased("Subject", oneLine(m.Subject))...))
	header.AddRaw(field("To", listed(m.To...)...))
	header.AddRaw(field("From", listed(m.From)...))
	header.AddRaw(field("Date", now.Format(dateLayout))) // with the device's own offset

	var out bytes.Buffer
	w, err := message.CreateWriter(&out, header)
	if err == nil {
		err = writeText(w, m.Text)
	}
	for _, a := range m.Attachments {
		if err == nil {
			err = writeAttachment(w, a)
		}
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, fail(outcome.MessageRefused)
	}
	c.bytes = out.Bytes()
	return c, nil
}

func writeText(w *message.Writer, text string) error {
	var h rfc5322.InlineHeader
	h.SetContentType("text/plain", map[string]string{"charset": "utf-8"})
	h.Set("Content-Transfer-Encoding", "quoted-printable")
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\n", "\r\n")
	return writePart(w, h.Header, []byte(text))
}

func writeAttachment(w *message.Writer, a Attachment) error {
	var h rfc5322.AttachmentHeader
	kind := a.ContentType
	if kind == "" {
		kind = "application/octet-stream"
	}
	h.SetContentType(oneLine(kind), nil)
	h.AddRaw(attached(fileName(a.Name)))
	h.Set("Content-Transfer-Encoding", "base64")
	return writePart(w, h.Header, a.Data)
}

func writePart(w *message.Writer, h message.Header, data []byte) error {
	part, err := w.CreatePart(h)
	if err != nil {
		return err
	}
	if _, err := part.Write(data); err != nil {
		return err
	}
	return part.Close()
}

// oneLine makes a text fit for a header field: line breaks and other control characters become spaces.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7F {
			return ' '
		}
		return r
	}, s)
}

// check refuses, before anything is sent, what no server would take.
func check(m Message, now time.Time) *outcome.Outcome {
	fail := func(kind outcome.Kind) *outcome.Outcome {
		return outcome.New(kind, outcome.Device, outcome.StageNone, now)
	}
	if !isAddress(m.From) {
		return fail(outcome.SenderRefused)
	}
	if len(m.To) == 0 {
		return fail(outcome.RecipientRefused)
	}
	for _, to := range m.To {
		if !isAddress(to) {
			return fail(outcome.RecipientRefused)
		}
	}
	if m.AttachmentLimit > 0 {
		var size int64
		for _, a := range m.Attachments {
			size += int64(len(a.Data))
		}
		if size > m.AttachmentLimit {
			return fail(outcome.TooLarge)
		}
	}
	return nil
}

// addressCharacters are those of an e-mail address in the manuals (contacts, notification), RFC 5322 atoms with . and
// @.
const addressCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-./=?^_{|}~@`"

// isAddress reports whether s can stand in MAIL FROM, RCPT TO and a header field as it is.
func isAddress(s string) bool {
	local, domain, found := strings.Cut(s, "@")
	return found && local != "" && domain != "" && !strings.Contains(domain, "@") && len(s) <= maxText &&
		strings.Trim(s, addressCharacters) == "" && !strings.HasPrefix(s, ".")
}
