package catalogue

import (
	"regexp"
	"slices"
	"sort"
	"strings"
)

// sourceDates are the dates of the sources that docs/reference/sources.md dates as a whole; those of single reports
// stand in the source itself.
var sourceDates = map[string]string{
	"AZJS-dev": "2022-03-01", "AZJS-cae": "2021-10-29", "AZJS-app": "2021-08-04", "FB": "2025-09-03", "MSAL.py#154": "2020-02-04",
	"azure-docs#31986": "2019-05-23", "MSAL.NET#559": "2018", "BRK": "2019-03", "MSAL.NET#1495": "2019-11", "MSAL.PS#51": "2022",
}

var dateInSource = regexp.MustCompile(`\b20[0-9]{2}-[0-9]{2}(?:-[0-9]{2})?\b`)

// Dates returns when the row was seen or written down, oldest first; none where docs/reference/sources.md has no date.
func (r Row) Dates() []string {
	dates := dateInSource.FindAllString(r.Source, -1)
	for _, part := range strings.FieldsFunc(r.Source, func(c rune) bool { return strings.ContainsRune(" ;,", c) }) {
		if date := sourceDates[part]; date != "" {
			dates = append(dates, date)
		}
	}
	sort.Strings(dates)
	return slices.Compact(dates)
}
