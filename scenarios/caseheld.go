package scenarios

import "strings"

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

// Account is the account with which the printer of the case signs in first; else the first that the case has. It stands
// for the account of whoever asks. Empty: the case has none.
func (c *Case) Account() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	first := ""
	for _, l := range c.play.linesOf() {
		words := c.words(l)
		if len(words) < 2 {
			continue
		}
		signsIn := words[1] == "sign-in" && (words[0] == "printer" || words[0] == "browser")
		switch {
		case signsIn && len(words) > 2 && strings.Contains(words[2], "@"):
			return words[2]
		case words[0] == "user" && first == "":
			first = words[1]
		}
	}
	return first
}
