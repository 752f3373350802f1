package serve

import (
	"context"
	"encoding/pem"
	"fmt"

	"mfpsim/cmd/mfpsim/serve/routes"
	"mfpsim/faultnet"
	"mfpsim/lab"
	"mfpsim/phrase"
)

// Media types of a certificate (RFC 8555 section 9.1, RFC 5280 section 4.2.1.13).
const (
	pemType = "application/x-pem-file"
	derType = "application/pkix-cert"
)

// fault is what the network is to do to a party.
type fault struct {
	party  string
	faults []faultnet.Fault
}

// forOutside refuses what cannot be done to clients from outside, who are connected before the network hears of them.
// What is for one party of the bench only is carried out where that party dials. askForNames: they ask the bench for
// names, as a program of mfpsim exec does.
func (f fault) forOutside(askForNames bool) error {
	for _, one := range f.faults {
		switch {
		case one.From != "":
		case one.Kind == faultnet.NoName && askForNames:
		case one.Kind == faultnet.NoName || one.Kind == faultnet.DeadAddress:
			return fmt.Errorf("%s: clients from outside look names up elsewhere; from=printer plants it for a party of the bench", one.Kind)
		case one.Read > 0:
			return fmt.Errorf(
				"%s at=read: what clients from outside write is not counted; use at=write, or plant it for a party of the bench by from=printer",
				one.Kind,
			)
		}
	}
	return nil
}

type faultsNow struct {
	Armed []faultnet.Fault `json:"armed" doc:"the faults that are planted"`
	Unmet []faultnet.Fault `json:"unmet" doc:"those that were not met yet, or not as often as they say"`
}

type clearRequest struct {
	To string `json:"to,omitempty" doc:"the party whose faults end; without it: all"`
}

func networkRoutes() group {
	return group{Title: "The network", Routes: []route{
		{
			Request: "POST /network/fault", Example: `{"words":"smtp reset after=100 times=1"}`,
			About: "Makes the network do something to a party, in place of what was planted for it: the words of the verb `network`. Clients from outside meet it too, unless `from=` names a party of the bench; `no-name`, `dead-address` and `at=read:N` need that.",
			Act: said("network", func(b *bench, words []string) (f fault, err error) {
				f.party, f.faults, err = phrase.Faults(words, b.lab.Parties())
				if err == nil {
					err = f.forOutside(b.config.AskForNames)
				}
				return f, err
			}, func(b *bench, f fault) (routes.Done, error) {
				return routes.Done{OK: true}, b.lab.SetFaults(f.party, f.faults...)
			}),
		},
		{
			Request: "POST /network/place", Example: `{"words":"browser on elsewhere"}`,
			About: "Plugs the computers of the bench's people into another network: the words `browser on` of the verb `network`. From there a printer's web page is reached under its address of that network, or not at all. A window of somebody outside of the bench is on no network of it.",
			Act: said("network", func(_ *bench, words []string) (string, error) {
				return phrase.Place(words, lab.PartyBrowser, lab.Networks())
			}, func(b *bench, network string) (routes.Done, error) {
				return routes.Done{OK: true}, b.lab.MoveComputers(network)
			}),
		},
		{
			Request: "GET /authority.pem", Media: pemType,
			About: "Returns the certificate of the bench's authority, which clients must trust, in PEM.",
			Act: shows(func(b *bench) (routes.Raw, error) {
				return routes.Raw{Type: pemType, Body: b.lab.Network.Authority().PEM()}, nil
			}),
		},
		{
			Request: "GET /authority.der", Media: derType,
			About: "Returns it in DER, as some devices want it for import.",
			Act: shows(func(b *bench) (routes.Raw, error) {
				block, _ := pem.Decode(b.lab.Network.Authority().PEM())
				return routes.Raw{Type: derType, Body: block.Bytes}, nil
			}),
		},
		{
			Request: "GET /network/stranger.pem", Media: pemType,
			About: "Returns the certificate of the authority that the fault `untrusted` presents, in PEM: that of a firewall that opens connections. A company imports it at CA Certificate in Web Config.",
			Act: shows(func(b *bench) (routes.Raw, error) {
				return routes.Raw{Type: pemType, Body: b.lab.Network.Stranger().PEM()}, nil
			}),
		},
		{
			Request: "GET /network/fault", About: "Lists the faults that are planted, and those that were not met.",
			Act: shows(func(b *bench) (faultsNow, error) {
				return faultsNow{Armed: list(b.lab.Network.Faults()), Unmet: list(b.lab.Network.Unmet())}, nil
			}),
		},
		{
			Request: "POST /network/clear", Example: `{"to":"smtp"}`, About: "Ends faults of the network.",
			Act: does(func(b *bench, in clearRequest) error {
				return b.act("control: clear faults", func(context.Context) error {
					b.lab.Network.Clear(in.To)
					b.note("faults cleared: %s", or(in.To, "all"))
					return nil
				})
			}),
		},
	}}
}
