package grants

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/resources"
	"mfpsim/fakeentra/internal/signing"
	"mfpsim/fakeentra/internal/signins"
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
	application, p := e.Directory.Client(a.Alias, id)
	if p != nil {
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

// refresh redeems a refresh token (entra.md §4). Each use gives a new one; the old one stays good.
func (e *Endpoint) refresh(a *wire.Request, application directory.Application) (*tokens.Answer, *catalogue.Problem) {
	text := a.Param("refresh_token")
	if text == "" {
		return nil, catalogue.Fail(900144).With("name", "refresh_token")
	}
	token, ok := e.Mint.Redeem(text)
	if !ok {
		if a.Alias.Consumers() {
			return nil, catalogue.FailAs(70000, "consumers")
		}
		return nil, catalogue.Fail(9002313)
	}
	g := token.Grant
	if g.Application != application.ID {
		return nil, catalogue.Fail(70000)
	}
	how, p := redeemer(a, g, application)
	if p != nil {
		return nil, p
	}
	g.Proof = how
	e.Mint.Proved(g.Number, how)
	u := e.Directory.AccountBy(g.User)
	switch {
	case g.Platform == directory.PlatformSPA && a.At.Sub(g.SignedIn) >= spaLifetime:
		return nil, catalogue.Fail(700084).With("time", dotNetSpan(spaLifetime))
	case !a.Alias.Admits(u) && a.Alias.Organization() && !u.Personal:
		return nil, catalogue.Fail(50020).With("user", u.Principal).With("idp", "https://sts.windows.net/"+u.Home.ID+"/").
			With("tenant", a.Alias.Name).With("id", application.ID).With("name", application.Name)
	case !a.Alias.Admits(u):
		return nil, catalogue.Fail(9002313)
	case a.At.Sub(token.At) >= e.Settings.RefreshTokenLifetime || token.Void:
		p := catalogue.Fail(700082).With("issued", catalogue.SevenDigits(token.At)).With("idle", dotNetSpan(e.Settings.RefreshTokenLifetime))
		e.Log.Add(signins.SignIn{
			Time: a.At, Tenant: u.Home.ID, User: u.Principal, UserID: u.ID, Application: application.Name, ApplicationID: application.ID,
			Resource: g.Scope.API.Name, Address: e.Places.Device().Address, AADSTS: 700082, Protocol: signins.ProtocolOf(g.Flow), Transfer: g.Flow,
			CorrelationID: a.Correlation, TraceID: a.Trace,
		})
		if u.Personal {
			p = personal(p)
		}
		return nil, p
	}
	scope := g.Scope
	if a.Has("scope") && !a.V1 {
		asked, p := resources.Parse(a.Param("scope"), application.Name, true)
		if p != nil {
			return nil, p.With("tenant", u.Home.Name)
		}
		scope = asked.Narrowed(g.Scope)
	}
	if a.V1 && a.Has("resource") {
		asked, p := resources.Whole(a.Param("resource"))
		if p != nil {
			return nil, p.With("tenant", u.Home.Name)
		}
		scope = asked
	}
	scope.Offline = true // a refresh token is answered by a refresh token
	holder, p := e.permit(a, g, scope, true)
	if p != nil {
		return nil, p
	}
	return e.Mint.Issue(a, holder, g, scope, tokens.Binding{}), nil
}

// redeemer checks who presents a refresh token: a server shows its secret, a page with script its origin (entra.md §8.2).
func redeemer(a *wire.Request, g tokens.Grant, application directory.Application) (tokens.Proof, *catalogue.Problem) {
	if g.Platform != directory.PlatformNone {
		if p := crossOrigin(a, g.Platform); p != nil {
			return tokens.ProofNone, p
		}
	}
	return prove(a, application, g.Proof != tokens.ProofNone || application.Confidential)
}

// dotNetSpan writes a duration as "90.00:00:00" (captured, azure-cli#23105).
func dotNetSpan(d time.Duration) string {
	clock := time.Unix(0, 0).UTC().Add(d % (24 * time.Hour)).Format("15:04:05")
	if d < 24*time.Hour {
		return clock
	}
	return strconv.Itoa(int(d/(24*time.Hour))) + "." + clock
}

// sendSigned sends an answer whose tokens are signed after the turn, as many answers at a time as there are cores. A planted answer that
// stands between has them signed at once.
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
		later.Finish(sign)
		return
	}
	sign(body)
	wire.Write(w, status, body)
}
