package serve

import (
	_ "embed"
	"encoding/json"
	"reflect"

	"mfpsim/cmd/mfpsim/serve/routes"
	"mfpsim/fakeentra"
)

//go:generate go test -count=1 -run TestThePageOfTheControlAPI -update .

// introduction stands at the head of docs/control.md.
//
//go:embed introduction.md
var introduction string

// foreign are the types of the table that write JSON of a shape of their own.
var foreign = routes.Foreign{
	reflect.TypeFor[json.RawMessage]():       "`conditionalAccessPolicy` of Microsoft Graph, as it was exported",
	reflect.TypeFor[wording]():               "", // a line, or a list of words
	reflect.TypeFor[fakeentra.Application](): "`application` of Microsoft Graph, with settings of the bench",
	reflect.TypeFor[fakeentra.Consent]():     "`oauth2PermissionGrant` of Microsoft Graph",
	reflect.TypeFor[fakeentra.Tenant]():      "`organization` of Microsoft Graph, with settings of the bench",
	reflect.TypeFor[fakeentra.Policy]():      "`conditionalAccessPolicy` of Microsoft Graph",
	reflect.TypeFor[fakeentra.SignIn]():      "`signIn` of Microsoft Graph",
	reflect.TypeFor[fakeentra.AuditEntry]():  "`directoryAudit` of Microsoft Graph",
}

// openAPI is the table as an OpenAPI document.
func openAPI() (routes.Raw, error) {
	document, err := routes.OpenAPI(table(), routes.Info{
		Title: "mfpsim serve", Version: "1",
		About: "The control API of a live bench: a simulated printer, a fake Entra ID and a fake Exchange Online. See docs/control.md.",
	}, foreign)
	return routes.Raw{Type: "application/json", Body: document}, err
}
