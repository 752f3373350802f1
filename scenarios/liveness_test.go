package scenarios

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/chance"
	"mfpsim/device"
	"mfpsim/faultnet"
	"mfpsim/lab"
	"mfpsim/vtime"
)

// faultsPart is which part of the points is tried: one of so many, drawn by faultsSeed. `make faults` tries all.
var (
	faultsPart = flag.Int("faults", 60, "try one of so many faults at points; 1: all")
	faultsSeed = flag.Uint64("faults-seed", 7, "which part of the faults at points is tried")
)

// faultsAtPoints are the eight faults that are tried at each point.
var faultsAtPoints = []faultnet.FaultKind{
	faultnet.Silent, faultnet.HalfSilent, faultnet.Slow, faultnet.Garbled, faultnet.WrongProtocol, faultnet.Closed,
	faultnet.Reset, faultnet.Panic,
}

const (
	account  = "admin@contoso.com"
	intended = "bob@fabrikam.com"
	next     = "carol@fabrikam.com"
)

// A whole day of a printer: a sign-in, a refresh, a connection test, a mail. What a person sees on the way may be
// anything.
var wholeDay = [][]string{
	{"webconfig", "log-in"},
	{"webconfig", "open", "Network > Email Server > Basic"},
	{"webconfig", "set", "Authentication Method", "OAuth2"},
	{"webconfig", "set", "Email service", "Microsoft Exchange Online"},
	{"webconfig", "click", "Sign In"},
	{"webconfig", "click", "Sign in with Microsoft"},
	{"browser", "sign-in", account, "consent=organization"},
	{"webconfig", "shows", "Current Status", "Signed in"},
	{"webconfig", "click", "OK"},
	{"clock", "+2h"},
	{"webconfig", "log-in"},
	{"webconfig", "open", "Network > Email Server > Connection Test"},
	{"webconfig", "click", "Start"},
	{"clock", "+30m"},
	{"scan", "email", intended},
	{"clock", "+1h"},
}

// signedIn is the part of the day after which nobody touches the sign-in.
const signedIn = 9

// day is one bench on which the day is lived.
type day struct {
	play *play
	test require.TestingT
	when time.Time

	mu    sync.Mutex
	wires map[string]*bytes.Buffer // by connection and direction, as it went over the wire
}

func newDay(t require.TestingT, flowing bool, points *[]faultnet.Point) (*day, func()) {
	config := lab.Config{Seed: *faultsSeed}
	if flowing {
		config.World = vtime.NewFlowing(vtime.DefaultStart)
	}
	bench, err := lab.New(config)
	require.NoError(t, err)
	d := &day{test: t, when: bench.World.Now(), wires: map[string]*bytes.Buffer{}}
	bench.Network.WatchPoints(func(p faultnet.Point) {
		d.mu.Lock()
		defer d.mu.Unlock()
		if points != nil && p.From != innocent {
			*points = append(*points, p)
		}
		key := fmt.Sprintf("%s %v", p.Connection, p.Server)
		if d.wires[key] == nil {
			d.wires[key] = &bytes.Buffer{}
		}
		d.wires[key].Write(p.Octets)
	})
	d.play, err = newPlay(Scenario{ID: "faults/day", File: "faults/day.txtar"}, bench, english)
	require.NoError(t, err)
	for _, step := range [][]string{
		{"tenant", "contoso.com", "smtp-auth=enabled", "security-defaults=off"},
		{"user", account, "role=Cloud Application Administrator", "mailbox"},
	} {
		_, err := d.step(step)
		require.NoError(t, err)
	}
	return d, func() {
		_ = bench.Close()
		if flowing {
			bench.World.Close()
		}
	}
}

// step plays one line of the day. On a flowing World somebody has to move the clock meanwhile.
func (d *day) step(words []string) (string, error) {
	if d.play.lab.World.Stepped() {
		return verbs[words[0]].play(d.play, false, words[1:])
	}
	over := make(chan struct{})
	var output string
	var err error
	go func() {
		defer close(over)
		output, err = verbs[words[0]].play(d.play, false, words[1:])
	}()
	for {
		select {
		case <-over:
			return output, err
		default:
			// Only a wait is cut short: a step that is being worked on needs no time of the bench.
			err := d.play.lab.World.Settle(0)
			if errors.Is(err, vtime.ErrStillBusy) {
				_, err = d.play.lab.World.AdvanceToNext(time.Hour)
			}
			if err != nil {
				<-over
				return output, err
			}
			runtime.Gosched()
		}
	}
}

const innocent = "innocent"

// ask is what a client beside does while the printer is in trouble: it gets its answer in the same instant of the
// bench.
func (d *day) ask() error {
	var answered error
	began := d.play.lab.World.Now()
	dialer := d.play.lab.Network.Dialer(innocent)
	err := d.play.lab.World.Do(innocent, time.Minute, func(ctx context.Context) {
		transport := &http.Transport{
			DialContext: dialer.DialContext, DisableKeepAlives: true, TLSClientConfig: d.play.lab.Network.ClientTLS(d.play.lab.World.Now),
		}
		defer transport.CloseIdleConnections()
		request, err := http.NewRequestWithContext(
			ctx, http.MethodGet, "https://login.microsoftonline.com/common/discovery/v2.0/keys", nil,
		)
		if err != nil {
			answered = err
			return
		}
		response, err := transport.RoundTrip(request)
		if err != nil {
			answered = err
			return
		}
		defer response.Body.Close()
		if _, err := io.ReadAll(response.Body); err != nil || response.StatusCode != http.StatusOK {
			answered = fmt.Errorf("the identity provider says %s: %w", response.Status, err)
			return
		}
		connection, err := dialer.DialContext(ctx, "tcp", "smtp.office365.com:587")
		if err != nil {
			answered = err
			return
		}
		defer connection.Close()
		banner := make([]byte, 3)
		if _, err := io.ReadFull(connection, banner); err != nil || string(banner) != "220" {
			answered = fmt.Errorf("the mail server says %q: %w", banner, err)
		}
	})
	if err == nil {
		err = answered
	}
	if waited := d.play.lab.World.Now().Sub(began); err == nil && d.play.lab.World.Stepped() && waited > 0 {
		err = fmt.Errorf("waited %s for an answer", waited)
	}
	return err
}

// live lives the day; what breaks the bench ends it.
func (d *day) live() {
	for i, words := range wholeDay {
		began := d.play.lab.World.Now()
		_, err := d.step(words)
		d.unbroken(words, err)
		if words[0] == "clock" {
			require.GreaterOrEqual(d.test, d.play.lab.World.Now().Sub(began), 30*time.Minute, "time stood still")
		}
		if i >= signedIn-3 {
			require.NoError(d.test, d.ask(), "somebody else, after %s", quoted(words))
		}
	}
}

// unbroken allows any error of a person's act, and none of the bench's.
func (d *day) unbroken(words []string, err error) {
	var broke *vtime.PanicError
	require.False(d.test, errors.Is(err, errStuck) || errors.As(err, &broke), "%s: %v", quoted(words), err)
}

// judge looks at what the day has left.
func (d *day) judge(fault faultnet.Fault) {
	t, bench := d.test, d.play.lab
	for _, broke := range bench.World.Panics() {
		require.Equal(t, faultnet.Panic, fault.Kind, "%v\n%s", broke, broke.Stack)
		require.Contains(t, broke.Value, "planted", "%v\n%s", broke, broke.Stack)
	}
	if bench.World.Stepped() { // on a flowing World a page may be looked at once more or less
		require.Empty(t, bench.Network.Unmet(), "the day is not the one whose points were counted")
	}
	for _, job := range d.jobs() {
		require.Contains(t, []string{"Completed", "Error"}, job.Result, "a job that has not ended: %+v", job)
		if job.To == intended && job.Result == "Completed" {
			require.Len(t, bench.SMTP.Mailbox(intended), 1, "a job says Completed")
		}
		require.Equal(t, job.Result == "Error", job.Code != "", "%+v", job)
	}
	require.LessOrEqual(t, len(bench.SMTP.Mailbox(intended)), 1, "one scan, one mail at most")

	// The fault is over: what a person does next works. Where the sign-in was not saved, OK saves it; else it is made
	// again.
	bench.Network.Clear("")
	for _, remedy := range [][][]string{
		nil, {wholeDay[0], wholeDay[1], {"webconfig", "click", "OK"}}, wholeDay[:signedIn],
	} {
		if len(bench.SMTP.Mailbox(next)) > 0 {
			break
		}
		for _, words := range remedy {
			_, err := d.step(words)
			require.NoError(t, err, "after the trouble: %s", quoted(words))
		}
		_, err := d.step([]string{"scan", "email", next})
		require.NoError(t, err)
		_, err = d.step([]string{"clock", "+1m"})
		require.NoError(t, err)
	}
	require.Len(t, bench.SMTP.Mailbox(next), 1, "the next scan")
	d.nothingInClear()
}

func (d *day) jobs() []device.Job {
	printer, err := d.play.device()
	require.NoError(d.test, err)
	var jobs []device.Job
	require.NoError(d.test, d.play.do(func(ctx context.Context) error {
		jobs, err = printer.Jobs(ctx)
		return err
	}))
	return jobs
}

// nothingInClear: no token, code or password in what went over any wire.
func (d *day) nothingInClear() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for key, wire := range d.wires {
		for _, secret := range d.play.lab.Secrets() {
			require.False(
				d.test, len(secret) >= 8 && bytes.Contains(wire.Bytes(), []byte(secret)), "a secret in clear on %s",
				key,
			)
		}
	}
}

// trial is one fault at one point.
type trial struct {
	fault   faultnet.Fault
	flowing bool
}

func (t trial) String() string {
	if t.flowing {
		return "flowing " + t.fault.String()
	}
	return t.fault.String()
}

// trials are all faults at all points of a day without trouble.
func trials(t *testing.T) (points int, all []trial) {
	var seen []faultnet.Point
	d, end := newDay(t, false, &seen)
	defer end()
	d.live()
	require.Len(t, d.play.lab.SMTP.Mailbox(intended), 1)
	require.Empty(t, d.play.lab.World.Panics())
	order := map[string][]string{} // connections of each pair of parties
	for _, p := range seen {
		pair := p.From + ">" + p.To
		at := slices.Index(order[pair], p.Connection)
		if at < 0 {
			at = len(order[pair])
			order[pair] = append(order[pair], p.Connection)
		}
		for _, kind := range faultsAtPoints {
			fault := faultnet.Fault{To: p.To, From: p.From, Kind: kind, After: at, Times: 1}
			if p.Server {
				fault.Write = p.Nth
			} else {
				fault.Read = p.Nth
			}
			if fault.Check() == nil {
				all = append(all, trial{fault, false}, trial{fault, true})
			}
		}
	}
	return len(seen), all
}

// TestWhateverAPartyDoesOnlyItsCallerWaits goes through a day with a fault at each point of it.
func TestWhateverAPartyDoesOnlyItsCallerWaits(t *testing.T) {
	points, all := trials(t)
	dice := chance.New(*faultsSeed, "faults at points")
	var tried int
	var names sync.Map
	for _, trial := range all {
		if *faultsPart > 1 && dice.Intn(*faultsPart) != 0 {
			continue
		}
		tried++
		name := trial.String()
		if _, twice := names.LoadOrStore(name, true); twice {
			continue
		}
		t.Run(strings.ReplaceAll(name, "/", " "), func(t *testing.T) {
			t.Parallel()
			d, end := newDay(t, trial.flowing, nil)
			defer end()
			defer func() {
				if t.Failed() {
					t.Logf(
						"the scenario that shows it:\n%s\nwhat happened last:\n%s", scenarioOf(trial.fault),
						d.play.lab.Last(30),
					)
				}
			}()
			d.play.lab.Network.Arm(trial.fault)
			d.live()
			d.judge(trial.fault)
		})
	}
	t.Logf("%d points, %d faults, %d tried", points, len(all), tried)
}

// scenarioOf writes the day with a fault as a scenario, ready to be saved.
func scenarioOf(f faultnet.Fault) string {
	at := fmt.Sprintf("write:%d", f.Write)
	if f.Read > 0 {
		at = fmt.Sprintf("read:%d", f.Read)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# id: faults/point\n# title: %s\n# guide: Cannot Send Email\n# proves: R43\n# level: SHOULD\n\n", f)
	b.WriteString(
		"tenant contoso.com smtp-auth=enabled security-defaults=off\n" +
			"user " + account + " role='Cloud Application Administrator' mailbox\n",
	)
	fmt.Fprintf(&b, "network %s %s at=%s from=%s after=%d times=1\n", f.To, f.Kind, at, f.From, f.After)
	for _, words := range wholeDay {
		b.WriteString(quoted(words) + "\n")
	}
	return b.String() + "jobs screen\n"
}
