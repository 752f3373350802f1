package serve

import (
	"slices"

	"mfpsim/journal"
	"mfpsim/laws"
	"mfpsim/scenarios"
)

type journalRequest struct {
	Since int    `json:"-" query:"since" doc:"number of an entry: those after it"`
	Party string `json:"-" query:"party" doc:"only what this party did: entra, smtp, printer, browser, control"`
}

type journalAnswer struct {
	Entries []journal.Entry `json:"entries" doc:"the record, oldest first"`
	Dropped int             `json:"dropped" doc:"how many of the oldest entries have fallen out"`
}

type judgement struct {
	Laws    []laws.Law    `json:"laws" doc:"all laws"`
	Broken  []laws.Breach `json:"broken" doc:"what breaks one of them, so far"`
	Dropped int           `json:"dropped" doc:"entries that have fallen out of the record and are not judged"`
}

func journalRoutes() group {
	return group{Title: "The record", Routes: []route{
		{
			Request: "GET /journal", At: "/journal?party=entra",
			About: "Returns the record of everything that happened. Secrets are redacted.", Act: tells((*bench).journalRows),
		},
		{
			Request: "GET /laws", About: "Tells which laws the record breaks so far: docs/language.md has them.",
			Act: shows((*bench).judge),
		},
	}}
}

// journalRows are the entries after a number, and how many of the oldest have fallen out.
func (b *bench) journalRows(in journalRequest) (journalAnswer, error) {
	entries := b.lab.Journal.Since(in.Since)
	if in.Party != "" {
		entries = slices.DeleteFunc(entries, func(e journal.Entry) bool { return e.Party != in.Party })
	}
	return journalAnswer{Entries: list(entries), Dropped: b.lab.Journal.Dropped()}, nil
}

// judge tells which laws the record breaks so far.
func (b *bench) judge() (judgement, error) {
	broken, err := scenarios.Judge(b.lab)
	return judgement{Laws: laws.All(), Broken: list(broken), Dropped: b.lab.Journal.Dropped()}, err
}
