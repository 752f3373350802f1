package scenarios

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mfpsim/choice"
	"mfpsim/lab"
	"mfpsim/phrase"
	"mfpsim/phrase/people"
)

// judge looks at the arguments of a line as far as they can be judged before anything is played: how many there are,
// and whether they mean something. What depends on the bench, such as labels and accounts, is judged when it is played.
func judge(words []string) error {
	args := words[1:]
	if slices.ContainsFunc(args, func(word string) bool { return strings.Contains(word, "$") }) {
		return nil // known only when it is played, and judged then
	}
	if f := judges[words[0]]; f != nil {
		return f(args)
	}
	return nil
}

// judges are those of the verbs. A verb that gets another word gets it here too; skip takes what it likes.
var judges = map[string]func(args []string) error{
	"cmp": judgeCompare, "env": judgeNames, "tenant": judgeTenant, "user": judgeUser, "entra": judgeEntra, "exchange": judgeExchange,
	"provider": judgeProvider, "printer": judgePrinter, "webconfig": judgeWebConfig, "browser": judgeBrowser, "panel": judgePanel, "scan": judgeScan,
	"sheet": judgeSheet, "jobs": judgeJobs, "mailbox": judgeMailbox, "clock": judgeClock, "power": judgePower,
	"memory": judgeMemory, "network": judgeNetwork, "wire": judgeWire, "lang": exactly("lang", 1), "handover": exactly("handover", 0),
}

// exactly judges a verb that takes so many words.
func exactly(verb string, n int) func([]string) error {
	return func(args []string) error { return when(len(args) == n, verb) }
}

// otherwise judges a word of a verb that has no judge of its own here: the verb has it if its words name it.
func otherwise(verb, word string) error {
	return when(word != "" && slices.Contains(strings.FieldsFunc(verbs0[verb], func(r rune) bool {
		return strings.ContainsRune(" |[]", r)
	}), word), verb)
}

// when is the words of a verb unless a line has them.
func when(understood bool, verb string) error {
	if understood {
		return nil
	}
	return usage(verb)
}

func judgeCompare(args []string) error {
	switch {
	case len(args) != 2:
		return errors.New("not understood; the words are: cmp stdout|FILE FILE")
	case args[0] == args[1]:
		return fmt.Errorf("%s is compared with itself", args[0])
	}
	return nil
}

func judgeNames(args []string) error {
	if len(args) == 0 {
		return errors.New("nothing is set; write env NAME=value")
	}
	for _, word := range args {
		if name, _, is := strings.Cut(word, "="); !is || name == "" {
			return fmt.Errorf("%q sets nothing; write env NAME=value", word)
		}
	}
	return nil
}

func judgeTenant(args []string) error { _, err := people.Tenant(args); return err }

func judgeUser(args []string) error { _, err := people.User(args); return err }

func judgeEntra(args []string) (err error) {
	what, rest := phrase.First(args)
	switch what {
	case "answer":
		_, err = phrase.EntraAnswers(rest)
		return err
	case "as-of":
		_, err = phrase.AsOf(rest)
		return err
	case "source":
		_, _, err = phrase.Source(rest)
		return err
	case "application":
		_, err = phrase.ReadApplication(rest)
		return err
	case "resource":
		_, err = phrase.Resource(rest)
		return err
	case "consent":
		_, err = phrase.ReadConsent(rest)
		return err
	case "policy":
		name, words := phrase.First(rest)
		if name == "" || len(words) == 0 {
			return usage("entra")
		}
		if len(words) > 1 || !strings.HasSuffix(words[0], ".json") {
			_, err = phrase.Policy(words)
		}
		return err
	case "log":
		return when(len(rest) == 0 || rest[0] != "shows" || len(rest) > 1, "entra")
	}
	plain, _, err := phrase.Settings(rest, "tenant")
	if err != nil {
		return err
	}
	switch what {
	case "set":
		return when(len(plain) == 2, "entra")
	case "revoke", "disable", "enable", "delete", "password":
		return when(len(plain) == 1, "entra")
	case "strict-doors":
		return when(len(plain) == 1 && (plain[0] == "on" || plain[0] == "off"), "entra")
	case "withdraw-consent":
		return when(len(plain) == 0, "entra")
	}
	return otherwise("entra", what)
}

func judgeExchange(args []string) (err error) {
	what, rest := phrase.First(args)
	switch {
	case what == "":
		return usage("exchange")
	case what == "answer":
		_, err = phrase.ExchangeAnswers(rest)
	case slices.Contains(phrase.ExchangeActs(), what):
		_, err = phrase.ReadExchangeAct(args)
	}
	return err
}

func judgeProvider(args []string) error {
	what, rest := phrase.First(args)
	if what != "faxes" {
		_, err := people.Provider(args)
		return err
	}
	what, rest = phrase.First(rest)
	switch what {
	case "shows":
		return judgeShows(rest)
	case "count":
		return judgeCount(rest, "provider")
	}
	return when(what == "screen" && len(rest) == 0, "provider")
}

func judgePrinter(args []string) error {
	what, rest := phrase.First(args)
	switch what {
	case "":
		return nil
	case "user":
		_, err := phrase.User(rest)
		return err
	case "delete-user":
		return when(len(rest) == 1, "printer")
	case "license":
		_, _, err := phrase.License(rest)
		return err
	case "user-authentication":
		_, _, err := phrase.UserAuthentication(rest)
		return err
	case "use":
		plain, _, err := phrase.Settings(rest, "model")
		if err != nil {
			return err
		}
		return when(len(plain) == 1, "printer")
	case "sign-in":
		return when(len(rest) == 1 || len(rest) == 2 && rest[1] == "fax", "printer")
	case "fax-server":
		return when(len(rest) == 1, "printer")
	case "event":
		_, _, err := phrase.Event(rest)
		return err
	case "set":
		return when(len(rest) == 2 && rest[0] == "firmware", "printer")
	}
	return otherwise("printer", what)
}

func judgeWebConfig(args []string) error {
	what, rest := phrase.First(args)
	n := len(rest)
	switch what {
	case "shows":
		return judgeShows(rest)
	case "download":
		if n == 0 {
			return nil
		}
		if rest[0] != "shows" {
			return usage("webconfig")
		}
		return judgeShows(rest[1:])
	case "choices":
		if n < 2 || rest[1] != "shows" {
			return usage("webconfig")
		}
		return judgeShows(rest[2:])
	case "screen", "log-out", "leave":
		return when(n == 0, "webconfig")
	case "go", "unreachable", "open", "click", "double-click":
		return when(n == 1, "webconfig")
	case "log-in":
		return when(n < 2 || n == 2 && rest[1] == "wrong", "webconfig")
	case "forge":
		if n == 2 && rest[1] != "stranger" {
			return &choice.Error{What: "word", Wanted: rest[1], Present: []string{"stranger"}}
		}
		return when(n == 1 || n == 2, "webconfig")
	case "set":
		return when(n == 2, "webconfig")
	case "enter":
		if n > 0 && rest[0] == "license" {
			_, _, err := phrase.License(rest[1:])
			return err
		}
		if n == 1 && rest[0] != "password" {
			return noValue("webconfig", rest[0])
		}
		return when(n == 2 || n == 1, "webconfig")
	case "copy":
		return when(n == 1 && rest[0] == "code", "webconfig")
	case "follow":
		return when(n == 1 && rest[0] == "url", "webconfig")
	case "upload":
		return when(n == 2, "webconfig")
	}
	return otherwise("webconfig", what)
}

func judgeBrowser(args []string) error {
	what, rest := phrase.First(args)
	n := len(rest)
	switch what {
	case "shows":
		return judgeShows(rest)
	case "screen", "close":
		return when(n == 0, "browser")
	case "click", "tick":
		return when(n == 1, "browser")
	case "sign-in":
		return when(n >= 1, "browser")
	case "enter":
		return when(n == 1 && rest[0] != "account" || n == 2 && (rest[0] == "account" || rest[1] == "wrong"), "browser")
	case "admin-consent":
		return nil
	}
	return otherwise("browser", what)
}

func judgePanel(args []string) error {
	what, rest := phrase.First(args)
	n := len(rest)
	switch what {
	case "shows":
		return judgeShows(rest)
	case "press", "refuses":
		return when(n == 1, "panel")
	case "sign-in":
		_, _, err := panelSignIn(rest)
		return err
	case "enter", "tick":
		if what == "enter" && n == 1 && !slices.Contains([]string{"code", "account", "password"}, rest[0]) {
			return noValue("panel", rest[0])
		}
		return when(onPage(what, rest) || what == "enter" && n == 2, "panel")
	case "log-in":
		plain, values, err := phrase.Settings(rest, "number")
		wrong := len(plain) > 0 && plain[len(plain)-1] == "wrong"
		if wrong {
			plain = plain[:len(plain)-1]
		}
		return errors.Join(err, when(len(plain) < 2 && (len(values) == 0 || len(plain) == 0 && !wrong), "panel"))
	case "log-out", "home", "screen":
		return when(n == 0, "panel")
	}
	return otherwise("panel", what)
}

func judgeScan(args []string) error {
	what, rest := phrase.First(args)
	isImage := func(word string) bool { return strings.HasPrefix(word, "image=") }
	image := slices.ContainsFunc(rest, isImage)
	request, plain, err := phrase.Scan(slices.DeleteFunc(slices.Clone(rest), isImage))
	if err != nil {
		return err
	}
	pages := slices.ContainsFunc(rest, func(word string) bool { return strings.HasPrefix(word, "pages=") })
	if request.Pages < 0 || pages && request.Pages == 0 && what != "originals" {
		return fmt.Errorf("pages=%d is no number of pages", request.Pages)
	}
	switch what {
	case "email":
		return when(len(plain) > 0, "scan")
	case "copy":
		return when(len(plain) == 0, "scan")
	case "originals":
		return when(len(plain) == 0 && (pages || image), "scan")
	case "to-my-email":
		return when(len(plain) == 0, "scan")
	case "fax":
		return when(len(plain) == 1 && request.Subject+request.File == "" && request.Settings == nil, "scan")
	}
	return otherwise("scan", what)
}

func judgeSheet(args []string) error {
	what, rest := phrase.First(args)
	if n, err := strconv.Atoi(what); err == nil && n > 0 && len(rest) > 0 && rest[0] == "shows" {
		what, rest = phrase.First(rest)
	}
	if what == "shows" {
		return judgeShows(rest)
	}
	return when((what == "print" || what == "screen") && len(rest) == 0, "sheet")
}

func judgeJobs(args []string) error {
	what, rest := phrase.First(args)
	if n, err := strconv.Atoi(what); err == nil && n > 0 {
		what, rest = phrase.First(rest)
		if what != "shows" {
			return usage("jobs")
		}
	}
	switch what {
	case "shows":
		return judgeShows(rest)
	case "count":
		return judgeCount(rest, "jobs")
	}
	return when(what == "screen" && len(rest) == 0, "jobs")
}

func judgeMailbox(args []string) error {
	address, rest := phrase.First(args)
	if !strings.Contains(address, "@") {
		return usage("mailbox")
	}
	what, rest := phrase.First(rest)
	if what == "sent" {
		what, rest = phrase.First(rest)
	}
	switch what {
	case "shows":
		_, rest, err := within(rest)
		if err != nil {
			return err
		}
		plain, values, err := phrase.Settings(rest, mailWords...)
		if err != nil {
			return err
		}
		if len(plain) > 0 {
			return fmt.Errorf("%q is no key=value; a value of several words stands in quotes: subject='Two words'", plain[0])
		}
		return when(len(values) > 0, "mailbox")
	case "count":
		return judgeCount(rest, "mailbox")
	case "is":
		return when(len(rest) == 1 && rest[0] == "empty", "mailbox")
	}
	return when(what == "screen" && len(rest) == 0, "mailbox")
}

func judgeClock(args []string) (err error) {
	what, rest := phrase.First(args)
	switch {
	case strings.HasPrefix(what, "+") && len(rest) == 0:
		_, err = phrase.Duration(what[1:])
	case what == "to" && len(rest) == 1:
		_, err = phrase.Date(rest[0])
	case what == "printer" && len(rest) == 1:
		switch key, text, _ := strings.Cut(rest[0], "="); key {
		case "drift":
			_, err = phrase.Drift(text)
		case "time-difference":
			_, err = phrase.TimeDifference(text)
		default:
			_, err = phrase.Date(rest[0])
		}
	default:
		err = usage("clock")
	}
	return err
}

func judgePower(args []string) error {
	if _, err := phrase.PowerAct(args); err != nil {
		return errors.Join(err, usage("power"))
	}
	return nil
}

func judgeMemory(args []string) error {
	what, rest := phrase.First(args)
	if what == "refuses" || what == phrase.OK {
		_, err := phrase.MemoryFault(args)
		return err
	}
	no := len(rest) > 0 && rest[0] == "no"
	if no {
		rest = rest[1:]
	}
	return when(what == "has" && len(rest) == 1 && (no || rest[0] != noSecrets), "memory")
}

func judgeNetwork(args []string) error {
	if len(args) < 2 {
		return usage("network")
	}
	if args[0] == lab.PartyBrowser {
		_, err := phrase.Place(args, lab.PartyBrowser, lab.Networks())
		return err
	}
	if called := cloudsNames[strings.ToLower(args[0])]; called != "" {
		return fmt.Errorf("no party %q; write %s", args[0], called)
	}
	_, _, err := phrase.Faults(args, []string{args[0]}) // which parties there are, only the bench knows
	return err
}

// cloudsNames are names by which people call the clouds, and what lines call them.
var cloudsNames = map[string]string{
	"exchange": "smtp for Exchange Online", "outlook": "smtp for Exchange Online", "mailserver": "smtp for Exchange Online, mail for a server that is not Microsoft's",
	"microsoft": "entra for the sign-in, smtp for the mail", "azure": "entra", "login": "entra", "internet": "entra and smtp, in a line each",
}

// noValue says that something is to be entered, and nothing is there.
func noValue(verb, field string) error {
	return fmt.Errorf("enter what? the value is missing: write %s enter '%s' VALUE", verb, field)
}

func judgeWire(args []string) error {
	what, rest := phrase.First(args)
	if len(rest) == 0 {
		return usage("wire")
	}
	// Which providers there are, only the bench knows.
	provider := strings.HasPrefix(rest[0], "login.") || strings.HasPrefix(rest[0], "smtp.")
	if parties := []string{"entra", "smtp"}; !provider && !slices.Contains(parties, rest[0]) {
		return &choice.Error{What: "party", Wanted: rest[0], Present: parties}
	}
	switch what {
	case "shows":
		return judgeShows(rest[1:])
	case "count":
		if len(rest) != 3 {
			return usage("wire")
		}
		return judgeCount(rest[2:], "wire")
	}
	return when((what == "screen" || what == "dialogue") && len(rest) == 1, "wire")
}

// judgeShows judges what is to be seen.
func judgeShows(args []string) error {
	_, words, err := within(args)
	if err == nil && len(words) == 0 {
		err = errors.New("shows what? the words are missing")
	}
	return err
}

// judgeCount judges a number of things.
func judgeCount(args []string, verb string) error {
	if len(args) != 1 {
		return usage(verb)
	}
	if n, err := strconv.Atoi(args[0]); err != nil || n < 0 {
		return fmt.Errorf("%q is no number", args[0])
	}
	return nil
}
