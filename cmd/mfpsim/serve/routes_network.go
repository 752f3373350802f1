package serve

import (
	"context"

	"mfpsim/cmd/mfpsim/serve/routes"
	"mfpsim/faultnet"
	"mfpsim/phrase"
)

// fault is what the network is to do to a party.
type fault struct {
	party  string
	faults []faultnet.Fault
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
			About: "Makes the network do something to a party, in place of what was planted for it: the words of the verb `network`.",
			Act: said("network", func(b *bench, words []string) (f fault, err error) {
				f.party, f.faults, err = phrase.Faults(words, b.lab.Parties())
				return f, err
			}, func(b *bench, f fault) (routes.Done, error) {
				return routes.Done{OK: true}, b.lab.SetFaults(f.party, f.faults...)
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
