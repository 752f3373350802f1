package webconfig

import (
	"slices"
	"strconv"
	"strings"

	"mfpsim/sim/locale"
	"mfpsim/sim/settings"
)

const (
	pageNotification = "email-notification"
	eventField       = "event-" // begins the names of the matrix's boxes
)

// notificationForm is Device Management > Email Notification (docs/reference/printer.md §2.4): addresses, the matrix of
// events, the subject's two parts, the language of the mails.
var notificationForm = &settingsForm{
	page: pageNotification, before: "notification-explain",
	buttons: []button{{Action: "ok", Label: "ok"}, {Action: "test", Label: "send-test-email", Second: true}},
	groups: func(r *request, v typed) []group {
		model := r.machine.Model().EmailNotification
		set := r.notification()
		groups := []group{{}}
		for i := range model.Destinations {
			id := settings.AddressField(i)
			groups[0].Fields = append(groups[0].Fields, field{
				ID: id, Label: "email-address", Words: locale.Numbered(r.texts.Label("email-address"), i+1), Kind: "text",
				Value: v.get(id, set.Destinations[i].Address),
			})
		}
		var matrix group
		for _, e := range model.Events {
			boxes := field{ID: eventField + e.Name, Label: eventField + e.Name, Kind: "boxes"}
			for i := range model.Destinations {
				value := strconv.Itoa(i + 1)
				chosen := v.is(eventField+e.Name, value)
				if !v.has() {
					chosen = slices.Contains(set.Destinations[i].Events, e.Name)
				}
				boxes.Choices = append(boxes.Choices, choice{Value: value, Label: value, Chosen: chosen})
			}
			matrix.Fields = append(matrix.Fields, boxes)
		}
		groups = append(groups, matrix)
		part := func(id, stored string) field {
			return field{
				ID: id, Label: id, Kind: "select", Choices: r.labelled(v.get(id, stored), model.Subjects...),
			}
		}
		language := field{ID: "notification-language", Label: "notification-language", Kind: "select"}
		wanted := v.get(language.ID, set.Language)
		for _, tag := range r.machine.Model().Panel.Languages {
			language.Choices = append(
				language.Choices, choice{Value: tag, Label: locale.NameOf(tag), Chosen: tag == wanted},
			)
		}
		return append(groups, group{Heading: "subject", Fields: []field{
			part("subject-left", set.Left), part("subject-right", set.Right),
			{ID: "location", Label: "location", Kind: "text", Value: v.get("location", set.Location)},
			language,
		}})
	},
	act: func(r *request, action string, v typed) (problems []problem, done string) {
		if action == "test" {
			if len(r.notification().Addresses()) == 0 {
				return []problem{{field: settings.AddressField(0), id: "notification-no-address"}}, ""
			}
			return notStored(r.machine.SendTestMail()), "notification-test-sent"
		}
		model := r.machine.Model()
		next := settings.Notification{
			Left: v.get("subject-left", ""), Right: v.get("subject-right", ""),
			Location: strings.TrimSpace(v.get("location", "")), Language: v.get("notification-language", ""),
		}
		for i := range model.EmailNotification.Destinations {
			d := settings.Destination{Address: strings.TrimSpace(v.get(settings.AddressField(i), ""))}
			for _, e := range model.EmailNotification.Events {
				if v.is(eventField+e.Name, strconv.Itoa(i+1)) {
					d.Events = append(d.Events, e.Name)
				}
			}
			next.Destinations = append(next.Destinations, d)
		}
		for _, e := range model.EmailNotification.Events {
			for _, destination := range v[eventField+e.Name] {
				n, err := strconv.Atoi(destination)
				if err != nil || n < 1 || n > model.EmailNotification.Destinations {
					return []problem{{field: eventField + e.Name, id: "invalid-choice"}}, ""
				}
			}
		}
		problems = fromProblems(next.Check(model.EmailNotification, model.Panel.Languages))
		for i, p := range problems {
			if p.field == "subject-right" && next.Left == next.Right {
				problems[i].id = "invalid-subject-parts"
			}
		}
		if len(problems) > 0 {
			return problems, ""
		}
		if err := r.machine.Change(func(s *settings.Settings) { s.Notification = next }); err != nil {
			return notStored(err), ""
		}
		return nil, "setup-complete"
	},
}

// notification is what is stored, with all destinations and with the choices of a new printer.
func (r *request) notification() settings.Notification {
	set, model := r.machine.Settings().Notification, r.machine.Model()
	n := model.EmailNotification
	destinations := make([]settings.Destination, n.Destinations)
	copy(destinations, set.Destinations)
	set.Destinations = destinations
	if set.Left == "" {
		set.Left, set.Right = n.Subjects[0], n.Subjects[1]
	}
	if set.Language == "" {
		set.Language = model.Panel.Languages[0]
		if slices.Contains(model.Panel.Languages, r.machine.PanelLanguage()) {
			set.Language = r.machine.PanelLanguage()
		}
	}
	return set
}
