package oauth

import (
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// signatures are the algorithms that an id_token may name: those with a key pair. "none" is not among them.
var signatures = []jose.SignatureAlgorithm{
	jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512, jose.ES256, jose.ES384, jose.ES512, jose.EdDSA,
}

// identity is what an id_token says of the person.
type identity struct {
	jwt.Claims
	Nonce    string `json:"nonce"`
	Party    string `json:"azp"`
	TenantID string `json:"tid"` // Entra's
	Name     string `json:"preferred_username"`
	UPN      string `json:"upn"`
	Email    string `json:"email"`
}

// readIdentity reads an id_token that is made out to a client. Its signature is not checked: it comes from the token
// endpoint itself over TLS, and then "the TLS server validation MAY be used to validate the issuer in place of checking
// the token signature" (OIDC Core 3.1.3.7, item 6). The audience is checked (items 3 to 5). The dates are not: only a
// name is taken, and the device's clock may be wrong.
func readIdentity(token, clientID string) (who identity, ok bool) {
	parsed, err := jwt.ParseSigned(token, signatures)
	if err != nil || parsed.UnsafeClaimsWithoutVerification(&who) != nil || !who.Audience.Contains(clientID) ||
		who.Party != "" && who.Party != clientID {
		return identity{}, false
	}
	return who, who.account() != ""
}

// account is the name to authenticate with at the mail server; "" if there is none.
func (i identity) account() string {
	for _, name := range []string{i.Name, i.UPN, i.Email} {
		if strings.Contains(name, "@") && visible(name, maxAccount) {
			return name
		}
	}
	return ""
}

// answers reports whether the token is the provider's, and for the request that had the nonce (OIDC Core 3.1.3.7, items
// 2 and 11).
func (i identity) answers(e Endpoint, nonce string) bool {
	return nonce != "" && i.Nonce == nonce && e.isIssuer(i.Issuer, i.TenantID)
}
