package grants

import (
	"net/http"
	"slices"

	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/doors"
	"mfpsim/fakeentra/internal/signing"
	"mfpsim/fakeentra/internal/tokens"
	"mfpsim/fakeentra/internal/wire"
	"mfpsim/faultnet"
)

// DeviceGrant is the device code grant's name (RFC 8628 §3.4).
const DeviceGrant = "urn:ietf:params:oauth:grant-type:device_code"

// isDeviceCode are the two names of the device code grant: RFC 8628's and the old short one, still accepted (AZJS-dev).
var isDeviceCode = map[string]bool{DeviceGrant: true, deviceCode: true}

// Kind is the short name of a grant that a client asks for: device_code for both of its names.
func Kind(a *wire.Request) string {
	if kind := a.Param("grant_type"); !isDeviceCode[kind] {
		return kind
	}
	return deviceCode
}

// Token answers the token endpoint. Signatures are made after the turn.
func (e *Endpoint) Token(w http.ResponseWriter, a *wire.Request) {
	answer, p := e.exchange(a)
	if p != nil {
		if a.V1 {
			p.InV1()
		}
		e.Front.AnswerError(w, a, p)
		return
	}
	body, slots := answer.Body()
	e.Front.SetHeaders(w, a)
	if a.Telemetry {
		w.Header()["x-ms-clitelem"] = []string{"1,0,0,,"}
	}
	e.sendSigned(w, http.StatusOK, body, slots)
}

// The grants that the token endpoint knows, beside the device code's two names.
const (
	grantRefresh     = "refresh_token"
	grantCode        = "authorization_code"
	grantCredentials = "client_credentials"
	grantPassword    = "password"
	deviceCode       = "device_code"
)

// doorOf are the doors of the grants.
var doorOf = map[string]doors.Door{
	grantRefresh: doors.ByRefresh, grantCode: doors.ByCode, grantCredentials: doors.ByCredentials,
	grantPassword: doors.ByPassword, deviceCode: doors.ByDevice, DeviceGrant: doors.ByDevice,
}

// client finds the application that a program says it is, and says why it is not let in.
func (e *Endpoint) client(a *wire.Request, door doors.Door, id string) (directory.Application, *catalogue.Problem) {
	application, p := e.Directory.Client(a.Alias, id)
	if p == nil {
		p = e.Doors.Application(visit(a, door, application))
	}
	if p == nil {
		p = application.InUse()
	}
	return application, p
}

// visit is a request at a door.
func visit(a *wire.Request, door doors.Door, application directory.Application) doors.Visit {
	return doors.Visit{Door: door, V1: a.V1, Alias: a.Alias, Application: application}
}

// Grants returns the grants of the token endpoint, by the names that clients send.
func Grants() []string {
	return []string{grantCode, grantCredentials, deviceCode, grantPassword, grantRefresh, DeviceGrant}
}

// exchange checks a token request in order: grant type, client, parameters of the grant, the grant.
func (e *Endpoint) exchange(a *wire.Request) (*tokens.Answer, *catalogue.Problem) {
	kind := a.Param("grant_type")
	if kind == "" {
		return nil, catalogue.Fail(900144).With("name", "grant_type")
	}
	if !slices.Contains(Grants(), kind) {
		return nil, catalogue.Fail(70003).With("grant", kind)
	}
	id, _, _ := a.Client()
	if id == "" {
		return nil, catalogue.Fail(900144).With("name", "client_id")
	}
	application, p := e.client(a, doorOf[kind], id)
	if p != nil {
		return nil, p
	}
	if p := e.otherCloud(a); p != nil {
		return nil, p
	}
	if e.Front.Looping(a, kind, application.ID) {
		return nil, catalogue.Fail(50196)
	}
	switch kind {
	case grantCode:
		return e.redeemCode(a, application)
	case grantCredentials:
		return e.clientCredentials(a, application)
	case grantPassword:
		return e.passwordGrant(a, application)
	case grantRefresh:
		return e.refresh(a, application)
	}
	how, p := prove(a, application, false)
	if p != nil {
		return nil, p
	}
	g, holder, p := e.poll(a, application, how)
	if p != nil {
		return nil, p
	}
	return e.Mint.Issue(a, holder, g, g.Scope, tokens.Binding{}), nil
}

// sendSigned sends an answer whose tokens are signed after the turn, as many answers at a time as there are cores. A
// planted answer that stands between has them signed at once.
func (e *Endpoint) sendSigned(w http.ResponseWriter, status int, body []byte, slots []signing.Slot) {
	sign := func(body []byte) {
		for _, place := range slots {
			place.Sign(body)
		}
		for _, place := range slots {
			e.Secrets.Add(string(body[place.Start:place.End]))
		}
	}
	if later, ok := w.(faultnet.Finisher); ok {
		wire.Write(w, status, body)
		later.Finish(func(body []byte) { e.Line.Do(func() { sign(body) }) })
		return
	}
	sign(body)
	wire.Write(w, status, body)
}
