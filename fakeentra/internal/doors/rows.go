package doors

import (
	"strings"

	"mfpsim/fakeentra/internal/catalogue"
)

// Row is a cell of the table with its place, in words.
type Row struct {
	Door     string `json:"door" doc:"devicecode, token refresh_token and so on"`
	Version  string `json:"version" doc:"v1 or v2"`
	Made     string `json:"made" doc:"of a device code: the alias under which it was made; else empty"`
	Alias    string `json:"alias" doc:"tenant, other tenant, common, organizations or consumers"`
	Account  string `json:"account" doc:"work or personal; empty: nobody has signed in yet"`
	Audience string `json:"audience" doc:"one tenant, many, personal or both; empty: no application is asked for"`
	Cell
}

// Rows returns all cells that a request can come to: of discovery, of applications, of accounts, of device codes.
func Rows() []Row {
	var all []Row
	for _, door := range []Door{Configuration, Keys} {
		for v := range versionCount {
			for a := range aliasCount {
				all = append(all, Row{
					Door: doorNames[door], Version: versionNames[v], Alias: aliasNames[a], Cell: cells.discovery[v][a],
				})
			}
		}
	}
	for door := DeviceCode; door < doorCount; door++ {
		eachCell(func(v Version, a Alias, who Audience) {
			all = append(all, row(door, v, a, who, cells.applications[door][v][a][who]))
		})
	}
	for _, door := range accountDoors {
		for kind := range accountCount {
			eachCell(func(v Version, a Alias, who Audience) {
				r := row(door, v, a, who, cells.accounts[door][v][a][kind][who])
				if r.Account = accountNames[kind]; r.Mark != "" {
					all = append(all, r)
				}
			})
		}
	}
	for _, made := range madeAt {
		eachCell(func(v Version, a Alias, who Audience) {
			r := row(ByDevice, v, a, who, cells.polls[v][made][a][who])
			if r.Made = aliasNames[made]; r.Mark != "" {
				all = append(all, r)
			}
		})
	}
	return all
}

func row(door Door, v Version, a Alias, who Audience, cell Cell) Row {
	return Row{
		Door: doorNames[door], Version: versionNames[v], Alias: aliasNames[a], Audience: audienceNames[who], Cell: cell,
	}
}

// Sentence is what the door says, with its places still open; empty: it lets in.
func (r Row) Sentence() string {
	if r.Open() {
		return ""
	}
	return catalogue.FailAs(r.Number, r.Variant).Row.Text
}

// words joins parts of a place.
func words(parts []string) string { return strings.Join(parts, ", ") }
