package scenarios

import (
	"regexp"
	"slices"
	"strings"

	"mfpsim/choice"
	"mfpsim/device"
	"mfpsim/guide"
)

// common are the cases that support desks meet most, the most common first. The order is ours.
var common = []string{
	"trouble/sign-in-not-saved",
	"trouble/expired-by-disuse",
	"trouble/smtp-auth-disabled",
	"entra/password-changed",
	"trouble/conditional-access-block",
	"exchange/security-defaults-left-on",
	"exchange/sender-is-not-the-account",
	"entra/sessions-revoked",
	"entra/mfa-demanded-later",
	"entra/account-disabled",
	"entra/managed-policy-turns-on",
	"entra/role-not-sufficient",
	"trouble/code-not-entered",
	"entra/consent-withdrawn",
	"exchange/smtp-auth-for-another-mailbox",
	"exchange/mailbox-full",
	"trouble/attachment-too-large",
	"entra/wrong-password",
	"trouble/ninety-one-days-switched-off",
	"trouble/sign-in-lost-by-power-off",
}

// Common are the ids of the cases that support desks meet most, the most common first.
func Common() []string { return slices.Clone(common) }

// Found is a scenario that shows what somebody reads.
type Found struct {
	Scenario Scenario
	By       []string // what was recognized: a code, a number, a message, a chapter's title
	score    int
}

// What is recognized in a text by its form.
var (
	jobCode    = regexp.MustCompile(`\b[0-9]{3}\b`)
	entraError = regexp.MustCompile(`(?i)\b(?:AADSTS)?([0-9]{5,8})\b`)
	replyText  = regexp.MustCompile(`\b[245]\.[0-9]{1,3}\.[0-9]{1,3}\b`)
)

// shortest is how long a message must be, in letters, to be recognized within what was pasted.
const shortest = 8

// sign is something that was recognized, and how steps write it.
type sign struct {
	name  string
	weigh int
	in    func(step string) bool
}

// Reading finds the scenarios that show what somebody reads or was told: a code, an AADSTS number, a reply, a message
// in any language of the guide or of the words, a chapter's title; else those that have the most of its words. The best
// are first; at most so many.
func Reading(all []Scenario, text string, words []device.Words, most int) []Found {
	signs := signsOf(text, words)
	var found []Found
	for _, s := range all {
		if s.HandoverLine() == 0 {
			continue
		}
		if f := s.read(signs, text); f.score > 0 {
			found = append(found, f)
		}
	}
	slices.SortStableFunc(found, func(a, b Found) int { return b.score - a.score })
	return found[:min(len(found), most)]
}

func signsOf(text string, words []device.Words) []sign {
	var signs []sign
	whole := func(word string) func(string) bool {
		at := regexp.MustCompile(`(^|[^0-9A-Za-z.])` + regexp.QuoteMeta(word) + `($|[^0-9])`)
		return at.MatchString
	}
	for _, code := range jobCode.FindAllString(text, -1) {
		in := whole(code)
		signs = append(
			signs,
			sign{code, 40, func(step string) bool { return strings.HasPrefix(step, "jobs ") && in(step) }},
		)
	}
	for _, m := range entraError.FindAllStringSubmatch(text, -1) {
		number := regexp.MustCompile(`(AADSTS|\b)` + m[1] + `\b`)
		signs = append(signs, sign{"AADSTS" + m[1], 40, number.MatchString})
	}
	for _, reply := range replyText.FindAllString(text, -1) {
		signs = append(signs, sign{reply, 40, whole(reply)})
	}
	read := choice.Normalize(text)
	message := func(name, said string, ids ...string) {
		said = choice.Normalize(said)
		if len([]rune(said)) < shortest || len([]rune(read)) < shortest ||
			!strings.Contains(read, said) && !strings.Contains(said, read) ||
			slices.ContainsFunc(signs, func(s sign) bool { return s.name == name }) {
			return
		}
		signs = append(signs, sign{name, 30, func(step string) bool {
			step = choice.Normalize(step)
			return slices.ContainsFunc(
				ids,
				func(id string) bool { return id != "" && strings.Contains(step, choice.Normalize(id)) },
			)
		}})
	}
	for _, language := range guide.Languages() {
		for code, says := range guide.Codes(language) {
			for _, sentence := range []string{says.Status, says.Solution} {
				message(code, sentence, " "+code, sentence)
			}
		}
		if m1, ok := guide.Message(language, "M1"); ok {
			inEnglish, _ := guide.Message(english, "M1")
			message("M1", m1, "@M1", inEnglish)
		}
	}
	for _, w := range words {
		for id, says := range w.Messages {
			code, isCode := strings.CutPrefix(id, "code.")
			if isCode {
				code, _, _ = strings.Cut(code, ".")
				message(code, says, " "+code)
				continue
			}
			message(id, says, "@"+id+" ", "@"+id+"'", inEnglish(words, id))
		}
	}
	return signs
}

func inEnglish(words []device.Words, id string) string {
	for _, w := range words {
		if w.Language == english {
			return w.Messages[id]
		}
	}
	return ""
}

// read says how well a scenario fits.
func (s Scenario) read(signs []sign, text string) Found {
	f := Found{Scenario: s}
	handover := s.HandoverLine()
	lines, err := s.lines()
	if err != nil {
		return f
	}
	for _, sign := range signs {
		best := 0
		looked := 0
		for _, l := range lines {
			if l.number < handover || !l.looks() || l.not {
				continue
			}
			looked++
			if sign.in(l.text + " ") {
				best = max(best, sign.weigh+20-min(looked, 20))
			}
		}
		if best > 0 {
			f.score += best
			f.By = append(f.By, sign.name)
		}
	}
	read := choice.Normalize(text)
	for _, language := range guide.Languages() {
		if _, title := s.Chapter(
			language,
		); len([]rune(read)) >= shortest &&
			strings.Contains(read, choice.Normalize(title)) {
			f.score += 25
			f.By = append(f.By, title)
		}
		title, in := s.TitleIn(language)
		own := choice.Normalize(title)
		if in == language && len([]rune(read)) >= shortest &&
			(strings.Contains(own, read) || strings.Contains(read, own)) {
			f.score += 1000 // its title, or the beginning of it
			f.By = append(f.By, title)
		}
	}
	if f.score > 0 || len(signs) == 0 {
		shared, wanted := 0, pieces(text)
		for word := range pieces(s.Title + " " + strings.Join(comments(s.Text), " ")) {
			if wanted[word] && len([]rune(word)) > 3 {
				shared++
			}
		}
		if f.score > 0 || shared > 1 {
			f.score += 2 * shared
		}
		if at := slices.Index(common, s.ID); f.score > 0 && at >= 0 {
			f.score += 2*len(common) - at
		}
		if f.score > 0 && strings.HasPrefix(s.ID, "fax/") && !wanted["fax"] {
			f.score -= 15
		}
	}
	f.score = max(f.score, 0)
	return f
}

// comments are the # sentences of a scenario.
func comments(text string) []string {
	var said []string
	for _, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, "-- ") {
			break
		}
		if sentence, is := strings.CutPrefix(
			line,
			"# ",
		); is &&
			!strings.Contains(strings.SplitN(sentence, " ", 2)[0], ":") {
			said = append(said, sentence)
		}
	}
	return said
}
