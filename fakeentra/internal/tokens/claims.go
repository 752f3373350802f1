package tokens

import (
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/ordered"
	"mfpsim/fakeentra/internal/resources"
	"mfpsim/fakeentra/internal/wire"
)

// IssuedEarly is how far iat and nbf lie before the issue, so that a slow clock does not refuse a fresh token
// (docs/reference/entra.md §3.2).
const IssuedEarly = 5 * time.Minute

// accessClaims makes the claims of a v1.0 access token, the form that Exchange asks for whatever endpoint issued it
// (docs/reference/entra.md §3.2).
func (m *Mint) accessClaims(
	a *wire.Request, h Holder, g Grant, scope resources.Request, seconds int64, number uint64,
) []byte {
	u := h.Account
	given, family, _ := strings.Cut(u.Name, " ")
	amr := []string{"pwd"}
	if g.MFA {
		amr = append(amr, "mfa")
	}
	issued := a.At.Add(-IssuedEarly).Unix()
	issuer := "https://sts.windows.net/" + u.Home.ID + "/"
	o := ordered.New(1400)
	o.Text("aud", scope.Audience).Text("iss", issuer)
	o.Number("iat", issued).Number("nbf", issued).Number("exp", a.At.Unix()+seconds)
	o.Number("acct", 0).Text("acr", "1").Text("aio", encode64(m.random.Bytes(45))).Texts("amr", amr...)
	o.Text("app_displayname", h.Application.Name).Text("appid", h.Application.ID).
		Text("appidacr", string(cmp.Or(g.Proof, ProofNone)))
	if family != "" {
		o.Text("family_name", family)
	}
	o.Text("given_name", given).Text("idtyp", "user").Text("ipaddr", m.places.Device().Address).Text("name", u.Name).
		Text("oid", u.ID)
	o.Text("puid", puid(u.ID)).Text("rh", "1."+encode64(directory.Pairwise(u.Home.ID, h.Application.ID)[:24])+".")
	o.Text("scp", strings.Join(h.Decision.Permissions, " ")).Text("sid", g.Session)
	o.Text("sub", encode64(directory.Pairwise(u.ID, scope.API.ID))).Text("tid", u.Home.ID)
	o.Text("unique_name", u.Principal).Text("upn", u.Principal).Text("uti", m.uti(number)).Text("ver", "1.0")
	o.Texts("wids", u.RoleIDs()...)
	if capable(a, g) {
		o.Texts("xms_cc", "cp1")
	}
	o.Number("xms_tcdt", directoryCreated)
	return o.Bytes()
}

// directoryCreated is xms_tcdt: when the tenant was made; any moment before the bench will do.
const directoryCreated = 1420070400

// idClaims makes the claims of an id_token, always v2.0 at this endpoint.
func (m *Mint) idClaims(
	a *wire.Request, h Holder, g Grant, scope resources.Request, bound Binding, number uint64,
) []byte {
	u := h.Account
	issued := a.At.Add(-IssuedEarly).Unix()
	o := ordered.New(900)
	issuer, version := "https://"+a.Authority+"/"+u.Home.ID+"/v2.0", "2.0"
	if a.V1 || g.V1 {
		issuer, version = "https://sts.windows.net/"+u.Home.ID+"/", "1.0"
	}
	o.Text("aud", h.Application.ID).Text("iss", issuer)
	o.Number("iat", issued).Number("nbf", issued).Number("exp", issued+3900)
	o.Text("aio", encode64(m.random.Bytes(39)))
	if bound.TokenHash != "" {
		o.Text("at_hash", bound.TokenHash)
	}
	if bound.CodeHash != "" {
		o.Text("c_hash", bound.CodeHash)
	}
	if scope.Email {
		o.Text("email", u.Principal)
	}
	if scope.Profile {
		o.Text("name", u.Name)
	}
	if bound.Nonce != "" {
		o.Text("nonce", bound.Nonce)
	}
	if scope.Profile {
		o.Text("oid", u.ID).Text("preferred_username", u.Principal)
	}
	o.Text("rh", "1."+encode64(directory.Pairwise(u.Home.ID, h.Application.ID)[:24])+".").Text("sid", g.Session)
	o.Text("sub", encode64(directory.Pairwise(u.ID, h.Application.ID))).Text("tid", u.Home.ID)
	if version == "1.0" {
		o.Text("unique_name", u.Principal).Text("upn", u.Principal)
	}
	o.Text("uti", m.uti(number)).Text("ver", version)
	return o.Bytes()
}

// puid is a 16-digit number in hexadecimal, for organizations 1003….
func puid(id string) string {
	return "1003" + strings.ToUpper(hex.EncodeToString(directory.Pairwise(id, "puid")[:6]))
}

// uti is the token's own id. It hides the token's number, by which an act can make all tokens so far void.
func (m *Mint) uti(number uint64) string {
	data := m.random.Bytes(16)
	binary.BigEndian.PutUint64(data, number^binary.BigEndian.Uint64(m.key[:]))
	return encode64(data)
}

// numberOf finds a token's number in its claims.
func (m *Mint) numberOf(claims string) (uint64, bool) {
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
	return binary.BigEndian.Uint64(data) ^ binary.BigEndian.Uint64(m.key[:]), true
}

// applicationRoleID stands in wids of tokens that no user is behind: "the default for directory-less principals" [I].
const applicationRoleID = "0997a1d0-0d1d-4acb-b408-d5ca73121e90"

// applicationClaims makes the claims of an app-only token: idtyp app, roles in place of scp.
func (m *Mint) applicationClaims(a *wire.Request, application directory.Application, sp directory.ServicePrincipal,
	scope resources.Request, how Proof, seconds int64, number uint64,
) []byte {
	issued := a.At.Add(-IssuedEarly).Unix()
	issuer := "https://sts.windows.net/" + sp.Tenant + "/"
	o := ordered.New(1200)
	o.Text("aud", scope.Audience).Text("iss", issuer)
	o.Number("iat", issued).Number("nbf", issued).Number("exp", a.At.Unix()+seconds)
	o.Text("aio", encode64(m.random.Bytes(33))).Text("app_displayname", application.Name).Text("appid", application.ID)
	o.Text("appidacr", string(how)).Text("idp", issuer).Text("idtyp", "app").Text("oid", sp.ID)
	o.Text("rh", "1."+encode64(directory.Pairwise(sp.Tenant, application.ID)[:24])+".")
	var roles []string
	for _, role := range sp.Roles {
		if name, ok := scope.API.RoleOf(role); ok {
			roles = append(roles, name)
		}
	}
	if len(roles) > 0 {
		o.Texts("roles", roles...)
	}
	o.Text("sub", sp.ID).Text("tid", sp.Tenant).Text("uti", m.uti(number)).Text("ver", "1.0")
	o.Texts("wids", applicationRoleID).Number("xms_tcdt", directoryCreated)
	return o.Bytes()
}

// encode64 is base64url without padding (RFC 7515 §2).
func encode64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
