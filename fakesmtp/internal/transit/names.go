package transit

import (
	"fmt"
	"strings"
	"time"

	"mfpsim/chance"
)

// version is what the service's servers call themselves from a day on: at SMTP and at MAPI.
type version struct {
	from       time.Time
	smtp, mapi string
}

func day(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// versions are those of public mails, by their days. Between two of them the earlier one holds.
var versions = []version{
	{time.Time{}, "15.20.2814.13", "15.20.2814.021"},       // EXO-2020, 2020-03-17
	{day(2023, 10, 25), "15.20.6907.33", "15.20.6933.019"}, // EXO-INSIDE
	{day(2024, 11, 6), "15.20.8137.20", "15.20.8114.020"},  // EXO-2024
	{day(2025, 8, 22), "15.20.9052.12", "15.20.9052.014"},  // EXO-MAIL
	{day(2026, 3, 1), "15.20.9654.18", "15.20.9654.015"},   // EXO-OUTLOOK
}

func versionAt(now time.Time) version {
	held := versions[0]
	for _, v := range versions {
		if !v.from.After(now) {
			held = v
		}
	}
	return held
}

// americas and europe are how the names of their forests begin.
var (
	americas = []string{"nam", "can", "bra", "lam", "mex"}
	europe   = []string{"eur", "gbr", "deu", "fra", "che", "nor", "swe", "ita", "pol", "esp"}
)

// network is the first half of the addresses of a forest's servers. 2603:10b6, 10a6 and 1096 were seen in the Americas,
// in Europe and in Asia (EXO-2024, EXO-MAIL, EXO-OUTLOOK).
func network(host string) string {
	_, forest, _ := strings.Cut(strings.ToLower(host), ".")
	for _, begin := range americas {
		if strings.HasPrefix(forest, begin) {
			return "2603:10b6"
		}
	}
	for _, begin := range europe {
		if strings.HasPrefix(forest, begin) {
			return "2603:10a6"
		}
	}
	return "2603:1096"
}

// machine is a server of the service, with the addresses that follow from its name.
type machine struct {
	host  string
	plain string // 2603:…
	local string // fe80::…, without its zone
	zone  int
}

func machineOf(seed uint64, host string) machine {
	random := chance.New(seed, "server "+host)
	group := func(most int) string { return fmt.Sprintf("%x", 1+random.Intn(most)) }
	return machine{
		host:  host,
		plain: fmt.Sprintf("%s:%s:%s::%s", network(host), group(0xfff), group(0xfff), group(0x2f)),
		local: fmt.Sprintf("fe80::%s:%s:%s:%s", group(0xfffe), group(0xfffe), group(0xfffe), group(0xfffe)),
		zone:  3 + random.Intn(6),
	}
}

// label is the first part of a host name.
func label(host string) string {
	first, _, _ := strings.Cut(host, ".")
	return first
}
