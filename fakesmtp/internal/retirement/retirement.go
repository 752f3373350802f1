// Package retirement is the timetable by which Microsoft retires basic authentication for client submission.
package retirement

import (
	"slices"
	"time"

	"mfpsim/fakesmtp/internal/replies"
)

// Step is one date of the retirement of basic authentication for client submission, and what it does.
type Step struct {
	From   time.Time // in UTC
	What   string
	Mark   replies.Mark
	Source string
	state  State
	whom   scope
}

// State is what has become of basic authentication.
type State int

const (
	AsSet   State = iota // as the organization's settings say
	Off                  // off unless an administrator has switched it on again
	Never                // off, and no switch helps
	Removed              // gone for all: 550 5.7.30
)

// scope is whom a step concerns.
type scope int

const (
	forPersonal scope = iota
	forExisting
	forNew
	forAll
)

// existedUntil parts existing organizations from new ones.
var existedUntil = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)

// timetable is docs/reference/exchange-smtp.md §7, as Microsoft had it from 2026-01-27 on.
var timetable = []Step{
	{
		From: time.Date(2024, 9, 16, 0, 0, 0, 0, time.UTC),
		What: "outlook.com: basic authentication off, app passwords included",
		Mark: replies.Documented, Source: "EOP-297, Microsoft support", state: Never, whom: forPersonal,
	},
	{
		From: time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC),
		What: "existing organizations: off by default, administrators may switch it on again", Mark: replies.Documented,
		Source: "techcommunity 4489835, MC786329 v3 (\"end of December 2026\"; the day is inferred)", state: Off,
		whom: forExisting,
	},
	{
		From: existedUntil, What: "organizations made after December 2026 have none",
		Mark: replies.Documented, Source: "techcommunity 4489835, MC786329 v3", state: Never, whom: forNew,
	},
	{
		From: time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC), What: "removed for all: 550 5.7.30", Mark: replies.Inferred,
		Source: "techcommunity 4114750 has the reply; the date is to be announced in the second half of 2027",
		state:  Removed, whom: forAll,
	},
}

// Timetable returns the steps that the server keeps to, on the World's calendar, in their order.
func Timetable() []Step { return slices.Clone(timetable) }

// Organization is what the calendar looks at.
type Organization struct {
	Personal bool      // consumers' accounts
	Created  time.Time // zero: before all that concerns new ones
}

// At returns what has become of basic authentication for an organization at a time. end is when it ends for good; zero:
// as assumed.
func At(now time.Time, o Organization, end time.Time) State {
	state := AsSet
	for _, step := range timetable {
		from := step.From
		if step.whom == forAll && !end.IsZero() {
			from = end
		}
		if !now.Before(from) && step.concerns(o) {
			state = max(state, step.state)
		}
	}
	return state
}

func (s Step) concerns(o Organization) bool {
	isNew := !o.Personal && !o.Created.Before(existedUntil)
	switch s.whom {
	case forPersonal:
		return o.Personal
	case forExisting:
		return !o.Personal && !isNew
	case forNew:
		return isNew
	default:
		return true
	}
}
