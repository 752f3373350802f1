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
	get, post handler
	public    bool    // it shows and sets nothing, so a model may show it to everybody
	below     []place // pages that are reached from this one only
}

// handler answers requests that a pattern of net/http fits.
type handler struct {
	pattern string
	answer  func(*request) // nil: there are none
}

// shows is a page that only shows something.
func shows(address string, get func(*request)) place {
	return place{address: address, get: handler{http.MethodGet + " " + address, get}, public: true}
}

// sets is a page with one form.
func sets(address string, f *settingsForm) place { return acts(address, f.open, f.send) }

// acts is a page whose buttons make the printer act.
func acts(address string, get, post func(*request), below ...place) place {
	return place{
		address: address, get: handler{http.MethodGet + " " + address, get}, post: handler{http.MethodPost + " " + address, post},
		below: below,
	}
}

// places are all that there are, by the ids that models name.
var places = map[string]place{
	"product-status": shows("/status/product", (*request).product),
	"network-status": shows("/status/network", (*request).network),
	"job-history": {
		address: "/status/jobs", get: handler{http.MethodGet + " /status/jobs", (*request).jobs}, public: true,
		below: []place{{address: pathJobsFile, get: handler{http.MethodGet + " " + pathJobsFile, (*request).jobsFile}}},
	},
	"network":          shows("/network", (*request).networkTab),
	"email-server":     shows("/network/email-server", (*request).emailMenu),
	pageBasic:          printerMail.place(),
	"fax":              shows("/fax", tab("fax")),
	"fax-server":       shows("/fax/fax-server", (*request).faxServerPage),
	pageFaxServer:      sets("/fax/fax-server/settings", faxServerForm),
	faxMail.id:         faxMail.place(),
	"connection-test":  acts(pathTest, (*request).testPage, (*request).test),
	"network-security": shows("/network-security", tab("network-security")),
	pageCA:             acts("/network-security/ca-certificate", (*request).caPage, (*request).ca),
	pageRoots:          sets("/network-security/root-certificate-update", rootsForm),
	pageNetworkBasic:   sets("/network/basic", networkForm),
	"network-standard": shows("/network/standard", (*request).standardPage),
	// of models with an additional network
	"network-additional": shows("/network/additional", (*request).additionalPage),
	pageAdditional:       sets("/network/additional/basic", additionalForm),
	pageEmailNetwork: {
		address: pathEmailNetwork, get: handler{http.MethodGet + " " + pathEmailNetwork, emailNetworkForm.open},
		post:  handler{http.MethodPost + " " + pathEmailNetwork, emailNetworkForm.send},
		below: []place{acts(pathEmailNetworkWarning, (*request).emailNetworkWarning, (*request).emailNetworkAnswer)},
	},
	"scan-copy": shows("/scan", tab("scan-copy")),
	pageContacts: {
		address: "/scan/contacts", get: handler{http.MethodGet + " /scan/contacts", (*request).contactsPage},
		below: []place{acts(pathContact, (*request).contactPage, (*request).contactSent)},
	},
	"product-security":  shows("/product-security", tab("product-security")),
	pagePassword:        sets("/product-security/administrator-password", passwordForm),
	"device-management": shows("/device", tab("device-management")),
	pageDate:            sets("/device/date-and-time", dateTimeForm),
	pageDifference:      sets("/device/date-and-time/time-difference", differenceForm),
	pageTimeServer:      sets("/device/date-and-time/time-server", timeServerForm),
	pageExport: {
		address: "/device/export", get: handler{http.MethodGet + " /device/export", (*request).exportPage},
		below: []place{{address: pathFile, get: handler{http.MethodGet + " " + pathFile, (*request).exportFile}}},
	},
	// of models with Print Admin Serverless
	"open-platform":    shows("/open-platform", tab("open-platform")),
	pageLicense:        sets("/open-platform/license-key", licenseForm),
	pageAuthentication: sets("/open-platform/authentication-settings", authenticationForm),
	pageUsers: {
		address: pathUsers, get: handler{http.MethodGet + " " + pathUsers, (*request).usersPage},
		below: []place{
			acts(pathUser, (*request).userPage, (*request).userSent),
			{address: pathUsersFile, get: handler{http.MethodGet + " " + pathUsersFile, (*request).usersFile}},
		},
	},
	pageUserImport:   sets(pathUsers+"/import", userImportForm),
	pageNotification: sets("/device/email-notification", notificationForm),
	pageImport:       sets("/device/import", importForm),
	pageFirmware:     sets("/device/firmware-update", firmwareForm),
	pageRestore:      sets("/device/restore-default-settings", restoreForm),
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

// menu is the model's menu and the pages that it can name. All printers of a model share what it points to.
type menu struct {
	models.WebConfig
	known map[string]place // by id
	all   []string         // ids of the pages of the menu, each once
}

// newMenu returns a model's menu. A page that is not known, or that cannot be for everybody, is an error.
func newMenu(c models.WebConfig) (*menu, error) {
	m := &menu{WebConfig: c, known: places, all: idsOf(c.Tabs)}
	for _, id := range m.all {
		page, found := m.known[id]
		switch {
		case !found:
			return nil, fmt.Errorf("no page %q is known to Web Config", id)
		case m.ShownToAll(id) && !page.public:
			return nil, fmt.Errorf("the page %q of Web Config cannot be for everybody", id)
		}
	}
	return m, nil
}

// idsOf are the pages of a menu, each once.
func idsOf(tabs []models.WebItem) []string {
	var ids []string
	var add func(items []models.WebItem)
	add = func(items []models.WebItem) {
		for _, item := range items {
			if !slices.Contains(ids, item.Page) {
				ids = append(ids, item.Page)
			}
			add(item.Items)
		}
	}
	add(tabs)
	return ids
}

// trail returns the tab of a page and the names of labels that lead there from below the tab; the tab's own for a page
// that only the tab shows. found is false for a page that the model has not.
func (m *menu) trail(id string) (tab int, labels []string, found bool) {
	for i, item := range m.Tabs {
		if labels := trail(item.Items, id); labels != nil {
			return i, labels, true
		}
	}
	for i, item := range m.Tabs {
		if item.Page == id {
			return i, []string{item.Label}, true
		}
	}
	return 0, nil, false
}

func trail(items []models.WebItem, id string) []string {
	for _, item := range items {
		if item.Page == id {
			return []string{item.Label}
		}
		if below := trail(item.Items, id); below != nil {
			return append([]string{item.Label}, below...)
		}
	}
	return nil
}

// has reports whether the model has a page.
func (m *menu) has(id string) bool { return slices.Contains(m.all, id) }

func (m *menu) address(id string) string { return m.known[id].address }

// home is the address of the page that is shown first.
func (m *menu) home() string { return m.address(m.Tabs[0].Page) }

// tabOf returns the tab that an address belongs to: that of its page, else that whose own address it begins with, else
// the first.
func (m *menu) tabOf(address string) int {
	for _, id := range m.all {
		page := m.known[id]
		if page.address == address ||
			slices.ContainsFunc(page.below, func(p place) bool { return p.address == address }) {
			tab, _, _ := m.trail(id)
			return tab
		}
	}
	for tab, item := range m.Tabs {
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
	if !r.sees(r.pages.Tabs[open].Page) {
		open = 0
	}
	for i, item := range r.pages.Tabs {
		if r.sees(item.Page) {
			address := r.pages.address(item.Page)
			tabs = append(tabs, menuItem{Label: r.texts.Label(item.Label), Address: address, Open: i == open})
		}
	}
	return tabs, r.links(r.pages.Tabs[open].Items, at)
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
	return r.session != nil || r.pages.ShownToAll(page)
}

// heading is the path of a page, as its headline shows it.
func (r *request) heading(page string) string {
	_, labels, _ := r.pages.trail(page)
	return r.path(labels...)
}

// headingBelow is the path of a page that is reached from another one and stands beside it.
func (r *request) headingBelow(page, label string) string {
	_, labels, _ := r.pages.trail(page)
	return r.path(append(labels[:len(labels)-1], label)...)
}

// path joins labels.
func (r *request) path(labels ...string) string {
	words := make([]string, len(labels))
	for i, label := range labels {
		words[i] = r.texts.Label(label)
	}
	return strings.Join(words, " > ")
}
