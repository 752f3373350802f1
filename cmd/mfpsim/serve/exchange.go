package serve

import (
	"mfpsim/phrase"
)

type doneAnswer struct {
	Done string `json:"done" doc:"what was done, in the words of a scenario"`
}

// actRoutes are the acts of the mail service that no cmdlet brings about: the words of `exchange restrict` are posted
// to restrict under /exchange/, and so on.
func actRoutes() []route {
	examples := map[string]string{
		"restrict":       `{"words":"scanner@contoso.com 5.1.8"}`,
		"licence":        `{"words":"scanner@contoso.com off"}`,
		"quota":          `{"words":"scanner@contoso.com 100MB"}`,
		"verdict":        `{"words":"scanner@contoso.com none"}`,
		"external-limit": `{"words":"contoso.com 100"}`,
		"front-end":      `{"words":"hello=strict"}`,
	}
	var acts []route
	for _, name := range phrase.ExchangeActs() {
		read := func(words []string) (phrase.ExchangeAct, error) {
			return phrase.ReadExchangeAct(append([]string{name}, words...))
		}
		acts = append(acts, route{
			Request: "POST /exchange/" + name, Example: examples[name],
			About: "Does what the words of `exchange " + name + "` say.",
			Act: said("exchange "+name, alone(read), func(b *bench, act phrase.ExchangeAct) (doneAnswer, error) {
				return doneAnswer{act.Words}, act.Do(b.lab.SMTP)
			}),
		})
	}
	return acts
}
