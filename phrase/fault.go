package phrase

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"mfpsim/choice"
	"mfpsim/faultnet"
)

// Faults reads what the network does to a party: "smtp reset after=100 times=1", "entra unreachable times=1 then
// silent", "smtp half-silent at=write:3". Only the word [OK] gives none. parties are those that there are.
func Faults(words, parties []string) (party string, faults []faultnet.Fault, err error) {
	party, rest := First(words)
	switch {
	case party == "":
		return "", nil, errors.New("a fault has a party and a kind: PARTY KIND")
	case !slices.Contains(parties, party):
		return "", nil, &choice.Error{What: "party", Wanted: party, Present: parties}
	}
	if kind, more := First(rest); kind == OK {
		if len(more) > 0 {
			return "", nil, errors.New("ok takes no further words")
		}
		return party, nil, nil
	}
	one := func(words []string) (faultnet.Fault, error) { return fault(party, words) }
	faults, err = sequence(rest, one, func(f faultnet.Fault) bool { return f.Times > 0 }, "times=")
	return party, faults, err
}

// On is the word of a network that a party's machines are plugged into.
const On = "on"

// Place reads which network people's computers are on: "browser on elsewhere". networks are those that there are.
func Place(words []string, party string, networks []string) (network string, err error) {
	if len(words) != 3 || words[0] != party || words[1] != On {
		return "", fmt.Errorf("computers are plugged into a network by: %s on %s", party, strings.Join(networks, "|"))
	}
	if !slices.Contains(networks, words[2]) {
		return "", &choice.Error{What: "network", Wanted: words[2], Present: networks}
	}
	return words[2], nil
}

// kindNamed reads the kind of a fault.
func kindNamed(word string) (faultnet.FaultKind, error) {
	kinds, words := faultnet.FaultKinds(), []string{OK}
	for _, kind := range kinds {
		if string(kind) == word {
			return kind, nil
		}
		words = append(words, string(kind))
	}
	return "", &choice.Error{What: "fault", Wanted: word, Present: words}
}

// fault reads the words of one fault: its kind, and key=value.
func fault(party string, words []string) (faultnet.Fault, error) {
	plain, values, err := Settings(words, "times", "after", "from", "at", "delay")
	if err != nil {
		return faultnet.Fault{}, err
	}
	word, more := First(plain)
	kind, err := kindNamed(word)
	if err != nil {
		return faultnet.Fault{}, err
	}
	if len(more) > 0 {
		return faultnet.Fault{}, fmt.Errorf("a fault has one kind; this one is %s and %s", word, more[0])
	}
	f := faultnet.Fault{To: party, Kind: kind, From: values["from"]}
	after := &f.After
	if _, atPoint := values["at"]; kind == faultnet.Reset && !atPoint {
		after = &f.Bytes
	}
	for _, key := range []string{"after", "at", "delay", "times"} {
		value, given := values[key]
		if !given {
			continue
		}
		var err error
		switch key {
		case "after":
			err = number(key, value, after)
		case "at":
			err = point(value, &f)
		case "delay":
			var d time.Duration
			d, err = Duration(value)
			f.Delay = faultnet.Delay(d)
		case "times":
			err = positive(key, value, &f.Times)
		}
		if err != nil {
			return f, err
		}
	}
	return f, f.Check()
}

// point reads at which write or read of the server a fault strikes: "write:3".
func point(value string, f *faultnet.Fault) error {
	what, nth, _ := strings.Cut(value, ":")
	var err error
	switch what {
	case "write":
		err = number("at", nth, &f.Write)
	case "read":
		err = number("at", nth, &f.Read)
	}
	if err != nil || f.Write == 0 && f.Read == 0 {
		return fmt.Errorf("at=%s is no point; write at=write:3 or at=read:3", value)
	}
	return nil
}
