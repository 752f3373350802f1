package scenarios

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"mfpsim/choice"
	"mfpsim/device"
	"mfpsim/phrase"
)

// foreign are words that people begin a line with, and what is written instead.
var foreign = map[string]string{
	"sleep": "clock +10s; and shows waits by itself, up to 30 s of bench time", "wait": "clock +10s; and shows waits by itself, up to 30 s of bench time",
	"exec": "one of the verbs: a scenario runs no program", "stdout": "shows, as in panel shows 'Signed in'",
	"expect": "shows, as in panel shows 'Signed in'", "assert": "shows, as in panel shows 'Signed in'", "shows": "panel shows, webconfig shows, jobs shows or browser shows",
	"click": "webconfig click or browser click", "open": "webconfig open", "set": "webconfig set", "press": "panel press", "enter": "webconfig enter, panel enter or browser enter",
	"sign-in": "printer sign-in ADDRESS", "login": "webconfig log-in", "log-in": "webconfig log-in or panel log-in",
	"mail": "mailbox ADDRESS shows subject=…", "smtp": "wire shows smtp …, or network smtp …", "microsoft": "entra for the sign-in, exchange for the mail",
	"print": "sheet print", "job": "jobs", "web": "webconfig", "time": "clock", "reboot": "power off, and power on in the next line",
}

// headerWithout reports whether a line is a header line whose # was forgotten.
func headerWithout(text string) bool {
	key, _, found := strings.Cut(text, ":")
	return found && slices.Contains(headerKeys, strings.TrimSpace(key))
}

// unlike finds mistakes in how the words of a line are parted, which would be told as words that are not understood.
func unlike(words []string) error {
	act := ""
	if len(words) > 1 {
		act = words[1]
	}
	several := slices.Contains([]string{"press", "refuses", "click", "open", "tick"}, act) && len(words) > 3
	switch {
	case words[0] == "skip":
	case slices.Contains(words, ">"):
		at := slices.Index(words, ">")
		return fmt.Errorf("a path is one word, in quotes: '%s'", strings.Join(words[max(2, at-1):], " "))
	case several && (words[0] == "panel" || words[0] == "webconfig" || words[0] == "browser"):
		return fmt.Errorf(
			"a name of several words stands in quotes: %s %s '%s'",
			words[0],
			act,
			strings.Join(words[2:], " "),
		)
	case words[0] == "clock" && len(words) == 2 && isDuration(act):
		return fmt.Errorf("write clock +%s", act)
	case words[0] == "clock" && len(words) == 3 && isDuration(strings.TrimPrefix(act+words[2], "+")):
		return fmt.Errorf("a length of time is one word: clock +%s", strings.TrimPrefix(act+words[2], "+"))
	case words[0] == "mailbox" && len(words) > 1 && !strings.Contains(act, "@"):
		return fmt.Errorf(
			"%q is no address; write mailbox bob@fabrikam.com shows subject=Scan, or count N, or is empty",
			act,
		)
	}
	return nil
}

func isDuration(text string) bool {
	_, err := phrase.Duration(text)
	return err == nil
}

// hinted adds to the failure of a line what its author can do about it, where that is known.
func hinted(err error, words []string) error {
	var none *choice.Error
	var hint string
	switch isNone := errors.As(err, &none) && len(none.Present) == 0; {
	case errors.Is(err, device.ErrNotLoggedIn):
		hint = "write webconfig log-in before it"
	case errors.Is(err, device.ErrPoweredOff):
		hint = "write power on before it"
	case isNone && none.Wanted == consentBox:
		hint = "this account may not consent for the organization: give it role='Cloud Application Administrator', or write consent=user"
	case isNone && words[0] == "webconfig":
		hint = "write webconfig open PATH before it, as webconfig open 'Network > Email Server > Basic'"
	default:
		return err
	}
	return fmt.Errorf("%w; %s", err, hint)
}

// consentBox is the box of Microsoft's page by which an administrator consents for everybody.
const consentBox = "Consent on behalf of your organization"
