package models

import (
	"slices"
	"time"

	"mfpsim/sim/locale"
)

// EmailNotification is what the printer can send mails of by itself (docs/reference/printer.md §2.4).
type EmailNotification struct {
	Destinations   int `yaml:"destinations"`   // addresses
	AddressMaximum int `yaml:"addressMaximum"` // characters of an address, and of the location
	LocationBytes  int `yaml:"locationBytes"`  // of the location in a subject
	// Subjects are what a part of the subject can be.
	Subjects []string `yaml:"subjects"`
	Events   []Event  `yaml:"events"`
	Waiting  int      `yaml:"waiting"` // mails that wait at once
	// RetryTime is how long the printer waits before it tries a mail again that failed for a passing reason, Retries
	// how often it does.
	RetryTime time.Duration `yaml:"retryTime"`
	Retries   int           `yaml:"retries"`
}

// Event is a row of the matrix.
type Event struct {
	Name   string   `yaml:"name"`
	Causes []string `yaml:"causes"` // what can have happened; empty: only what the event is called by
}

// Has reports whether there is an event.
func (n *EmailNotification) Has(event string) bool {
	return slices.ContainsFunc(n.Events, func(e Event) bool { return e.Name == event })
}

// EventOf returns the event that a cause belongs to; an event is a cause of itself.
func (n *EmailNotification) EventOf(cause string) (event string, found bool) {
	for _, e := range n.Events {
		if e.Name == cause || slices.Contains(e.Causes, cause) {
			return e.Name, true
		}
	}
	return "", false
}

// Causes are all that can happen, in the order of the events.
func (n *EmailNotification) Causes() []string {
	var all []string
	for _, e := range n.Events {
		all = append(append(all, e.Name), e.Causes...)
	}
	return all
}

// FaxError is the event of models that send faxes.
const FaxError = "fax-error"

// notification looks at the events of Email Notification, and for its page on a model that has none.
func (c *checker) notification() {
	n := c.EmailNotification
	if n == nil {
		var find func(where at, items []WebItem)
		find = func(where at, items []WebItem) {
			for i, item := range items {
				if item.Page == "email-notification" {
					c.wrong(where.place(i).key("page"), "%s needs emailNotification", item.Page)
				}
				find(where.place(i).key("items"), item.Items)
			}
		}
		find(at{"webConfig", "tabs"}, c.WebConfig.Tabs)
		return
	}
	seen := map[string]bool{}
	for i, e := range n.Events {
		here := at{"emailNotification", "events"}.place(i)
		for _, cause := range append([]string{e.Name}, e.Causes...) {
			switch {
			case seen[cause]:
				c.wrong(here, "%s stands twice", cause)
			case !c.tables.Has(locale.EventID(cause)):
				c.wrong(here, "no label %q", "event-"+cause)
			case cause == FaxError && c.FaxServer == nil:
				c.wrong(here, "%s needs faxServer", cause)
			}
			seen[cause] = true
		}
	}
	for i, s := range n.Subjects {
		if !c.tables.Has(locale.LabelID(s)) {
			c.wrong(at{"emailNotification", "subjects"}.place(i), "no label %q", s)
		}
	}
}
