package serve

import (
	"context"
	"errors"
	"regexp"
	"strconv"
	"time"

	"mfpsim/cmd/mfpsim/serve/routes"
	"mfpsim/device"
	"mfpsim/fakeentra"
	"mfpsim/journal"
	"mfpsim/phrase"
	"mfpsim/sentences"
	"mfpsim/vtime"
)

type clockState struct {
	Now     time.Time  `json:"now" doc:"true time"`
	Start   time.Time  `json:"start" doc:"true time at which the bench began"`
	Printer *time.Time `json:"printer,omitempty" doc:"what the printer's clock shows, if it has one to be read"`
	// What comes by itself is no timer of the bench: nothing wakes for it, it is looked at when somebody comes.
	Deadlines []deadlineRow `json:"deadlines" doc:"what ends or begins by itself, the soonest first: 20 at most"`
}

type deadlineRow struct {
	At    time.Time `json:"at" doc:"true time"`
	Party string    `json:"party" doc:"whose it is: entra"`
	Kind  string    `json:"kind" doc:"device-code, access-token, refresh-token, policy or lockout"`
	User  string    `json:"user,omitempty" doc:"the account, if it is one's"`
	Name  string    `json:"name,omitempty" doc:"the application, or the policy"`
	What  string    `json:"what" doc:"what happens then, in a sentence"`
}

type clockRequest struct {
	Language string `json:"-" query:"language" doc:"of the sentences: en, hi or el; without it en"`
}

type advanceRequest struct {
	Duration string     `json:"duration,omitempty" doc:"how long: 90s, 15m, 2160h, 91d, 1d12h"`
	To       *time.Time `json:"to,omitempty" doc:"in place of a duration: until when, true time: 2026-05-31T09:00:00Z"`
}

type advanced struct {
	Now    time.Time `json:"now" doc:"true time afterwards"`
	Events int       `json:"events" doc:"how many things happened meanwhile"`
}

type printerClockRequest struct {
	Date  string `json:"date,omitempty" doc:"what the clock is to show: 2026-03-02, or 2026-03-02T09:00:00Z"`
	Drift string `json:"drift,omitempty" doc:"gained per day: 30s; lost: -2m"`
	Ahead string `json:"timeDifference,omitempty" doc:"of the printer's place to UTC: +09:00"`
}

// heldState tells of a bench that does not go on.
type heldState struct {
	Held        bool     `json:"held" doc:"the bench does not go on"`
	By          string   `json:"by,omitempty" doc:"the chain of turns, caller first"`
	Seconds     int      `json:"seconds,omitempty" doc:"for how long, by the machine's clock"`
	Connections []string `json:"connections" doc:"on which the holder waits; each can be broken"`
}

type breakRequest struct {
	Connection string `json:"connection" doc:"one of the connections of GET /turn"`
}

func clockRoutes() group {
	return group{
		Title: "Time",
		About: "The bench follows the machine's clock and can be moved forward; nothing sleeps, so 91 days pass in a moment.",
		Routes: []route{
			{Request: "GET /clock", About: "Tells the times of the bench, and what ends or begins by itself.", Act: routes.Tells(tellsClock)},
			{
				Request: "POST /clock/advance", Example: `{"duration":"2160h"}`,
				About: "Lets time pass: whatever falls due meanwhile happens.",
				Act: tells(func(b *bench, in advanceRequest) (advanced, error) {
					d, err := in.length(b.world.Now())
					if err != nil {
						return advanced{}, err
					}
					return b.advance(d)
				}),
			},
			{
				Request: "POST /clock/printer", Example: `{"date":"2000-01-01T00:00:00Z"}`,
				About: "Sets the printer's clock, or makes it go wrong. Running timers do not move.", Act: does(setPrinterClock),
			},
			{
				Request: "GET /turn", About: "Tells whether the bench goes on, and if not, who holds it.",
				Act: shows(func(b *bench) (heldState, error) { return b.held(), nil }),
			},
			{
				Request: "POST /turn/break", Example: `{"connection":"printer#3"}`,
				About: "Breaks a connection on which the bench waits.",
				Act:   does(func(b *bench, in breakRequest) error { return b.breakConnection(in.Connection) }),
			},
		},
	}
}

func tellsClock(ctx context.Context, b *bench, in clockRequest) (clockState, error) {
	state := clockState{Now: b.world.Now(), Start: b.world.Start(), Deadlines: b.deadlines(in.Language)}
	switch shown, err := b.device.Now(ctx); {
	case err == nil:
		state.Printer = &shown
	case !errors.Is(err, device.ErrNotSupported):
		return state, err
	}
	return state, nil
}

// mostDeadlines is how many of what comes by itself are told.
const mostDeadlines = 20

// deadlines are what comes by itself, told in a language.
func (b *bench) deadlines(language string) []deadlineRow {
	rows := []deadlineRow{}
	for _, d := range b.lab.Entra.Deadlines() {
		if len(rows) == mostDeadlines {
			break
		}
		rows = append(rows, deadlineRow{
			At: d.At, Party: fakeentra.Party, Kind: string(d.Kind), User: d.User, Name: d.Name,
			What: sentences.Deadline(string(d.Kind), d.User, d.Name, or(language, "en")),
		})
	}
	return rows
}

// length is how far a request moves the clock.
func (in advanceRequest) length(now time.Time) (time.Duration, error) {
	switch {
	case in.To == nil:
		return parseDuration(in.Duration)
	case in.Duration != "":
		return 0, routes.Refuse("name a duration or a time, not both")
	case in.To.Before(now):
		return 0, routes.Refuse("time does not go back: %s", in.To.Format(time.RFC3339))
	case in.To.Sub(now) > longest:
		return 0, tooLong(in.To.Format(time.RFC3339))
	}
	return in.To.Sub(now), nil
}

// setPrinterClock sets the date that the printer shows, what its clock gains each day, its time difference, or all of
// them.
func setPrinterClock(b *bench, in printerClockRequest) error {
	if in.Date == "" && in.Drift == "" && in.Ahead == "" {
		return routes.Refuse("name a date, a drift per day, or a time difference")
	}
	var at time.Time
	var perDay, ahead time.Duration
	var err error
	if in.Date != "" {
		if at, err = phrase.Date(in.Date); err != nil {
			return routes.Refused(err)
		}
	}
	if in.Drift != "" {
		if perDay, err = phrase.Drift(in.Drift); err != nil {
			return routes.Refused(err)
		}
	}
	if in.Ahead != "" {
		if ahead, err = phrase.TimeDifference(in.Ahead); err != nil {
			return routes.Refused(err)
		}
	}
	// All are looked at before one is set: what is refused changes nothing.
	if in.Date != "" {
		if err := vtime.CheckDate(at); err != nil {
			return routes.Refused(err)
		}
	}
	if err := vtime.CheckDrift(perDay); err != nil {
		return routes.Refused(err)
	}
	return b.act("control: set the printer's clock", func(ctx context.Context) error {
		if in.Ahead != "" { // first: the memory may refuse it
			if err := b.device.SetTimeDifference(ctx, ahead); err != nil {
				return err
			}
		}
		if in.Date != "" {
			if err := b.device.SetDate(ctx, at); err != nil {
				return err
			}
		}
		if in.Drift != "" {
			return b.device.Drift(ctx, perDay)
		}
		return nil
	})
}

// inRange makes a time that is out of range a request that was not understood.
func inRange(err error) error {
	var out *vtime.RangeError
	if errors.As(err, &out) {
		return routes.Refused(err)
	}
	return err
}

func (b *bench) held() heldState {
	limit := b.config.HeldFor
	if limit == 0 {
		limit = heldFor
	}
	holding, held := b.world.Held(limit)
	if !held {
		return heldState{Connections: []string{}}
	}
	return heldState{
		Held: true, By: holding.By, Seconds: int(holding.For.Seconds()), Connections: list(b.lab.Network.Waiting()),
	}
}

func (b *bench) breakConnection(connection string) error {
	return routes.Refused(b.lab.Network.Break(connection))
}

// advance lets bench time pass.
func (b *bench) advance(d time.Duration) (advanced, error) {
	events, err := b.world.Advance(d)
	if err != nil {
		return advanced{}, inRange(err)
	}
	b.ahead.Add(int64(d))
	b.lab.Journal.Append(
		journal.Entry{
			Party: "control", Kind: journal.KindClock, Text: journal.Plain("the clock is advanced by " + d.String()),
		},
	)
	if b.config.Moved != nil {
		b.config.Moved()
	}
	return advanced{Now: b.world.Now(), Events: events}, nil
}

var days = regexp.MustCompile(`^([0-9]+)d(.*)$`)

// lengthOfTime is how one is written, however long it is.
var lengthOfTime = regexp.MustCompile(`^-?([0-9]+(\.[0-9]*)?(h|m|s|ms|us|µs|ns))+$`)

// longest is how far the clock goes in one step.
const (
	longestDays = 100 * 365
	longest     = longestDays * 24 * time.Hour
)

func tooLong(text string) error { return routes.Refuse("%s is more than a hundred years", text) }

// parseDuration reads "2160h", "15m", "91d" or "1d12h".
func parseDuration(text string) (time.Duration, error) {
	if text == "" {
		return 0, routes.Refuse("field \"duration\" is missing; write {\"duration\":\"2160h\"}")
	}
	var whole, part time.Duration
	rest := text
	if m := days.FindStringSubmatch(text); m != nil {
		n, err := strconv.Atoi(m[1])
		if err != nil || n > longestDays {
			return 0, tooLong(text)
		}
		whole, rest = time.Duration(n)*24*time.Hour, m[2]
	}
	if rest != "" {
		var err error
		if part, err = time.ParseDuration(rest); err != nil {
			if lengthOfTime.MatchString(rest) { // what Go cannot hold
				return 0, tooLong(text)
			}
			return 0, routes.Refuse("%q is no length of time; write 90s, 15m, 2160h or 91d", text)
		}
	}
	switch {
	case part > longest-min(whole, longest) || whole > longest: // their sum may be more than a Duration holds
		return 0, tooLong(text)
	case whole+part < 0:
		return 0, routes.Refuse("time does not go back: %s", text)
	}
	return whole + part, nil
}
