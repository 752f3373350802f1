package webconfig

import (
	"net/http"
	"strings"

	"mfpsim/sim/settings"
)

// mailPage is a page with the settings of an email server, and the pages of its sign-in: the printer's own or the fax
// server's, which are alike and know nothing of each other (guide rules R21, R29).
type mailPage struct {
	id                           string
	address, signIn, code, state string // state is for the page's script
	engine                       func(Machine) Engine
	hint                         string // message id of what is to be known of Email service; empty: nothing
}

// The two that there are. printerMail has the addresses of the real pages' order; those of faxMail are ours.
var (
	printerMail = &mailPage{
		id: pageBasic, address: pathBasic, signIn: pathSignIn, code: pathCode, state: pathState, engine: Machine.Engine,
	}
	faxMail = &mailPage{
		id: "fax-email-server", address: "/fax/fax-server/email-server", signIn: "/fax/fax-server/sign-in",
		code: "/fax/fax-server/code", state: "/fax/fax-server/code/state", engine: Machine.FaxEngine,
		hint: "fax-provider-hint",
	}
)

// place are the pages, all for administrators.
func (m *mailPage) place() place {
	of := func(f func(*request)) func(*request) {
		return func(r *request) {
			r.of, r.engine = m, m.engine(r.machine)
			if r.engine == nil {
				panic(http.ErrAbortHandler) // the power failed meanwhile
			}
			f(r)
		}
	}
	return acts(m.address, of((*request).basicPage), of((*request).basic),
		acts(m.signIn, of((*request).signInPage), of((*request).signIn)),
		acts(m.code, of((*request).codePage), of((*request).code)),
		place{address: m.state, get: handler{http.MethodGet + " " + m.state, of((*request).codeState)}})
}

// faxServerPage is Fax > Fax Server: what is set of it.
func (r *request) faxServerPage() {
	r.show(http.StatusOK, "rows", page{Path: r.heading("fax-server"), Rows: r.machine.Facts().FaxServer(r.texts)})
}

const pageFaxServer = "fax-server-settings"

// faxServerForm is Fax > Fax Server > Fax Server Settings (guide rule R29: ask the provider for the values).
var faxServerForm = &settingsForm{
	page: pageFaxServer, buttons: okButton, before: "fax-server-explain",
	groups: func(r *request, v typed) []group {
		set, model := r.machine.Settings().FaxServer, r.machine.Model().FaxServer
		text := func(id, stored, hint string) field {
			return field{
				ID: id, Label: id, Kind: "text", Value: v.get(id, stored), Maximum: model.AddressMaximum, Hint: hint,
			}
		}
		domain := text("fax-domain", set.Domain, "fax-domain-hint")
		domain.Maximum = model.DomainMaximum
		return []group{
			{Fields: []field{
				{
					ID: "fax-server", Label: "fax-server", Kind: "radio",
					Choices: r.labelled(v.get("fax-server", useValue(set.Use)), use, doNotUse),
				},
				domain,
				{
					ID: "attachment-format", Label: "attachment-format", Kind: "select",
					Choices: r.labelled(v.get("attachment-format", set.FormatOf(model)), model.Formats...),
				},
			}},
			{Heading: "provider-authentication", Fields: []field{
				text("device-authorization-endpoint", set.Provider.DeviceAuthorization, "fax-provider-explain"),
				text("token-endpoint", set.Provider.Token, ""),
				text("client-id", set.Provider.ClientID, ""),
				text("scopes", set.Provider.Scopes, "scopes-hint"),
			}},
		}
	},
	act: func(r *request, _ string, v typed) (problems []problem, done string) {
		trimmed := func(id string) string { return strings.TrimSpace(v.get(id, "")) }
		next := settings.FaxServer{
			Use: v.is("fax-server", use), Domain: trimmed("fax-domain"), Format: v.get("attachment-format", ""),
			Provider: settings.FaxProvider{
				DeviceAuthorization: trimmed("device-authorization-endpoint"), Token: trimmed("token-endpoint"),
				ClientID: trimmed("client-id"), Scopes: strings.Join(strings.Fields(v.get("scopes", "")), " "),
			},
		}
		if !next.Use && !v.is("fax-server", doNotUse) {
			problems = append(problems, problem{field: "fax-server", id: "invalid-choice"})
		}
		bad := next.Check(r.machine.Model().FaxServer)
		problems = append(problems, fromProblems(bad)...)
		for i, p := range problems {
			if strings.HasSuffix(p.field, "-endpoint") && p.id == "invalid-characters" {
				problems[i].id = "invalid-endpoint"
			}
		}
		if len(problems) > 0 {
			return problems, ""
		}
		if err := r.machine.SetFaxServer(r.r.Context(), next); err != nil {
			return notStored(err), ""
		}
		return nil, "setup-complete"
	},
}
