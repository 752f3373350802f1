package serve

import (
	"strings"

	"mfpsim/phrase"
)

type doneAnswer struct {
	Done string `json:"done" doc:"what was done, in the words of a scenario"`
}

// actRoutes are the acts that no cmdlet brings about, each with an example and what its words do not tell.
func actRoutes() []route {
	told := map[string]struct{ example, about string }{
		"restrict": {`{"words":"scanner@contoso.com 5.1.8"}`, "What the mailbox sends is accepted and reported back; with a code that is said of who receives, mail to it comes back."},
		"licence":  {`{"words":"scanner@contoso.com off"}`, "Without a licence nobody submits as the mailbox: AUTH is refused with 550 5.2.1. It goes on receiving mail."},
		"quota":    {`{"words":"scanner@contoso.com 100MB"}`, "It is what the mailbox may hold, inbox and Sent Items together. A full one is refused what it sends, with 554 5.2.2, and goes on receiving mail."},
		"verdict":  {`{"words":"scanner@contoso.com none"}`, "It is the abuse control of outlook.com."},
		"external-limit": {
			`{"words":"contoso.com 100"}`, "It is how many recipients outside the organization may write to in any 24 h.",
		},
		"front-end": {
			`{"words":"hello=strict"}`, "What is not named stays as it is. A limit of `none` is none but the size of messages.",
		},
	}
	var acts []route
	for _, name := range phrase.ExchangeActs() {
		read := func(words []string) (phrase.ExchangeAct, error) {
			return phrase.ReadExchangeAct(append([]string{name}, words...))
		}
		acts = append(acts, route{
			Request: "POST /exchange/" + name, Example: told[name].example,
			About: strings.TrimSpace("Does what the words of `exchange " + name + "` say. " + told[name].about),
			Act: said("exchange "+name, alone(read), func(b *bench, act phrase.ExchangeAct) (doneAnswer, error) {
				return doneAnswer{act.Words}, act.Do(b.lab.SMTP)
			}),
		})
	}
	return acts
}
