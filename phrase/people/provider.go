package people

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"mfpsim/choice"
	"mfpsim/lab"
	"mfpsim/phrase"
)

// ProviderAct is what an Internet fax provider is to be, or to do.
type ProviderAct struct {
	Words []string // as they were said
	do    func(l *lab.Lab) error
}

// Do carries it out on a bench.
func (a ProviderAct) Do(l *lab.Lab) error { return a.do(l) }

// The acts of a provider, as they begin.
var providerActs = []string{"add", "slow-down", "revoke", "approve", "decline", "number"}

// Provider reads what a provider is to be or to do: "add fax.example.com accounts=fax@contoso.com call=2m", "slow-down
// 2", "revoke fax@contoso.com", "approve BCDF-GHJK fax@contoso.com", "decline BCDF-GHJK", "number +49301234567 busy".
// Several are told apart by domain=; without it the one is meant that was added last.
func Provider(words []string) (ProviderAct, error) {
	act := ProviderAct{Words: words}
	what, rest := phrase.First(words)
	if what == "add" {
		err := act.add(rest)
		return act, err
	}
	plain, values, err := phrase.Settings(rest, "domain")
	if err != nil {
		return act, err
	}
	of := func(do func(p *lab.Provider) error) {
		act.do = func(l *lab.Lab) error {
			p, err := l.Provider(values["domain"])
			if err != nil {
				return err
			}
			return do(p)
		}
	}
	switch {
	case what == "slow-down" && len(plain) == 1:
		polls, err := strconv.Atoi(plain[0])
		if err != nil || polls < 1 || polls > 100 {
			return act, fmt.Errorf("slow-down %s is no number of polls; it is 1 to 100", plain[0])
		}
		of(func(p *lab.Provider) error { p.Authorization.SlowDown(polls); return nil })
	case what == "revoke" && len(plain) == 1:
		of(func(p *lab.Provider) error { return p.Revoke(plain[0]) })
	case what == "approve" && len(plain) == 2:
		of(func(p *lab.Provider) error { return p.Authorization.Approve(plain[0], plain[1]) })
	case what == "decline" && len(plain) == 1:
		of(func(p *lab.Provider) error { return p.Authorization.Decline(plain[0]) })
	case what == "number" && len(plain) == 2:
		reason := plain[1]
		if reason == phrase.OK {
			reason = ""
		}
		of(func(p *lab.Provider) error { return p.SetLine(plain[0], reason) })
	case what == "slow-down":
		return act, errors.New("slow-down takes a number of polls")
	case what == "revoke":
		return act, errors.New("revoke takes an account")
	case what == "approve":
		return act, errors.New("approve takes the code that the printer shows, and an account")
	case what == "decline":
		return act, errors.New("decline takes the code that the printer shows")
	case what == "number":
		return act, errors.New("number takes a fax number, and ok or why a call to it fails")
	default:
		return act, &choice.Error{What: "act of a provider", Wanted: what, Present: providerActs}
	}
	return act, nil
}

func (a *ProviderAct) add(words []string) error {
	plain, values, err := phrase.Settings(
		words, "accounts", "interval", "code-lifetime", "access-lifetime", "refresh-lifetime", "leeway", "call",
	)
	if err != nil {
		return err
	}
	if len(plain) != 1 || !strings.Contains(plain[0], ".") {
		return errors.New("add takes the domain of one provider: fax.example.com")
	}
	spans := map[string]time.Duration{}
	for _, key := range []string{"interval", "code-lifetime", "access-lifetime", "refresh-lifetime", "leeway", "call"} {
		text, given := values[key]
		if !given {
			continue
		}
		if spans[key], err = phrase.Duration(text); err != nil {
			return err
		}
	}
	config := lab.ProviderConfig{Domain: plain[0], Times: lab.ProviderTimes{
		Interval: spans["interval"], Code: spans["code-lifetime"], AccessToken: spans["access-lifetime"],
		RefreshToken: spans["refresh-lifetime"], Leeway: spans["leeway"], Call: spans["call"],
	}}
	if text := values["accounts"]; text != "" {
		config.Accounts = strings.Split(text, ",")
	}
	a.do = func(l *lab.Lab) error {
		_, err := l.AddProvider(config)
		return err
	}
	return nil
}
