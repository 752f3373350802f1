package fakeentra

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	"mfpsim/fakeentra/internal/ordered"
	"mfpsim/fakeentra/internal/resources"
)

// issuedEarly is how far iat and nbf lie before the issue, so that a slow clock does not refuse a fresh token (entra.md §3.2).
const issuedEarly = 5 * time.Minute

// accessClaims makes the claims of a v1.0 access token, the form that Exchange asks for whatever endpoint issued it
// (entra.md §3.2); under s.mu.
func (s *Server) accessClaims(a *ask, g *grant, scope resources.Request, seconds int64) []byte {
	u := g.user
	given, family, _ := strings.Cut(u.Name, " ")
	amr := []string{"pwd"}
	if g.mfa {
		amr = append(amr, "mfa")
	}
	issued := a.at.Add(-issuedEarly).Unix()
	issuer := "https://sts.windows.net/" + u.tenant.ID + "/"
	o := ordered.New(1800)
	o.Text("aud", scope.Audience).Text("iss", issuer)
	o.Number("iat", issued).Number("nbf", issued).Number("exp", a.at.Unix()+seconds)
	o.Number("acct", 0).Text("acr", "1").Text("aio", base64.RawURLEncoding.EncodeToString(s.random.Bytes(45))).Texts("amr", amr...)
	o.Text("app_displayname", g.application.Name).Text("appid", g.application.ID).Text("appidacr", string(cmp.Or(g.proof, proofNone)))
	if family != "" {
		o.Text("family_name", family)
	}
	o.Text("given_name", given).Text("idtyp", "user").Text("ipaddr", s.address).Text("name", u.Name).Text("oid", u.ID)
	o.Text("puid", puid(u.ID)).Text("rh", "1."+base64.RawURLEncoding.EncodeToString(pairwise(u.tenant.ID, g.application.ID)[:24])+".")
	o.Text("scp", strings.Join(scope.Permissions, " ")).Text("sid", g.session)
	o.Text("sub", base64.RawURLEncoding.EncodeToString(pairwise(u.ID, scope.API.ID))).Text("tid", u.tenant.ID)
	o.Text("unique_name", u.Principal).Text("upn", u.Principal).Text("uti", s.uti(s.issued)).Text("ver", "1.0")
	o.Texts("wids", u.wids()...)
	if s.capable(a, g) {
		o.Texts("xms_cc", "cp1")
	}
	o.Number("xms_tcdt", directoryCreated)
	return o.Bytes()
}

// directoryCreated is xms_tcdt: when the tenant was made; any moment before the bench will do.
const directoryCreated = 1420070400

// idClaims makes the claims of an id_token, always v2.0 at this endpoint; under s.mu.
func (s *Server) idClaims(a *ask, g *grant, scope resources.Request, bound binding) []byte {
	u := g.user
	issued := a.at.Add(-issuedEarly).Unix()
	o := ordered.New(900)
	issuer, version := "https://"+a.authority+"/"+u.tenant.ID+"/v2.0", "2.0"
	if a.v1 || g.v1 {
		issuer, version = "https://sts.windows.net/"+u.tenant.ID+"/", "1.0"
	}
	o.Text("aud", g.application.ID).Text("iss", issuer)
	o.Number("iat", issued).Number("nbf", issued).Number("exp", issued+3900)
	o.Text("aio", base64.RawURLEncoding.EncodeToString(s.random.Bytes(39)))
	if bound.tokenHash != "" {
		o.Text("at_hash", bound.tokenHash)
	}
	if bound.codeHash != "" {
		o.Text("c_hash", bound.codeHash)
	}
	if scope.Email {
		o.Text("email", u.Principal)
	}
	if scope.Profile {
		o.Text("name", u.Name)
	}
	if bound.nonce != "" {
		o.Text("nonce", bound.nonce)
	}
	if scope.Profile {
		o.Text("oid", u.ID).Text("preferred_username", u.Principal)
	}
	o.Text("rh", "1."+base64.RawURLEncoding.EncodeToString(pairwise(u.tenant.ID, g.application.ID)[:24])+".").Text("sid", g.session)
	o.Text("sub", base64.RawURLEncoding.EncodeToString(pairwise(u.ID, g.application.ID))).Text("tid", u.tenant.ID)
	if version == "1.0" {
		o.Text("unique_name", u.Principal).Text("upn", u.Principal)
	}
	o.Text("uti", s.uti(s.issued)).Text("ver", version)
	return o.Bytes()
}

func (u *user) wids() []string {
	var ids []string
	for _, name := range u.Roles {
		if r, err := roleNamed(name); err == nil {
			ids = append(ids, r.ID)
		}
	}
	return append(ids, userRoleID)
}

// pairwise is an identifier that only one party knows a person by.
func pairwise(one, other string) []byte {
	sum := sha256.Sum256([]byte(one + "|" + other))
	return sum[:]
}

// puid is a 16-digit number in hexadecimal, for organizations 1003….
func puid(id string) string {
	return "1003" + strings.ToUpper(hex.EncodeToString(pairwise(id, "puid")[:6]))
}

// uti is the token's own id. It hides the token's number, by which an act can make all tokens so far void; under s.mu.
func (s *Server) uti(number uint64) string {
	data := s.random.Bytes(16)
	binary.BigEndian.PutUint64(data, number^binary.BigEndian.Uint64(s.macKey[:]))
	return base64.RawURLEncoding.EncodeToString(data)
}

// numberOf finds a token's number in its claims.
func (s *Server) numberOf(claims string) (uint64, bool) {
	text, err := base64.RawURLEncoding.DecodeString(claims)
	if err != nil {
		return 0, false
	}
	var c struct {
		UTI string `json:"uti"`
	}
	if json.Unmarshal(text, &c) != nil {
		return 0, false
	}
	data, err := base64.RawURLEncoding.DecodeString(c.UTI)
	if err != nil || len(data) != 16 {
		return 0, false
	}
	return binary.BigEndian.Uint64(data) ^ binary.BigEndian.Uint64(s.macKey[:]), true
}
