package laws

import (
	"encoding/base64"
	"net/url"
	"strings"

	"mfpsim/journal"
)

// Stranger begins the text of a fault that shows a client a certificate which it must not take.
const Stranger = "certificate of a stranger"

// ImportedAuthority is in the act by which the administrator lets a printer trust the authority of strangers.
const ImportedAuthority = "webconfig upload 'Certificate File' authority"

var secrecyLaws = []Law{
	{
		ID:     "stranger",
		Says:   "Nothing is said to a server whose certificate does not hold, unless Certificate Validation is off and it is a mail server",
		Clause: "RFC 8314 section 4.1; RFC 9325 section 6", judge: stranger,
	},
	{
		ID: "secret-in-clear", Says: "No token, code or password goes over a connection in clear",
		Clause: "RFC 6749 section 1.6; RFC 4954 section 4", judge: secretInClear,
	},
	{
		ID: "token-to-its-host", Says: "A token or code goes only to the host that it is for",
		Clause: "RFC 6749 section 10.3 and 10.4", judge: tokenToItsHost,
	},
}

func stranger(b *bench) (found []breach) {
	for _, h := range b.devices {
		strangers := map[string]bool{} // connections
		validation, imported := true, false
		for _, e := range h.events {
			step := e.entry.Text.String()
			switch {
			case e.act && strings.Contains(step, "'Certificate Validation' Disable"):
				validation = false
			case e.act && strings.Contains(step, "'Certificate Validation' Enable"):
				validation = true
			case e.act && strings.Contains(step, ImportedAuthority):
				imported = true // the administrator has made the stranger a known one
			case e.act && strings.Contains(step, "click 'Delete "), e.act && strings.Contains(step, "click Restore"):
				imported = false
			case imported && e.entry.Kind == journal.KindFault && strings.Contains(step, Stranger):
			case e.entry.Kind == journal.KindFault && strings.Contains(step, Stranger):
				strangers[e.entry.Connection] = true
			case !strangers[e.entry.Connection]:
			case e.request != nil:
				found = append(
					found,
					breaks(h.Name, e.entry.Number, "sends a request to a server whose certificate is a stranger's"),
				)
			case e.line.said() != "" && e.line.secure && validation:
				found = append(
					found,
					breaks(h.Name, e.entry.Number, "goes on with a mail server whose certificate is a stranger's"),
				)
			}
		}
	}
	return found
}

func secretInClear(b *bench) (found []breach) {
	for _, h := range b.devices {
		plain := false // the administrator has chosen no secure connection
		for _, e := range h.events {
			step := e.entry.Text.String()
			switch {
			case e.act && strings.Contains(step, "'Secure Connection' None"):
				plain = true
			case e.act && strings.Contains(step, "'Secure Connection' "):
				plain = false
			case e.line.said() != "" && e.line.hidden && !e.line.secure && !plain:
				found = append(found, breaks(h.Name, e.entry.Number, "says a secret to a mail server in clear"))
			}
		}
	}
	return found
}

// guarded is a secret of the cloud, and where it may go.
type guarded struct {
	what, secret string
	mail         bool   // to the mail server of the cloud
	host         string // to the host that has issued it; empty: to no web server
}

func tokenToItsHost(b *bench) (found []breach) {
	for _, h := range b.devices {
		var secrets []guarded
		for _, e := range h.events {
			if r := e.request; r != nil {
				for _, s := range secrets {
					if r.host != s.host &&
						(strings.Contains(r.body, s.secret) || strings.Contains(r.body, url.QueryEscape(s.secret))) {
						found = append(
							found,
							breaks(
								h.Name, e.entry.Number, "tells %s, which came from %s, to %s", s.what, s.host, r.host,
							),
						)
					}
				}
				if code := codeOf(r.location); code != "" {
					secrets = append(secrets, guarded{what: "the authorization code", secret: code, host: r.host})
				}
				for _, name := range []string{"access_token", "refresh_token", "device_code"} {
					if secret := r.text(name); secret != "" && r.status < 300 {
						if name == "access_token" {
							secret = unsigned(secret)
						}
						secrets = append(secrets, guarded{
							what: "the " + strings.ReplaceAll(name, "_", " "), secret: secret, mail: name == "access_token", host: r.host,
						})
					}
				}
			}
			if e.line.said() == "" || !e.line.hidden {
				continue
			}
			said := decoded(e.line.said())
			for _, s := range secrets {
				if strings.Contains(said, s.secret) && (!s.mail || e.entry.Party != b.mailServerOf(s.host)) {
					found = append(
						found, breaks(h.Name, e.entry.Number, "tells %s to the server %s", s.what, e.entry.Party),
					)
				}
			}
		}
	}
	return found
}

// unsigned is a token without its signature (RFC 7519 section 3): that tells it from all others, and the record of a
// bench may be written before a token is signed.
func unsigned(token string) string {
	if strings.Count(token, ".") != 2 {
		return token
	}
	return token[:strings.LastIndexByte(token, '.')]
}

// codeOf is the authorization code in an address that a sign-in page leads back to (RFC 6749 section 4.1.2).
func codeOf(location string) string {
	_, query, _ := strings.Cut(location, "?")
	values, err := url.ParseQuery(query)
	if err != nil || values.Get("state") == "" {
		return ""
	}
	return values.Get("code")
}

// partyMail is the mail service of the cloud on a bench, the only server that an access token of the cloud is for.
const partyMail = "smtp"

func (b *bench) mailServerOf(host string) string {
	if party, named := b.MailServers[host]; named {
		return party
	}
	return partyMail
}

// decoded adds what the last word of a line says in base64, as SASL sends it (RFC 4954 section 4).
func decoded(line string) string {
	words := strings.Fields(line)
	if len(words) == 0 {
		return line
	}
	plain, err := base64.StdEncoding.DecodeString(words[len(words)-1])
	if err != nil {
		return line
	}
	return line + "\n" + string(plain)
}
