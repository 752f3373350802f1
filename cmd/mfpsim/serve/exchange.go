package serve

import (
	"mfpsim/phrase"
)

// exchangeRoutes are the acts of the mail service that no cmdlet brings about: the words of `exchange restrict` are
// posted to restrict under /exchange/, and so on.
func (b *bench) exchangeRoutes() map[string]endpoint {
	routes := map[string]endpoint{}
	for _, name := range phrase.ExchangeActs() {
		read := func(words []string) (phrase.ExchangeAct, error) {
			return phrase.ReadExchangeAct(append([]string{name}, words...))
		}
		routes["POST /exchange/"+name] = said(b, "exchange "+name, read, func(act phrase.ExchangeAct) (any, error) {
			return map[string]string{"done": act.Words}, act.Do(b.lab.SMTP)
		})
	}
	return routes
}
