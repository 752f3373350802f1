package models

import (
	"slices"
	"strings"

	"mfpsim/core/outcome"
	"mfpsim/sim/locale"
)

// FaxServer is what a model has that sends faxes by email through the server of an Internet fax provider (guide rules
// R28, R29): a fax is a mail to NUMBER@DOMAIN of the provider, with the scanned pages attached.
type FaxServer struct {
	// Formats are those of the attachment, labels' names; the first is that of a new printer.
	Formats         []string `yaml:"formats"`
	DigitMaximum    int      `yaml:"digitMaximum"`    // digits of a number
	Resolution      int      `yaml:"resolution"`      // dots per inch
	AttachmentLimit int64    `yaml:"attachmentLimit"` // bytes
	Text            string   `yaml:"text"`            // what the mail says beside its attachment
	Subject         string   `yaml:"subject"`
	FilePrefix      string   `yaml:"filePrefix"`
	DomainMaximum   int      `yaml:"domainMaximum"`  // characters of the provider's domain
	AddressMaximum  int      `yaml:"addressMaximum"` // characters of an endpoint, of the client ID and of the scopes
	// Codes are those of a fax in place of those of an email, by these: "312": "412".
	Codes map[string]string `yaml:"codes"`
}

// OtherService is what Email service calls the fax provider's own sign-in, beside the services of the model.
const OtherService = "Other"

var onlyDigits = strings.NewReplacer(" ", "", "-", "", "(", "", ")", "")

// Number reads a fax number as people write it, with an international plus sign or without: what parts its digits is
// taken out.
func (f *FaxServer) Number(typed string) (number string, ok bool) {
	digits, international := strings.CutPrefix(strings.TrimSpace(typed), "+")
	digits = onlyDigits.Replace(digits)
	if digits == "" || len(digits) > f.DigitMaximum || strings.Trim(digits, "0123456789") != "" {
		return "", false
	}
	if international {
		return "+" + digits, true
	}
	return digits, true
}

// FaxOutcome returns the row of an outcome of a fax: that of an email with the codes of faxes.
func (m *Model) FaxOutcome(o *outcome.Outcome) Outcome {
	row := m.OutcomeOf(o)
	if m.FaxServer == nil {
		return row
	}
	if code, other := m.FaxServer.Codes[row.Code]; other {
		row.Code = code
	}
	if o != nil && o.Kind == outcome.NotConfigured {
		row.Panel = "fax-server-not-set"
	}
	return row
}

// fax looks at the fax server, and for what shows it on a model that has none.
func (c *checker) fax() {
	f := c.FaxServer
	if f == nil {
		c.withoutFax()
		return
	}
	for i, name := range f.Formats {
		if !c.tables.Has(locale.LabelID(name)) {
			c.wrong(at{"faxServer", "formats"}.place(i), "no label %q", name)
		}
	}
	for email, code := range f.Codes {
		row := Outcome{Code: code}
		if !c.tables.Has(row.StatusID()) || !c.tables.Has(row.SolutionID()) {
			c.wrong(at{"faxServer", "codes"}.key(email), "no messages of the code %q", code)
		}
	}
}

// withoutFax finds pages, screens and parts of the sheet that need a fax server.
func (c *checker) withoutFax() {
	const needs = "%s needs faxServer"
	var pages func(where at, items []WebItem)
	pages = func(where at, items []WebItem) {
		for i, item := range items {
			if slices.Contains([]string{"fax", "fax-server", "fax-server-settings", "fax-email-server"}, item.Page) {
				c.wrong(where.place(i).key("page"), needs, item.Page)
			}
			pages(where.place(i).key("items"), item.Items)
		}
	}
	pages(at{"webConfig", "tabs"}, c.WebConfig.Tabs)
	var screens func(where at, items []MenuItem)
	screens = func(where at, items []MenuItem) {
		for i, item := range items {
			if item.Screen == "fax" || item.Screen == "fax-server-status" {
				c.wrong(where.place(i).key("screen"), needs, item.Screen)
			}
			screens(where.place(i).key("items"), item.Items)
		}
	}
	screens(at{"panel", "menu"}, c.Panel.Menu)
	for i, part := range c.Sheet.Sections {
		for n, name := range part.Rows {
			if name == "fax-server" {
				c.wrong(at{"sheet", "sections"}.place(i).key("rows").place(n), needs, name)
			}
		}
	}
}
