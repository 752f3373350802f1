package scenarios

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"mfpsim/choice"
	"mfpsim/fakeentra"
	"mfpsim/lab"
)

// either reads a word that has two values.
func either(values map[string]string, key, yes, no string, otherwise bool) (bool, error) {
	switch values[key] {
	case "":
		return otherwise, nil
	case yes:
		return true, nil
	case no:
		return false, nil
	}
	return false, &choice.Error{What: "value of " + key, Wanted: values[key], Present: []string{yes, no}}
}

func (p *play) verbTenant(_ bool, args []string) (string, error) {
	plain, values, err := settings(args, "smtp-auth", "security-defaults", "user-consent", "consent-box", "basic-auth")
	if err != nil {
		return "", err
	}
	name, flags := first(plain)
	if name == "" {
		return "", usage("tenant")
	}
	t := lab.Tenant{Name: name}
	for _, flag := range flags {
		if flag != "personal" {
			return "", &choice.Error{What: "word", Wanted: flag, Present: []string{"personal"}}
		}
		t.Personal = true
	}
	var defaults bool
	if t.SMTPAuth, err = either(values, "smtp-auth", "enabled", "disabled", false); err != nil {
		return "", err
	}
	if defaults, err = either(values, "security-defaults", "on", "off", true); err != nil {
		return "", err
	}
	t.NoDefaults = !defaults
	if t.BasicAuth, err = either(values, "basic-auth", "enabled", "disabled", false); err != nil {
		return "", err
	}
	if _, err = either(values, "user-consent", "all", "none", true); err != nil {
		return "", err
	}
	if _, err = either(values, "consent-box", "guide", "microsoft", true); err != nil {
		return "", err
	}
	t.UserConsent, t.ConsentBox = values["user-consent"], values["consent-box"]
	var made fakeentra.Tenant
	if err := p.do(func(context.Context) (err error) { made, err = p.lab.AddTenant(t); return err }); err != nil {
		return "", plainError(err)
	}
	if !t.Personal {
		p.tenant = name
	}
	return asJSON(made), nil
}

func (p *play) verbUser(_ bool, args []string) (string, error) {
	var u lab.User
	for _, arg := range args {
		value, isRole := strings.CutPrefix(arg, "role=")
		switch {
		case isRole:
			u.Roles = append(u.Roles, value)
		case arg == "mailbox":
			u.NoMailbox = false
		case arg == "no-mailbox":
			u.NoMailbox = true
		case arg == "mfa":
			u.MFA = true
		case arg == "disabled":
			u.Disabled = true
		case u.Address == "" && strings.Contains(arg, "@"):
			u.Address = arg
		default:
			return "", &choice.Error{What: "word", Wanted: arg, Present: []string{"role=", "mailbox", "no-mailbox", "mfa", "disabled"}}
		}
	}
	if u.Address == "" {
		return "", usage("user")
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
func (p *play) organization(values map[string]string) (string, error) {
	if name := values["tenant"]; name != "" {
		return name, nil
	}
	if p.tenant != "" {
		return p.tenant, nil
	}
	return p.lab.OnlyTenant()
}

func (p *play) verbEntra(not bool, args []string) (string, error) {
	what, rest := first(args)
	switch what {
	case "log":
		return p.signInLog(not, rest)
	case "policy":
		return p.policy(rest)
	case "source":
		return p.source(rest)
	}
	var plain []string
	var values map[string]string
	if what != "answer" {
		var err error
		if plain, values, err = settings(rest, "tenant"); err != nil {
			return "", err
		}
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
	err := p.act(act, func(context.Context) error {
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
		case "password":
			return one(p.lab.ChangePassword)
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
		case "answer":
			if len(rest) == 0 {
				return usage("entra")
			}
			output = strings.Join(rest, " ")
			return p.lab.Answer(rest...)
		}
		return usage("entra")
	})
	if err != nil {
		return "", plainError(err)
	}
	return asJSON(output), nil
}

// policy makes a Conditional Access policy, or changes the keys that are given of one that is there.
func (p *play) policy(args []string) (string, error) {
	name, words := first(args)
	if name == "" || len(words) == 0 {
		return "", usage("entra")
	}
	var graphs []byte // a policy as Microsoft Graph has it
	if len(words) == 1 && strings.HasSuffix(words[0], ".json") {
		file := words[0]
		text, err := p.readFile(file)
		if err != nil {
			return "", err
		}
		if isGraphPolicy(text) {
			graphs = []byte(text)
		} else if words, err = policyWords(text); err != nil {
			return "", fmt.Errorf("%s: %w", file, err)
		}
	}
	tenant, err := p.organization(nil)
	if err != nil {
		return "", err
	}
	var made fakeentra.Policy
	if err := p.act(act, func(context.Context) (err error) {
		if graphs != nil {
			made, err = p.lab.Entra.SetPolicyJSON(tenant, name, graphs)
			return err
		}
		made, err = p.lab.Entra.ChangePolicy(tenant, name, words...)
		return err
	}); err != nil {
		return "", plainError(err)
	}
	return asJSON(made), nil
}

// source says from where the device or the browser reaches the cloud.
func (p *play) source(args []string) (string, error) {
	plain, values, err := settings(args, "address", "country", "platform", "compliant", "joined", "risk")
	if err != nil {
		return "", err
	}
	if len(plain) != 1 || values["address"] == "" {
		return "", usage("entra")
	}
	set := map[string]func(fakeentra.Source) error{"device": p.lab.Entra.SetDeviceSource, "browser": p.lab.Entra.SetBrowserSource}[plain[0]]
	if set == nil {
		return "", &choice.Error{What: "party", Wanted: plain[0], Present: []string{"device", "browser"}}
	}
	source := fakeentra.Source{Address: values["address"], Country: values["country"], Platform: values["platform"], Risk: values["risk"]}
	if source.Compliant, err = either(values, "compliant", "yes", "no", false); err != nil {
		return "", err
	}
	if source.DomainJoined, err = either(values, "joined", "yes", "no", false); err != nil {
		return "", err
	}
	if err := p.act(act, func(context.Context) error { return set(source) }); err != nil {
		return "", plainError(err)
	}
	return plain[0] + " at " + source.Address + "\n", nil
}

// isGraphPolicy reports whether a file holds a policy in the shape of Microsoft Graph, as the portal exports it.
func isGraphPolicy(text string) bool {
	var object map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &object) != nil {
		return false
	}
	for _, member := range []string{"conditions", "grantControls", "displayName"} {
		if _, has := object[member]; has {
			return true
		}
	}
	return false
}

// policyWords reads a policy from a file: an object whose keys are those of the verb, values texts or lists of texts.
func policyWords(text string) ([]string, error) {
	var object map[string]any
	if err := json.Unmarshal([]byte(text), &object); err != nil {
		return nil, errors.New("no JSON object")
	}
	var words []string
	for key, value := range object {
		switch v := value.(type) {
		case string:
			words = append(words, key+"="+v)
		case []any:
			var parts []string
			for _, part := range v {
				parts = append(parts, fmt.Sprint(part))
			}
			words = append(words, key+"="+strings.Join(parts, ","))
		default:
			return nil, fmt.Errorf("the value of %q is neither a text nor a list of texts", key)
		}
	}
	slices.Sort(words)
	return words, nil
}

func (p *play) signInLog(not bool, args []string) (string, error) {
	see := func(context.Context) (surface, error) {
		table := p.lab.Entra.SignIns().Table()
		return surface{name: "sign-in log", lines: lines(table), drawn: table}, nil
	}
	what, words := first(args)
	switch {
	case what == "" || what == "screen" && len(words) == 0:
		s, err := p.look(see)
		return s.drawn, err
	case what == "shows" && len(words) > 0:
		return p.shows(not, words, see)
	}
	return "", usage("entra")
}

func (p *play) verbExchange(_ bool, args []string) (string, error) {
	name, rest := first(args)
	if name == "" {
		return "", usage("exchange")
	}
	if name == "answer" {
		if len(rest) == 0 {
			return "", usage("exchange")
		}
		return "", plainError(p.act(act, func(context.Context) error { return p.lab.AnswerMail(rest...) }))
	}
	var output string
	err := p.act(act, func(context.Context) (err error) {
		output, err = p.lab.SMTP.Cmdlet(name, rest)
		return err
	})
	return output, err
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
	if err == nil {
		return nil
	}
	for _, party := range []string{"fakeentra: ", "fakesmtp: "} {
		if text, is := strings.CutPrefix(err.Error(), party); is {
			return errors.New(text)
		}
	}
	return err
}
