package lab

import "errors"

// Trouble says what is wrong with devices as such, whatever they were asked for: one in another process that was lost,
// or that does not keep to the turns that it is lent. Nil: nothing is. What happened on the bench proves nothing then.
func (l *Lab) Trouble() error {
	l.mu.Lock()
	printers := l.printers
	l.mu.Unlock()
	var found error
	for _, p := range printers {
		if troubled, can := p.made.(interface{ Trouble() error }); can {
			found = errors.Join(found, troubled.Trouble())
		}
	}
	return found
}
