package settings

import (
	"net/url"
	"slices"
	"strings"

	"mfpsim/core/mail"
	"mfpsim/sim/models"
)

// FaxServer is what is set of the fax server beside its email server (guide rules R28, R29). A new printer does not use
// it.
type FaxServer struct {
	Use    bool   `json:"use,omitempty"`
	Domain string `json:"domain,omitempty"` // of the provider: a fax goes to NUMBER@Domain
	Format string `json:"format,omitempty"` // of the attachment, a label's name; empty: the model's first
	// Provider is where the provider signs devices in by itself; the zero value: nowhere.
	Provider FaxProvider `json:"provider,omitzero"`
}

// FaxProvider is the authorization server of a fax provider, with what it has registered for the printer.
type FaxProvider struct {
	DeviceAuthorization string `json:"deviceAuthorization,omitempty"` // endpoint, RFC 8628 section 3.1
	Token               string `json:"token,omitempty"`               // endpoint, RFC 6749 section 3.2
	ClientID            string `json:"clientID,omitempty"`
	Scopes              string `json:"scopes,omitempty"` // parted by blanks, RFC 6749 section 3.3
}

// FormatOf is the format of the attachment.
func (f FaxServer) FormatOf(m *models.FaxServer) string {
	if f.Format == "" {
		return m.Formats[0]
	}
	return f.Format
}

// Check returns what is wrong with it, by the names of the page's fields.
func (f FaxServer) Check(m *models.FaxServer) []Problem {
	var bad []Problem
	add := func(field string, why mail.Problem) {
		if why != "" {
			bad = append(bad, Problem{field, why})
		}
	}
	if f.Domain == "" && f.Use {
		add("fax-domain", mail.ProblemMissing)
	}
	add("fax-domain", word(f.Domain, m.DomainMaximum, true))
	if f.Format != "" && !slices.Contains(m.Formats, f.Format) {
		add("attachment-format", mail.ProblemChoice)
	}
	if p := f.Provider; p != (FaxProvider{}) { // all of it, but for the scopes
		add("device-authorization-endpoint", endpoint(p.DeviceAuthorization, m.AddressMaximum))
		add("token-endpoint", endpoint(p.Token, m.AddressMaximum))
		if p.ClientID == "" {
			add("client-id", mail.ProblemMissing)
		}
		add("client-id", Printable(p.ClientID, m.AddressMaximum))
		add("scopes", Printable(p.Scopes, m.AddressMaximum))
	}
	return bad
}

// endpoint checks an address that codes and tokens go to: HTTPS only (RFC 6749 section 3.2).
func endpoint(s string, limit int) mail.Problem {
	if s == "" {
		return mail.ProblemMissing
	}
	if why := Printable(s, limit); why != "" {
		return why
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Fragment != "" ||
		strings.Contains(s, " ") {
		return mail.ProblemCharacter
	}
	return ""
}
