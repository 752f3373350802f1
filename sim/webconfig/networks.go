package webconfig

import (
	"net/http"
	"slices"
	"strings"

	"mfpsim/core/mail"
	"mfpsim/sim/facts"
	"mfpsim/sim/settings"
)

// The pages of models with an additional network (guide rule R12).
const (
	pageAdditional   = "network-additional-basic"
	pageEmailNetwork = "email-server-network"

	pathEmailNetwork        = "/network/email-server/network"
	pathEmailNetworkWarning = pathEmailNetwork + "/confirm"
)

// The networks, by the names of their labels.
const (
	standardNetwork   = "standard-network"
	additionalNetwork = "additional-network"
)

func (r *request) standardPage() {
	r.show(http.StatusOK, "rows", page{Path: r.heading("network-standard"), Rows: r.machine.Facts().Network(r.texts)})
}

func (r *request) additionalPage() {
	r.show(
		http.StatusOK, "rows", page{Path: r.heading("network-additional"), Rows: r.machine.Facts().Additional(r.texts)},
	)
}

// additionalForm is Network > Additional > Basic.
var additionalForm = &settingsForm{
	page: pageAdditional, buttons: okButton,
	rows: func(r *request) []facts.Row {
		n, t := r.machine.Facts(), r.texts.Label
		return []facts.Row{
			{Label: t("obtain-ip-address"), Value: facts.Value(r.texts, n.Model.AdditionalNetwork.ObtainAddress)},
			{Label: t("ip-address"), Value: n.Further},
			{Label: t("subnet-mask"), Value: n.Model.AdditionalNetwork.SubnetMask},
			{Label: t("default-gateway"), Value: n.Model.AdditionalNetwork.DefaultGateway},
		}
	},
	groups: func(r *request, v typed) []group {
		own, set := r.machine.Model().AdditionalNetwork, r.machine.Settings().Additional
		server, primary, secondary := "auto", own.PrimaryDNS, own.SecondaryDNS
		if set.ManualDNS {
			server, primary, secondary = "manual", set.PrimaryDNS, set.SecondaryDNS
		}
		text := func(id, value string) field {
			return field{ID: id, Label: id, Kind: "text", Value: v.get(id, value)}
		}
		return []group{{Fields: []field{
			{
				ID: "additional", Label: additionalNetwork, Kind: "radio",
				Choices: r.labelled(v.get("additional", useValue(set.Use)), use, doNotUse),
			},
			{
				ID: "dns", Label: "dns-server-setting", Kind: "radio",
				Choices: r.labelled(v.get("dns", server), "auto", "manual"),
			},
			text("primary-dns-server", primary), text("secondary-dns-server", secondary),
		}}}
	},
	act: func(r *request, _ string, v typed) (problems []problem, done string) {
		trimmed := func(id string) string { return strings.TrimSpace(v.get(id, "")) }
		next := settings.Additional{Use: v.is("additional", use), ManualDNS: v.is("dns", "manual")}
		if next.ManualDNS {
			next.PrimaryDNS, next.SecondaryDNS = trimmed("primary-dns-server"), trimmed("secondary-dns-server")
		}
		switch {
		case !next.Use && !v.is("additional", doNotUse):
			problems = append(problems, problem{field: "additional", id: "invalid-choice"})
		case !next.Use && r.machine.Settings().EmailOnAdditional:
			problems = append(problems, problem{field: "additional", id: "additional-network-needed"})
		}
		if !next.ManualDNS && !v.is("dns", "auto") {
			problems = append(problems, problem{field: "dns", id: "invalid-choice"})
		}
		if problems = append(problems, fromProblems(next.Check())...); len(problems) > 0 {
			return problems, ""
		}
		if err := r.machine.Change(func(s *settings.Settings) { s.Additional = next }); err != nil {
			return notStored(err), ""
		}
		return nil, "setup-complete"
	},
}

// emailNetworkForm is Email Server > Network: the network that mail is sent from. Moving a printer that is set to
// OAuth2 to the additional one changes nothing before the warning has been answered with OK.
var emailNetworkForm = &settingsForm{
	page: pageEmailNetwork, buttons: okButton, before: "email-network-explain",
	groups: func(r *request, v typed) []group {
		return []group{{Fields: []field{{
			ID: "network", Label: "network", Kind: "radio",
			Choices: r.labelled(v.get("network", r.machine.Facts().EmailNetwork()), standardNetwork, additionalNetwork),
		}}}}
	},
	act: func(r *request, _ string, v typed) (problems []problem, done string) {
		chosen := v.get("network", "")
		switch {
		case chosen != standardNetwork && chosen != additionalNetwork:
			return []problem{{field: "network", id: "invalid-choice"}}, ""
		case chosen == additionalNetwork && !r.machine.Settings().Additional.Use:
			return []problem{{field: "network", id: "additional-network-unused"}}, ""
		case chosen == additionalNetwork && r.losesOAuth2():
			r.redirect(pathEmailNetworkWarning)
			return nil, ""
		}
		return r.setEmailNetwork(chosen)
	},
}

// losesOAuth2 reports whether the printer is set to OAuth2 and would be without it on the additional network.
func (r *request) losesOAuth2() bool {
	return !r.machine.Settings().EmailOnAdditional && r.engine.Settings().Method == mail.MethodOAuth2
}

// setEmailNetwork stores the network that mail is sent from, in one write.
func (r *request) setEmailNetwork(chosen string) (problems []problem, done string) {
	additional := chosen == additionalNetwork
	if err := r.machine.Change(func(s *settings.Settings) { s.EmailOnAdditional = additional }); err != nil {
		return notStored(err), ""
	}
	if additional { // the code that is shown leads to nothing any more
		r.engine.CancelSignIn(r.r.Context())
	}
	return nil, "setup-complete"
}

// emailNetworkWarning is the warning before OAuth2 is lost.
func (r *request) emailNetworkWarning() {
	if !r.losesOAuth2() {
		r.redirect(pathEmailNetwork)
		return
	}
	r.show(http.StatusOK, "form", page{
		Path: r.heading(pageEmailNetwork), Notices: []notice{{Text: r.texts.Text("email-network-warning"), Problem: true}},
		Body: formView{
			Address: pathEmailNetworkWarning,
			Buttons: []button{{Action: "ok", Label: "ok"}, {Action: "cancel", Label: "cancel", Second: true}},
		},
	})
}

// emailNetworkAnswer is the answer to the warning.
func (r *request) emailNetworkAnswer() {
	switch action := r.r.PostFormValue("action"); {
	case action == "cancel", action == "ok" && !r.losesOAuth2(): // another administrator was faster
		r.redirect(pathEmailNetwork)
	case action != "ok":
		r.fail(http.StatusBadRequest, "bad-request")
	case !r.machine.Settings().Additional.Use:
		r.draft(pageEmailNetwork, &draft{problems: []problem{{field: "network", id: "additional-network-unused"}}})
	default:
		problems, done := r.setEmailNetwork(additionalNetwork)
		r.draft(pageEmailNetwork, &draft{problems: problems, done: done, good: true})
	}
}

// offers reports whether Authentication Method has a value now.
func (r *request) offers(method string) bool { return slices.Contains(r.methods(), method) }

// methods are the values of Authentication Method. The fax server is on the standard network, which does all of the
// firmware's.
func (r *request) methods() []string {
	if r.of == faxMail {
		return r.machine.Facts().Firmware.AuthenticationMethods
	}
	return r.machine.Facts().Methods()
}
