package contract

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const redacted = "[redacted]"

// What a trace shows as it is. All else is left out: a list of secrets would lack the next one.
var (
	shownFields  = []string{"grant_type", "client_id", "scope", "redirect_uri"}
	shownMembers = []string{
		"error", "error_codes", "suberror", "token_type", "scope", "expires_in", "ext_expires_in", "interval",
		"verification_uri", "trace_id", "correlation_id", "timestamp",
	}
	shownHeaders = []string{"content-type", "retry-after", "date", "accept", "user-agent"}
)

// ciphertext stands for what is TLS of the core's own. Its length, and in how many pieces it comes, differ from run
// to run.
const ciphertext = "[TLS]"

var isOctets = regexp.MustCompile(`^\[\d+ octets\]$`)

// goesOn reports whether an answer only wants more of what is ciphertext.
func goesOn(event Event, a Answer) bool {
	return event.Event == eventReceived && event.Data == ciphertext && len(a.Actions) == 1 &&
		a.Actions[0].Do == doReceive && len(a.State) == 0
}

// redactEvent is an event as the trace has it.
func (e *engine) redactEvent(event Event) *Event {
	event.Random, event.SealingKey = "", ""
	event.Flash, event.RootsPEM = octets(event.Flash), *octets(&event.RootsPEM)
	event.Entries = each(event.Entries, func(value string) string { return *octets(&value) })
	if event.RootsFile != "" {
		event.RootsFile = "FILE" // its name, and the ports, are others each time
	}
	event.Resolve = each(event.Resolve, func(string) string { return "127.0.0.1" })
	event.Address = withoutQuery(event.Address)
	event.Headers = shown(event.Headers)
	if event.Settings != nil && event.Settings.Password != "" {
		s := *event.Settings
		s.Password = redacted
		event.Settings = &s
	}
	if event.Message != nil {
		m := *event.Message
		m.Attachments = slices.Clone(m.Attachments)
		for i, a := range m.Attachments {
			m.Attachments[i].Data = *octets(&a.Data)
		}
		event.Message = &m
	}
	if event.Body != nil {
		body := redactBody(*event.Body)
		event.Body = &body
	}
	event.Body64 = *octets(&event.Body64)
	if event.Data != "" {
		event.Data = e.said(decoded(event.Data))
		if e.identity.TLS == kindOwn && isOctets.MatchString(event.Data) {
			event.Data = ciphertext
		}
	}
	return &event
}

// redactAnswer is an answer as the trace has it.
func (e *engine) redactAnswer(a Answer) *Answer {
	a.Actions = slices.Clone(a.Actions)
	for i := range a.Actions {
		x := &a.Actions[i]
		x.URL, x.Headers = withoutQuery(x.URL), shown(x.Headers)
		switch x.Do {
		case doHTTP:
			x.Body = redactForm(x.Body)
		case doStore:
			x.Data = *octets(&x.Data)
		case doSend:
			said := x.Text + decoded(x.Data)
			x.Text, x.Data = command(said), ""
			if e.identity.TLS == kindOwn && isRecord([]byte(said)) {
				x.Text = ciphertext
			}
		}
	}
	states := map[string]*State{}
	for owner, s := range a.State {
		shown := *s
		shown.SignInPage = withoutQuery(s.SignInPage)
		if s.UserCode != "" {
			shown.UserCode = redacted
		}
		if s.Settings != nil && s.Settings.Password != "" {
			settings := *s.Settings
			settings.Password = redacted
			shown.Settings = &settings
		}
		states[owner] = &shown
	}
	a.State = states
	return &a
}

// each is a map with other values; none if it is empty.
func each(values map[string]string, f func(string) string) map[string]string {
	if len(values) == 0 {
		return nil
	}
	other := map[string]string{}
	for name, value := range values {
		other[name] = f(value)
	}
	return other
}

// octets is how long something is, in place of it.
func octets(encoded *string) *string {
	if encoded == nil || *encoded == "" {
		return encoded
	}
	s := fmt.Sprintf("[%d octets]", base64.StdEncoding.DecodedLen(len(*encoded))-strings.Count(*encoded, "="))
	return &s
}

func decoded(encoded string) string {
	data, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return ""
	}
	return string(data)
}

func withoutQuery(address string) string {
	base, query, _ := strings.Cut(address, "?")
	if query == "" {
		return base
	}
	return base + "?" + redacted
}

func shown(headers map[string]string) map[string]string {
	kept := map[string]string{}
	for name, value := range headers {
		if slices.Contains(shownHeaders, strings.ToLower(name)) {
			kept[name] = value
		}
	}
	if len(kept) == 0 {
		return nil
	}
	return kept
}

// redactForm is a form with the fields that are no secrets.
func redactForm(body string) string {
	var parts []string
	for field := range strings.SplitSeq(body, "&") {
		name, _, valued := strings.Cut(field, "=")
		plain, err := url.QueryUnescape(name)
		switch {
		case !valued || err != nil:
			parts = append(parts, redacted)
		case slices.Contains(shownFields, plain):
			parts = append(parts, field)
		default:
			parts = append(parts, name+"="+redacted)
		}
	}
	return strings.Join(parts, "&")
}

// redactBody is an answer of an identity provider with the members that are no secrets; of another one, its length.
func redactBody(body string) string {
	var answer map[string]json.RawMessage
	if json.Unmarshal([]byte(body), &answer) != nil {
		return fmt.Sprintf("[%d octets]", len(body))
	}
	for name := range answer {
		if !slices.Contains(shownMembers, name) {
			answer[name] = json.RawMessage(`"` + redacted + `"`)
		}
	}
	text, err := json.Marshal(answer)
	if err != nil {
		return redacted
	}
	return string(text)
}

// said is what a mail server says.
func (e *engine) said(words string) string {
	const most = 2000
	if !utf8.ValidString(words) || strings.ContainsFunc(words, func(r rune) bool {
		return unicode.IsControl(r) && r != '\r' && r != '\n' && r != '\t'
	}) {
		return fmt.Sprintf("[%d octets]", len(words))
	}
	if len(words) > most {
		return fmt.Sprintf("%s… [%d octets]", strings.ToValidUTF8(words[:most], ""), len(words))
	}
	return words
}

// commands are the ones of SMTP and POP3 that are shown as they are.
var commands = []string{
	"EHLO ", "HELO ", "STARTTLS", "MAIL FROM:", "RCPT TO:", "DATA", "QUIT", "RSET", "NOOP", "USER ", "STLS",
}

// command is what is said to a mail server: its command line, or how long it is.
func command(said string) string {
	line, rest, ended := strings.Cut(said, "\r\n")
	name := strings.ToUpper(line)
	switch {
	case ended && rest == "" && strings.HasPrefix(name, "AUTH "):
		words := strings.Fields(line)
		if len(words) > 2 {
			return strings.Join(words[:2], " ") + " " + redacted + "\r\n"
		}
		return said
	case ended && rest == "" &&
		slices.ContainsFunc(commands, func(c string) bool { return strings.HasPrefix(name, c) }):
		return said
	case said == "\r\n":
		return said
	}
	return fmt.Sprintf("[%d octets]", len(said))
}
