package tokens

import (
	"strconv"
	"time"

	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/ordered"
	"mfpsim/fakeentra/internal/resources"
	"mfpsim/fakeentra/internal/signing"
	"mfpsim/fakeentra/internal/wire"
)

// Answer is a success in the making: all that was drawn and decided, not yet signed.
type Answer struct {
	scope      string
	seconds    int64
	access     []byte // claims; nil: opaque is the token
	opaque     string
	refresh    string
	id         []byte // claims of the id_token; nil: none
	idKey      *signing.Key
	clientInfo string
	v1         bool
	at         time.Time
	resource   string // v1 names it
	bare       bool   // an application's own token: no scope
}

// Issue draws everything that a success needs.
func (m *Mint) Issue(a *wire.Request, h Holder, g Grant, scope resources.Request, bound Binding) *Answer {
	t := &Answer{
		scope: h.Decision.Scope, seconds: m.Lifetime(a, h, g), idKey: signing.Organizations(), v1: a.V1,
		at: a.At, resource: scope.Audience,
	}
	if a.V1 {
		t.scope = h.Decision.ScopeV1
	}
	number := m.count()
	if h.Account.Personal {
		t.idKey = signing.Personal()
		t.opaque = m.makeOpaque(a, h, scope, t.seconds, number)
	} else {
		t.access = m.accessClaims(a, h, g, scope, t.seconds, number)
	}
	access, refresh := number, uint64(0)
	if scope.Offline {
		t.refresh, number = m.makeRefreshToken(h, g, a.At)
		refresh = number
	}
	m.live(g, a.At, t.seconds, access, refresh)
	if scope.OpenID {
		t.id = m.idClaims(a, h, g, scope, bound, number)
	}
	if a.Param("client_info") == "1" {
		t.clientInfo = ClientInfo(h.Account)
	}
	return t
}

// ClientInfo is the home account, for libraries (docs/reference/entra.md §3).
func ClientInfo(u directory.Account) string {
	info := ordered.New(120)
	info.Text("uid", u.ID).Text("utid", u.Home.ID)
	return encode64(info.Bytes())
}

// Life of an access token whose client understands claims challenges: 20 to 28 hours ([D] CTL: up to 28 hours).
const (
	capableSeconds = 20 * 3600
	capableSpread  = 8 * 3600
)

// Lifetime is how many seconds an access token lives: drawn between 60 and 90 minutes; personal accounts have 3600
// seconds (docs/reference/entra.md §3).
func (m *Mint) Lifetime(a *wire.Request, h Holder, g Grant) int64 {
	if m.lifetime > 0 {
		return int64(m.lifetime / time.Second)
	}
	if h.Account.Personal {
		return 3600
	}
	if capable(a, g) {
		return capableSeconds + int64(m.random.Intn(capableSpread))
	}
	return 3600 + int64(m.random.Intn(1800))
}

// capable reports whether the client said, now or when the sign-in began, that it understands claims challenges.
func capable(a *wire.Request, g Grant) bool { return g.Capable || a.Capable() }

// Body writes the answer, tokens still unsigned; key order as captured (docs/reference/entra.md §3).
func (t *Answer) Body() ([]byte, []signing.Slot) {
	o := ordered.New(t.length())
	var slots []signing.Slot
	token := func(name string, key *signing.Key, header string, claims []byte) {
		start, end := o.Place(name, func(to []byte) []byte { return signing.AppendUnsigned(to, header, claims) })
		slots = append(slots, signing.Slot{Start: start, End: end, Key: key})
	}
	o.Text("token_type", "Bearer")
	if !t.bare {
		o.Text("scope", t.scope)
	}
	if t.v1 {
		t.timesV1(o)
	} else {
		o.Number("expires_in", t.seconds).Number("ext_expires_in", t.seconds)
	}
	if t.access != nil {
		token("access_token", signing.Organizations(), signing.Organizations().HeaderV1, t.access)
	} else {
		o.Text("access_token", t.opaque)
	}
	if t.refresh != "" {
		o.Text("refresh_token", t.refresh)
	}
	if t.id != nil {
		token("id_token", t.idKey, t.idKey.HeaderV2, t.id)
	}
	if t.clientInfo != "" {
		o.Text("client_info", t.clientInfo)
	}
	return o.Bytes(), slots
}

// length is about how long the answer is.
func (t *Answer) length() int {
	n := 250 + len(t.scope) + len(t.opaque) + len(t.refresh) + len(t.clientInfo)
	if t.access != nil {
		n += signing.Length(signing.Organizations().HeaderV1, t.access)
	}
	if t.id != nil {
		n += signing.Length(t.idKey.HeaderV2, t.id)
	}
	if t.v1 {
		n += 250
	}
	return n
}

// timesV1 writes the v1 form of a token's life: strings, and when it begins and ends ([C] MSAL.NET TestConstants,
// TokenResponseJson).
func (t *Answer) timesV1(o *ordered.Object) {
	seconds := strconv.FormatInt(t.seconds, 10)
	o.Text("expires_in", seconds).Text("ext_expires_in", seconds)
	o.Text("expires_on", strconv.FormatInt(t.at.Add(time.Duration(t.seconds)*time.Second).Unix(), 10))
	o.Text("not_before", strconv.FormatInt(t.at.Add(-IssuedEarly).Unix(), 10))
	o.Text("resource", t.resource)
}

// Application makes the answer to an application that asks in its own name: an access token alone.
func (m *Mint) Application(
	a *wire.Request, application directory.Application, sp directory.ServicePrincipal, scope resources.Request,
	how Proof,
) *Answer {
	t := &Answer{v1: a.V1, at: a.At, resource: scope.Audience, bare: true, seconds: 3599}
	if m.lifetime > 0 {
		t.seconds = int64(m.lifetime / time.Second)
	}
	t.access = m.applicationClaims(a, application, sp, scope, how, t.seconds, m.count())
	return t
}

// Access makes an access token at once, for an answer by redirect.
func (m *Mint) Access(a *wire.Request, h Holder, g Grant, seconds int64) string {
	number := m.count()
	if h.Account.Personal {
		return m.makeOpaque(a, h, g.Scope, seconds, number)
	}
	key := signing.Organizations()
	token := key.Sign(key.HeaderV1, m.accessClaims(a, h, g, g.Scope, seconds, number))
	m.secrets.Add(token)
	return token
}

// ID makes an id_token at once.
func (m *Mint) ID(a *wire.Request, h Holder, g Grant, bound Binding) string {
	key := signing.Organizations()
	if h.Account.Personal {
		key = signing.Personal()
	}
	token := key.Sign(key.HeaderV2, m.idClaims(a, h, g, g.Scope, bound, m.count()))
	m.secrets.Add(token)
	return token
}
