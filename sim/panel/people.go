package panel

import (
	"fmt"
	"slices"
	"strings"

	"mfpsim/choice"
	"mfpsim/device"
	"mfpsim/screen"
	"mfpsim/sim/contacts"
	"mfpsim/sim/locale"
)

// person is somebody, or a group, who can be chosen as recipient.
type person struct {
	label     string // unlike that of anybody else in the list
	detail    string // the address
	icon      string
	addresses []string // what is chosen
}

// book is the address book, as a list to choose recipients from.
type book struct{}

func (*book) fill(p *Panel, texts *locale.Texts, s *screen.Screen) {
	s.Title = texts.Label("contacts")
	p.fillPeople(s, p.contacts(texts), texts.Text("no-contacts"))
}

func (*book) keys(p *Panel, texts *locale.Texts) []key { return peopleKeys(p.contacts(texts)) }

// contacts are the entries of the address book.
func (p *Panel) contacts(texts *locale.Texts) []person {
	entries := p.machine.Contacts().List()
	addresses := map[int]string{}
	for _, e := range entries {
		addresses[e.Number] = e.Address
	}
	people := make([]person, 0, len(entries))
	for _, e := range entries {
		one := person{label: e.Name, detail: e.Address, icon: "person", addresses: []string{e.Address}}
		if e.IsGroup {
			one.addresses = nil
			for _, member := range e.Members {
				if to := addresses[member]; to != "" && !slices.Contains(one.addresses, to) {
					one.addresses = append(one.addresses, to)
				}
			}
			one.icon, one.detail = "group", fmt.Sprintf("%s: %d", texts.Label("group"), len(one.addresses))
		}
		people = append(people, one)
	}
	p.tellApart(texts, entries, people)
	return people
}

// tellApart puts the number behind the name of who is called like somebody else, or like a key of the screen: a touch
// reaches each of them.
func (p *Panel) tellApart(texts *locale.Texts, entries []contacts.Entry, people []person) {
	english := p.machine.Model().Texts(locale.English)
	for {
		called := map[string]int{}
		for _, k := range append(p.frame(), keyOK()) {
			called[choice.Normalize(k.words(texts))] = 1
			called[choice.Normalize(k.words(english))] = 1
		}
		for _, one := range people {
			called[choice.Normalize(one.label)]++
		}
		told := true
		for i := range people {
			if called[choice.Normalize(people[i].label)] > 1 {
				people[i].label += fmt.Sprintf(" (%d)", entries[i].Number)
				told = false
			}
		}
		if told {
			return
		}
	}
}

// keyOK ends the choice of people.
func keyOK() key {
	return labeled("label.ok", screen.Main, "", func(p *Panel, _ *act) error { p.back(); return nil })
}

// sentTo are the recipients of the jobs before, the latest first.
type sentTo struct{}

func (*sentTo) fill(p *Panel, texts *locale.Texts, s *screen.Screen) {
	s.Title = texts.Label("history")
	p.fillPeople(s, p.sentTo(), texts.Text("no-history"))
}

func (*sentTo) keys(p *Panel, _ *locale.Texts) []key { return peopleKeys(p.sentTo()) }

func (p *Panel) sentTo() []person {
	var people []person
	fax := p.machine.Texts().Label("fax")
	for _, job := range p.machine.Jobs() {
		if job.Type == fax { // a number is no address
			continue
		}
		for _, to := range recipients(job) {
			known := func(one person) bool { return one.label == to }
			if len(people) < p.machine.Model().Panel.JobsListed && !slices.ContainsFunc(people, known) {
				people = append(people, person{label: to, icon: "clock", addresses: []string{to}})
			}
		}
	}
	return people
}

// recipients are the addresses that a job was for.
func recipients(job device.Job) []string {
	if job.To == "" {
		return nil
	}
	return strings.Split(job.To, ", ")
}

func (p *Panel) fillPeople(s *screen.Screen, people []person, none string) {
	s.Kind = screen.List
	if len(people) == 0 {
		s.Hint = none
	}
	for _, one := range people {
		s.Rows = append(s.Rows, screen.ListRow{
			Label: one.label, Detail: one.detail, Icon: one.icon, Key: one.label, On: p.chosen(one),
		})
	}
}

// chosen reports whether somebody is among the recipients.
func (p *Panel) chosen(one person) bool {
	return len(one.addresses) > 0 && !slices.ContainsFunc(one.addresses, func(address string) bool {
		return !slices.Contains(p.form.to, address)
	})
}

// peopleKeys choose somebody, and take her out again.
func peopleKeys(people []person) []key {
	keys := []key{keyOK()}
	for _, one := range people {
		keys = append(
			keys,
			key{Key: screen.Key{Label: one.label, Role: screen.Item}, press: func(p *Panel, _ *act) error {
				in := p.chosen(one)
				for _, address := range one.addresses {
					p.form.to = slices.DeleteFunc(p.form.to, func(other string) bool { return other == address })
					if !in {
						p.form.to = append(p.form.to, address)
					}
				}
				return nil
			}},
		)
	}
	return keys
}
