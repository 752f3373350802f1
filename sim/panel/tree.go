package panel

import (
	"fmt"

	"mfpsim/sim/locale"
	"mfpsim/sim/models"
)

// item is a place of the model's menu: a screen, or the list of keys that lead on.
type item struct {
	screen
	label    string // message id; the key that leads here
	id       string // of the screen; empty for a list of keys
	locked   bool   // Lock Setting keeps it for administrators
	children []*item
}

// tree builds the home screen with everything below it.
func tree(menu []models.MenuItem) (*item, error) {
	children, err := items(menu)
	return &item{label: locale.LabelID("home"), children: children}, err
}

func items(menu []models.MenuItem) ([]*item, error) {
	var list []*item
	for _, entry := range menu {
		shown, known := screens[entry.Screen]
		if !known && entry.Screen != "" {
			return nil, fmt.Errorf("the panel knows no screen %q", entry.Screen)
		}
		children, err := items(entry.Items)
		if err != nil {
			return nil, err
		}
		list = append(list, &item{
			screen: shown, label: locale.LabelID(entry.Label), id: entry.Screen, locked: entry.Locked, children: children,
		})
	}
	return list, nil
}

// find returns the way to the first item that shows a screen, from below this one.
func (i *item) find(id string) []*item {
	for _, child := range i.children {
		if child.id == id {
			return []*item{child}
		}
		if way := child.find(id); way != nil {
			return append([]*item{child}, way...)
		}
	}
	return nil
}
