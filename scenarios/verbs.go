package scenarios

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"mfpsim/choice"
	"mfpsim/device"
	"mfpsim/journal"
	"mfpsim/lab"
	"mfpsim/phrase"
	"mfpsim/report"
)

// verb is one word of the language.
type verb struct {
	usage string
	play  func(p *play, not bool, args []string) (output string, err error)
}

// verbs is the language. docs/language.md has the same table for people.
var verbs = map[string]verb{
	"tenant":    {"tenant NAME [smtp-auth=disabled|enabled] [security-defaults=on|off] [user-consent=all|none] [consent-box=guide|microsoft] [basic-auth=disabled|enabled] [personal]", (*play).verbTenant},
	"user":      {"user ADDRESS [role='…'] [group='…'] [primary=ADDRESS] [mailbox|no-mailbox] [mfa] [disabled]", (*play).verbUser},
	"entra":     {"entra set SETTING VALUE | policy NAME key=value… | revoke U | disable U | delete U | password U | application NAME key=value… | resource NAME key=value… | consent APPLICATION [SCOPE…] | withdraw-consent | strict-doors on|off | as-of DATE|newest | source device|browser address=A … | answer ok|html|truncated|empty … | log [shows WORDS]", (*play).verbEntra},
	"exchange":  {"exchange CMDLET [-Name Value…] [propagation=15m] | answer ok|MOMENT EVENT|'TEXT' … | restrict ADDRESS CODE|none | licence ADDRESS on|off | quota ADDRESS SIZE|none | verdict ADDRESS 'TEXT'|none | external-limit DOMAIN N|none [trial] | front-end hello=strict …", (*play).verbExchange},
	"provider":  {"provider add DOMAIN [accounts=A,B] [interval=] [code-lifetime=] [access-lifetime=] [refresh-lifetime=] [leeway=] [call=] | slow-down N | revoke ADDRESS | approve CODE ADDRESS | decline CODE | number NUMBER 'REASON'|ok | … [domain=] | faxes shows WORDS | faxes count N | faxes screen", (*play).verbProvider},
	"printer":   {"printer [use NAME [model=…]] | sign-in U [fax] | fax-server DOMAIN | set firmware VERSION | event NAME [times=N] | license [until=DATE] | user-authentication on|off [sender=printer|user] | user ID email=ADDRESS [name=N] [number=N] [department=D] [administrator] | delete-user ID", (*play).verbPrinter},
	"webconfig": {"webconfig go IP | unreachable IP | log-in [NAME] [wrong] | log-out | open PATH | click B | double-click B | forge B [stranger] | set FIELD VALUE | choices FIELD shows WORDS | enter password [U|new|wrong|user:ID|length=N] | enter license [until=DATE] [of=PRINTER] | enter FIELD VALUE | upload FIELD FILE|authority|download | copy code | follow url | leave | download [shows WORDS] | shows WORDS | screen", (*play).verbWebConfig},
	"browser":   {"browser sign-in U [consent=organization|user|cancel] | admin-consent [APPLICATION] | enter code [wrong] | enter account A | enter password [wrong] | click B | tick BOX | close | shows WORDS | screen", (*play).verbBrowser},
	"panel":     {"panel press LABEL | refuses LABEL | enter FIELD VALUE | enter account A | enter password [wrong] | tick BOX | sign-in A [consent=organization|user|cancel] | log-in [USER] [wrong] | log-in number=N | log-out | home | shows WORDS | screen", (*play).verbPanel},
	"scan":      {"scan email ADDRESS… [subject=] [file=] [pages=] | copy [pages=] | originals pages=N | to-my-email [subject=] [file=] [pages=] | fax NUMBER", (*play).verbScan},
	"sheet":     {"sheet print | [NUMBER] shows WORDS | screen", (*play).verbSheet},
	"jobs":      {"jobs [NUMBER] shows WORDS | count N | screen", (*play).verbJobs},
	"mailbox":   {"mailbox ADDRESS [sent] shows [from=] [to=] [subject=] [attachments=] [text=] [file=] [bytes=] [pdf=] [picture=] [tint=] [date=now] [id=new] [header=] [part=] [line=78] | count N | is empty | screen", (*play).verbMailbox},
	"clock":     {"clock +91d | to DATE | printer DATE | printer drift=2s | printer time-difference=+09:00", (*play).verbClock},
	"power":     {"power off | on | cut [at=write:N [byte=B]]", (*play).verbPower},
	"memory":    {"memory has WORD | has no WORD | has no secrets | refuses writes [after=N] [times=N] | ok", (*play).verbMemory},
	"network": {"network PARTY ok|unreachable|no-name|silent|reset after=N|untrusted|wrong-name|expired|no-intermediate|new-root|old-tls|no-starttls|black-hole|dead-address|isolated|" +
		"half-silent|slow [delay=20s]|trickle [delay=20s]|garbled|wrong-protocol|closed|panic [at=write:N or at=read:N] [from=PARTY] [times=N] [after=N] [then …], with PARTY entra|smtp|mail|maker|pop3|proxy|time, a printer, login.DOMAIN|smtp.DOMAIN of a provider | browser on office|additional|elsewhere", (*play).verbNetwork},
	"wire":     {"wire shows PARTY TEXT | count PARTY TEXT N | screen PARTY | dialogue PARTY, with PARTY entra|smtp|login.DOMAIN|smtp.DOMAIN", (*play).verbWire},
	"lang":     {"lang LANGUAGE", (*play).verbLang},
	"handover": {"handover", (*play).verbHandover},
}

func verbNames() []string {
	names := make([]string, 0, len(verbs))
	for name := range verbs {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// usage is what a verb answers to words that it does not understand.
func usage(name string) error { return &usageError{verb: name} }

// usageError says how a verb is written: all that it can be followed by, or, where its words are known, what they may
// have been meant for.
type usageError struct {
	verb  string
	words []string // of the line, the verb among them
}

func (e *usageError) Error() string {
	text := verbs0[e.verb]
	if len(e.words) < 2 {
		return "not understood; the words are: " + text
	}
	forms := strings.Split(strings.TrimPrefix(text, e.verb+" "), " | ")
	var fitting, acts []string
	for _, form := range forms {
		act := actOf(form)
		if act == "" {
			return "not understood; the words are: " + text
		}
		if act == e.words[1] {
			fitting = append(fitting, e.verb+" "+form)
		}
		if !slices.Contains(acts, act) {
			acts = append(acts, act)
		}
	}
	if len(fitting) > 0 {
		return "not understood; write " + strings.Join(fitting, " or ")
	}
	return (&choice.Error{What: "word of " + e.verb, Wanted: e.words[1], Present: acts}).Error()
}

// actOf is the word that a form begins with; empty: it begins with something of which there are many.
func actOf(form string) string {
	for strings.HasPrefix(form, "[") { // what may stand before it
		_, form, _ = strings.Cut(form, "] ")
	}
	act, _, _ := strings.Cut(form, " ")
	if act == "" || strings.Trim(act, "abcdefghijklmnopqrstuvwxyz-") != "" {
		return ""
	}
	return act
}

// ofLine tells a verb's usage which words were written.
func ofLine(err error, words []string) error {
	var wrong *usageError
	if errors.As(err, &wrong) && err == error(wrong) {
		return &usageError{wrong.verb, words}
	}
	return err
}

// verbs0 are the usages alone: the verbs' own functions cannot name the table that names them.
var verbs0 = map[string]string{}

func init() {
	for name, v := range verbs {
		verbs0[name] = v.usage
	}
}

func (p *play) verbHandover(_ bool, args []string) (string, error) {
	if len(args) != 0 {
		return "", usage("handover")
	}
	return "", nil
}

func (p *play) verbLang(_ bool, args []string) (string, error) {
	if len(args) != 1 {
		return "", usage("lang")
	}
	d, err := p.device()
	if err != nil {
		return "", err
	}
	if err := p.act(act, func(ctx context.Context) error { return d.SetLanguage(ctx, args[0]) }); err != nil {
		return "", err
	}
	p.language = args[0]
	return "", nil
}

func (p *play) verbClock(_ bool, args []string) (string, error) {
	what, rest := phrase.First(args)
	switch {
	case strings.HasPrefix(what, "+") && len(rest) == 0:
		d, err := phrase.Duration(what[1:])
		if err != nil {
			return "", err
		}
		return p.advance(d)
	case what == "to" && len(rest) == 1:
		date, err := phrase.Date(rest[0])
		if err != nil {
			return "", err
		}
		now := p.lab.World.Now()
		if date.Before(now) {
			return "", fmt.Errorf("true time does not go back: it is %s", now.Format(time.DateTime))
		}
		return p.advance(date.Sub(now))
	case what == "printer" && len(rest) == 1:
		d, err := p.device()
		if err != nil {
			return "", err
		}
		if text, is := strings.CutPrefix(rest[0], "time-difference="); is {
			ahead, err := phrase.TimeDifference(text)
			if err != nil {
				return "", err
			}
			if err := p.do(func(ctx context.Context) error { return d.SetTimeDifference(ctx, ahead) }); err != nil {
				return "", err
			}
			return p.times()
		}
		if text, is := strings.CutPrefix(rest[0], "drift="); is {
			drift, err := phrase.Drift(text)
			if err != nil {
				return "", err
			}
			if err := p.do(func(ctx context.Context) error { return d.Drift(ctx, drift) }); err != nil {
				return "", err
			}
			return p.times()
		}
		date, err := phrase.Date(rest[0])
		if err != nil {
			return "", err
		}
		if err := p.act(act, func(ctx context.Context) error { return d.SetDate(ctx, date) }); err != nil {
			return "", err
		}
		return p.times()
	}
	return "", usage("clock")
}

func (p *play) advance(d time.Duration) (string, error) {
	told := "+" + report.Span(d)
	if p.real != nil {
		waits := p.cut.waits(d)
		if waits != d {
			told += ", cut short to " + report.Span(waits.Round(time.Second))
		}
		if err := p.pass(waits); err != nil {
			return "", err
		}
		if err := p.waitForJobs(d - waits); err != nil {
			return "", err
		}
	} else if _, err := p.lab.World.Advance(d); err != nil {
		return "", stuck(err)
	}
	if err := p.do(func(context.Context) error {
		p.note(journal.KindClock, "%s", told)
		return nil
	}); err != nil {
		return "", err
	}
	return p.times()
}

// times lists the clocks of all parties.
func (p *play) times() (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "true time  %s\n", p.lab.World.Now().Format(time.DateTime))
	for _, name := range p.lab.Printers() {
		now, err := p.timeOf(name)
		if err != nil && !errors.Is(err, device.ErrNotSupported) {
			return "", err
		}
		if err == nil { // else it has no clock that anybody could read
			fmt.Fprintf(&b, "%-9s  %s\n", name, now.Format(time.DateTime))
		}
	}
	return b.String(), nil
}

func (p *play) verbNetwork(_ bool, args []string) (string, error) {
	if len(args) < 2 {
		return "", usage("network")
	}
	if args[0] == lab.PartyBrowser {
		network, err := phrase.Place(args, lab.PartyBrowser, lab.Networks())
		if err != nil {
			return "", err
		}
		err = p.do(func(context.Context) error { return p.lab.MoveComputers(network) })
		return lab.PartyBrowser + " on " + network, err
	}
	party, faults, err := phrase.Faults(args, p.lab.Parties())
	if err != nil {
		return "", err
	}
	if err := p.do(func(context.Context) error { return p.lab.SetFaults(party, faults...) }); err != nil {
		return "", err
	}
	if len(faults) == 0 {
		return party + " ok", nil
	}
	told := make([]string, len(faults))
	for i, f := range faults {
		told[i] = f.String()
	}
	return strings.Join(told, "\n"), nil
}

func (p *play) verbWire(not bool, args []string) (string, error) {
	what, rest := phrase.First(args)
	if len(rest) == 0 {
		return "", usage("wire")
	}
	party := rest[0]
	spoken := []string{"entra", "smtp"}
	for _, provider := range p.lab.Providers() {
		spoken = append(spoken, "login."+provider.Domain, "smtp."+provider.Domain)
	}
	if !slices.Contains(spoken, party) {
		return "", &choice.Error{What: "party", Wanted: party, Present: spoken}
	}
	see := func(context.Context) (surface, error) {
		entries := p.lab.Journal.Entries()
		s := surface{name: "wire", place: party, fits: onWire, drawn: report.Conversation(entries, party, fromDevice)}
		for _, e := range report.Spoken(entries, party, fromDevice) {
			s.lines = append(s.lines, report.Lines(e)...)
		}
		return s, nil
	}
	switch {
	case what == "shows" && len(rest) > 1:
		return p.shows(not, rest[1:], asWritten, see)
	case what == "screen" && len(rest) == 1:
		s, err := p.look(see)
		return s.drawn, err
	case what == "dialogue" && len(rest) == 1:
		if _, err := p.look(see); err != nil { // exchanges that are under way are waited for
			return "", err
		}
		return report.Dialogue(p.lab.Journal.Entries(), party, fromDevice), nil
	case what == "count" && len(rest) == 3:
		want, err := strconv.Atoi(rest[2])
		if err != nil || want < 0 {
			return "", fmt.Errorf("%q is no number", rest[2])
		}
		got, err := p.exactly(want, func() int { return p.spoken(party, rest[1]) })
		if err == nil && got != want {
			err = fmt.Errorf(
				"%d times on the wire, not %d (printer time %s)", got, want, p.printerTime().Format(time.DateTime),
			)
		}
		return fmt.Sprint(got), err
	}
	return "", usage("wire")
}

// spoken counts the exchanges, or lines of SMTP, in which a text is. A request counts by its first line alone, because
// discovery documents and pages name addresses that nobody has asked for.
func (p *play) spoken(party, text string) int {
	count := 0
	for _, e := range report.Spoken(p.lab.Journal.Entries(), party, fromDevice) {
		lines := report.Lines(e)
		if e.HTTP != nil && strings.HasPrefix(text, "/") && len(lines) > 1 {
			lines = lines[1:2]
		}
		if slices.ContainsFunc(lines, func(l string) bool { return onWire(l, []string{text}) }) {
			count++
		}
	}
	return count
}
