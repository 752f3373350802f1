package tokens

import (
	"encoding/base64"
	"strings"
	"time"

	"mfpsim/fakeentra/internal/resources"
	"mfpsim/fakeentra/internal/wire"
)

// keepExpired is how long an expired token is remembered.
const keepExpired = 24 * time.Hour

// opaqueToken is what the fake remembers of an access token that says nothing itself.
type opaqueToken struct {
	claims Claims
	number uint64
}

// makeOpaque makes an access token of a personal account: not a JWT (docs/reference/entra.md §10).
func (m *Mint) makeOpaque(a *wire.Request, h Holder, scope resources.Request, seconds int64, number uint64) string {
	token := "EwB" + base64.StdEncoding.EncodeToString(m.random.Bytes(702)) // reported shape EwB…, invented contents
	m.secrets.Add(token)
	m.mu.Lock()
	defer m.mu.Unlock()
	if number%1024 == 0 { // now and then, so that issuing stays cheap
		for text, o := range m.opaque {
			if a.At.Sub(o.claims.Expires) > keepExpired {
				delete(m.opaque, text)
			}
		}
	}
	m.opaque[token] = opaqueToken{number: number, claims: Claims{
		Audience: scope.Audience, Issuer: "https://login.microsoftonline.com/" + h.Account.Home.ID + "/v2.0",
		Scopes:    scope.Permissions,
		Principal: h.Account.Principal, ObjectID: h.Account.ID, Tenant: h.Account.Home.ID, ApplicationID: h.Application.ID,
		IssuedAt: a.At, NotBefore: a.At, Expires: a.At.Add(time.Duration(seconds) * time.Second),
	}}
	return token
}

// Claims is what an access token says of its bearer.
type Claims struct {
	Audience      string // resource, for example https://outlook.office.com
	Issuer        string
	Scopes        []string // short names, for example SMTP.Send
	Principal     string   // the user's principal name
	ObjectID      string
	Tenant        string // tenant id
	ApplicationID string
	IssuedAt      time.Time
	NotBefore     time.Time
	Expires       time.Time
}

// Opaque returns what an access token of a personal account stands for; ok is false if it was not issued here. Tokens
// made void by [Mint.ExpireAccess] have expired.
func (m *Mint) Opaque(token string, now time.Time) (claims Claims, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	o, ok := m.opaque[token]
	if !ok {
		return Claims{}, false
	}
	if o.number <= m.accessMark && o.claims.Expires.After(now) {
		o.claims.Expires = now
	}
	return o.claims, true
}

// Expired reports whether an access token was made void by [Mint.ExpireAccess], although its exp claim lies ahead.
func (m *Mint) Expired(token string, now time.Time) bool {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		claims, ok := m.Opaque(token, now)
		return ok && !claims.Expires.After(now)
	}
	number, ok := m.numberOf(parts[1])
	m.mu.Lock()
	defer m.mu.Unlock()
	return ok && number <= m.accessMark
}

// ExpireAccess makes every access token given out so far count as expired.
func (m *Mint) ExpireAccess() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.accessMark = m.issued
}
