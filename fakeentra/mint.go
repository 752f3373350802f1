package fakeentra

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

func itoa(n int) string { return strconv.Itoa(n) }

// issuedEarly is how far iat and nbf lie before the issue, so that a slow clock does not refuse a fresh token (docs/reference/entra.md §3.2).
const issuedEarly = 5 * time.Minute

// accessClaims makes the claims of a v1.0 access token, the form that Exchange asks for whatever endpoint issued it
// (docs/reference/entra.md §3.2); under s.mu.
func (s *Server) accessClaims(a *ask, g *grant, scope scopeRequest, seconds int64) []byte {
	u := g.user
	given, family, _ := strings.Cut(u.Name, " ")
	amr := []string{"pwd"}
	if g.mfa {
		amr = append(amr, "mfa")
	}
	issued := a.at.Add(-issuedEarly).Unix()
	issuer := "https://sts.windows.net/" + u.tenant.ID + "/"
	o := newObject(1800)
	o.text("aud", scope.audience).text("iss", issuer)
	o.number("iat", issued).number("nbf", issued).number("exp", a.at.Unix()+seconds)
	o.number("acct", 0).text("acr", "1").text("aio", encode64(s.random.Bytes(45))).texts("amr", amr...)
	o.text("app_displayname", g.application.Name).text("appid", g.application.ID).text("appidacr", string(cmp.Or(g.proof, proofNone)))
	if family != "" {
		o.text("family_name", family)
	}
	o.text("given_name", given).text("idtyp", "user").text("ipaddr", s.address).text("name", u.Name).text("oid", u.ID)
	o.text("puid", puid(u.ID)).text("rh", "1."+encode64(pairwise(u.tenant.ID, g.application.ID)[:24])+".")
	o.text("scp", strings.Join(scope.permissions, " ")).text("sid", g.session)
	o.text("sub", encode64(pairwise(u.ID, scope.resource.ID))).text("tid", u.tenant.ID)
	o.text("unique_name", u.Principal).text("upn", u.Principal).text("uti", s.uti(s.issued)).text("ver", "1.0")
	o.texts("wids", u.wids()...)
	if s.capable(a, g) {
		o.texts("xms_cc", "cp1")
	}
	o.number("xms_tcdt", directoryCreated)
	return o.bytes()
}

// directoryCreated is xms_tcdt: when the tenant was made; any moment before the bench will do.
const directoryCreated = 1420070400

// idClaims makes the claims of an id_token, always v2.0 at this endpoint; under s.mu.
func (s *Server) idClaims(a *ask, g *grant, scope scopeRequest, bound binding) []byte {
	u := g.user
	issued := a.at.Add(-issuedEarly).Unix()
	o := newObject(900)
	issuer, version := "https://"+a.authority+"/"+u.tenant.ID+"/v2.0", "2.0"
	if a.v1 || g.v1 {
		issuer, version = "https://sts.windows.net/"+u.tenant.ID+"/", "1.0"
	}
	o.text("aud", g.application.ID).text("iss", issuer)
	o.number("iat", issued).number("nbf", issued).number("exp", issued+3900)
	o.text("aio", encode64(s.random.Bytes(39)))
	if bound.tokenHash != "" {
		o.text("at_hash", bound.tokenHash)
	}
	if bound.codeHash != "" {
		o.text("c_hash", bound.codeHash)
	}
	if scope.email {
		o.text("email", u.Principal)
	}
	if scope.profile {
		o.text("name", u.Name)
	}
	if bound.nonce != "" {
		o.text("nonce", bound.nonce)
	}
	if scope.profile {
		o.text("oid", u.ID).text("preferred_username", u.Principal)
	}
	o.text("rh", "1."+encode64(pairwise(u.tenant.ID, g.application.ID)[:24])+".").text("sid", g.session)
	o.text("sub", encode64(pairwise(u.ID, g.application.ID))).text("tid", u.tenant.ID)
	if version == "1.0" {
		o.text("unique_name", u.Principal).text("upn", u.Principal)
	}
	o.text("uti", s.uti(s.issued)).text("ver", version)
	return o.bytes()
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
	return encode64(data)
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
