package identity

import (
	"crypto/sha256"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"mfpsim/fakesmtp/internal/address"
	"mfpsim/fakesmtp/refusal"
)

// audiences that client submission takes (docs/reference/exchange-smtp.md §5); the GUID is the one of the application
// Office 365 Exchange Online.
var audiences = []string{
	"https://outlook.office.com", "https://outlook.office365.com", "https://outlook.office365.us",
	"00000002-0000-0ff1-ce00-000000000000",
}

// audiencesOfGraph are told apart because asking for the wrong one is the usual mistake.
var audiencesOfGraph = []string{"https://graph.microsoft.com", "00000003-0000-0000-c000-000000000000"}

// clockSkew is how far the issuer's clock may be off; Microsoft's libraries allow five minutes.
const clockSkew = 5 * time.Minute

// SendScope is the permission of client submission.
const SendScope = "SMTP.Send"

// Check takes a token apart and checks what it says of itself, for a permission such as [SendScope]. Whose mailbox it
// opens is for the caller. An empty Reason means that it is good so far; refusal.Application may still be an
// application that acts for itself.
func (v *Verified) Check(token string, directory Directory, scope string, now time.Time) (Claims, refusal.Reason) {
	claims, reason := v.read(token, directory)
	if reason == "" {
		reason = examine(claims, scope, now)
	}
	if (reason == "" || reason == refusal.Application) && directory.Expired(token) {
		reason = refusal.Expired
	}
	return claims, reason
}

// algorithms are those that a token can be read with; only the first is taken.
var algorithms = []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.ES256, jose.HS256}

// read takes a token apart: a JWT by its signature, anything else by the directory. An empty reason means that it is
// good so far.
func (v *Verified) read(token string, directory Directory) (Claims, refusal.Reason) {
	keys, sum := directory.Keys(), sha256.Sum256([]byte(token))
	if claims, known := v.claims(sum, keys); known {
		return claims, ""
	}
	if strings.ContainsFunc(token, unicode.IsSpace) { // libraries that read a JWT would bear it
		return Claims{}, refusal.TokenSpace
	}
	if strings.Count(token, ".") != 2 {
		if claims, known := directory.Opaque(token); known {
			if claims.Issuer == "" { // what nobody can read needs no issuer
				claims.Issuer = claims.issuer()
			}
			return claims, ""
		}
		return Claims{}, refusal.TokenUnreadable
	}
	parsed, err := jwt.ParseSigned(token, algorithms)
	if err != nil {
		return Claims{}, refusal.TokenUnreadable
	}
	header := parsed.Headers[0]
	if header.Algorithm != string(jose.RS256) {
		return Claims{}, refusal.Algorithm
	}
	known := keys.Key(header.KeyID)
	if len(known) == 0 {
		return Claims{}, refusal.UnknownKey
	}
	var w wireClaims
	if err := parsed.Claims(known[0].Key, &w); err != nil {
		return Claims{}, refusal.Signature
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
	v.remember(sum, known[0], claims)
	return claims, ""
}

// examine checks what a token says of itself.
func examine(claims Claims, scope string, now time.Time) refusal.Reason {
	switch {
	case matches(claims.Audience, audiencesOfGraph):
		return refusal.AudienceGraph
	case !matches(claims.Audience, audiences):
		return refusal.Audience
	case !claims.NotBefore.IsZero() && now.Before(claims.NotBefore.Add(-clockSkew)):
		return refusal.NotYetValid
	case !now.Before(claims.Expires.Add(clockSkew)):
		return refusal.Expired
	case claims.Issuer != claims.issuer() &&
		claims.Issuer != "https://login.microsoftonline.com/"+claims.Tenant+"/v2.0":
		return refusal.Issuer
	case claims.User == "" || len(claims.Scopes) == 0 && len(claims.Roles) > 0:
		return refusal.Application
	case !slices.ContainsFunc(claims.Scopes,
		func(have string) bool { return strings.EqualFold(shortened(have), scope) }):
		return refusal.Scope
	}
	return ""
}

// shortened takes the resource off the long name that clients ask for.
func shortened(scope string) string {
	if i := strings.LastIndexByte(scope, '/'); i >= 0 && matches([]string{scope[:i]}, audiences) {
		return scope[i+1:]
	}
	return scope
}

// matches compares audiences; a slash at the end makes no difference.
func matches(have, accepted []string) bool {
	return slices.ContainsFunc(have, func(audience string) bool {
		return address.Among(accepted, strings.TrimRight(audience, "/"))
	})
}
