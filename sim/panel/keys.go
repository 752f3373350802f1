package panel

import (
	"slices"
	"strings"

	"mfpsim/choice"
	"mfpsim/screen"
	"mfpsim/sim/locale"
	"mfpsim/sim/models"
)

// key is something to press.
type key struct {
	screen.Key        // what it looks like; its label where it has no id
	id         string // message id of its words
	english    string // words that name it too; empty: none
	press      func(p *Panel, a *act) error
}

// labeled is a key whose words are those of a message id.
func labeled(id string, role screen.Role, icon string, press func(p *Panel, a *act) error) key {
	return key{Key: screen.Key{Role: role, Icon: icon}, id: id, press: press}
}

// opens is a key that opens a screen which is no item of the menu.
func opens(id string, role screen.Role, icon string, to page) key {
	return labeled(id, role, icon, func(p *Panel, _ *act) error { p.above = append(p.above, to); return nil })
}

// keys are what can be pressed now, in the order of the screen.
func (p *Panel) keys() []key {
	texts := p.machine.Texts()
	var keys []key
	if p.dark || p.asleep() {
		keys = append(keys, labeled("touch-to-wake", screen.Wake, "", func(*Panel, *act) error { return nil }))
	}
	switch {
	case p.job != 0:
		keys = append(keys, labeled("label.cancel", screen.Cancel, "x", func(p *Panel, a *act) error {
			p.machine.CancelJob(a.ctx, p.job)
			return nil
		}))
	case p.message.id != "":
		keys = append(keys, labeled("label.ok", screen.Main, "", func(p *Panel, _ *act) error {
			p.message = notice{}
			return nil
		}))
		if p.detailed() {
			keys = append(keys, labeled("label.details", screen.Details, "", func(p *Panel, _ *act) error {
				p.above = append(p.above, &jobDetail{p.message.receipt})
				p.message = notice{}
				return nil
			}))
		}
	case p.sub() != nil:
		keys = append(keys, p.sub().keys(p, texts)...)
	default:
		for _, child := range p.children() {
			keys = append(keys, labeled(child.id(), screen.Item, child.Icon, func(p *Panel, _ *act) error {
				return p.enterItem(child)
			}))
		}
		for n, id := range p.shown().tabs {
			keys = append(keys, labeled(id, screen.Item, "", func(p *Panel, _ *act) error { p.tab = n; return nil }))
		}
		if own := p.shown().keys; own != nil {
			keys = append(keys, own(p, texts)...)
		}
	}
	return append(keys, p.frame()...)
}

// frame are the keys of the status bar and of the casing.
func (p *Panel) frame() []key {
	var keys []key
	if p.who != nil {
		keys = append(keys, labeled("label.log-off", screen.LogOff, "", func(p *Panel, _ *act) error {
			p.logOut()
			return nil
		}))
	}
	switch {
	case p.admin && p.who != nil: // he is one by himself
	case p.admin:
		keys = append(keys, labeled("label.log-out", screen.LogOut, "unlock", func(p *Panel, _ *act) error {
			p.logOut()
			return nil
		}))
	case p.padlock() && p.job == 0 && p.message.id == "" && p.keyboard() == nil:
		keys = append(keys, labeled("label.padlock", screen.LogIn, "lock", func(p *Panel, _ *act) error {
			p.above = append(p.above, p.askPassword())
			return nil
		}))
	}
	if (len(p.open) > 1 || len(p.above) > 0) && p.job == 0 && p.message.id == "" {
		keys = append(keys, labeled("label.back", screen.Back, "back", func(p *Panel, _ *act) error {
			p.back()
			return nil
		}))
	}
	if len(p.open) > 1 || p.covered() {
		keys = append(keys, labeled("label.home", screen.GoHome, "home", func(p *Panel, _ *act) error {
			p.home()
			return nil
		}))
	}
	return append(keys, labeled("label.stop", screen.Stop, "stop", func(p *Panel, a *act) error {
		p.stop(a)
		return nil
	}))
}

// padlock reports whether the icon is shown: nobody is logged in as administrator, and Lock Setting or the users'
// log-in keeps something for her.
func (p *Panel) padlock() bool { return !p.admin && (p.machine.Locked() || p.closedToAll()) }

// detailed reports whether the message is about a job that failed, whose details can be looked at.
func (p *Panel) detailed() bool {
	job, ok := p.jobOf(p.message.receipt)
	return ok && job.Code != ""
}

// label is one step of a path.
func label(words string) string { return strings.TrimSpace(words) }

// find returns the key that words name: the one on which they stand, else the one whose English words they are. The
// first match counts: a Greek label can name two keys, and own keys come before those of the frame.
func (p *Panel) find(words string) (found key, ok bool) {
	texts, wanted := p.machine.Texts(), choice.Normalize(words)
	keys := p.keys()
	for _, k := range keys {
		if choice.Normalize(k.words(texts)) == wanted {
			return k, true
		}
	}
	for _, k := range keys {
		if k.id != "" && texts.Is(words, k.id) || k.english != "" && choice.Normalize(k.english) == wanted {
			return k, true
		}
	}
	return key{}, false
}

// words are what is written on the key.
func (k key) words(texts *locale.Texts) string {
	if k.id == "" {
		return k.Label
	}
	return texts.Text(k.id)
}

func (p *Panel) shows(words string) bool {
	_, ok := p.find(words)
	return ok
}

func (p *Panel) atHome(words string) bool {
	return slices.ContainsFunc(p.root.Items, func(i models.MenuItem) bool {
		return p.machine.Texts().Is(words, locale.LabelID(i.Label))
	})
}

func (p *Panel) press(words string, a *act) error {
	p.settle()
	k, ok := p.find(words)
	if !ok {
		return &choice.Error{What: "key", Wanted: words, Present: p.show().Labels()}
	}
	return k.press(p, a)
}
