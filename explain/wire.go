package explain

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"mfpsim/core/oauth"
	"mfpsim/core/outcome"
	"mfpsim/fakeentra"
	"mfpsim/fakesmtp"
)

// What is recognized by its form.
var (
	codeForm     = regexp.MustCompile(`(?i)\b(?:[0-9]{3}|SI[0-9]{2})\b`)
	entraForm    = regexp.MustCompile(`(?i)\b(AADSTS)?([0-9]{5,8})\b`)
	wordForm     = regexp.MustCompile(`\b[a-z]+(?:_[a-z]+)+\b`)
	enhancedForm = regexp.MustCompile(`(?:\b([245][0-9]{2})[ \-]+)?\b([245]\.[0-9]{1,3}\.[0-9]{1,3})\b`)
	replyForm    = regexp.MustCompile(`^\W*([245][0-9]{2})(?:[ \-]|\W*$)`)
	serverForm   = regexp.MustCompile(`\b[A-Z]{3}[0-9]\b`) // PRX4
	ruleForm     = regexp.MustCompile(`\bR[0-9]{1,2}b?\b`)
	chapterForm  = regexp.MustCompile(`(?i)(?:chapter|κεφάλαιο|अध्याय)\s*([0-9][a-d]?)(?:[^0-9a-z]|$)`)
)

// Certainty spells out the marks that wire texts carry.
func Certainty(mark string) string {
	switch mark {
	case "C", "T":
		return "captured"
	case "D":
		return "documented"
	case "R":
		return "reported"
	case "I":
		return "inferred by us"
	}
	return mark
}

// certainties are the headings for how sure a text is, by how its source begins.
var certainties = []struct{ source, heading string }{
	{"of the guide", "sure-pieced"},
	{"guide", "sure-guide"},
	{"recalled", "sure-recalled"},
	{"ours", "sure-ours"},
	{"the model", "sure-model"},
	{"the device", "sure-device"},
	{"captured", "sure-captured"},
	{"documented", "sure-documented"},
	{"reported", "sure-reported"},
	{"inferred", "sure-inferred"},
}

// sure says in words of a language how sure a text is. A source of somebody's own files is told as it stands; a text
// without one is, by the section of the message files that it stands in, recalled or ours.
func sure(language, source string) string {
	if source == "" {
		return heading(language, "sure-unmarked")
	}
	for _, row := range certainties {
		if strings.HasPrefix(source, row.source) {
			return heading(language, row.heading)
		}
	}
	return source
}

// sourced tells how sure a text of a cloud is, and from where it is known.
func (i *Item) sourced(language, mark, source string) {
	i.fact(language, "certainty", sure(language, Certainty(mark)))
	i.fact(language, "source", source)
}

// entra finds answers of Entra ID: by number, by a part of their sentence, or, if nothing else is known, by a word.
func (q *question) entra() {
	numbers := map[string]bool{}
	for _, m := range entraForm.FindAllStringSubmatch(q.text, -1) {
		numbers[m[2]] = true
		found := false
		for _, row := range fakeentra.Catalogue() {
			if strconv.Itoa(row.Code) == m[2] {
				found = true
				q.entraRow(row.Code, row.Text, row.Word+" "+row.Suberror, row.Status, row.Where, row.Tag, row.Source)
			}
		}
		if found {
			q.used(m[0])
		} else if m[1] != "" {
			q.unknownNumbers = append(q.unknownNumbers, m[2])
		}
	}
	if len(numbers) > 0 {
		return
	}
	for _, row := range fakeentra.Catalogue() {
		if row.Code != 0 && q.isPartOf(row.Text) {
			q.entraRow(row.Code, row.Text, row.Word+" "+row.Suberror, row.Status, row.Where, row.Tag, row.Source)
		}
	}
	if len(q.answer.Items) > 0 {
		return
	}
	for _, word := range wordForm.FindAllString(q.text, -1) {
		for _, row := range fakeentra.Catalogue().Search(word) {
			if row.Code != 0 {
				q.entraRow(row.Code, row.Text, row.Word+" "+row.Suberror, row.Status, row.Where, row.Tag, row.Source)
			}
		}
		q.used(word)
	}
}

func (q *question) entraRow(number int, text, word string, status int, where, tag, source string) {
	item := q.item("entra", fmt.Sprintf("AADSTS%d", number), text)
	if word = strings.TrimSpace(word); word != "" {
		item.fact(q.language, "on-the-wire", fmt.Sprintf("the token endpoint says %s with status %d", word, status))
	}
	item.fact(q.language, "at", where)
	item.Causes = causesOf(func(r causeRow) bool { return slices.Contains(r.AADSTS, number) })
	if kind, known := oauth.Meaning(number); known {
		q.onPrinter(item, kind)
		if len(item.Causes) == 0 {
			item.Causes = causesOfKinds([]outcome.Kind{kind})
		}
	}
	if len(item.Causes) > 0 {
		item.fact(q.language, "what-to-do", remedyOf(item.Causes[0], q.language))
	}
	item.sourced(q.language, tag, source)
	item.Shown = shown(q.scenarios, item.Name, strconv.Itoa(number))
}

// onPrinter says what an outcome becomes on the printer.
func (q *question) onPrinter(item *Item, kind outcome.Kind) {
	for _, row := range q.known.standard.Outcomes {
		if row.Kind != string(kind) {
			continue
		}
		if row.SignIn != "" {
			item.fact(q.language, "on-printer", q.known.of(row.SignIn, q.language))
		}
		if row.Code != "" {
			says := row.Code + " " + q.known.of(row.StatusID(), q.language)
			item.fact(q.language, "on-printer", strings.TrimSpace(says+" "+q.known.of(row.SolutionID(), q.language)))
		}
	}
}

// reply finds answers of the mail server, by code, by enhanced status code, or by words of them; and reports.
func (q *question) reply() {
	wanted := enhancedForm.FindAllStringSubmatch(q.text, -1)
	if len(wanted) == 0 {
		if m := replyForm.FindStringSubmatch(q.text); m != nil && len(q.known.usedBy[m[1]]) == 0 {
			wanted = [][]string{{m[1], m[1], ""}}
		}
	}
	for _, m := range wanted {
		var rows []fakesmtp.Reply
		for _, row := range fakesmtp.Replies() {
			if (m[1] == "" || strconv.Itoa(row.Code) == m[1]) &&
				(m[2] == "" || strings.HasPrefix(row.Text, m[2]+" ")) {
				rows = append(rows, row)
			}
		}
		// Where words stand beside the code, those that have them.
		var narrow []fakesmtp.Reply
		for _, row := range rows {
			if q.hasWordsOf(row, m[0]) {
				narrow = append(narrow, row)
			}
		}
		if len(narrow) > 0 {
			rows = narrow
		}
		for _, row := range rows {
			q.replyRow(row)
		}
		for _, report := range fakesmtp.Reports() {
			if string(report.Restriction) == m[2] {
				item := q.item("report", "550 "+m[2], report.Text)
				item.sourced(q.language, string(report.Mark), report.Source)
				item.Causes = causesOfReply(m[2], report.Text)
				item.Shown = shown(q.scenarios, "550 "+m[2], m[2])
			}
		}
		q.used(m[0])
	}
	if len(wanted) > 0 {
		return
	}
	for _, row := range fakesmtp.Replies() {
		named := slices.ContainsFunc(serverForm.FindAllString(q.text, -1), func(word string) bool {
			return slices.Contains(strings.Fields(row.Text), word)
		})
		if named || q.isPartOf(row.Text) {
			q.replyRow(row)
		}
	}
}

// hasWordsOf reports whether the rest of the question, without the code, is in a reply, or the reply in it.
func (q *question) hasWordsOf(row fakesmtp.Reply, code string) bool {
	rest := plain(strings.Replace(q.text, code, " ", 1))
	said := unfilled(strings.TrimLeft(row.Text, "0123456789. "))
	return letters(rest) >= 3 && within(said, rest) || letters(said) >= shortestPart && within(rest, said) ||
		prefixed(said, rest)
}

// prefixed reports whether what was typed is the beginning of a text, in the middle of a word.
func prefixed(text, typed string) bool {
	return letters(typed) >= shortestPart && strings.HasPrefix(text, typed)
}

func (q *question) replyRow(row fakesmtp.Reply) {
	text := strings.TrimSpace(strings.ReplaceAll(row.Text, "\n", " / "))
	item := q.item("reply", strconv.Itoa(row.Code), text)
	item.fact(q.language, "at", fmt.Sprintf("%s (%s)", row.Event, row.Profile))
	item.sourced(q.language, string(row.Mark), row.Source)
	code, _, _ := strings.Cut(row.Text, " ")
	item.Causes = causesOfReply(code, row.Text)
	item.Shown = shownWhere(q.scenarios, func(s step) bool { return asksForReply(s.text, row) })
}

// causesOfReply are those that name the enhanced status code, with words of the reply if they name any.
func causesOfReply(code, text string) []string {
	said := plain(text)
	return causesOf(func(r causeRow) bool {
		return slices.ContainsFunc(r.Replies, func(reply string) bool {
			of, words, _ := strings.Cut(reply, " ")
			return of == code && (words == "" || strings.Contains(said, plain(words)))
		})
	})
}

// unfilled is a cloud's sentence in its plain form, without what is filled in. The sentences are few and asked for
// often.
func unfilled(sentence string) string {
	if said, known := unfilledSentences.Load(sentence); known {
		return said.(string)
	}
	said := plain(braces.ReplaceAllString(sentence, " "))
	unfilledSentences.Store(sentence, said)
	return said
}

var unfilledSentences sync.Map // by sentence of a cloud's table

var braces = regexp.MustCompile(`\{[^}]*\}`)

// isPartOf reports whether the question is in a cloud's sentence or has all of it, and is enough of it to mean that
// one.
func (q *question) isPartOf(sentence string) bool {
	said := unfilled(sentence)
	for _, piece := range q.pieces {
		if letters(piece) >= 12 && (within(said, piece) || prefixed(said, piece)) ||
			letters(said) >= 12 && len(strings.Fields(said)) > 2 && within(piece, said) {
			return true
		}
	}
	return false
}
