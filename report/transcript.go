package report

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"mfpsim/journal"
)

// stamp is how a moment is written in transcripts: true time, UTC, to the millisecond.
const stamp = "2006-01-02 15:04:05.000"

// blankTime stands where a line has no time of its own.
const blankTime = "            "

// Conversation writes what a party ("entra", "smtp", "printer") said and heard, in the order of the entries: HTTP
// exchanges as they were on the wire, SMTP line by line; below a refusal the reason that its client is not told.
// Secrets are redacted; there are no ports. Entries whose connection keep does not accept are left out; a nil keep
// accepts all.
func Conversation(entries []journal.Entry, party string, keep func(connection string) bool) string {
	var b strings.Builder
	last := ""
	for _, e := range Spoken(entries, party, keep) {
		switch e.Kind {
		case journal.KindHTTP:
			writeExchange(&b, e)
			last = ""
		case journal.KindSMTP:
			if e.Connection != last {
				fmt.Fprintf(&b, "-- %s, %s\n", e.Connection, e.At.UTC().Format(stamp))
				last = e.Connection
			}
			fmt.Fprintf(&b, "%s %s\n", e.At.UTC().Format("15:04:05.000"), e.Text)
			if reason := e.Detail["reason"]; reason != "" {
				fmt.Fprintf(&b, "%s (reason, which the client is not told: %s)\n", blankTime, reason)
			}
		}
	}
	return b.String()
}

// Dialogue writes what a device said to a party and how it was answered, without all that differs from day to day: no
// times, no names and ids of the server, no header but those that the device sends by its own will. Of a mail server's
// replies there is the code, of an HTTP answer the status. What is said again as it was said before is written once.
func Dialogue(entries []journal.Entry, party string, keep func(connection string) bool) string {
	var b strings.Builder
	connection, before := "", ""
	for _, e := range Spoken(entries, party, keep) {
		if e.Kind == journal.KindSMTP {
			if connection != "" && e.Connection != connection {
				b.WriteString("\n")
			}
			connection = e.Connection
			said := e.Text.String()
			if reply, server := strings.CutPrefix(said, "S: "); server {
				if len(reply) > 3 && reply[3] == '-' { // the last line of a reply has its code too
					continue
				}
				said = "S: " + reply[:min(3, len(reply))]
			}
			b.WriteString(said + "\n")
			continue
		}
		x := e.HTTP
		var one strings.Builder
		fmt.Fprintf(&one, "%s https://%s%s\n", x.Method, x.Host, x.Target)
		writeFields(&one, slices.DeleteFunc(slices.Clone(x.RequestHeader), func(f journal.Field) bool {
			return f.Name == "Content-Length"
		}))
		writeBody(&one, inOrder(x))
		fmt.Fprintf(&one, "\nHTTP %d\n\n", x.Status)
		if one.String() != before {
			before = one.String()
			b.WriteString(before)
		}
	}
	return b.String()
}

// Spoken picks the entries that are a party's side of a conversation: what went over the wire, nothing else.
func Spoken(entries []journal.Entry, party string, keep func(connection string) bool) []journal.Entry {
	var spoken []journal.Entry
	for _, e := range entries {
		wire := e.Kind == journal.KindHTTP && e.HTTP != nil || e.Kind == journal.KindSMTP
		if wire && e.Party == party && (keep == nil || keep(e.Connection)) {
			spoken = append(spoken, e)
		}
	}
	return spoken
}

// Lines gives one entry of a conversation as the lines that `wire shows` searches.
func Lines(e journal.Entry) []string {
	if e.Kind == journal.KindSMTP {
		return []string{e.Text.String()}
	}
	if e.HTTP == nil {
		return nil
	}
	var b strings.Builder
	writeExchange(&b, e)
	return strings.Split(strings.TrimRight(b.String(), "\n"), "\n")
}

func writeExchange(b *strings.Builder, e journal.Entry) {
	x := e.HTTP
	fmt.Fprintf(b, "-- %s, %s\n", e.Connection, e.At.UTC().Format(stamp))
	fmt.Fprintf(b, "%s https://%s%s\n", x.Method, x.Host, x.Target)
	writeFields(b, x.RequestHeader)
	writeBody(b, x.RequestBody)
	fmt.Fprintf(b, "\n%s\n", strings.TrimSpace(fmt.Sprintf("HTTP %d %s", x.Status, http.StatusText(x.Status))))
	writeFields(b, x.ResponseHeader)
	writeBody(b, x.ResponseBody)
	b.WriteString("\n")
}

func writeFields(b *strings.Builder, fields []journal.Field) {
	for _, f := range fields {
		fmt.Fprintf(b, "%s: %s\n", f.Name, f.Value)
	}
}

// inOrder is what was sent; the members of a form, whose order means nothing (RFC 6749 appendix B), by their names.
func inOrder(x *journal.Exchange) journal.Text {
	for _, field := range x.RequestHeader {
		kind := field.Value.String()
		if field.Name == "Content-Type" && strings.HasPrefix(kind, "application/x-www-form-urlencoded") {
			members := strings.Split(x.RequestBody.String(), "&")
			slices.Sort(members)
			return journal.Plain(strings.Join(members, "&"))
		}
	}
	return x.RequestBody
}

func writeBody(b *strings.Builder, body journal.Text) {
	if text := body.String(); text != "" {
		b.WriteString("\n" + strings.TrimRight(text, "\n") + "\n")
	}
}

// Headline is one entry of a conversation in a few words: "entra POST …/token 200 (09:13:41)".
func Headline(e journal.Entry) string {
	at := e.At.UTC().Format("15:04:05")
	if e.Kind == journal.KindSMTP {
		return fmt.Sprintf("%s %s (%s)", e.Party, short(e.Text.String()), at)
	}
	if e.HTTP == nil {
		return fmt.Sprintf("%s %s (%s)", e.Party, short(e.Text.String()), at)
	}
	target, _, _ := strings.Cut(e.HTTP.Target.String(), "?")
	if i := strings.LastIndexByte(target, '/'); i > 0 {
		target = "…" + target[i:]
	}
	return fmt.Sprintf("%s %s %s %d (%s)", e.Party, e.HTTP.Method, target, e.HTTP.Status, at)
}

func short(s string) string {
	const most = 100
	if letters := []rune(s); len(letters) > most {
		return string(letters[:most]) + "…"
	}
	return s
}

// ofKind writes what was shown on panel and pages, or printed, in order, one paragraph each.
func ofKind(entries []journal.Entry, kind journal.Kind) string {
	var b strings.Builder
	for _, e := range entries {
		if e.Kind == kind {
			fmt.Fprintf(
				&b, "-- %s, %s\n%s\n\n", e.Party, e.At.UTC().Format(stamp), strings.TrimRight(e.Text.String(), "\n"),
			)
		}
	}
	return b.String()
}

// Span writes a length of bench time for people: "91d 2h", "15m 30s".
func Span(d time.Duration) string {
	if d < time.Second {
		return d.Round(time.Millisecond).String()
	}
	d = d.Round(time.Second)
	var parts []string
	for _, unit := range []struct {
		length time.Duration
		name   string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "m"}, {time.Second, "s"}} {
		if n := d / unit.length; n > 0 {
			parts = append(parts, fmt.Sprintf("%d%s", n, unit.name))
			d -= n * unit.length
		}
	}
	if len(parts) > 3 {
		parts = parts[:3]
	}
	return strings.Join(parts, " ")
}
