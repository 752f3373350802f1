package fakeentra

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/binary"
	"slices"
	"strings"
	"time"

	"mfpsim/fakeentra/internal/access"
	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/resources"
	"mfpsim/fakeentra/internal/signins"
	"mfpsim/fakeentra/internal/words"
)

// grant is what a person has allowed a client: the thing behind every refresh token (entra.md §4.1).
type grant struct {
	number      uint64
	user        *user
	application *Application
	scope       resources.Request // as first asked for
	flow        string            // original transfer method: it survives every refresh
	epoch       int               // the user's at the password; a later one means revoked
	signedIn    time.Time
	mfa         bool
	correlation string
	session     string // sid
	proof       proof  // how the application showed who it is
	platform    platform
	capable     bool // the client understands claims challenges
	v1          bool
}

// permit decides whether tokens may be issued now: state of the user, of the application, consent, policies; under s.mu.
// Every refusal is in the sign-in log with its reason.
func (s *Server) permit(a *ask, g *grant, scope resources.Request, refresh bool) *catalogue.Problem {
	p := s.permission(a, g, scope, refresh)
	row := signins.SignIn{
		Time: a.at, Tenant: g.user.tenant.ID, User: g.user.Principal, Application: g.application.Name,
		ApplicationID: g.application.ID, Resource: scope.API.Name, Address: s.address, Protocol: protocolOf(g.flow),
		Transfer: g.flow, CorrelationID: g.correlation, TraceID: a.trace, Interactive: !refresh, Source: s.device,
	}
	if refresh {
		row.CorrelationID = a.correlation
	}
	row.Policies = g.user.tenant.rules().Evaluate(s.attempt(a, g, scope, refresh)).Results
	if p != nil {
		row.AADSTS, row.Reason = p.Row.Code, catalogue.Reason(p.Row.Code)
		row.Note = signins.Note(p.Row.Code, refresh)
	}
	s.logSignIn(row)
	if p != nil && g.user.Personal {
		return personal(p)
	}
	return p
}

func protocolOf(flow string) string {
	if flow == access.FlowDeviceCode {
		return "deviceCode"
	}
	return "oAuth2"
}

// attempt is a device that asks for tokens, as policies see it; under s.mu.
func (s *Server) attempt(a *ask, g *grant, scope resources.Request, refresh bool) access.Attempt {
	source := s.device
	source.Address = s.address
	return access.Attempt{
		Person: g.user.person(), Application: g.application.ID, Name: g.application.Name, API: scope.API, Flow: g.flow,
		At: a.at, MFA: g.mfa, SignedIn: g.signedIn, Source: source, Issuance: !refresh,
	}
}

// permission is permit without the log.
func (s *Server) permission(a *ask, g *grant, scope resources.Request, refresh bool) *catalogue.Problem {
	u, home := g.user, g.user.tenant
	switch {
	case home.deleted:
		return catalogue.Fail(90002).With("tenant", home.ID)
	case u.deleted:
		return catalogue.Fail(50034).With("user", u.ID).With("tenant", home.ID)
	case u.Disabled:
		return catalogue.Fail(50057)
	case g.revoked():
		return catalogue.Fail(50173).With("issued", catalogue.SevenDigits(g.signedIn)).With("validFrom", catalogue.WholeSecond(u.validFrom))
	}
	sp := home.principals[g.application.ID]
	if !u.Personal {
		switch {
		case sp != nil && sp.disabled:
			return catalogue.Fail(7000112).With("id", g.application.ID).With("name", g.application.Name)
		case !sp.assignedTo(u):
			return catalogue.Fail(50105).With("id", g.application.ID).With("name", g.application.Name)
		}
		if api := home.principals[scope.API.ID]; api != nil && api.disabled {
			return catalogue.Fail(500014).With("identifier", scope.API.ID)
		}
	}
	if !words.Cover(consented(home, g.application, u), scope.Demanded()) {
		return catalogue.Fail(65001).With("id", g.application.ID).With("name", g.application.Name)
	}
	return s.conditional(g, scope, home.rules().Evaluate(s.attempt(a, g, scope, refresh)), refresh)
}

// capolids is the claims challenge of a policy: captured, public log (2025-03-07).
func capolids(id string) string {
	return `{"access_token":{"capolids":{"essential":true,"values":["` + id + `"]}}}`
}

// personal turns a refusal into what personal accounts hear: nearly always 70000 (entra.md §10).
func personal(p *catalogue.Problem) *catalogue.Problem {
	switch p.Row.Code {
	case 50034, 50057, 50173, 700082, 9002313:
		return catalogue.FailAs(70000, "consumers").In(p.Correlation)
	case 65001:
		return catalogue.FailAs(70000, "consumers-scope").In(p.Correlation)
	}
	return p
}

// consented lists what a user's tenant and the user himself have consented to.
func consented(home *tenant, a *Application, u *user) []string {
	sp := home.principals[a.ID]
	if sp == nil {
		return nil
	}
	var all []string
	for _, c := range sp.consents {
		if c.User == "" || u != nil && c.User == u.Principal {
			all = append(all, c.Scopes...)
		}
	}
	return all
}

// consent notes a delegated permission grant, and makes the service principal if the tenant has none yet; by is nil for the
// whole organization; under s.mu.
func (s *Server) consent(home *tenant, a *Application, by *user, scopes []string) {
	actor := "administrator"
	if by != nil {
		actor = by.Principal
	}
	s.consentAs(actor, home, a, by, scopes)
}

// consentAs is consent by somebody whom the audit log names; under s.mu.
func (s *Server) consentAs(actor string, home *tenant, a *Application, by *user, scopes []string) {
	sp := s.principal(home, a.ID, actor)
	c := &Consent{Tenant: home.ID, Application: a.ID, Scopes: slices.Sorted(slices.Values(scopes)), At: s.now()}
	kind := "AllPrincipals"
	if by != nil {
		c.User, kind = by.Principal, "Principal"
	}
	kept := sp.consents[:0]
	for _, old := range sp.consents {
		if old.User == c.User {
			for _, scope := range old.Scopes {
				if !words.Contain(c.Scopes, scope) {
					c.Scopes = append(c.Scopes, scope)
				}
			}
			continue
		}
		kept = append(kept, old)
	}
	sp.consents = append(kept, c)
	s.logAudit(home, "Consent to application", actor, a.Name, kind+" "+strings.Join(c.Scopes, " "))
}

// Shapes of refresh tokens (entra.md §3, §10): captured shapes, invented contents.
const (
	workTokenBody     = "AgABAwEAAAD" // begins the third part
	personalTokenHead = "M.C536_BAY.0.U.-"
	tokenSecret       = 24 // bytes of meaning in a token: grant, number, time of issue
	tokenPadding      = 720
)

// refreshSeal makes refresh tokens that only this fake can read: the meaning is sealed, the padding is bound to it.
func (s *Server) refreshSeal() cipher.AEAD {
	block, err := aes.NewCipher(s.macKey[:])
	if err != nil {
		panic("fakeentra: a key of 32 bytes is not accepted")
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic("fakeentra: AES has no GCM")
	}
	return aead
}

// makeRefreshToken seals a new refresh token of a grant; under s.mu.
func (s *Server) makeRefreshToken(g *grant, at time.Time) string {
	var plain [tokenSecret]byte
	s.issued++
	binary.BigEndian.PutUint64(plain[0:], g.number)
	binary.BigEndian.PutUint64(plain[8:], s.issued)
	binary.BigEndian.PutUint64(plain[16:], uint64(at.UnixNano()))
	aead := s.seal
	data := s.random.Bytes(aead.NonceSize() + tokenPadding)
	nonce, padding := data[:aead.NonceSize()], data[aead.NonceSize():]
	data = append(data, aead.Seal(nil, nonce, plain[:], padding)...)
	token := personalTokenHead + base64.RawURLEncoding.EncodeToString(data)
	if !g.user.Personal {
		token = "1." + base64.RawURLEncoding.EncodeToString(append([]byte{0, 0x40}, g.application.ID[:34]...)) + "." + workTokenBody + base64.RawURLEncoding.EncodeToString(data)
	}
	s.secrets.Add(token)
	return token
}

// readRefreshToken opens a refresh token; ok is false for anything that is not whole and ours.
func (s *Server) readRefreshToken(text string) (number, issued uint64, at time.Time, ok bool) {
	body, isPersonal := strings.CutPrefix(text, personalTokenHead)
	if !isPersonal {
		i := strings.LastIndexByte(text, '.')
		if body, ok = strings.CutPrefix(text[i+1:], workTokenBody); !ok || !strings.HasPrefix(text, "1.") {
			return 0, 0, time.Time{}, false
		}
	}
	data, err := base64.RawURLEncoding.Strict().DecodeString(body)
	aead := s.seal
	if err != nil || len(data) != aead.NonceSize()+tokenPadding+tokenSecret+aead.Overhead() {
		return 0, 0, time.Time{}, false
	}
	nonce, padding := data[:aead.NonceSize()], data[aead.NonceSize():aead.NonceSize()+tokenPadding]
	plain, err := aead.Open(nil, nonce, data[aead.NonceSize()+tokenPadding:], padding)
	if err != nil {
		return 0, 0, time.Time{}, false
	}
	at = time.Unix(0, int64(binary.BigEndian.Uint64(plain[16:]))).UTC()
	return binary.BigEndian.Uint64(plain), binary.BigEndian.Uint64(plain[8:]), at, true
}

// Secrets returns every secret that the fake gave out or knows: passwords, device codes, access, refresh and id tokens (the
// newest 10,000 at least). It is for tests that look for leaks; nothing else may read it.
func (s *Server) Secrets() []string {
	return s.secrets.All()
}
