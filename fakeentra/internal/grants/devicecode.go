package grants

import (
	"cmp"
	"net/http"
	"time"

	"mfpsim/fakeentra/internal/access"
	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/codes"
	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/doors"
	"mfpsim/fakeentra/internal/hosts"
	"mfpsim/fakeentra/internal/ordered"
	"mfpsim/fakeentra/internal/resources"
	"mfpsim/fakeentra/internal/texts"
	"mfpsim/fakeentra/internal/tokens"
	"mfpsim/fakeentra/internal/wire"
	"mfpsim/fakeentra/internal/words"
)

// DeviceCode answers the device authorization request.
func (e *Endpoint) DeviceCode(w http.ResponseWriter, a *wire.Request) {
	body, p := e.makeCode(a)
	if p != nil {
		if a.V1 {
			p.InV1()
		}
		e.Front.AnswerError(w, a, p)
		return
	}
	e.Front.SetDeviceHeaders(w, a)
	wire.Write(w, http.StatusOK, body)
}

// makeCode checks in the documented order: parameters, then the application (docs/reference/entra.md §2.1), then what
// it may do.
func (e *Endpoint) makeCode(a *wire.Request) ([]byte, *catalogue.Problem) {
	wanted := "scope"
	if a.V1 {
		wanted = "resource"
	}
	for _, name := range []string{"client_id", wanted} {
		if !a.Has(name) {
			return nil, catalogue.Fail(900144).With("name", name)
		}
	}
	application, p := e.client(a, doors.DeviceCode, a.Param("client_id"))
	if p != nil {
		return nil, p
	}
	if a.Alias.Consumers() && application.Confidential {
		return nil, catalogue.Fail(70002) // elsewhere the refusal comes at the token endpoint
	}
	scope, p := a.Scope(e.Directory.Resources(), application.Name)
	if p != nil {
		return nil, p.With("tenant", e.tenantName(a))
	}
	if a.Alias.Consumers() && scope.API.Same(resources.Exchange) && scope.Audience != resources.Exchange.Roots[0] {
		// outlook.office365.com is not for Outlook.com (docs/reference/entra.md §10)
		return nil, catalogue.Fail(70011).With("scope", a.Param("scope"))
	}
	if most := e.Settings.MaxDeviceCodes; most > 0 && e.Codes.WaitingOf(application.ID, a.At) >= most {
		return nil, catalogue.Fail(50196)
	}
	c := e.Codes.Add(codes.Request{
		Application: application.ID, Alias: a.Alias, Scope: scope, Correlation: a.Correlation, Capable: a.Capable(),
		V1:       a.V1,
		Interval: cmp.Or(a.Interval, e.Settings.Interval), Expires: a.At.Add(cmp.Or(a.Lifetime, e.Settings.CodeLifetime)),
	}, a.At)
	verification, lifetime := e.verificationURI(a), c.Expires.Sub(a.At)
	message := deviceMessage(a, c, verification)
	if a.V1 {
		return deviceAnswerV1(c, verification, message, lifetime), nil
	}
	o := ordered.New(700)
	o.Text("user_code", c.User).Text("device_code", c.Device).Text("verification_uri", verification)
	o.Number("expires_in", int64(lifetime/time.Second)).Number("interval", int64(c.Interval/time.Second))
	o.Text("message", message)
	return o.Bytes(), nil
}

// deviceMessage is what a device is to show its user, in the language of its request: captured, AZJS-dev.
func deviceMessage(a *wire.Request, c codes.Request, verification string) string {
	return words.Fill(texts.DeviceMessage(a.Query["mkt"]), "{uri}", verification, "{code}", c.User)
}

// Where a person types the code.
const (
	oldVerificationURI      = "https://microsoft.com/devicelogin"  // captures until 2025, docs/reference/entra.md §2.1
	realVerificationURI     = "https://login.microsoft.com/device" // reports of 2026, docs/reference/entra.md §2.1
	personalVerificationURI = "https://www.microsoft.com/link"     // captures, docs/reference/entra.md §2.1
)

// verificationURI is what the person is told. A fake that was reached under a name of its own says that name: nobody
// who follows it may end up at Microsoft's.
func (e *Endpoint) verificationURI(a *wire.Request) string {
	switch {
	case !hosts.Microsofts(a.HTTP.Host), a.OwnPort():
		return a.Link("/device")
	case a.Alias.Consumers():
		return personalVerificationURI
	case e.Settings.VerificationURI != "":
		return e.Settings.VerificationURI
	case !a.Since(wire.DeviceAddress):
		return oldVerificationURI
	default:
		return realVerificationURI
	}
}

// poll answers a device that asks whether the person is done (docs/reference/entra.md §2.2). There is a problem unless
// tokens are due.
func (e *Endpoint) poll(
	a *wire.Request, application directory.Application, how tokens.Proof,
) (tokens.Grant, tokens.Holder, *catalogue.Problem) {
	text := PolledCode(a)
	if text == "" {
		return tokens.Grant{}, tokens.Holder{}, catalogue.Fail(900144).With("name", "device_code")
	}
	c, known := e.Codes.Device(text, a.At)
	if !known {
		return tokens.Grant{}, tokens.Holder{}, catalogue.FailAs(70000, "device_code")
	}
	if p := e.notDue(a, c, application, how); p != nil {
		return tokens.Grant{}, tokens.Holder{}, p.In(c.Correlation)
	}
	g := tokens.Grant{
		User: c.Account, Application: application.ID, Scope: c.Scope, Flow: access.FlowDeviceCode, Epoch: c.Epoch,
		SignedIn: c.SignedIn, MFA: c.MFA, Correlation: c.Correlation, Proof: how, Capable: c.Capable,
	}
	holder, p := e.permit(a, g, c.Scope, false)
	e.Codes.Redeem(text)
	if p != nil {
		return tokens.Grant{}, holder, p.In(c.Correlation)
	}
	g.Session = e.Front.Random.UUID()
	return e.Mint.Keep(g), holder, nil
}

// PolledCode is the device code that a poll carries.
func PolledCode(a *wire.Request) string {
	if text := a.Param("device_code"); text != "" {
		return text
	}
	return a.Param("code") // early v2 wanted this name
}

// notDue says why a device gets no tokens now; nil: they are due.
func (e *Endpoint) notDue(
	a *wire.Request, c codes.Request, application directory.Application, how tokens.Proof,
) *catalogue.Problem {
	switch {
	case c.Application != application.ID:
		return catalogue.Fail(700007)
	case !a.At.Before(c.Expires): // looked at before "already used" (docs/reference/entra.md §2.2)
		if c.Personal {
			return consumersExpired()
		}
		return catalogue.Fail(70020)
	}
	if p := e.Doors.Poll(doors.Visit{V1: a.V1, Alias: a.Alias, Application: application}, c.Alias); p != nil {
		return p
	}
	switch {
	case c.State == codes.Redeemed:
		return catalogue.FailAs(70000, "device_code")
	case c.State == codes.Declined:
		return catalogue.FailAs(0, "declined")
	case c.State == codes.Pending:
		if e.Codes.Poll(c.Device, a.At) && e.Settings.SlowDown {
			return SlowDown()
		}
		return StillPending(c)
	case application.Confidential && how == tokens.ProofNone:
		// heard only after the person has signed in (azure-docs#31986)
		return catalogue.Fail(7000218)
	}
	return nil
}

// StillPending tells a device to go on polling.
func StillPending(c codes.Request) *catalogue.Problem {
	if c.Personal {
		return catalogue.FailAs(70016, "consumers")
	}
	return catalogue.Fail(70016)
}

// SlowDown tells a device that it polls too fast.
func SlowDown() *catalogue.Problem { return catalogue.FailAs(0, "slow_down") }

// consumersExpired is a dead code of a personal account: the word is documented, the sentence reported
// (docs/reference/entra.md §10).
func consumersExpired() *catalogue.Problem {
	return catalogue.FailAs(70000, "consumers-expired").Say("expired_token")
}
