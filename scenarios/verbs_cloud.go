package scenarios

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"mfpsim/fakeentra"
	"mfpsim/phrase"
	"mfpsim/phrase/people"
)

func (p *play) verbTenant(_ bool, args []string) (string, error) {
	t, err := people.Tenant(args)
	if err != nil {
		return "", err
	}
	var made fakeentra.Tenant
	if err := p.do(func(context.Context) (err error) { made, err = p.lab.AddTenant(t); return err }); err != nil {
		return "", plainError(err)
	}
	if !t.Personal {
		p.tenant = t.Name
	}
	return asJSON(made), nil
}

func (p *play) verbUser(_ bool, args []string) (string, error) {
	u, err := people.User(args)
	if err != nil {
		return "", err
	}
	if err := p.do(func(context.Context) error { return p.lab.AddUser(u) }); err != nil {
		return "", plainError(err)
	}
	if made, known := p.lab.Entra.User(u.Address); known {
		return asJSON(made), nil
	}
	return u.Address + " is on the Internet\n", nil
}

// organization is the tenant that a line means: tenant=NAME, else the one that was made last.
func (p *play) organization(values phrase.Values) (string, error) {
	if name := values["tenant"]; name != "" {
		return name, nil
	}
	if p.tenant != "" {
		return p.tenant, nil
	}
	return p.lab.OnlyTenant()
}

func (p *play) verbEntra(not bool, args []string) (string, error) {
	what, rest := phrase.First(args)
	switch what {
	case "answer":
		return p.entraAnswers(rest)
	case "as-of":
		return p.asOf(rest)
	case "log":
		return p.signInLog(not, rest)
	case "policy":
		return p.policy(rest)
	case "source":
		return p.source(rest)
	case "application":
		return p.application(rest)
	case "resource":
		return p.resource(rest)
	case "consent":
		return p.consent(rest)
	}
	plain, values, err := phrase.Settings(rest, "tenant")
	if err != nil {
		return "", err
	}
	var output any
	one := func(f func(string) error) error {
		if len(plain) != 1 {
			return usage("entra")
		}
		if err := f(plain[0]); err != nil {
			return err
		}
		if u, known := p.lab.Entra.User(plain[0]); known {
			output = u
		}
		return nil
	}
	err = p.act(act, func(context.Context) error {
		switch what {
		case "set":
			if len(plain) != 2 {
				return usage("entra")
			}
			tenant, err := p.organization(values)
			if err == nil {
				output, err = p.lab.Set(tenant, plain[0], plain[1])
			}
			return err
		case "revoke":
			return one(p.lab.Entra.Revoke)
		case "disable":
			return one(p.lab.Entra.Disable)
		case "enable":
			return one(p.lab.Entra.Enable)
		case "delete":
			return one(p.lab.Entra.Delete)
		case "password":
			return one(p.lab.ChangePassword)
		case "strict-doors":
			if len(plain) != 1 || plain[0] != "on" && plain[0] != "off" {
				return usage("entra")
			}
			p.lab.Entra.SetStrictDoors(plain[0] == "on")
			return nil
		case "withdraw-consent":
			if len(plain) != 0 {
				return usage("entra")
			}
			tenant, err := p.organization(values)
			if err == nil {
				err = p.lab.Entra.WithdrawConsent(tenant, "")
				output = p.lab.Entra.Consents(tenant)
			}
			return err
		}
		return usage("entra")
	})
	if err != nil {
		return "", plainError(err)
	}
	return asJSON(output), nil
}

// entraAnswers makes Microsoft answer otherwise than it would.
func (p *play) entraAnswers(words []string) (string, error) {
	answers, err := phrase.EntraAnswers(words)
	if err != nil {
		return "", err
	}
	if err := p.act(act, func(context.Context) error { return p.lab.SetEntraAnswers(answers...) }); err != nil {
		return "", plainError(err)
	}
	return asJSON(strings.Join(words, " ")), nil
}

// policy makes a Conditional Access policy, or changes the keys that are given of one that is there.
func (p *play) policy(args []string) (string, error) {
	name, words := phrase.First(args)
	if name == "" || len(words) == 0 {
		return "", usage("entra")
	}
	var graph []byte // a policy as Microsoft Graph has it
	if len(words) == 1 && strings.HasSuffix(words[0], ".json") {
		file := words[0]
		text, err := p.readFile(file)
		if err != nil {
			return "", err
		}
		read, inGraph, err := phrase.PolicyFile([]byte(text))
		if err != nil {
			return "", fmt.Errorf("%s: %w", file, err)
		}
		words = read
		if inGraph {
			graph = []byte(text)
		}
	}
	tenant, err := p.organization(nil)
	if err != nil {
		return "", err
	}
	change, err := phrase.Policy(words)
	if err != nil {
		return "", err
	}
	var made fakeentra.Policy
	if err := p.act(act, func(context.Context) (err error) {
		if graph != nil {
			made, err = p.lab.Entra.SetPolicyJSON(tenant, name, graph)
			return err
		}
		made, err = p.lab.Entra.ChangePolicy(tenant, name, change)
		return err
	}); err != nil {
		return "", plainError(err)
	}
	return asJSON(made), nil
}

// asOf makes Microsoft answer as on a day.
func (p *play) asOf(args []string) (string, error) {
	at, err := phrase.AsOf(args)
	if err != nil {
		return "", err
	}
	var day fakeentra.Day
	err = p.act(act, func(context.Context) (err error) { day, err = p.lab.Entra.SetAsOf(at); return err })
	if err != nil {
		return "", plainError(err)
	}
	return asJSON(day), nil
}

// source says from where the device or the browser reaches the cloud.
func (p *play) source(args []string) (string, error) {
	of, source, err := phrase.Source(args)
	if err != nil {
		return "", err
	}
	if err := p.act(act, func(context.Context) error { return p.lab.SetSource(of, source) }); err != nil {
		return "", plainError(err)
	}
	return of + " at " + source.Address + "\n", nil
}

func (p *play) signInLog(not bool, args []string) (string, error) {
	see := func(context.Context) (surface, error) {
		table := p.lab.Entra.SignIns().Table()
		return surface{name: "sign-in log", lines: lines(table), drawn: table}, nil
	}
	what, words := phrase.First(args)
	switch {
	case what == "" || what == "screen" && len(words) == 0:
		s, err := p.look(see)
		return s.drawn, err
	case what == "shows" && len(words) > 0:
		return p.shows(not, words, asWritten, see)
	}
	return "", usage("entra")
}

func (p *play) verbExchange(_ bool, args []string) (string, error) {
	name, rest := phrase.First(args)
	switch name {
	case "":
		return "", usage("exchange")
	case "answer":
		return p.exchangeAnswers(rest)
	}
	if slices.Contains(phrase.ExchangeActs(), name) {
		return p.exchangeAct(args)
	}
	var output string
	err := p.act(act, func(context.Context) (err error) {
		output, err = p.lab.SMTP.Cmdlet(name, rest)
		return err
	})
	return output, err
}

// exchangeAnswers makes the mail service say or do something against its nature.
func (p *play) exchangeAnswers(words []string) (string, error) {
	answers, err := phrase.ExchangeAnswers(words)
	if err != nil {
		return "", err
	}
	if err := p.act(act, func(context.Context) error { return p.lab.SetExchangeAnswers(answers...) }); err != nil {
		return "", err
	}
	return asJSON(strings.Join(words, " ")), nil
}

// exchangeAct lets something happen to a mailbox, an organization or the front ends.
func (p *play) exchangeAct(words []string) (string, error) {
	said, err := phrase.ReadExchangeAct(words)
	if err != nil {
		return "", err
	}
	return asJSON(said.Words), p.act(act, func(context.Context) error { return said.Do(p.lab.SMTP) })
}

func lines(text string) []string {
	var found []string
	for _, l := range strings.Split(text, "\n") {
		if strings.TrimSpace(l) != "" {
			found = append(found, l)
		}
	}
	return found
}

func asJSON(v any) string {
	if v == nil {
		return ""
	}
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text) + "\n"
}

// plainError takes the package's name off an error: the verb says who.
func plainError(err error) error {
	var own *fakeentra.Error
	if errors.As(err, &own) {
		return own.Cause
	}
	return err
}
