package fakeentra

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"time"

	"mfpsim/chance"
	"mfpsim/fakeentra/internal/access"
	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/hosts"
	"mfpsim/fakeentra/internal/ordered"
	"mfpsim/fakeentra/internal/resources"
	"mfpsim/fakeentra/internal/texts"
)

// Shapes of codes (entra.md §2.1): drawn from eleven captured codes of work accounts and four of personal ones.
const (
	userCodeAlphabet   = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
	userCodeLength     = 9
	personalCodeLength = 8
	deviceCodePrefix   = "FAQABAAEAAAAm-" // captured in this form; the rest is opaque
)

// codeState is how far a device authorization has come.
type codeState int

const (
	codePending codeState = iota
	codeApproved
	codeDeclined
	codeRedeemed
)

// deviceCode is one device authorization (RFC 8628 §3.2).
type deviceCode struct {
	device, user string
	application  *Application
	alias        tenantAlias
	scope        resources.Request
	correlation  string // of the request for it: every later answer carries it (entra.md §2.3)
	expires      time.Time
	interval     time.Duration
	message      string // in the language of the request
	lastPoll     time.Time
	capable      bool // the client understands claims challenges
	state        codeState

	account  *user // who approved it
	epoch    int   // the account's, at the password
	mfa      bool
	signedIn time.Time

	web *webRequest // not nil: no device asked, a browser did, and there are no codes
}

// flow is the original transfer method of what the code leads to.
func (c *deviceCode) flow() string {
	if c.web != nil {
		return ""
	}
	return access.FlowDeviceCode
}

// keepCodes is how long a dead code is remembered; after that it is as unknown as an invented one.
const keepCodes = 24 * time.Hour

// deviceCode answers the device authorization request.
func (s *Server) deviceCode(w http.ResponseWriter, a *ask) {
	s.mu.Lock()
	body, p := s.makeCode(a)
	s.mu.Unlock()
	if p != nil {
		if a.v1 {
			p.InV1()
		}
		s.answerError(w, a, p)
		return
	}
	s.setHeaders(w, a)
	write(w, http.StatusOK, body)
}

// makeCode checks in the documented order: parameters, then the application (entra.md §2.1), then what it may do.
func (s *Server) makeCode(a *ask) ([]byte, *catalogue.Problem) {
	wanted := "scope"
	if a.v1 {
		wanted = "resource"
	}
	for _, name := range []string{"client_id", wanted} {
		if !a.has(name) {
			return nil, catalogue.Fail(900144).With("name", name)
		}
	}
	application, p := s.lookUpApplication(a, a.param("client_id"))
	if p != nil {
		return nil, p
	}
	if (a.alias.common || a.alias.work) && application.Audience == AudienceOneTenant {
		return nil, catalogue.Fail(50059) // captured straight from /devicecode, MSAL.py#154
	}
	scope, p := webScope(a, application, a.v1)
	if p != nil {
		return nil, p.With("tenant", a.alias.directoryName())
	}
	if a.alias.consumers() && scope.API == resources.Exchange && scope.Audience != resources.Exchange.Roots[0] {
		return nil, catalogue.Fail(70011).With("scope", a.param("scope")) // outlook.office365.com is not for Outlook.com (entra.md §10)
	}
	s.forgetCodes(a.at)
	lifetime, interval := s.config.CodeLifetime, s.config.Interval
	if a.lifetime > 0 {
		lifetime = a.lifetime
	}
	if a.interval > 0 {
		interval = a.interval
	}
	c := &deviceCode{
		interval:    interval,
		message:     texts.DeviceMessage(a.query["mkt"]),
		application: application, alias: a.alias, scope: scope, correlation: a.correlation,
		expires: a.at.Add(lifetime), capable: cp1(a.param("claims")),
		device: deviceCodePrefix + base64.RawURLEncoding.EncodeToString(s.random.Bytes(168)) + "gAA",
	}
	length, verification := userCodeLength, s.verificationURI(a)
	if a.alias.consumers() {
		length = personalCodeLength
	}
	for c.user == "" || s.userCodes[c.user] != nil {
		c.user = letters(s.random, userCodeAlphabet, length)
	}
	s.codes[c.device], s.userCodes[c.user] = c, c
	s.codeOrder = append(s.codeOrder, c)
	s.secrets.Add(c.device)
	if a.v1 {
		return deviceAnswerV1(c, verification, lifetime, interval), nil
	}
	o := ordered.New(700)
	o.Text("user_code", c.user).Text("device_code", c.device).Text("verification_uri", verification)
	o.Number("expires_in", int64(lifetime/time.Second)).Number("interval", int64(interval/time.Second))
	o.Text("message", deviceMessage(c, verification))
	return o.Bytes(), nil
}

// deviceMessage is what a device is to show its user: captured, AZJS-dev.
func deviceMessage(c *deviceCode, verification string) string {
	return strings.NewReplacer("{uri}", verification, "{code}", c.user).Replace(c.message)
}

// letters draws a word of an alphabet whose length is a power of two.
func letters(r *chance.Reader, alphabet string, n int) string {
	b := r.Bytes(n)
	for i := range b {
		b[i] = alphabet[int(b[i])%len(alphabet)]
	}
	return string(b)
}

// verificationURI is what the person is told. A fake that was reached under a name of its own says that name: nobody who
// follows it may end up at Microsoft's.
func (s *Server) verificationURI(a *ask) string {
	switch {
	case !hosts.Microsofts(a.request.Host):
		return a.link("/device")
	case a.alias.consumers():
		return personalVerificationURI
	case s.config.VerificationURI != "":
		return s.config.VerificationURI
	default:
		return realVerificationURI
	}
}

// forgetCodes drops codes that are long dead; all live equally long, so the oldest come first; under s.mu.
func (s *Server) forgetCodes(now time.Time) {
	dead := 0
	for dead < len(s.codeOrder) && now.Sub(s.codeOrder[dead].expires) > keepCodes {
		c := s.codeOrder[dead]
		delete(s.codes, c.device)
		delete(s.userCodes, c.user)
		dead++
	}
	s.codeOrder = s.codeOrder[dead:]
}

// lookUpApplication finds the client and what forbids it under this tenant; under s.mu.
func (s *Server) lookUpApplication(a *ask, id string) (*Application, *catalogue.Problem) {
	application := s.directory.applications[strings.ToLower(id)]
	foreign := func() *catalogue.Problem {
		return catalogue.Fail(700016).With("id", id).With("tenant", a.alias.directoryName())
	}
	switch {
	case application == nil:
		return nil, foreign()
	case a.alias.consumers() && (application.Audience == AudienceOrganizations || application.Audience == AudienceOneTenant):
		return nil, catalogue.Fail(9002332).With("id", id).With("name", application.Name)
	case application.Audience == AudienceOneTenant && a.alias.tenant != nil && a.alias.tenant != s.directory.byDomain[application.Home]:
		return nil, foreign()
	case application.Disabled:
		return nil, catalogue.Fail(7000112).With("id", id).With("name", application.Name)
	}
	return application, nil
}

// poll answers a device that asks whether the person is done (entra.md §2.2); under s.mu. The grant is nil unless tokens are due.
func (s *Server) poll(a *ask, application *Application, how proof) (*grant, *catalogue.Problem) {
	text := a.param("device_code")
	if text == "" {
		text = a.param("code") // early v2 wanted this name
	}
	if text == "" {
		return nil, catalogue.Fail(900144).With("name", "device_code")
	}
	c := s.codes[text]
	if c == nil {
		return nil, catalogue.FailAs(70000, "device_code")
	}
	switch {
	case c.application != application:
		return nil, catalogue.Fail(700007).In(c.correlation)
	case !a.at.Before(c.expires): // looked at before "already used" (entra.md §2.2)
		if c.alias.consumers() {
			return nil, s.consumersExpired(c)
		}
		return nil, catalogue.Fail(70020).In(c.correlation)
	case c.state == codeRedeemed:
		return nil, catalogue.FailAs(70000, "device_code").In(c.correlation)
	case c.state == codeDeclined:
		return nil, catalogue.FailAs(0, "declined").In(c.correlation)
	case c.state == codePending:
		early := !c.lastPoll.IsZero() && a.at.Sub(c.lastPoll) < c.interval
		c.lastPoll = a.at
		switch {
		case early && s.config.SlowDown:
			return nil, catalogue.FailAs(0, "slow_down").In(c.correlation)
		case c.alias.consumers():
			return nil, catalogue.FailAs(70016, "consumers").In(c.correlation)
		}
		return nil, catalogue.Fail(70016).In(c.correlation)
	case application.NoPublicClient && how == proofNone: // heard only after the person has signed in (azure-docs#31986)
		return nil, catalogue.Fail(7000218).In(c.correlation)
	}
	g := &grant{
		user: c.account, application: application, scope: c.scope, flow: access.FlowDeviceCode, epoch: c.epoch,
		signedIn: c.signedIn, mfa: c.mfa, correlation: c.correlation, proof: how, capable: c.capable,
	}
	if p := s.permit(a, g, c.scope, false); p != nil {
		c.state = codeRedeemed
		return nil, p.In(c.correlation)
	}
	c.state = codeRedeemed
	s.lastGrant++
	g.number = s.lastGrant
	g.session = s.random.UUID()
	s.grants[g.number] = g
	return g, nil
}

// consumersExpired is a dead code of a personal account: the word is documented, the sentence captured (entra.md §10).
func (s *Server) consumersExpired(c *deviceCode) *catalogue.Problem {
	return catalogue.FailAs(70000, "consumers-expired").In(c.correlation).Say("expired_token")
}

// findUserCode finds what a person typed: without regard to case, spaces and dashes; under s.mu.
func (s *Server) findUserCode(typed string) *deviceCode {
	return s.userCodes[strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(typed))]
}

// liveCode finds a code for an act of a person; under s.mu.
func (s *Server) liveCode(typed string) (*deviceCode, error) {
	c := s.findUserCode(typed)
	switch {
	case strings.TrimSpace(typed) == "":
		return nil, refuse(90119, texts.Say(texts.CodeTitle))
	case c == nil:
		return nil, refuse(70018, texts.Say(texts.CodeTitle))
	case !s.now().Before(c.expires):
		return nil, refuse(70019, texts.Say(texts.CodeTitle))
	case c.state != codePending:
		return nil, refuse(90120, texts.Say(texts.CodeTitle))
	}
	return c, nil
}

func refuse(code int, heading string) *Refusal {
	return &Refusal{AADSTS: code, Page: heading, Text: catalogue.Reason(code)}
}

// EnterCode types a code into the page "Enter code to allow access" and reports how the page takes it; nothing is approved
// by it. The error is a [*Refusal].
func (s *Server) EnterCode(code string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.liveCode(code)
	return err
}

// PendingCode returns the user code that was given out last and still waits for a person; ok is false if none does.
func (s *Server) PendingCode() (code string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var best *deviceCode
	now := s.now()
	for _, c := range s.codes {
		if c.state != codePending || !now.Before(c.expires) {
			continue
		}
		if best == nil || c.expires.After(best.expires) || c.expires.Equal(best.expires) && c.user > best.user {
			best = c
		}
	}
	if best == nil {
		return "", false
	}
	return best.user, true
}

// Decline presses Cancel on "Are you trying to sign in to …?": the device hears authorization_declined.
func (s *Server) Decline(code string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.liveCode(code)
	if err != nil {
		return err
	}
	c.state = codeDeclined
	return nil
}

// Approve signs a user in with a code, as all the pages together would: password, second factor, confirmation, and consent for
// as many people as the user may consent for. What a page would refuse is refused, with a [*Refusal], and logged.
func (s *Server) Approve(code, principal string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.liveCode(code)
	if err != nil {
		return err
	}
	u := s.directory.userOf(principal)
	if u == nil {
		return fmt.Errorf("fakeentra: there is no user %q", principal)
	}
	v := &visit{code: c, user: u, account: u.Principal, passwordDone: true, confirmed: true, epoch: u.epoch, signedIn: s.now()}
	a := &ask{at: s.now(), trace: s.traceID(), correlation: c.correlation, alias: c.alias}
	return s.approveAll(a, v)
}
