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
	"strconv"
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

// story is what a printer lives through while something happens at one point of it. What a person sees on the way may
// be anything.
type story struct {
	name   string
	before [][]string // undisturbed
	steps  [][]string
	asked  int // the step from which on somebody else asks the clouds too
	sent   int // what steps deliver without trouble
	// delivered is how many of what the steps send have come to whom they are for; of the jobs of a type. again counts
	// what is sent once more when the trouble is over: with the first remedy that helps.
	kind             string
	delivered, again func(bench *lab.Lab) int
	remedies         [][][]string
	shows            func(again int) []string // the line of a scenario that wants to see so many of them
}

// A whole day of a printer: a sign-in, a refresh, a connection test, a mail.
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

// organization is where the stories begin.
var organization = [][]string{
	{"tenant", "contoso.com", "smtp-auth=enabled", "security-defaults=off"},
	{"user", account, "role=Cloud Application Administrator", "mailbox"},
}

const (
	herself     = "alice@contoso.com"
	faxDomain   = "fax.example.com"
	faxAccount  = "office@fax.example.com"
	faxLater    = "0302"
	ofToMyEmail = "To My Email"
)

func inbox(address string) func(*lab.Lab) int {
	return func(bench *lab.Lab) int { return len(bench.SMTP.Mailbox(address)) }
}

func faxesTo(number string) func(*lab.Lab) int {
	return func(bench *lab.Lab) (n int) {
		for _, provider := range bench.Providers() {
			for _, f := range provider.Mail.Faxes() {
				if f.Number == number {
					n++
				}
			}
		}
		return n
	}
}

// stories are lived with each fault at each point.
func stories() []story {
	later := [][]string{{"scan", "email", next}, {"clock", "+1m"}}
	fax := [][]string{{"scan", "fax", faxLater}, {"clock", "+1m"}}
	signsIn := [][]string{{"printer", "fax-server", faxDomain}, {"printer", "sign-in", faxAccount, "fax"}}
	atPanel := [][]string{{"panel", "home"}, {"panel", "log-out"}, {"panel", "log-in", "alice"}}
	mine := [][]string{
		{"panel", "press", ofToMyEmail},
		{"panel", "sign-in", herself, "consent=user"},
		{"scan", "originals", "pages=1"},
		{"panel", "press", "Start"},
		{"clock", "+1h"},
	}
	return []story{
		{
			name: "day", before: organization, steps: wholeDay, asked: signedIn - 3, sent: 1,
			kind: "Email", delivered: inbox(intended), again: inbox(next),
			// Where the sign-in was not saved, OK saves it; else it is made again.
			remedies: [][][]string{
				later, slices.Concat(wholeDay[:2], [][]string{{"webconfig", "click", "OK"}}, later),
				slices.Concat(wholeDay[:signedIn], later),
			},
			shows: func(n int) []string { return []string{"mailbox", next, "count", strconv.Itoa(n)} },
		},
		{
			name: "to-my-email",
			before: slices.Concat(organization, [][]string{
				{"user", herself, "mailbox"},
				{"printer", "sign-in", account},
				{"printer", "license"},
				{"printer", "user-authentication", "on", "sender=user"},
				{"printer", "user", "alice", "email=" + herself},
				{"webconfig", "leave"},
				{"clock", "+2h"}, // the connections of the sign-in are closed
			}),
			steps: slices.Concat(
				[][]string{{"panel", "log-in", "alice"}}, mine,
				[][]string{{"clock", "+2h"}, {"panel", "log-in", "alice"}, {"scan", "to-my-email"}, {"clock", "+1h"}},
			),
			sent: 2, kind: ofToMyEmail, delivered: inbox(herself), again: inbox(herself),
			remedies: [][][]string{
				slices.Concat(atPanel, [][]string{{"scan", "to-my-email"}, {"clock", "+1h"}}), slices.Concat(atPanel, mine),
			},
			shows: func(n int) []string { return []string{"mailbox", herself, "count", strconv.Itoa(n)} },
		},
		{
			name: "fax",
			before: [][]string{
				{"provider", "add", faxDomain, "accounts=" + faxAccount}, {"printer", "use", "team", "model=Team 500"},
			},
			steps: slices.Concat(signsIn, [][]string{{"clock", "+2h"}, {"scan", "fax", "0301"}, {"clock", "+1h"}}),
			sent:  1, kind: "Fax", delivered: faxesTo("0301"), again: faxesTo(faxLater),
			remedies: [][][]string{fax, slices.Concat([][]string{
				{"webconfig", "log-in"},
				{"webconfig", "open", "Fax > Fax Server > Email Server Settings"},
				{"webconfig", "set", "SMTP Server Address", "smtp." + faxDomain},
				{"webconfig", "click", "OK"},
			}, fax), slices.Concat(signsIn, fax)},
			shows: func(int) []string { return []string{"provider", "faxes", "shows", faxLater} },
		},
	}
}

// day is one bench on which the day is lived.
type day struct {
	story
	play *play
	test require.TestingT

	played [][]string // the lines that could be played so far
	calm   int        // how many of them were before the fault
	wanted []string   // the line that says what has to be seen at the end; nil: not so far

	mu    sync.Mutex
	wires map[string]*bytes.Buffer // by connection and direction, as it went over the wire
}

// newDay plays what is before a story. points are those of the story, on connections that it makes.
func newDay(t require.TestingT, lived story, flowing bool, points *[]faultnet.Point) (*day, func()) {
	config := lab.Config{Seed: *faultsSeed}
	if flowing {
		config.World = vtime.NewFlowing(vtime.DefaultStart)
	}
	bench, err := lab.New(config)
	require.NoError(t, err)
	d := &day{story: lived, test: t, wires: map[string]*bytes.Buffer{}}
	began, old := false, map[string]bool{}
	bench.Network.WatchPoints(func(p faultnet.Point) {
		d.mu.Lock()
		defer d.mu.Unlock()
		switch connection := p.From + ">" + p.Connection; {
		case !began:
			old[connection] = true
		case points != nil && p.From != innocent && !old[connection]:
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
	for _, step := range d.before {
		_, err := d.step(step)
		require.NoError(t, err, quoted(step))
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	began, d.calm = true, len(d.played)
	return d, func() {
		_ = bench.Close()
		if flowing {
			bench.World.Close()
		}
	}
}

// step plays one line of the day. On a flowing World somebody has to move the clock meanwhile.
func (d *day) step(words []string) (output string, err error) {
	defer func() {
		if err == nil {
			d.played = append(d.played, words)
		}
	}()
	if d.play.lab.World.Stepped() {
		return verbs[words[0]].play(d.play, false, words[1:])
	}
	over := make(chan struct{})
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
	for i, words := range d.steps {
		began := d.play.lab.World.Now()
		_, err := d.step(words)
		d.unbroken(words, err)
		if words[0] == "clock" {
			require.GreaterOrEqual(d.test, d.play.lab.World.Now().Sub(began), 30*time.Minute, "time stood still")
		}
		if i >= d.asked {
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
	completed := 0
	for _, job := range d.jobs() {
		require.Contains(t, []string{"Completed", "Error"}, job.Result, "a job that has not ended: %+v", job)
		if job.Type == d.kind && job.Result == "Completed" {
			completed++
		}
		require.Equal(t, job.Result == "Error", job.Code != "", "%+v", job)
	}
	came := d.delivered(bench)
	require.GreaterOrEqual(t, came, completed, "a job says Completed")
	require.LessOrEqual(t, came, d.sent, "one job, one mail at most")

	// The fault is over: what a person does next works. Steps of a remedy may not be possible any more; the last remedy
	// has to help.
	bench.Network.Clear("")
	before := d.again(bench)
	d.wanted = d.shows(before + 1)
	d.played = append(d.played, []string{"network", fault.To, "ok"})
	for i, remedy := range d.remedies {
		if d.again(bench) > before {
			break
		}
		for _, words := range remedy {
			_, err := d.step(words)
			if i == len(d.remedies)-1 && words[0] != "panel" {
				require.NoError(t, err, "after the trouble: %s", quoted(words))
			}
		}
	}
	require.Equal(t, before+1, d.again(bench), "the next one")
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
	story   story
	fault   faultnet.Fault
	flowing bool
}

func (t trial) String() string {
	if t.flowing {
		return t.story.name + " flowing " + t.fault.String()
	}
	return t.story.name + " " + t.fault.String()
}

// trials are all faults at all points of a story without trouble.
func trials(t *testing.T, lived story) (points int, all []trial) {
	var seen []faultnet.Point
	d, end := newDay(t, lived, false, &seen)
	defer end()
	d.live()
	require.Equal(t, lived.sent, lived.delivered(d.play.lab))
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
				all = append(all, trial{lived, fault, false}, trial{lived, fault, true})
			}
		}
	}
	return len(seen), all
}

// TestWhateverAPartyDoesOnlyItsCallerWaits goes through a day with a fault at each point of it.
func TestWhateverAPartyDoesOnlyItsCallerWaits(t *testing.T) {
	var points int
	var all []trial
	for _, lived := range stories() {
		n, some := trials(t, lived)
		t.Logf("%s: %d points, %d faults", lived.name, n, len(some))
		points, all = points+n, append(all, some...)
	}
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
			d, end := newDay(t, trial.story, trial.flowing, nil)
			defer end()
			defer func() {
				if t.Failed() {
					t.Logf(
						"the scenario that shows it:\n%s\nwhat happened last:\n%s", shownBy(d, trial.fault),
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
