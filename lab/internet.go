package lab

import (
	"net"
	"net/http"
	"slices"

	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/sim/maker"
)

// startMaker puts the server of the printers' maker on the network: it costs no socket of its own.
func (l *Lab) startMaker() {
	known := l.config.Models
	server := maker.Server(known, func(name string) []byte {
		if authority := l.Network.Root(name); authority != nil {
			return authority.PEM()
		}
		return nil
	})
	var addresses []string
	for _, name := range known.Names() {
		m, err := known.Get(name)
		if err != nil {
			continue // the names are those of the set
		}
		if address := net.JoinHostPort(m.UpdateHost, "443"); !slices.Contains(addresses, address) {
			addresses = append(addresses, address)
		}
	}
	l.pages.Add(PartyMaker, l.Network.Handler(PartyMaker, nil, server, recordMaker), addresses...)
}

// recordMaker records what printers ask the maker's server, and what it answers: nothing of it is secret.
func recordMaker(r *http.Request, _ []byte, response *faultnet.Response) *journal.Exchange {
	return &journal.Exchange{
		Method: r.Method, Host: r.Host, Target: journal.Plain(r.URL.RequestURI()), Status: response.Status,
		ResponseHeader: []journal.Field{{Name: "Content-Type", Value: journal.Plain(response.Header.Get("Content-Type"))}},
		ResponseBody:   journal.Plain(string(response.Body)),
	}
}
