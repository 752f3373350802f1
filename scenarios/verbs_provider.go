package scenarios

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"mfpsim/browser"
	"mfpsim/lab"
	"mfpsim/phrase"
	"mfpsim/phrase/people"
)

// verbProvider puts an Internet fax provider on the bench, makes it do something, or looks at its faxes.
func (p *play) verbProvider(not bool, args []string) (string, error) {
	if what, rest := phrase.First(args); what == "faxes" {
		return p.faxes(not, rest)
	}
	meant, err := people.Provider(args)
	if err != nil {
		return "", err
	}
	return strings.Join(meant.Words, " ") + "\n",
		p.act(act, func(context.Context) error { return meant.Do(p.lab) })
}

// faxes looks at what all providers have taken, oldest first.
func (p *play) faxes(not bool, args []string) (string, error) {
	see := func(context.Context) (surface, error) {
		s := surface{name: "faxes"}
		for _, provider := range p.lab.Providers() {
			for i, f := range provider.Mail.Faxes() {
				row := fmt.Sprintf("%d | %s | %s | from=%s | documents=%d | %s", i+1,
					f.Accepted.UTC().Format(time.DateTime), f.Number, f.Account, len(f.Document), f.Status)
				if f.Reason != "" {
					row += " | " + f.Reason
				}
				s.lines = append(s.lines, row)
			}
		}
		s.drawn = strings.Join(s.lines, "\n")
		return s, nil
	}
	what, rest := phrase.First(args)
	switch {
	case what == "shows" && len(rest) > 0:
		return p.shows(not, rest, asWritten, see)
	case what == "screen" && len(rest) == 0:
		s, err := p.look(see)
		return s.drawn, err
	case what == "count" && len(rest) == 1:
		want, err := strconv.Atoi(rest[0])
		if err != nil || want < 0 {
			return "", fmt.Errorf("%q is no number", rest[0])
		}
		count := func() (n int) {
			for _, provider := range p.lab.Providers() {
				n += len(provider.Mail.Faxes())
			}
			return n
		}
		got, err := p.exactly(want, count)
		if err == nil && got != want {
			err = fmt.Errorf("%d faxes, not %d (printer time %s)", got, want, p.printerTime().Format(time.DateTime))
		}
		return fmt.Sprint(got), err
	}
	return "", usage("provider")
}

// setFaxServer is Fax Server Settings in one line, with what the provider of a domain tells its customers.
func (p *play) setFaxServer(domain string) (string, error) {
	provider, err := p.lab.Provider(domain)
	if err != nil {
		return "", err
	}
	return p.steps([][]string{
		{"webconfig", "log-in"},
		{"webconfig", "open", "Fax > Fax Server > Fax Server Settings"},
		{"webconfig", "set", "Fax Server", "Use"},
		{"webconfig", "set", "Domain of the Fax Provider", provider.Domain},
		{"webconfig", "set", "Device Authorization Endpoint", provider.DeviceAuthorization()},
		{"webconfig", "set", "Token Endpoint", provider.Token()},
		{"webconfig", "set", "Client ID", provider.Authorization.Client().ID},
		{"webconfig", "set", "Scopes", lab.ProviderScopes},
		{"webconfig", "click", "OK"},
		{"webconfig", "shows", "@setup-complete"},
	})
}

// faxSignIn is the fax server's sign-in in one line (guide rule R29): at a provider if the account is one of its own,
// else at Microsoft. It begins on Fax Server Settings that are stored.
func (p *play) faxSignIn(account string) (string, error) {
	provider := p.lab.ProviderOf(account)
	service, with := p.serviceOf(account), "Sign in with Microsoft"
	if provider != nil {
		service, with = "Other", "Sign in with the Fax Provider"
	}
	steps := [][]string{
		{"webconfig", "log-in"},
		{"webconfig", "open", "Fax > Fax Server > Email Server Settings"},
		{"webconfig", "set", "Authentication Method", "OAuth2"},
		{"webconfig", "set", "Email service", service},
		{"webconfig", "click", "Sign In"},
		{"webconfig", "click", with},
		{"browser", "sign-in", account, "consent=organization"},
		{"webconfig", "shows", "Current Status", "Signed in"},
	}
	if provider != nil {
		steps = append(steps, []string{"webconfig", "set", "SMTP Server Address", "smtp." + provider.Domain})
	}
	return p.steps(append(steps, []string{"webconfig", "click", "OK"}))
}

// atProvider is the provider whose page is open in the browser; false: another page is.
func (p *play) atProvider() bool {
	for _, provider := range p.lab.Providers() {
		if strings.HasPrefix(p.address, provider.Authorization.Issuer()+"/") {
			return true
		}
	}
	return false
}

// signInAtProvider is a provider's side of a sign-in in one line: code, account and password, and what the page asks
// then.
func (p *play) signInAtProvider(account, consent string) (string, error) {
	last := "Allow"
	if consent == "cancel" {
		last = "Deny"
	}
	for _, step := range [][]string{
		{"enter", "code"},
		{"click", "Next"},
		{"enter", "account", account},
		{"enter", "password"},
		{"click", "Sign in"},
		{"click", last},
	} {
		if output, err := p.inner(append([]string{"browser"}, step...)); err != nil {
			return output, p.unexpected(err)
		}
	}
	return p.browse(act, func(_ context.Context, b *browser.Browser) error {
		if len(b.Page().Buttons) > 0 {
			return errors.New("the page asks for something more")
		}
		return nil
	})
}
