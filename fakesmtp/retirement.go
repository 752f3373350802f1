package fakesmtp

import "time"

// RetirementStep is one date of the retirement of basic authentication for client submission, and what it does.
type RetirementStep struct {
	From   time.Time // in UTC
	What   string
	Mark   Mark
	Source string
	state  basicState
	whom   basicScope
}

// basicState is what has become of basic authentication.
type basicState int

const (
	basicAsSet   basicState = iota // as the organization's settings say
	basicOff                       // off unless an administrator has switched it on again
	basicNever                     // off, and no switch helps
	basicRemoved                   // gone for all: 550 5.7.30
)

// basicScope is whom a step concerns.
type basicScope int

const (
	forPersonal basicScope = iota
	forExisting
	forNew
	forAll
)

// existedUntil parts existing organizations from new ones.
var existedUntil = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)

// timetable is docs/reference/exchange-smtp.md §7, as Microsoft had it from 2026-01-27 on.
var timetable = []RetirementStep{
	{
		From: time.Date(2024, 9, 16, 0, 0, 0, 0, time.UTC), What: "outlook.com: basic authentication off, app passwords included",
		Mark: Documented, Source: "EOP-297, Microsoft support", state: basicNever, whom: forPersonal,
	},
	{
		From: time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC), What: "existing organizations: off by default, administrators may switch it on again",
		Mark: Documented, Source: "techcommunity 4489835, MC786329 v3 (\"end of December 2026\"; the day is inferred)", state: basicOff, whom: forExisting,
	},
	{
		From: existedUntil, What: "organizations made after December 2026 have none",
		Mark: Documented, Source: "techcommunity 4489835, MC786329 v3", state: basicNever, whom: forNew,
	},
	{
		From: time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC), What: "removed for all: 550 5.7.30",
		Mark: Inferred, Source: "techcommunity 4114750 has the reply; the date is to be announced in the second half of 2027", state: basicRemoved, whom: forAll,
	},
}

// Retirement returns the timetable of the end of basic authentication that the server keeps to, on the World's calendar.
func Retirement() []RetirementStep { return append([]RetirementStep(nil), timetable...) }

// basicState is what the calendar makes of basic authentication for an organization.
func (s *Server) basicState(o *organization, now time.Time) basicState {
	state := basicAsSet
	for _, step := range timetable {
		from := step.From
		if step.whom == forAll && !s.config.BasicAuthEnd.IsZero() {
			from = s.config.BasicAuthEnd
		}
		if !now.Before(from) && step.concerns(o) {
			state = max(state, step.state)
		}
	}
	return state
}

func (r RetirementStep) concerns(o *organization) bool {
	isNew := !o.personal && !o.created.Before(existedUntil)
	switch r.whom {
	case forPersonal:
		return o.personal
	case forExisting:
		return !o.personal && !isNew
	case forNew:
		return isNew
	default:
		return true
	}
}
