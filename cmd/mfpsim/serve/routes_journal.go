package serve

import (
	"slices"

	"mfpsim/choice"
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
		known := b.recorded(entries)
		if !slices.Contains(known, in.Party) {
			return journalAnswer{}, &choice.Error{What: "party", Wanted: in.Party, Present: known}
		}
		entries = slices.DeleteFunc(entries, func(e journal.Entry) bool { return e.Party != in.Party })
	}
	return journalAnswer{Entries: list(entries), Dropped: b.lab.Journal.Dropped()}, nil
}

// recorded are the parties that can be in the record, those that are, and those of the entries.
func (b *bench) recorded(entries []journal.Entry) []string {
	known := append(b.lab.Parties(), "browser", "control")
	for _, e := range entries {
		known = append(known, e.Party)
	}
	for _, e := range b.lab.Journal.Entries() {
		known = append(known, e.Party)
	}
	slices.Sort(known)
	return slices.Compact(known)
}

// judge tells which laws the record breaks so far.
func (b *bench) judge() (judgement, error) {
	broken, err := scenarios.Judge(b.lab)
	return judgement{Laws: laws.All(), Broken: list(broken), Dropped: b.lab.Journal.Dropped()}, err
}
