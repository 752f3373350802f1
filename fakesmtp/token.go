package fakesmtp

import (
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// Reason says why an AUTH was refused. On the wire most of them are the same 535 5.7.3; here they are told apart.
type Reason string

// The reasons, in the order in which they are looked for: first who it is, then whether he may.
const (
	ReasonMalformed       Reason = "the response is not user=…, auth=Bearer … in base64"
	ReasonTokenUnreadable Reason = "the token is neither a JWT nor a known opaque token"
	ReasonAlgorithm       Reason = "the token is not signed with RS256"
	ReasonSignature       Reason = "the token's signature does not hold"
	ReasonUnknownKey      Reason = "the token is signed with an unknown key"
	ReasonAudienceGraph   Reason = "the token is for Microsoft Graph"
	ReasonAudience        Reason = "the token is for another service"
	ReasonNotYetValid     Reason = "the token does not hold yet"
	ReasonExpired         Reason = "the token has expired"
	ReasonIssuer          Reason = "the token's issuer is not the tenant's"
	ReasonTenant          Reason = "the token's tenant is not the account's"
	ReasonApplication     Reason = "the token is an application's without a service principal in Exchange"
	ReasonRole            Reason = "the application's token lacks the role SMTP.SendAsApp"
	ReasonObject          Reason = "the token's object id is not the service principal's"
	ReasonScope           Reason = "the token lacks SMTP.Send"
	ReasonUserUnknown     Reason = "there is no such account"
	ReasonUserMismatch    Reason = "user= is not the token's user"
	ReasonDisabled        Reason = "the account is disabled"
	ReasonRevoked         Reason = "the token was issued before the account's sign-ins were revoked"
	ReasonPassword        Reason = "the password is wrong"
	ReasonMultiFactor     Reason = "the account needs a second factor"
	ReasonLegacyBlocked   Reason = "a Conditional Access policy blocks legacy authentication"
	ReasonBasicDisabled   Reason = "basic authentication is disabled"
	ReasonBasicRemoved    Reason = "basic authentication has been removed"
	ReasonLegacyTLS       Reason = "TLS 1.0 and 1.1 are not supported here"
	ReasonNoMailbox       Reason = "the account has no mailbox"
	ReasonLicence         Reason = "the mailbox has no licence"
	ReasonTenantSwitch    Reason = "SMTP AUTH is disabled for the tenant"
	ReasonMailboxSwitch   Reason = "SMTP AUTH is disabled for the mailbox"
	ReasonDefaults        Reason = "security defaults are on"
	ReasonCancelled       Reason = "the client cancelled"
	ReasonMechanism       Reason = "the mechanism is not offered"
)

// audiences that client submission takes (docs/reference/exchange-smtp.md §5); the GUID is the one of the application
// Office 365 Exchange Online.
var audiences = []string{
	"https://outlook.office.com", "https://outlook.office365.com", "https://outlook.office365.us", "00000002-0000-0ff1-ce00-000000000000",
}

// audiencesOfGraph are told apart because asking for the wrong one is the usual mistake.
var audiencesOfGraph = []string{"https://graph.microsoft.com", "00000003-0000-0000-c000-000000000000"}

// clockSkew is how far the issuer's clock may be off; Microsoft's libraries allow five minutes.
const clockSkew = 5 * time.Minute

// read takes a token apart: a JWT by its signature, anything else by the directory. An empty reason means that it is good so far.
func read(token string, directory Directory) (Claims, Reason) {
	if strings.Count(token, ".") != 2 {
		if claims, known := directory.Opaque(token); known {
			if claims.Issuer == "" { // what nobody can read needs no issuer
				claims.Issuer = "https://sts.windows.net/" + claims.Tenant + "/"
			}
			return claims, ""
		}
		return Claims{}, ReasonTokenUnreadable
	}
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.ES256, jose.HS256})
	if err != nil {
		return Claims{}, ReasonTokenUnreadable
	}
	header := parsed.Headers[0]
	if header.Algorithm != string(jose.RS256) {
		return Claims{}, ReasonAlgorithm
	}
	keys := directory.Keys()
	known := keys.Key(header.KeyID)
	if len(known) == 0 {
		return Claims{}, ReasonUnknownKey
	}
	var w wireClaims
	if err := parsed.Claims(known[0].Key, &w); err != nil {
		return Claims{}, ReasonSignature
	}
	claims := Claims{
		Issuer: w.Issuer, Tenant: w.Tenant, Audience: w.Audience, Scopes: strings.Fields(w.Scopes), Roles: w.Roles,
		NotBefore: w.NotBefore.Time(), Expires: w.Expiry.Time(), Application: w.Application, Object: w.Object,
	}
	if w.IssuedAt != nil {
		claims.Issued = w.IssuedAt.Time()
	}
	if claims.Application == "" {
		claims.Application = w.Party
	}
	for _, user := range []string{w.User, w.Unique, w.UserV2} {
		if claims.User == "" {
			claims.User = user
		}
	}
	return claims, ""
}

// examine checks what a token says of itself; whose mailbox it opens is for the caller.
func examine(claims Claims, now time.Time) Reason {
	switch {
	case matches(claims.Audience, audiencesOfGraph):
		return ReasonAudienceGraph
	case !matches(claims.Audience, audiences):
		return ReasonAudience
	case !claims.NotBefore.IsZero() && now.Before(claims.NotBefore.Add(-clockSkew)):
		return ReasonNotYetValid
	case !now.Before(claims.Expires.Add(clockSkew)):
		return ReasonExpired
	case claims.Issuer != "https://sts.windows.net/"+claims.Tenant+"/" &&
		claims.Issuer != "https://login.microsoftonline.com/"+claims.Tenant+"/v2.0":
		return ReasonIssuer
	case claims.User == "" || len(claims.Scopes) == 0 && len(claims.Roles) > 0:
		return ReasonApplication
	case !slices.ContainsFunc(claims.Scopes, isSendScope):
		return ReasonScope
	}
	return ""
}

// isSendScope takes the short name and the two long ones that clients ask for.
func isSendScope(scope string) bool {
	if i := strings.LastIndexByte(scope, '/'); i >= 0 && matches([]string{scope[:i]}, audiences) {
		scope = scope[i+1:]
	}
	return strings.EqualFold(scope, "SMTP.Send")
}

// matches compares audiences; a slash at the end makes no difference.
func matches(have, accepted []string) bool {
	return slices.ContainsFunc(have, func(audience string) bool {
		return containsFold(accepted, strings.TrimRight(audience, "/"))
	})
}
