package webconfig

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"mfpsim/core/outcome"
	"mfpsim/sim/facts"
	"mfpsim/sim/settings"
)

// The pages of what an administrator sets beside the email server.
const (
	pageNetworkBasic = "network-basic"
	pagePassword     = "change-administrator-password" //nolint:gosec // the name of a page
	pageDate         = "date-and-time"
	pageDifference   = "time-difference"
	pageTimeServer   = "time-server"
	pageFirmware     = "firmware-update"
	pageRestore      = "restore-default-settings"
)

// okButton is what most forms have.
var okButton = []button{{Action: "ok", Label: "ok"}}

// networkForm is Network > Basic, with the proxy server.
var networkForm = &settingsForm{
	page: pageNetworkBasic, buttons: okButton,
	rows: func(r *request) []facts.Row {
		n := r.machine.Facts()
		t := r.texts.Label
		return []facts.Row{
			{Label: t("obtain-ip-address"), Value: facts.Value(r.texts, n.Standard.ObtainAddress)},
			{Label: t("ip-address"), Value: n.Address},
			{Label: t("subnet-mask"), Value: n.Standard.SubnetMask},
			{Label: t("default-gateway"), Value: n.Standard.DefaultGateway},
		}
	},
	groups: func(r *request, v typed) []group {
		now, s := r.machine.Facts(), r.machine.Settings()
		server := "auto"
		if s.Network.ManualDNS {
			server = "manual"
		}
		proxy := s.Proxy
		return []group{
			{Fields: []field{
				{
					ID:    "device-name",
					Label: "device-name",
					Kind:  "text",
					Value: v.get("device-name", now.Standard.DeviceName),
				},
				{
					ID:      "dns",
					Label:   "dns-server-setting",
					Kind:    "radio",
					Choices: r.labelled(v.get("dns", server), "auto", "manual"),
				},
				{
					ID:    "primary-dns-server",
					Label: "primary-dns-server",
					Kind:  "text",
					Value: v.get("primary-dns-server", now.Standard.PrimaryDNS),
				},
				{
					ID:    "secondary-dns-server",
					Label: "secondary-dns-server",
					Kind:  "text",
					Value: v.get("secondary-dns-server", now.Standard.SecondaryDNS),
				},
				{
					ID:    "dns-domain-name",
					Label: "dns-domain-name",
					Kind:  "text",
					Value: v.get("dns-domain-name", now.Standard.Domain),
				},
			}},
			{Heading: "proxy-server-setting", Fields: []field{
				{
					ID:      "proxy",
					Label:   "proxy-server-setting",
					Kind:    "radio",
					Choices: r.labelled(v.get("proxy", useValue(proxy.Use)), use, doNotUse),
					Hint:    "proxy-explain",
				},
				{ID: "proxy-server", Label: "proxy-server", Kind: "text", Value: v.get("proxy-server", proxy.Server)},
				{
					ID:    "proxy-server-port",
					Label: "proxy-server-port",
					Kind:  "number",
					Short: true,
					Value: v.get("proxy-server-port", number(proxy.Port)),
				},
				{
					ID:    "proxy-server-user",
					Label: "proxy-server-user",
					Kind:  "text",
					Value: v.get("proxy-server-user", proxy.User),
				},
				{
					ID:    "proxy-server-password",
					Label: "proxy-server-password",
					Kind:  "password",
					Hint:  "password-kept",
				},
			}},
		}
	},
	act: (*request).saveNetwork,
}

func (r *request) saveNetwork(_ string, v typed) (problems []problem, done string) {
	limits, model := r.machine.Model().Settings.Network, r.machine.Model().Network
	trimmed := func(id string) string { return strings.TrimSpace(v.get(id, "")) }
	n := settings.Network{
		DeviceName: trimmed("device-name"), ManualDNS: v.is("dns", "manual"), Domain: trimmed("dns-domain-name"),
	}
	if n.ManualDNS {
		n.PrimaryDNS, n.SecondaryDNS = trimmed("primary-dns-server"), trimmed("secondary-dns-server")
	}
	if n.DeviceName == "" {
		problems = append(problems, problem{field: "device-name", id: "invalid-required"})
	}
	if n.DeviceName == model.DeviceName { // the model's own, whatever the serial number makes of it
		n.DeviceName = ""
	}
	if n.Domain == model.Domain {
		n.Domain = ""
	}
	before := r.machine.Settings().Proxy
	proxy := settings.Proxy{
		Use: v.is("proxy", use), Server: trimmed("proxy-server"), Port: v.number("proxy-server-port", 0),
		User: v.get("proxy-server-user", ""),
	}
	if !v.is("dns", "auto") && !n.ManualDNS {
		problems = append(problems, problem{field: "dns", id: "invalid-choice"})
	}
	if !proxy.Use {
		proxy = settings.Proxy{}
		if !v.is("proxy", doNotUse) {
			problems = append(problems, problem{field: "proxy", id: "invalid-choice"})
		}
	}
	password := v.get("proxy-server-password", "")
	problems = append(problems, fromProblems(n.Check(limits))...)
	problems = append(problems, fromProblems(proxy.Check(limits))...)
	if why := settings.Printable(password, limits.ProxyMaximum); why != "" && proxy.Use {
		problems = append(problems, problem{field: "proxy-server-password", id: sentenceOf(why)})
	}
	if len(problems) > 0 {
		return problems, ""
	}
	switch {
	case !proxy.Use:
	case password != "":
		sealed, err := r.machine.SealProxyPassword(password)
		if err != nil {
			return notStored(err), ""
		}
		proxy.Password = sealed
	case proxy.Server == before.Server && proxy.User == before.User:
		proxy.Password = before.Password // never sent to another server than the one that it was typed for
	}
	if err := r.machine.Change(func(s *settings.Settings) { s.Network, s.Proxy = n, proxy }); err != nil {
		return notStored(err), ""
	}
	return nil, "setup-complete"
}

// passwordForm is Product Security > Change Administrator Password.
var passwordForm = &settingsForm{
	page: pagePassword, buttons: okButton,
	groups: func(*request, typed) []group {
		return []group{{Fields: []field{
			{ID: "password-old", Label: "old-password", Kind: "password", Complete: "current-password"},
			{
				ID:       "password-new",
				Label:    "new-password",
				Kind:     "password",
				Complete: "new-password",
				Hint:     "password-rule",
			},
			{ID: "password-again", Label: "confirm-password", Kind: "password", Complete: "new-password"},
		}}}
	},
	act: func(r *request, _ string, v typed) (problems []problem, done string) {
		rules := r.machine.Model().Administrator
		fresh := v.get("password-new", "")
		refusal := r.machine.LogIn(r.session.user, v.get("password-old", ""))
		switch {
		case refusal == "try-again-later":
			return []problem{{field: "password-old", id: "try-again-later"}}, ""
		case refusal != "":
			problems = append(problems, problem{field: "password-old", id: "invalid-password-wrong"})
		}
		if why := settings.Password(fresh, rules); why != "" {
			id := sentenceOf(why)
			if id == "invalid-number" {
				id = "password-length"
			}
			problems = append(problems, problem{field: "password-new", id: id, values: map[string]any{
				"From": rules.PasswordMinimum, "To": rules.PasswordMaximum,
			}})
		}
		if fresh != v.get("password-again", "") {
			problems = append(problems, problem{field: "password-again", id: "invalid-password-different"})
		}
		if len(problems) > 0 {
			return problems, ""
		}
		if err := r.machine.SetPassword(fresh); err != nil {
			return notStored(err), ""
		}
		r.sessions.endOthers(r.session) // who knew the old password is out
		return nil, "setup-complete"
	},
}

// The forms in which date and time are typed.
const (
	dateForm = "2006-01-02"
	timeForm = "15:04"
)

// dateTimeForm is Device Management > Date and Time.
var dateTimeForm = &settingsForm{
	page: pageDate, buttons: okButton,
	rows: func(r *request) []facts.Row {
		return []facts.Row{{Label: r.texts.Label("date-and-time"), Value: r.texts.Clock(r.machine.Facts().Now)}}
	},
	groups: func(r *request, v typed) []group {
		now := r.machine.Facts().Now
		return []group{{Fields: []field{
			{
				ID:    "date",
				Label: "date",
				Kind:  "text",
				Short: true,
				Hint:  "date-form",
				Value: v.get("date", now.Format(dateForm)),
			},
			{
				ID:    "time",
				Label: "time",
				Kind:  "text",
				Short: true,
				Hint:  "time-form",
				Value: v.get("time", now.Format(timeForm)),
			},
		}}}
	},
	act: func(r *request, _ string, v typed) (problems []problem, done string) {
		day, err := time.Parse(dateForm, strings.TrimSpace(v.get("date", "")))
		if err != nil || day.Year() < 2000 || day.Year() > 2099 {
			problems = append(problems, problem{field: "date", id: "invalid-date"})
		}
		clock, err := time.Parse(timeForm, strings.TrimSpace(v.get("time", "")))
		if err != nil {
			problems = append(problems, problem{field: "time", id: "invalid-time"})
		}
		if len(problems) > 0 {
			return problems, ""
		}
		zone := r.machine.Settings().Date.Location()
		at := time.Date(day.Year(), day.Month(), day.Day(), clock.Hour(), clock.Minute(), 0, 0, zone)
		if err := r.machine.SetDate(at.UTC()); err != nil {
			return []problem{{field: "date", id: "invalid-date"}}, ""
		}
		return nil, "setup-complete"
	},
}

// differenceText is a time difference as the list has it.
func differenceText(minutes int) string {
	sign := "+"
	if minutes < 0 {
		sign, minutes = "-", -minutes
	}
	return fmt.Sprintf("%s%02d:%02d", sign, minutes/60, minutes%60)
}

// minutesOf is the reverse of differenceText.
func minutesOf(text string) int {
	hours, _ := strconv.Atoi(text[1:3])
	minutes, _ := strconv.Atoi(text[4:6])
	if text[0] == '-' {
		return -hours*60 - minutes
	}
	return hours*60 + minutes
}

// differenceForm is Date and Time > Time Difference, with daylight saving.
var differenceForm = &settingsForm{
	page: pageDifference, buttons: okButton,
	groups: func(r *request, v typed) []group {
		date := r.machine.Settings().Date
		chosen := v.get("time-difference", differenceText(date.Difference))
		var list []choice
		for _, text := range r.machine.Model().Settings.Date.Differences {
			list = append(list, choice{Value: text, Label: text, Chosen: text == chosen})
		}
		saving := "off"
		if date.Saving {
			saving = "on"
		}
		return []group{{Fields: []field{
			{
				ID:      "time-difference",
				Label:   "time-difference",
				Kind:    "select",
				Choices: list,
				Hint:    "difference-explain",
			},
			{
				ID:      "daylight-saving",
				Label:   "daylight-saving",
				Kind:    "radio",
				Choices: r.labelled(v.get("daylight-saving", saving), "on", "off"),
			},
		}}}
	},
	act: func(r *request, _ string, v typed) (problems []problem, done string) {
		chosen, saving := v.get("time-difference", ""), v.get("daylight-saving", "")
		if !slices.Contains(r.machine.Model().Settings.Date.Differences, chosen) {
			problems = append(problems, problem{field: "time-difference", id: "invalid-choice"})
		}
		if saving != "on" && saving != "off" {
			problems = append(problems, problem{field: "daylight-saving", id: "invalid-choice"})
		}
		if len(problems) > 0 {
			return problems, ""
		}
		if err := r.machine.Change(func(s *settings.Settings) {
			s.Date.Difference, s.Date.Saving = minutesOf(chosen), saving == "on"
		}); err != nil {
			return notStored(err), ""
		}
		return nil, "setup-complete"
	},
}

// timeServerForm is Date and Time > Time Server.
var timeServerForm = &settingsForm{
	page: pageTimeServer, buttons: okButton,
	rows: func(r *request) []facts.Row {
		asked, failed := r.machine.TimeServer()
		state := ""
		switch {
		case asked.IsZero():
		case failed:
			state = r.texts.Text("time-server-failed")
		default:
			state = r.texts.Text("time-server-done")
		}
		return []facts.Row{
			{Label: r.texts.Label("date-and-time"), Value: r.texts.Clock(r.machine.Facts().Now)},
			{Label: r.texts.Label("time-server-status"), Value: state},
		}
	},
	groups: func(r *request, v typed) []group {
		date := r.machine.Settings().Date
		if date.Interval == 0 {
			date.Interval = r.machine.Model().Settings.Date.Interval
		}
		return []group{{Fields: []field{
			{
				ID:      "time-server",
				Label:   "use-time-server",
				Kind:    "radio",
				Choices: r.labelled(v.get("time-server", useValue(date.UseServer)), use, doNotUse),
			},
			{
				ID:    "time-server-address",
				Label: "time-server-address",
				Kind:  "text",
				Value: v.get("time-server-address", date.Server),
			},
			{
				ID:    "update-interval",
				Label: "update-interval",
				Kind:  "number",
				Short: true,
				Value: v.get("update-interval", number(date.Interval)),
			},
		}}}
	},
	act: func(r *request, _ string, v typed) (problems []problem, done string) {
		limits := r.machine.Model().Settings.Date
		next := settings.Date{
			UseServer: v.is("time-server", use), Server: strings.TrimSpace(v.get("time-server-address", "")),
			Interval: v.number("update-interval", 0),
		}
		if !next.UseServer && !v.is("time-server", doNotUse) {
			problems = append(problems, problem{field: "time-server", id: "invalid-choice"})
		}
		for _, p := range fromProblems(next.Check(limits)) {
			if p.field == "update-interval" {
				p.id, p.values = "out-of-range", map[string]any{
					"From": limits.IntervalMinimum,
					"To":   limits.IntervalMaximum,
				}
			}
			problems = append(problems, p)
		}
		if len(problems) > 0 {
			return problems, ""
		}
		if !next.UseServer {
			next.Server, next.Interval = "", 0
		}
		if err := r.machine.Change(func(s *settings.Settings) {
			s.Date.UseServer, s.Date.Server, s.Date.Interval = next.UseServer, next.Server, next.Interval
		}); err != nil {
			return notStored(err), ""
		}
		r.machine.KeepTime()
		return nil, "setup-complete"
	},
}

// firmwareForm is Device Management > Firmware Update (guide rule R6).
var firmwareForm = &settingsForm{
	page: pageFirmware, before: "firmware-explain",
	buttons: []button{
		{Action: "check", Label: "check-firmware"},
		{Action: "update", Label: "update-firmware", Second: true},
	},
	rows: func(r *request) []facts.Row {
		return []facts.Row{{Label: r.texts.Label("current-version"), Value: r.machine.Facts().Firmware.Version}}
	},
	groups: func(*request, typed) []group { return nil },
	act: func(r *request, action string, _ typed) (problems []problem, done string) {
		if r.machine.Busy() {
			return []problem{{id: r.machine.Model().ConnectionTest.Busy}}, ""
		}
		if action == "check" {
			version, newer, err := r.machine.OfferedFirmware(r.r.Context())
			switch {
			case err != nil:
				return []problem{{id: updateSentence(err)}}, ""
			case newer:
				r.draft(pageFirmware, &draft{done: "firmware-newer", values: map[string]any{"Version": version}})
				return nil, ""
			}
			r.draft(pageFirmware, &draft{done: "firmware-newest"})
			return nil, ""
		}
		updated, err := r.machine.UpdateFirmware(r.r.Context())
		switch {
		case err != nil:
			return []problem{{id: updateSentence(err)}}, ""
		case !updated:
			r.draft(pageFirmware, &draft{done: "firmware-newest"})
			return nil, ""
		}
		r.shutsDown(pageFirmware, "firmware-updating")
		return nil, ""
	},
}

// updateSentence is the message id of why the maker's server gave nothing, or why the memory did not take it.
func updateSentence(err error) string {
	var failed *outcome.Outcome
	if !errors.As(err, &failed) {
		return "setting-not-stored"
	}
	switch failed.Kind {
	case outcome.NameNotResolved:
		return "update-name"
	case outcome.CertificateDate:
		return "update-date"
	case outcome.CertificateUntrusted, outcome.CertificateName, outcome.SecureConnection:
		return "update-untrusted"
	case outcome.CloudMalformed:
		return "update-malformed"
	}
	return "update-unreachable"
}

// shutsDown says that the printer restarts; it does so in a few seconds.
func (r *request) shutsDown(id, message string) {
	r.draft(id, &draft{done: message, good: true, also: "shutting-down"})
}

// restoreForm is Device Management > Restore Default Settings.
var restoreForm = &settingsForm{
	page: pageRestore, before: "restore-explain", buttons: []button{{Action: "ok", Label: "restore"}},
	groups: func(r *request, v typed) []group {
		return []group{{Fields: []field{{
			ID: "what", Label: "restore-what", Kind: "radio",
			Choices: r.labelled(v.get("what", ""), "restore-network", "restore-all"),
		}}}}
	},
	act: func(r *request, _ string, v typed) (problems []problem, done string) {
		what := v.get("what", "")
		switch {
		case r.machine.Busy():
			return []problem{{id: r.machine.Model().ConnectionTest.Busy}}, ""
		case what != "restore-network" && what != "restore-all":
			return []problem{{field: "what", id: "invalid-choice"}}, ""
		}
		if err := r.machine.Restore(what == "restore-all"); err != nil {
			return notStored(err), ""
		}
		r.shutsDown(pageRestore, "settings-restored")
		return nil, ""
	},
}
