package answers

import (
	"strings"
	"time"

	"mfpsim/fakesmtp/internal/address"
)

// faultDomain is the domain of recipients that bring an answer about without anybody planting one:
// <moment>-<what>@fault.test, where the moment is rcpt or data and what is a reply code ("451", "550-5.1.1"), "close",
// "reset", "silence" or "delay-10s".
const faultDomain = "fault.test"

// ByAddress reads such a recipient for one of the moments [AtRecipient] and [AtData]; nil: it is none.
func ByAddress(recipient string, moment Moment) *Answer {
	if address.Domain(recipient) != faultDomain {
		return nil
	}
	local, _, _ := strings.Cut(recipient, "@")
	what, found := strings.CutPrefix(strings.ToLower(local), string(moment)+"-")
	if !found {
		return nil
	}
	a := &Answer{Name: recipient}
	word, argument, _ := strings.Cut(what, "-")
	switch word {
	case "close":
		a.Then, a.Silent = Disconnect, true
	case "reset":
		a.Then = Reset
	case "silence":
		a.Silent = true
	case "delay":
		delay, err := time.ParseDuration(argument)
		if err != nil {
			return nil
		}
		a.Delay = delay
	default:
		if argument == "" {
			argument = word[:min(1, len(word))] + ".0.0"
		}
		a.Reply = word + " " + argument + " As the address asks for"
		if _, _, ok := ParseReply(a.Reply); !ok {
			return nil
		}
	}
	return a
}
