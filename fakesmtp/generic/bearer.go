package generic

import (
	"strings"

	"mfpsim/fakesmtp/internal/wire"
	"mfpsim/fakesmtp/refusal"
)

// The reason of a refusal in JSON, as the challenge that a client has to answer before it hears the 535.
const (
	challengeOAuthBearer = `{"status":"invalid_token"}` // D: RFC 7628 §3.2.2
	// D: Google, "OAuth 2.0 Mechanism"
	challengeXOAUTH2 = `{"status":"401","schemes":"bearer","scope":"https://mail.google.com/"}`
)

// bearerServer is the serving side of OAUTHBEARER and XOAUTH2: one response with a token and, if it is refused, one
// challenge more.
type bearerServer struct {
	session   *session
	mechanism string
	parse     func(response string) (user, token string, ok bool)
	challenge string // empty: a refusal comes at once
	failed    error
}

// Next takes a response. An initial response that is missing is asked for with an empty challenge.
func (b *bearerServer) Next(response []byte) (challenge []byte, done bool, err error) {
	if b.failed != nil { // whatever the client answers: an empty line (Google), ^A (RFC 7628 §3.2.3)
		return nil, true, b.failed
	}
	if response == nil {
		return []byte{}, false, nil
	}
	user, token, ok := b.parse(string(response))
	reason := refusal.Malformed
	if ok {
		user, reason = b.session.server.bearer(user, token)
	} else {
		b.session.server.shell.Secrets.Add(token)
	}
	b.failed = b.session.finish(b.mechanism, user, reason)
	if b.failed == nil || b.challenge == "" {
		return nil, true, b.failed
	}
	return []byte(b.challenge), false, nil
}

var saslNames = strings.NewReplacer("=2C", ",", "=3D", "=")

// parseOAuthBearer reads "n,a=" user "," ^A (key "=" value ^A)* ^A (RFC 7628 §3.1). The user may be missing.
func parseOAuthBearer(response string) (user, token string, ok bool) {
	header, rest, found := strings.Cut(response, ",\x01")
	if !found {
		return "", "", false
	}
	flag, user, _ := strings.Cut(header, ",")
	if user != "" {
		if user, found = strings.CutPrefix(user, "a="); !found {
			return "", "", false
		}
	}
	user = saslNames.Replace(user) // RFC 5801 §4
	pairs, found := strings.CutSuffix(rest, "\x01\x01")
	if !found || flag != "n" && flag != "y" {
		return user, "", false
	}
	for _, pair := range strings.Split(pairs, "\x01") {
		name, value, equals := strings.Cut(pair, "=")
		if !equals || name == "" {
			return user, token, false
		}
		if strings.EqualFold(name, "auth") {
			token = wire.BearerToken(value)
		}
	}
	return user, token, token != ""
}
