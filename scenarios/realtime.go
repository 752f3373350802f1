package scenarios

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"mfpsim/fakeentra"
	"mfpsim/lab"
	"mfpsim/phrase"
	"mfpsim/report"
)

// RealTime is how scenarios are played on a device that goes by the machine's clock: the bench's time flows with it,
// a person's acts take as long as they take, and what a script lets pass is waited for. A scenario that would have to
// wait for longer than Longest is played with lives cut short by the cloud's own settings, or not at all: it is
// skipped, with the reason.
type RealTime struct {
	// Longest is the longest time that a line may wait for.
	Longest time.Duration
	// AccessTokenMargin is how long before its end the device takes an access token for one that has ended. Nil: it
	// does not say, and no access token is cut short.
	AccessTokenMargin *time.Duration
	// RefreshTokenMargin is how long before its end the device renews a sign-in by itself. Nil: it does not say, and
	// no sign-in is cut short. Zero: it does not renew it.
	RefreshTokenMargin *time.Duration
	// TokenSlack is how much longer than the device's margin an access token lives that is cut short: in that time
	// the device signs in and sends for the first time. 0: 20 s.
	TokenSlack time.Duration
	// Reading is how long a person takes to read a code: longer than the device waits between two polls, so that it
	// is told once at least to ask again. 0: 6 s.
	Reading time.Duration
	// SignInLife is how long a sign-in lives without use that is cut short, in the place of 90 days; longer if the
	// device's margins ask for it. 0: 1 min.
	SignInLife time.Duration
}

const (
	tokenSlack = 20 * time.Second
	signInLife = time.Minute
	// realReading is how long a person reads a code, and hand is how long one takes to press the power button.
	realReading = 6 * time.Second
	hand        = time.Second
	// untouched and over are which part of a life cut short stands for "hardly before its end" (89 days of 90) and
	// "after its end": what the script itself takes must not decide.
	untouched, over = 0.7, 1.2
	// hardly is the part of a sign-in's 90 days from which on a script means "just before the end".
	hardly = 0.8
	// glimpse is how often something is looked at that is waited for, and quiet how long nothing may happen before
	// what is under way counts as ended.
	glimpse = 200 * time.Millisecond
	quiet   = 700 * time.Millisecond

	signInLifeOfMicrosoft = 90 * 24 * time.Hour // docs/reference/entra.md §4.1
	anHour, aDay          = time.Hour, 24 * time.Hour
)

// lives are those that a scenario is played with.
type lives struct {
	access, refresh time.Duration // 0: as the cloud's own
}

// plan says how a scenario is played in real time. reason is why it is not; empty: it is.
func (r *RealTime) plan(s Scenario) (cut lives, reason string) {
	lines, err := s.lines()
	if err != nil {
		return lives{}, "" // told where it is played
	}
	var long []time.Duration // that are not waited for as they are
	for _, l := range lines {
		d, why := r.lets(l)
		if why != "" {
			return lives{}, why
		}
		if d > r.Longest {
			long = append(long, d)
		}
	}
	if len(long) == 0 {
		return lives{}, ""
	}
	longest := slices.Max(long)
	if slices.ContainsFunc(lines, namesALife) {
		return lives{}, fmt.Sprintf(
			"it lets %s pass, and an answer of its own says how long a token lives", report.Span(longest),
		)
	}
	if cut.access, reason = r.accessLife(); reason == "" && longest >= aDay {
		cut.refresh, reason = r.refreshLife(cut.access, long)
	}
	if reason != "" {
		return lives{}, fmt.Sprintf("it lets %s pass: %s", report.Span(longest), reason)
	}
	return cut, ""
}

// namesALife reports whether a line changes the life of a token in an answer, which is then another one than that which
// is cut short.
func namesALife(l line) bool { return slices.Contains(l.words, "expires_in") }

// lets is how much time a line lets pass, or why it cannot be played in real time.
func (r *RealTime) lets(l line) (d time.Duration, why string) {
	for _, word := range l.words {
		if text, is := strings.CutPrefix(word, "within="); is {
			if d, err := phrase.Duration(text); err == nil && d > r.Longest {
				return 0, fmt.Sprintf(
					"it waits for up to %s, and this run for %s at most", report.Span(d), report.Span(r.Longest),
				)
			}
		}
		if strings.HasPrefix(word, "sign-in-frequency=") {
			return 0, "a policy counts days, which no setting cuts short"
		}
		if strings.HasPrefix(word, "until=") {
			return 0, "it goes by dates of the bench's calendar"
		}
	}
	if l.words[0] != "clock" || len(l.words) < 2 {
		return 0, ""
	}
	text, waits := strings.CutPrefix(l.words[1], "+")
	if !waits {
		if l.words[1] == "printer" && len(l.words) == 3 && strings.Contains(l.words[2], "=") {
			return 0, "" // drift, time difference
		}
		return 0, "it goes by dates of the bench's calendar"
	}
	d, err := phrase.Duration(text)
	if err != nil || d <= r.Longest || d >= anHour {
		return d, "" // a mistake is told where it is played
	}
	return 0, fmt.Sprintf(
		"it lets %s pass, in which nothing ends that could be cut short, and this run waits for %s at most", report.Span(d),
		report.Span(r.Longest),
	)
}

// accessLife is how long an access token lives that is cut short.
func (r *RealTime) accessLife() (life time.Duration, reason string) {
	if r.AccessTokenMargin == nil {
		return 0, "the device does not say how early it takes a new access token (margins)"
	}
	if life = *r.AccessTokenMargin + cmp.Or(r.TokenSlack, tokenSlack); pastToken(life) > r.Longest {
		return 0, fmt.Sprintf(
			"the device takes a new access token %s before the old one ends, so that a short one would live for %s, and "+
				"this run waits for %s at most",
			report.Span(*r.AccessTokenMargin), report.Span(life), report.Span(r.Longest),
		)
	}
	return life, ""
}

// refreshLife is how long a sign-in lives that is cut short, in a scenario that lets so much time pass, again and
// again.
func (r *RealTime) refreshLife(access time.Duration, long []time.Duration) (life time.Duration, reason string) {
	if r.RefreshTokenMargin == nil {
		return 0, "the device does not say whether it renews its sign-in by itself (margins)"
	}
	// A wait of some hours or days is for the end of an access token too, and so takes more of a sign-in's life than
	// it should: four times as long a life leaves room for it. For all of them together, where that is to be had.
	token := pastToken(access)
	least := max(cmp.Or(r.SignInLife, signInLife), 4**r.RefreshTokenMargin, 4*token)
	roomy := lives{access, max(least, 4*time.Duration(len(long))*token)}
	for _, cut := range []lives{roomy, {access, least}} {
		wait := slices.MaxFunc(long, func(a, b time.Duration) int { return cmp.Compare(cut.waits(a), cut.waits(b)) })
		if life, wait = cut.refresh, cut.waits(wait); wait <= r.Longest {
			return life, ""
		}
		reason = fmt.Sprintf(
			"with the device's margins a sign-in that is cut short is waited for for %s, and this run waits for %s at most",
			report.Span(wait.Round(time.Second)), report.Span(r.Longest),
		)
	}
	return 0, reason
}

func scaled(d time.Duration, by float64) time.Duration { return time.Duration(by * float64(d)) }

// waits is how long a script's time is waited for.
func (c lives) waits(d time.Duration) time.Duration {
	token := pastToken(c.access)
	switch part := float64(d) / float64(signInLifeOfMicrosoft); {
	case c.access == 0:
		return d
	case d >= aDay && c.refresh > 0:
		switch {
		case part > 1:
			return scaled(c.refresh, over)
		case part > hardly:
			return scaled(c.refresh, untouched)
		}
		return max(token, scaled(c.refresh, part))
	case d >= anHour:
		return token
	}
	return d
}

// fit cuts the lives of a bench short and lets its time flow.
func (c lives) fit(config *lab.Config) {
	config.RealTime = true
	if c == (lives{}) {
		return
	}
	config.Providers = lab.ProviderTimes{AccessToken: c.access, RefreshToken: c.refresh}
	before := config.Entra
	config.Entra = func(e *fakeentra.Config) {
		if before != nil {
			before(e)
		}
		if c.access > 0 {
			e.AccessTokenLifetime = c.access
		}
		if c.refresh > 0 {
			e.RefreshTokenLifetime = c.refresh
		}
	}
}

// quieten waits until nothing has happened for a while, nobody's exchange is under way and no job is, in real time.
func (p *play) quieten() error {
	for end := p.lab.World.Now().Add(p.real.Longest); p.lab.World.Now().Before(end); {
		before := p.lab.Journal.Len()
		if err := p.pass(quiet); err != nil {
			return err
		}
		if p.lab.Journal.Len() != before || p.lab.World.Busy() {
			continue
		}
		before = p.lab.Journal.Len()
		jobs, err := p.underWay()
		if err != nil {
			return err
		}
		if jobs == "" && p.lab.Journal.Len() == before {
			return nil
		}
	}
	return nil // what is still under way then does not keep a look from being taken
}

// waitForJobs waits for jobs that are under way, in real time: where a script lets hours pass that are cut short,
// what a job waits for is not cut short with them.
func (p *play) waitForJobs(atMost time.Duration) error {
	for end := p.lab.World.Now().Add(min(atMost, p.patience)); p.lab.World.Now().Before(end); {
		jobs, err := p.underWay()
		if err != nil || jobs == "" {
			return err
		}
		if err := p.pass(glimpse); err != nil {
			return err
		}
	}
	return nil
}

// pass lets time pass, in real time.
func (p *play) pass(d time.Duration) error {
	if err := p.lab.World.Pass(d); err != nil {
		return stuck(err)
	}
	return nil
}

// pastToken is how long is waited for an access token to end.
func pastToken(access time.Duration) time.Duration { return access + access/10 }
