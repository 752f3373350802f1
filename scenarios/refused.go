package scenarios

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"mfpsim/journal"
	"mfpsim/screen"
	"mfpsim/sentences"
)

// An act whose answer was a refusal is not done: it ticks no step, and is told as tried. Where a case goes on with the
// very refusal, it is done.

// Acts of didAct that are told apart by how they end.
const (
	logInWrong      = "log-in wrong"
	signInCancelled = "sign-in cancelled"
)

// signInEnds is on Microsoft's page that says that somebody has signed in. What stands before it may still be refused.
var signInEnds = regexp.MustCompile(`data-page="done"`)

// act is the second word of a line, with how the act is to end.
func (l line) act() string {
	switch {
	case len(l.words) < 2:
		return ""
	case l.words[1] == "log-in" && isWrong(l.words):
		return logInWrong
	case l.words[1] == "sign-in" && slices.Contains(l.words, "consent=cancel"):
		return signInCancelled
	}
	return l.words[1]
}

// unseen reports whether a line leaves no trace on a bench that a person plays at: who closes a page tells nobody.
func (l line) unseen() bool {
	return slices.Contains([]string{"browser close", "webconfig leave"}, l.words[0]+" "+l.act())
}

// isWrong reports whether the words of a line say that something wrong is typed.
func isWrong(words []string) bool { return len(words) > 2 && words[len(words)-1] == "wrong" }

// unanswered is a form of Web Config that was sent.
type unanswered struct {
	number int      // of its entry
	fields bool     // it has something to type or to choose; a form without only starts something, which may go wrong
	before []string // what the page with it said to be wrong
}

// heard takes in what else than pages says that something was refused: the panel, and Microsoft.
func (w *writer) heard(e journal.Entry) {
	switch line := e.Detail[DetailLine]; {
	case e.Screen != nil && e.Party == w.r.play.printer:
		w.panel = e.Screen
	case strings.HasPrefix(line, "panel log-in") && isWrong(wordsOfLine(line)):
		w.refuse(e.Number, messageOn(w.panel))
	case e.Party != "entra" && e.Party != w.r.play.printer || fromDevice(e.Connection):
	case refusesForm(e):
		w.refuse(e.Number, "")
	}
}

// refusesForm reports whether an entry is the refusal of a form.
func refusesForm(e journal.Entry) bool {
	return e.Kind == journal.KindHTTP && e.HTTP != nil && e.HTTP.Method == "POST" && sentences.Refuses(e)
}

func (w *writer) refuse(number int, says string) {
	if w.refusals == nil {
		w.refusals = map[int]string{}
	}
	w.refusals[number] = says
}

// answered takes in the page that a form has led to: one that marks a field, or that says for the first time that
// something is wrong and nothing that was done, refuses it.
func (w *writer) answered(page shownPage, status int) {
	sent := w.unanswered
	if sent == nil {
		return
	}
	w.unanswered = nil
	first := slices.ContainsFunc(page.alerts, func(text string) bool { return !slices.Contains(sent.before, text) })
	if status >= 400 || page.invalid || sent.fields && first && !page.done {
		w.refuse(sent.number, strings.Join(page.alerts, " "))
	}
}

// stands reports whether what the record shows at an entry was done: its answer has come, and is no refusal, or the one
// with which the case goes on.
func (p *play) stands(l line, number int) bool {
	p.readDeeds()
	w := p.deeds.w
	says, refused := w.refusals[number]
	switch {
	case w.unanswered != nil && w.unanswered.number == number:
		return false
	case !refused:
		return true
	}
	return p.goesOnWith(l, says)
}

// goesOnWith reports whether a case looks for a refusal right behind an act, and finds it: in what was said, or, of
// Microsoft's page, on the page itself.
func (p *play) goesOnWith(l line, says string) bool {
	if isWrong(l.words) {
		return true
	}
	c, click := &Case{play: p}, line{words: []string{l.words[0], "click"}}
	inForm := l.isOfForm(click) // what is filled in goes with the button
	for _, next := range p.linesOf() {
		switch {
		case next.number <= l.number:
		case inForm && next.words[0] == l.words[0] && (next.isOfForm(click) || next.act() == "click"):
			inForm = next.act() != "click"
		case !next.looks():
			return false
		case next.not || next.words[0] != l.words[0]:
		case l.words[0] == "browser":
			if p.holds(next) {
				return true
			}
		default:
			for _, words := range c.inWords(c.words(next)) {
				if says != "" && strings.Contains(plain(says), plain(words)) {
					return true
				}
			}
		}
	}
	return false
}

// ofSessions are acts on the panel that begin or end that somebody is known there.
var ofSessions = []string{"log-in", logInWrong, "log-out", "sign-in", signInCancelled}

// didOnPanel reports whether the record shows, after a part has begun, that somebody has logged in or out on the panel,
// or signed in on a page there, as a line says. The second line that says the same takes two of them.
func (p *play) didOnPanel(of *part, i int) bool {
	l := of.lines[i]
	wanted, found := 0, 0
	who := func(words []string) []string { return words[:min(len(words), 3)] } // what he consents to does not count
	for k, step := range of.Steps[:i+1] {
		if !of.wasEarly(k) && of.lines[k].act() == l.act() && slices.Equal(who(step.Words), who(of.Steps[i].Words)) {
			wanted++
		}
	}
	p.readDeeds()
	right := func(words []string) []string {
		return slices.DeleteFunc(slices.Clone(words), func(w string) bool { return w == "wrong" })
	}
	for _, done := range p.deeds.done { // a log-in that was refused, where the case wants just that
		_, refused := p.deeds.w.refusals[done.number]
		if refused && done.number > of.from && l.words[1] == "log-in" &&
			samePlain(right(done.words), right(of.Steps[i].Words)) && p.stands(l, done.number) {
			found++
		}
	}
	asked := 0 // to log out, whoever was logged in
	for _, done := range p.deeds.done {
		if done.number > of.from && l.act() == "log-out" && samePlain(done.words, of.Steps[i].Words) {
			asked++
		}
	}
	name, known := p.nameOfUser(of.Steps[i].Words[2:])
	var s panelSession
	for _, e := range p.lab.Journal.Since(0) {
		s.hear(e, p.printer)
		if e.Number > of.from {
			found += s.ended(l, name, known, p)
		}
	}
	if shown := p.panelNow(); shown != nil {
		s.hear(journal.Entry{Party: p.printer, Screen: shown}, p.printer)
		found += s.ended(l, name, known, p)
	}
	return max(found, asked) >= wanted
}

// panelNow is what the panel shows; nil: nothing, or text alone.
func (p *play) panelNow() *screen.Screen {
	d, err := p.device()
	if err != nil {
		return nil
	}
	shown, err := d.Panel().Screen(context.Background()) // a look, which needs no turn
	if err != nil {
		return nil
	}
	return shown.Data
}

// nameOfUser is what a user is called whom the words of a log-in name by ID or number; false: there is none.
func (p *play) nameOfUser(words []string) (string, bool) {
	d, err := p.device()
	if err != nil || len(words) == 0 {
		return "", false
	}
	users, err := d.Users(context.Background())
	if err != nil {
		return "", false
	}
	for _, u := range users.Users {
		if strings.EqualFold(u.ID, words[0]) || words[0] == "number="+u.Number {
			return u.Name, true
		}
	}
	return "", false
}

// panelSession follows the screens of a panel: who is logged in, and how a page of the email service ended there.
type panelSession struct {
	user   string // name of the user who is logged in
	admin  bool   // an administrator is logged in, by the padlock
	onPage bool   // a page of the email service is open
	token  bool   // a token came while it was

	began, left bool   // by the screen that was heard last somebody has logged in, or has logged out
	signed      bool   // by it a page has ended, with a token
	refusal     string // by it a page has ended, with this message
}

func (s *panelSession) hear(e journal.Entry, printer string) {
	s.began, s.left, s.signed, s.refusal = false, false, false, ""
	if e.Party == "entra" && e.HTTP != nil && e.HTTP.Status == 200 &&
		strings.Contains(e.HTTP.RequestBody.String(), "authorization_code") {
		s.token = s.onPage
	}
	shown := e.Screen
	if shown == nil || e.Party != printer {
		return
	}
	user, admin := shown.Bar.User, false
	for _, key := range shown.Keys {
		admin = admin || key.Role == screen.LogOut
	}
	s.began = user != "" && user != s.user || admin && !s.admin
	s.left = user == "" && !admin && (s.user != "" || s.admin)
	s.user, s.admin = user, admin
	switch {
	case shown.Kind == screen.Page:
		s.token = s.token && s.onPage
		s.onPage = true
	case !s.onPage, shown.Kind == screen.Keyboard, shown.Progress != nil:
	default:
		s.refusal = messageOn(shown)
		s.signed = s.refusal == "" && s.token
		s.onPage, s.token = false, false
	}
}

// messageOn is the message on a screen that something is wrong; empty: it has none.
func messageOn(shown *screen.Screen) string {
	if shown == nil || shown.Message == nil || shown.Message.Tone == screen.Good {
		return ""
	}
	return shown.Message.Text
}

// ended is 1 if what was heard last is what a line says.
func (s *panelSession) ended(l line, name string, known bool, p *play) int {
	is := false
	switch l.act() {
	case "log-in":
		is = s.began && (known && s.user == name || !known && s.admin)
	case "log-out":
		is = s.left
	case "sign-in":
		is = s.signed || s.refusal != "" && p.goesOnWith(l, s.refusal)
	case signInCancelled:
		is = s.refusal != ""
	}
	if is {
		return 1
	}
	return 0
}
