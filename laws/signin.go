package laws

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// onTheWay is what two requests may come nearer to each other on their way: the latency of the bench's links varies.
const onTheWay = time.Second

// defaultInterval is that of an answer without one (RFC 8628 section 3.2).
const defaultInterval = 5 * time.Second

var signInLaws = []Law{
	{
		ID:     "poll-interval",
		Says:   "A device waits the interval of the answer between two polls, and five seconds more after each slow_down",
		Clause: "RFC 8628 section 3.5", judge: pollInterval,
	},
	{
		ID: "retry-after", Says: "A device does not ask for the same code before the time that Retry-After names",
		Clause: "RFC 9110 section 10.2.3", judge: retryAfter,
	},
	{
		ID: "scopes", Says: "A device asks for the scopes of its maker's application, no more and no less",
		Clause: "RFC 6749 section 3.3; guide rule R31", judge: scopes,
	},
	{
		ID:     "sign-in-page",
		Says:   "A device opens each sign-in page with a challenge by S256, a state and a nonce, each of its own",
		Clause: "RFC 7636 sections 4.1 and 4.2; RFC 6749 section 10.12", judge: signInPage,
	},
}

// polls calls f with each poll of a device and the one before it for the same code, nil at first.
func polls(h *history, f func(interval time.Duration, before, poll *event)) {
	intervals, last := map[string]time.Duration{}, map[string]*event{}
	for i := range h.events {
		e := &h.events[i]
		switch r := e.request; {
		case r == nil:
		case r.text("device_code") != "":
			intervals[r.text("device_code")] = r.seconds("interval", defaultInterval)
		case r.token(grantDeviceCode):
			code := r.form.Get("device_code")
			interval, known := intervals[code]
			if !known {
				interval = defaultInterval
			}
			f(interval, last[code], e)
			last[code], intervals[code] = e, interval
			if r.text("error") == "slow_down" {
				intervals[code] += 5 * time.Second
			}
		}
	}
}

func pollInterval(b *bench) (found []breach) {
	for _, h := range b.devices {
		polls(h, func(interval time.Duration, before, poll *event) {
			if before == nil {
				return
			}
			if gap := poll.entry.At.Sub(before.entry.At); gap < interval-onTheWay {
				found = append(
					found, breaks(h.Name, poll.entry.Number, "polls after %s; the interval is %s", gap, interval),
				)
			}
		})
	}
	return found
}

func retryAfter(b *bench) (found []breach) {
	for _, h := range b.devices {
		polls(h, func(_ time.Duration, before, poll *event) {
			if before == nil ||
				before.request.status != http.StatusTooManyRequests &&
					before.request.status != http.StatusServiceUnavailable {
				return
			}
			seconds, err := strconv.Atoi(before.request.retryAfter)
			wait := time.Duration(seconds) * time.Second
			if gap := poll.entry.At.Sub(before.entry.At); err == nil && gap < wait-onTheWay {
				found = append(
					found,
					breaks(h.Name, poll.entry.Number, "polls %s after an answer with Retry-After: %d", gap, seconds),
				)
			}
		})
	}
	return found
}

func scopes(b *bench) (found []breach) {
	for _, h := range b.devices {
		if len(h.Scopes) == 0 {
			continue
		}
		wanted := slices.Sorted(slices.Values(h.Scopes))
		for _, e := range h.events {
			r := e.request
			if r == nil {
				continue
			}
			ask, own := r.form, h.ClientID
			switch {
			case strings.HasSuffix(r.path, "/devicecode"):
			case strings.HasSuffix(r.path, "/authorize") && h.UserClientID != "": // its sign-in page (guide rule R31)
				ask, own = r.query, h.UserClientID
			default:
				continue
			}
			asked := slices.Sorted(slices.Values(strings.Fields(ask.Get("scope"))))
			if ask.Get("client_id") == own && !slices.Equal(asked, wanted) {
				found = append(found, breaks(h.Name, e.entry.Number, "asks for %s; its application has %s",
					strings.Join(asked, " "), strings.Join(wanted, " ")))
			}
		}
	}
	return found
}

func signInPage(b *bench) (found []breach) {
	for _, h := range b.devices {
		used := map[string]bool{}
		for _, e := range h.events {
			r := e.request
			if r == nil || h.UserClientID == "" || !strings.HasSuffix(r.path, "/authorize") ||
				r.query.Get("client_id") != h.UserClientID {
				continue
			}
			if method := r.query.Get("code_challenge_method"); method != "S256" || r.query.Get("code_challenge") == "" {
				found = append(
					found,
					breaks(h.Name, e.entry.Number, "opens a sign-in page with the challenge method %q", method),
				)
			}
			for _, name := range []string{"state", "nonce", "code_challenge"} {
				value := r.query.Get(name)
				if value == "" || used[name+value] {
					found = append(
						found, breaks(h.Name, e.entry.Number, "opens a sign-in page without a %s of its own", name),
					)
				}
				used[name+value] = true
			}
		}
	}
	return found
}
