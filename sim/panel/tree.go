package panel

import (
	"fmt"

	"mfpsim/sim/locale"
	"mfpsim/sim/models"
)

// item is a place of the model's menu: a screen, or a list of keys that lead on. All printers of a model share it.
type item models.MenuItem

// home is the home screen: the keys of the model's menu.
func home(menu []models.MenuItem) *item { return &item{Label: "home", Items: menu} }

// id is the message id of the key that leads to the item.
func (i *item) id() string { return locale.LabelID(i.Label) }

// child returns an item of the list.
func (i *item) child(n int) *item { return (*item)(&i.Items[n]) }

// check returns an error if not all screens of the menu are known.
func (i *item) check(known map[string]view) error {
	if _, found := known[i.Screen]; !found && i.Screen != "" {
		return fmt.Errorf("the panel knows no screen %q", i.Screen)
	}
	for n := range i.Items {
		if err := i.child(n).check(known); err != nil {
			return err
		}
	}
	return nil
}

// children are the keys of the screen that is open: some are there for users only.
func (p *Panel) children() []*item {
	var shown []*item
	for n := range p.top().Items {
		if child := p.top().child(n); !child.Users || p.who != nil {
			shown = append(shown, child)
		}
	}
	return shown
}

// find returns the way to the first item that shows a screen, from below this one.
func (i *item) find(screen string) []*item {
	for n := range i.Items {
		child := i.child(n)
		if child.Screen == screen {
			return []*item{child}
		}
		if way := child.find(screen); way != nil {
			return append([]*item{child}, way...)
		}
	}
	return nil
}
