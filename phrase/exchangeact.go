package phrase

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mfpsim/choice"
	"mfpsim/fakesmtp"
)

// ExchangeAct is something that happens to a mailbox, an organization or the front ends of the fake Exchange Online,
// and that no cmdlet brings about: "restrict alice@contoso.com 5.1.8".
type ExchangeAct struct {
	Words string // as they were said
	Do    func(*fakesmtp.Server) error
}

// exchangeActs are the acts by their first word.
var exchangeActs = []struct {
	name, usage string
	read        func(words []string) (func(*fakesmtp.Server) error, error)
}{
	{"restrict", "ADDRESS|DOMAIN CODE|none", readRestrict},
	{"licence", "ADDRESS on|off", readLicence},
	{"quota", "ADDRESS SIZE|none", readQuota},
	{"verdict", "ADDRESS 'TEXT'|none", readVerdict},
	{"external-limit", "DOMAIN N|none [trial]", readExternalLimit},
	{"front-end", "[hello=strict|lenient] [command-limit=N|none] [answer-limit=N|none]", readFrontEnd},
}

// ExchangeActs lists the first words of the acts.
func ExchangeActs() []string {
	var names []string
	for _, act := range exchangeActs {
		names = append(names, act.name)
	}
	return names
}

// ReadExchangeAct reads an act: its first word, then what it is done to.
func ReadExchangeAct(words []string) (ExchangeAct, error) {
	name, rest := First(words)
	i := slices.Index(ExchangeActs(), name)
	if i < 0 {
		return ExchangeAct{}, &choice.Error{What: "act", Wanted: name, Present: ExchangeActs()}
	}
	do, err := exchangeActs[i].read(rest)
	if err != nil {
		return ExchangeAct{}, fmt.Errorf("%w; the words are: %s %s", err, name, exchangeActs[i].usage)
	}
	return ExchangeAct{Words: strings.Join(words, " "), Do: do}, nil
}

// pair reads two words; the second is empty if it is none.
func pair(words []string) (who, value string, err error) {
	if len(words) != 2 || words[0] == "" || words[1] == "" {
		return "", "", errors.New("two words are needed")
	}
	if words[1] == none {
		return words[0], "", nil
	}
	return words[0], words[1], nil
}

func readRestrict(words []string) (func(*fakesmtp.Server) error, error) {
	who, code, err := pair(words)
	return func(s *fakesmtp.Server) error { return s.Restrict(who, code) }, err
}

func readLicence(words []string) (func(*fakesmtp.Server) error, error) {
	who, value, err := pair(words)
	if err == nil && value != "on" && value != "off" {
		err = &choice.Error{What: "value of a licence", Wanted: value, Present: []string{"on", "off"}}
	}
	return func(s *fakesmtp.Server) error { return s.SetLicensed(who, value == "on") }, err
}

func readQuota(words []string) (func(*fakesmtp.Server) error, error) {
	who, value, err := pair(words)
	var octets int64
	if err == nil && value != "" {
		octets, err = size(value)
	}
	return func(s *fakesmtp.Server) error { return s.SetQuota(who, octets) }, err
}

// size reads a number of octets: "50MB", "512KB", "2000".
func size(text string) (int64, error) {
	number, unit := strings.ToUpper(text), int64(1)
	for i, suffix := range []string{"KB", "MB", "GB"} {
		if rest, found := strings.CutSuffix(number, suffix); found {
			number, unit = rest, 1<<(10*(i+1))
			break
		}
	}
	octets, err := strconv.ParseInt(number, 10, 32)
	if err != nil || octets <= 0 {
		return 0, fmt.Errorf("%q is no size; write 50MB, 512KB or 2000", text)
	}
	return octets * unit, nil
}

func readVerdict(words []string) (func(*fakesmtp.Server) error, error) {
	who, verdict, err := pair(words)
	return func(s *fakesmtp.Server) error { return s.SetVerdict(who, verdict) }, err
}

func readExternalLimit(words []string) (func(*fakesmtp.Server) error, error) {
	trial := len(words) == 3 && words[2] == "trial"
	if trial {
		words = words[:2]
	}
	who, value, err := pair(words)
	limit := 0
	if err == nil && value != "" {
		if err = number("limit", value, &limit); err == nil && limit == 0 {
			err = errors.New("a limit of 0 is no limit; write none")
		}
	}
	return func(s *fakesmtp.Server) error { return s.SetExternalLimit(who, limit, trial) }, err
}

func readFrontEnd(words []string) (func(*fakesmtp.Server) error, error) {
	plain, values, err := Settings(words, "hello", "command-limit", "answer-limit")
	if err != nil {
		return nil, err
	}
	if len(plain) > 0 || len(values) == 0 {
		return nil, errors.New("say what the front ends are to be like")
	}
	strict, err := values.Either("hello", "strict", "lenient", false)
	if err != nil {
		return nil, err
	}
	limits := map[string]int{}
	for _, key := range []string{"command-limit", "answer-limit"} {
		n := fakesmtp.AnyLength
		switch values[key] {
		case "":
			continue
		case none:
		default:
			if err := number(key, values[key], &n); err != nil {
				return nil, err
			}
			if n == 0 {
				return nil, fmt.Errorf("%s=0 lets nothing through; without a limit it is %s=none", key, key)
			}
		}
		limits[key] = n
	}
	return func(s *fakesmtp.Server) error {
		f := s.FrontEnd()
		if values["hello"] != "" {
			f.StrictHello = strict
		}
		if n := limits["command-limit"]; n != 0 {
			f.MaxLine = n
		}
		if n := limits["answer-limit"]; n != 0 {
			f.MaxAnswer = n
		}
		s.SetFrontEnd(f)
		return nil
	}, nil
}
