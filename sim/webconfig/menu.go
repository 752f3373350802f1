package webconfig

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"mfpsim/sim/models"
)

// place is a page that the program can show; whether a model has it, where in its menu and under what label is data of
// the model.
type place struct {
	address   string
	get, post func(*request)
	public    bool    // it shows and sets nothing, so a model may show it to everybody
	below     []place // pages that are reached from this one only
}

// places are all that there are, by the ids that models name.
var places = map[string]place{
	"product-status": {address: "/status/product", get: (*request).product, public: true},
	"network-status": {address: "/status/network", get: (*request).network, public: true},
	"job-history":    {address: "/status/jobs", get: (*request).jobs, public: true},
	"network":        {address: "/network", get: (*request).networkTab, public: true},
	"email-server":   {address: "/network/email-server", get: (*request).emailMenu, public: true},
	pageBasic: {address: pathBasic, get: (*request).basicPage, post: (*request).basic, below: []place{
		{address: pathSignIn, get: (*request).signInPage, post: (*request).signIn},
		{address: pathCode, get: (*request).codePage, post: (*request).code},
	}},
	"connection-test":  {address: pathTest, get: (*request).testPage, post: (*request).test},
	"network-security": {address: "/network-security", get: (*request).securityTab, public: true},
	pageCA:             {address: "/network-security/ca-certificate", get: (*request).caCertificate, public: true},
	pageRoots:          {address: "/network-security/root-certificate-update", get: (*request).rootCertificate, public: true},
}

// The pages that other pages name.
const (
	pageBasic = "email-server-basic"
	pageCA    = "ca-certificate"
	pageRoots = "root-certificate-update"
)

// Pages lists the ids of the pages, sorted, and of them those that a model may show to everybody.
func Pages() (all, public []string) {
	all = slices.Sorted(maps.Keys(places))
	for _, id := range all {
		if places[id].public {
			public = append(public, id)
		}
	}
	return all, public
}

// spot is where a page stands in the model's menu.
type spot struct {
	place
	tab   int
	trail []string // names of labels from below the tab to the page; of the tab alone for its own page
}

// menu is the model's menu, with what is looked up in it.
type menu struct {
	tabs  []models.WebItem
	spots map[string]spot   // by id of the page
	pages map[string]string // id of the page by its address, and by those of the pages below it
}

func newMenu(c models.WebConfig) (*menu, error) {
	m := &menu{tabs: c.Tabs, spots: map[string]spot{}, pages: map[string]string{}}
	for tab, item := range c.Tabs {
		if err := m.add(tab, nil, item.Items); err != nil {
			return nil, err
		}
		if _, stands := m.spots[item.Page]; stands { // the tab shows the page of one of its items first
			continue
		}
		if err := m.put(item.Page, spot{tab: tab, trail: []string{item.Label}}); err != nil {
			return nil, err
		}
	}
	for id, at := range m.spots {
		if c.ShownToAll(id) && !at.public {
			return nil, fmt.Errorf("the page %q of Web Config cannot be for everybody", id)
		}
	}
	return m, nil
}

func (m *menu) add(tab int, above []string, items []models.WebItem) error {
	for _, item := range items {
		trail := append(slices.Clone(above), item.Label)
		if err := m.put(item.Page, spot{tab: tab, trail: trail}); err != nil {
			return err
		}
		if err := m.add(tab, trail, item.Items); err != nil {
			return err
		}
	}
	return nil
}

func (m *menu) put(id string, at spot) error {
	known, ok := places[id]
	if !ok {
		return fmt.Errorf("no page %q is known to Web Config", id)
	}
	if _, twice := m.spots[id]; twice {
		return fmt.Errorf("the page %q stands twice in the menu of Web Config", id)
	}
	at.place = known
	m.spots[id] = at
	m.pages[known.address] = id
	for _, below := range known.below {
		m.pages[below.address] = id
	}
	return nil
}

// has reports whether the model has a page.
func (m *menu) has(id string) bool {
	_, ok := m.spots[id]
	return ok
}

func (m *menu) address(id string) string { return m.spots[id].address }

// home is the address of the page that is shown first.
func (m *menu) home() string { return m.address(m.tabs[0].Page) }

// tabOf returns the tab that an address belongs to: that of its page, else that whose own address it begins with, else
// the first.
func (m *menu) tabOf(address string) int {
	if id, known := m.pages[address]; known {
		return m.spots[id].tab
	}
	for tab, item := range m.tabs {
		if strings.HasPrefix(address, m.address(item.Page)+"/") {
			return tab
		}
	}
	return 0
}

// menuItem is a link of the menu.
type menuItem struct {
	Label   string
	Address string
	Open    bool
	Items   []menuItem
}

// menu builds tabs and side menu for the address that is open.
func (r *request) menu() (tabs, side []menuItem) {
	at := r.r.URL.Path
	open := r.pages.tabOf(at)
	if !r.sees(r.pages.tabs[open].Page) {
		open = 0
	}
	for i, item := range r.pages.tabs {
		if r.sees(item.Page) {
			address := r.pages.address(item.Page)
			tabs = append(tabs, menuItem{Label: r.texts.Label(item.Label), Address: address, Open: i == open})
		}
	}
	return tabs, r.links(r.pages.tabs[open].Items, at)
}

func (r *request) links(items []models.WebItem, at string) []menuItem {
	var list []menuItem
	for _, item := range items {
		if r.sees(item.Page) {
			address := r.pages.address(item.Page)
			list = append(list, menuItem{
				Label: r.texts.Label(item.Label), Address: address, Open: address == at, Items: r.links(item.Items, at),
			})
		}
	}
	return list
}

// sees reports whether the person in front of the browser is shown a page.
func (r *request) sees(page string) bool {
	return r.session != nil || r.machine.Model().WebConfig.ShownToAll(page)
}

// heading is the path of a page, as its headline shows it.
func (r *request) heading(page string) string { return r.path(r.pages.spots[page].trail...) }

// headingBelow is the path of a page that is reached from another one and stands beside it.
func (r *request) headingBelow(page, label string) string {
	trail := r.pages.spots[page].trail
	return r.path(append(slices.Clone(trail[:len(trail)-1]), label)...)
}

// path joins labels.
func (r *request) path(labels ...string) string {
	words := make([]string, len(labels))
	for i, label := range labels {
		words[i] = r.texts.Label(label)
	}
	return strings.Join(words, " > ")
}

// register makes the pages of the model's menu known to the mux.
func (s *Server) register() {
	for id, page := range s.pages.spots {
		everybody := s.machine.Model().WebConfig.ShownToAll(id)
		for _, p := range append([]place{page.place}, page.below...) {
			s.mux.HandleFunc(http.MethodGet+" "+p.address, s.handle(p.get, !everybody))
			if p.post != nil {
				s.mux.HandleFunc(http.MethodPost+" "+p.address, s.handle(p.post, true))
			}
		}
	}
}
