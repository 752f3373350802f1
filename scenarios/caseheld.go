package scenarios

import (
	"cmp"
	"strings"
)

// held says of what was seen to hold, such as that no mail came, until when it did: what comes later makes it untrue.
func (c *Case) held() {
	for k := range c.parts {
		p := &c.parts[k]
		for i := range p.Steps {
			step, l := &p.Steps[i], p.lines[i]
			if !step.Done || !step.Besides || !step.Until.IsZero() || l.words[0] == "memory" {
				continue
			}
			if !c.play.holds(l) {
				step.Until = c.play.lab.World.Now()
			}
		}
	}
}

// Accounts are those that stand for the accounts of whoever asks: the first with which the printer of the case signs in
// to send email, or the first that the case has, and the first with which its fax server does. Empty: there is none.
func (c *Case) Accounts() (email, fax string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	first, atFax := "", false
	for _, l := range c.play.linesOf() {
		words := c.words(l)
		if len(words) < 2 {
			continue
		}
		if words[0] == "webconfig" && words[1] == "open" && len(words) > 2 {
			atFax = strings.HasPrefix(words[2], "Fax >")
		}
		signsIn := words[1] == "sign-in" && (words[0] == "printer" || words[0] == "browser")
		forFax := words[0] == "browser" && atFax || words[len(words)-1] == "fax"
		switch {
		case signsIn && len(words) > 2 && strings.Contains(words[2], "@") && forFax:
			fax = cmp.Or(fax, words[2])
		case signsIn && len(words) > 2 && strings.Contains(words[2], "@"):
			email = cmp.Or(email, words[2])
		case words[0] == "user":
			first = cmp.Or(first, words[1])
		}
	}
	if email == "" && fax == "" {
		email = first
	}
	return email, fax
}
