package main

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"mfpsim/choice"
	"mfpsim/core/oauth"
	"mfpsim/fakeentra"
	"mfpsim/fakesmtp"
	"mfpsim/scenarios"
	"mfpsim/sim/locale"
	"mfpsim/sim/models"
)

// explainCommand is `mfpsim explain`.
type explainCommand struct {
	Words []string `arg:"" optional:"" help:"A code of the job history (360), AADSTS53003, '535 5.7.139', or a message or its beginning."`
	Doors bool     `help:"Print who is let in where at Entra: which number is said at which endpoint or grant, tenant, account and application. With words: the rows that have them all."`
}

// Run prints all that is known.
func (c *explainCommand) Run(s *streams) error {
	if c.Doors {
		return printDoors(s, c.Words)
	}
	words := strings.TrimSpace(strings.Join(c.Words, " "))
	if words == "" {
		return usage("explain what? name a code or a message")
	}
	all, err := scenarios.All()
	if err != nil {
		return err
	}
	model, err := models.Get("")
	if err != nil {
		return err
	}
	e := &explainer{words: words, out: s.out, scenarios: all, model: model}
	for _, explain := range []func(){e.code, e.aadsts, e.smtp, e.message, e.aadstsWords} {
		explain()
	}
	if !e.found {
		return fmt.Errorf("nothing is known of %q: name a code of the job history (360), an AADSTS number, an SMTP reply code or a message", words)
	}
	return nil
}

// explainer looks one thing up everywhere.
type explainer struct {
	words     string
	out       io.Writer
	scenarios []scenarios.Scenario
	model     *models.Model
	found     bool
}

func (e *explainer) section(format string, values ...any) {
	if e.found {
		_, _ = fmt.Fprintln(e.out)
	}
	e.found = true
	_, _ = fmt.Fprintf(e.out, format+"\n", values...)
}

func (e *explainer) line(format string, values ...any) {
	_, _ = fmt.Fprintf(e.out, "  "+format+"\n", values...)
}

// shown lists the scenarios that ask for one of the words: a step, not a comment, and not the absence of the words.
func (e *explainer) shown(words ...string) {
	e.shownWhere(func(step string) bool {
		for _, word := range words {
			if word != "" && holds(choice.Normalize(step), choice.Normalize(word)) {
				return true
			}
		}
		return false
	})
}

func (e *explainer) shownWhere(asked func(step string) bool) {
	var ids []string
	for _, s := range e.scenarios {
		if slices.ContainsFunc(steps(s.Text), asked) {
			ids = append(ids, s.ID)
		}
	}
	switch {
	case len(ids) == 0:
		e.line("no scenario shows it")
	default:
		e.line("shown by %s", strings.Join(ids, ", "))
	}
}

// steps are the lines of a scenario that look at something and must find it.
func steps(text string) []string {
	var lines []string
	for _, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, "-- ") {
			break // goldens and fixtures
		}
		if strings.Contains(line, " shows ") && !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "!") {
			lines = append(lines, line)
		}
	}
	return lines
}

// holds reports whether a step has the words, not as part of a longer word or number.
func holds(step, words string) bool {
	for from := 0; ; {
		at := strings.Index(step[from:], words)
		if at < 0 {
			return false
		}
		before, _ := utf8.DecodeLastRuneInString(step[:from+at])
		after, _ := utf8.DecodeRuneInString(step[from+at+len(words):])
		if !wordRune(before) && !wordRune(after) {
			return true
		}
		from += at + 1
	}
}

func wordRune(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '@' || r == '-')
}

var threeDigits = regexp.MustCompile(`^[0-9]{3}$`)

// code explains a code of the printer's job history (guide rule R44).
func (e *explainer) code() {
	if !threeDigits.MatchString(e.words) {
		return
	}
	texts := e.model.Texts(locale.English)
	var rows []models.Outcome
	for _, row := range e.model.Outcomes {
		if row.Code == e.words {
			rows = append(rows, row)
		}
	}
	if len(rows) == 0 {
		return
	}
	e.section("%s in Job/Status: %s", e.words, texts.Text(rows[0].StatusID()))
	e.line("what to do: %s", texts.Text(rows[0].SolutionID()))
	e.line("causes:")
	for _, row := range rows {
		e.line("  %s: %s   %s", spaced(row.Kind), texts.Text(row.PanelID()), row.Source)
	}
	job := regexp.MustCompile(`(^| )Email( Error)? '?` + regexp.QuoteMeta(e.words) + `'?( |$)`)
	e.shownWhere(job.MatchString)
}

// spaced writes "SignInRevoked" as "sign in revoked".
func spaced(kind string) string {
	var b strings.Builder
	for i, r := range kind {
		if i > 0 && r >= 'A' && r <= 'Z' && (kind[i-1] < 'A' || kind[i-1] > 'Z') {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return strings.ToLower(b.String())
}

var aadsts = regexp.MustCompile(`(?i)^(?:AADSTS)?([0-9]{5,8})\b`)

// aadsts explains an error number of Entra ID.
func (e *explainer) aadsts() {
	match := aadsts.FindStringSubmatch(e.words)
	for _, row := range fakeentra.Catalogue() {
		number := fmt.Sprint(row.Code)
		if match == nil && !e.isTextOf(row.Text) || match != nil && number != match[1] {
			continue
		}
		e.section("AADSTS%d: %s", row.Code, row.Text)
		if row.Word != "" {
			e.line(
				"the token endpoint says %s with status %d", strings.TrimSpace(row.Word+" "+row.Suberror), row.Status,
			)
		}
		e.line("where: %s", row.Where)
		e.onPrinter(row.Code)
		e.line("how sure: %s, %s", certainty(row.Tag), row.Source)
		e.shown("AADSTS"+number, number)
	}
}

// isTextOf reports whether the words are part of a cloud's message, and enough of it to mean that one.
func (e *explainer) isTextOf(message string) bool {
	return len(e.words) >= 12 && alike(message, e.words)
}

// onPrinter says what a number of Entra ID becomes on the printer.
func (e *explainer) onPrinter(aadsts int) {
	kind, known := oauth.Meaning(aadsts)
	if !known {
		return
	}
	texts := e.model.Texts(locale.English)
	for _, row := range e.model.Outcomes {
		if row.Kind != string(kind) {
			continue
		}
		if row.SignIn != "" {
			e.line("on the printer, at sign-in: %s", texts.Text(row.SignIn))
		}
		if row.Code != "" {
			e.line("on the printer, at sending: %s %s", row.Code, texts.Text(row.StatusID()))
			e.line("what to do: %s", texts.Text(row.SolutionID()))
		}
	}
}

// aadstsWords looks words up in the catalogue of Entra ID if nothing else knows them.
func (e *explainer) aadstsWords() {
	if e.found || len(strings.Fields(e.words)) < 2 && !strings.Contains(e.words, "_") {
		return
	}
	for _, row := range fakeentra.Catalogue().Search(e.words) {
		if row.Code == 0 {
			continue
		}
		e.section("AADSTS%d: %s", row.Code, row.Text)
		e.line("where: %s", row.Where)
		e.line("how sure: %s, %s", certainty(row.Tag), row.Source)
	}
}

// certainty spells out the marks that wire texts carry.
func certainty(mark string) string {
	switch mark {
	case "C", "T":
		return "captured"
	case "D":
		return "documented"
	case "R":
		return "reported"
	case "I":
		return "inferred by us"
	default:
		return mark
	}
}

var replyCode = regexp.MustCompile(`^(?:([245][0-9]{2})(?:[ -]|$))?([245]\.[0-9]{1,3}\.[0-9]{1,3})?(?:\s|$)`)

// smtp explains a reply of the mail server: its code, its enhanced status code, or both, and words of it; or words
// alone.
func (e *explainer) smtp() {
	match := replyCode.FindStringSubmatch(e.words)
	if match == nil || match[1] == "" && match[2] == "" {
		match = []string{"", "", ""}
	}
	rest := strings.TrimSpace(e.words[len(match[0]):])
	for _, row := range fakesmtp.Replies() {
		text := strings.ReplaceAll(row.Text, "\n", " / ")
		if match[0] == "" && !e.isTextOf(row.Text) || match[1] != "" && fmt.Sprint(row.Code) != match[1] ||
			match[2] != "" && !strings.HasPrefix(row.Text, match[2]+" ") ||
			rest != "" && !alike(row.Text, rest) {
			continue
		}
		e.section("%d %s", row.Code, text)
		e.line("the mail server's answer to: %s (%s)", row.Event, row.Profile)
		e.line("how sure: %s, %s", certainty(string(row.Mark)), row.Source)
		e.shownWhere(func(step string) bool { return asksForReply(step, row) })
	}
}

var quoted = regexp.MustCompile(`^wire shows smtp '([^']*)'`)

// asksForReply reports whether a step looks for this reply, in words that no other reply has.
func asksForReply(step string, wanted fakesmtp.Reply) bool {
	match := quoted.FindStringSubmatch(step)
	if match == nil || !has(wanted, match[1]) {
		return false
	}
	for _, row := range fakesmtp.Replies() {
		if row.Text != wanted.Text && has(row, match[1]) {
			return false
		}
	}
	return true
}

func has(row fakesmtp.Reply, words string) bool {
	return alike(fmt.Sprintf("%d %s", row.Code, row.Text), words)
}

// alike reports whether a reply's text has the words, apart from what is filled in.
func alike(text, words string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(words))
}

// message explains words that the printer shows, in any of its languages.
func (e *explainer) message() {
	wanted := choice.Normalize(e.words)
	if len([]rune(wanted)) < 4 || threeDigits.MatchString(wanted) {
		return
	}
	for _, id := range e.model.Tables().IDs() {
		if strings.HasPrefix(id, "label.") {
			continue
		}
		for _, language := range e.model.Tables().Languages() {
			text := e.model.Texts(language).Format(id, nil)
			if !strings.HasPrefix(choice.Normalize(text), wanted) {
				continue
			}
			e.explainMessage(id, text)
			break
		}
	}
}

func (e *explainer) explainMessage(id, text string) {
	e.section("'%s'", text)
	english := e.model.Texts(locale.English)
	if words := english.Format(id, nil); words != text {
		e.line("in English: %s", words)
	}
	e.line("the printer's message %s%s", id, e.sourceOf(id))
	var causes, codes []string
	for _, row := range e.model.Outcomes {
		if slices.Contains([]string{row.PanelID(), row.StatusID(), row.SignIn, row.Test, row.Cloud}, id) {
			causes = append(causes, spaced(row.Kind))
			if row.Code != "" && !slices.Contains(codes, row.Code) {
				codes = append(codes, row.Code)
			}
		}
	}
	if len(causes) > 0 {
		e.line("causes: %s", strings.Join(causes, "; "))
	}
	for _, code := range codes {
		e.line("job history: %s %s", code, english.Text("code."+code+".status"))
		e.line("what to do: %s", english.Text("code."+code+".solution"))
	}
	e.shown("@"+id, english.Format(id, nil))
}

func (e *explainer) sourceOf(id string) string {
	if source := e.model.Tables().Source(id); source != "" {
		return " (" + source + ")"
	}
	return ""
}
