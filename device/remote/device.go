package remote

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"mfpsim/device"
	"mfpsim/device/mount"
	"mfpsim/device/webdriver"
	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/vtime"
)

// exchangesInTurn is how many requests a device may send in one turn. Somebody who tries again without delay never
// rests.
const exchangesInTurn = 5_000

// remoteDevice is a device in another process, on one bench.
type remoteDevice struct {
	client *Client
	at     mount.Point
	party  *vtime.Outside // nil: it goes by the machine's clock, and is lent no turn
	outlet *faultnet.Outlet
	web    device.WebConfig
	id     string

	life context.Context // ends with the device
	end  context.CancelCauseFunc

	mu      sync.Mutex
	calls   int // of a device that is lent no turn
	before  int // its connections before the act that is under way
	results map[string]Result
	words   map[string]device.Words // what a device says in a language does not change
	on      bool
	lost    error
	closed  bool
}

// mount puts a device on a bench, in the turn of ctx.
func (c *Client) mount(ctx context.Context, at mount.Point) (device.Device, error) {
	d := &remoteDevice{client: c, at: at, results: map[string]Result{}, words: map[string]device.Words{}, on: true}
	d.life, d.end = context.WithCancelCause(context.Background())
	if err := d.open(); err != nil {
		return nil, err
	}
	if err := d.boot(ctx); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// open opens the way to the clouds.
func (d *remoteDevice) open() (err error) {
	door := faultnet.OutletConfig{
		Host: d.client.config.OutletHost, Token: d.client.config.outletToken(), Others: http.HandlerFunc(d.takeNotes),
	}
	switch {
	case !d.client.InRealTime():
		d.party = d.at.World.Outside(d.at.Name, d)
		d.outlet, err = d.at.Network.Outlet(d.party, door)
	case d.at.World.Stepped():
		err = fmt.Errorf("the device %q goes by the machine's clock, and the time of this bench stands still", d.at.Name)
	default:
		d.outlet, err = d.at.Network.OutletInRealTime(d.at.Name, door)
	}
	return err
}

// lend gives the device the turn of ctx while call is under way; one on the machine's clock acts in turns of its own
// meanwhile.
func (d *remoteDevice) lend(ctx context.Context, call func(id string) (vtime.Rest, error)) error {
	if d.party != nil {
		return d.party.Lend(ctx, func(_ context.Context, id string) (vtime.Rest, error) { return call(id) })
	}
	d.mu.Lock()
	d.calls++
	id := fmt.Sprintf("%s-%d", d.at.Name, d.calls)
	d.before = d.outlet.Exchanges()
	d.mu.Unlock()
	var failed error
	err := vtime.Away(ctx, d.at.Name+": "+id, func() {
		var rest vtime.Rest
		if rest, failed = call(id); failed == nil && rest.Pending {
			failed = d.lose(errors.New("it says that an act is pending; on the machine's clock an act is answered when it has ended"))
		}
	})
	return errors.Join(failed, err)
}

func (d *remoteDevice) boot(ctx context.Context) error {
	message := Boot{
		Start: d.at.World.Start(), Seed: d.at.Seed, Name: d.at.Name, Model: d.at.Model, Language: d.at.Language,
		Address: d.at.Address, Further: d.at.Further, Password: d.at.AdministratorPassword, Proxy: d.outlet.Address(),
		ProxyToken: d.client.config.outletToken(),
	}
	for _, name := range []string{faultnet.RootG1, faultnet.RootG2} {
		message.Roots = append(message.Roots, Root{Name: name, PEM: string(d.at.Network.Root(name).PEM())})
	}
	var booted Booted
	err := d.lend(ctx, func(call string) (vtime.Rest, error) {
		message.Call, message.Now = call, d.at.World.Now()
		if err := d.post(PathBenches, message, &booted, "boot", d.working(call)); err != nil {
			return vtime.Rest{}, err
		}
		if booted.Error != nil || booted.Report == nil {
			return vtime.Rest{}, nil
		}
		d.take(booted.Report)
		return booted.Report.rest(), nil
	})
	switch {
	case err != nil:
		return d.reason(err)
	case booted.Error != nil && booted.Error.Kind == KindChoice && booted.Error.What == "model" && d.at.Model != "":
		text := fmt.Sprintf("needs the model %q, which this device is not", d.at.Model)
		return &worded{text: text, of: device.ErrOtherModel}
	case booted.Error != nil:
		return booted.Error.decode()
	case booted.ID == "" || booted.Report == nil || booted.Description == nil:
		return errors.New("the device started, and did not say its id, what it is and how it rests")
	}
	d.id = booted.ID
	if booted.Page {
		if err := d.at.ServeWeb(mount.Web{Page: &pages{d}, Record: bareRecord}); err != nil {
			return err
		}
	}
	d.web = device.UnsupportedWebConfig{}
	if booted.Page && booted.Description.Has(device.CapabilityWebConfig) {
		d.web = webdriver.New(webdriver.Config{
			Address: booted.Description.Address, PasswordNow: d.password, Window: d.at.Window,
			Words: d.pageWords, Seen: d.seen,
		})
	}
	return nil
}

// password is the administrator's now; empty if the device does not say it.
func (d *remoteDevice) password() string {
	password, err := d.AdministratorPassword(context.Background())
	if err != nil {
		return ""
	}
	return password
}

// english is the language that every device's words fall back to.
const english = "en"

// pageWords are the words that the web page may be in.
func (d *remoteDevice) pageWords(ctx context.Context) ([]device.Words, error) {
	description, err := d.Describe(ctx)
	if err != nil {
		return nil, err
	}
	panel, err := d.Words(ctx, description.Language)
	if err != nil {
		return nil, err
	}
	fallback, err := d.Words(ctx, english)
	if err != nil {
		return nil, err
	}
	return []device.Words{panel, fallback}, nil
}

// seen keeps a page in the record.
func (d *remoteDevice) seen(page device.Page) {
	d.mu.Lock()
	on := d.on
	d.mu.Unlock()
	if on {
		d.at.Journal.Append(journal.Entry{
			Party: d.at.Name, Kind: journal.KindScreen, Text: journal.Plain(page.String()),
			Detail: map[string]string{"surface": "Web Config"},
		})
	}
}

// reason is why a device was lost, in one sentence, if that is what an error says.
func (d *remoteDevice) reason(err error) error {
	if !errors.Is(err, vtime.ErrLost) {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.lost != nil {
		return d.lost
	}
	return err
}

// lose notes why the device is lost, the first reason alone, and ends all that is under way with it.
func (d *remoteDevice) lose(err error) error {
	d.mu.Lock()
	if d.lost == nil && !d.closed {
		text := fmt.Sprintf("the device %q at %s was lost: %v", d.at.Name, d.client.URL(), err)
		d.lost = &worded{text: text, of: device.ErrLost}
	}
	lost, closed := d.lost, d.closed
	d.mu.Unlock()
	if lost == nil || closed {
		return err
	}
	d.end(lost)
	return lost
}

// Trouble is what is wrong with the device as such, in one sentence; nil: nothing is.
func (d *remoteDevice) Trouble() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.lost != nil {
		return d.lost
	}
	if late := d.outlet.Late(); late != "" {
		return fmt.Errorf(
			"the device %q sent a request (%s) after it had said that it rests: when such requests come is the machine's "+
				"affair, so nothing is said of this case", d.at.Name, late,
		)
	}
	return nil
}

// working tells whether the device holds the turn of a call, so that it is the one that is waited for.
func (d *remoteDevice) working(call string) func() bool {
	if d.party == nil {
		return always
	}
	return func() bool { return d.party.Works(call) }
}

// exchanges counts what the device has sent in the turn that it was lent, or in the act that is under way.
func (d *remoteDevice) exchanges() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.outlet.Exchanges() - d.before
}

// always is for messages that a device answers at once.
func always() bool { return true }

// never is for a question that is answered when something happens.
func never() bool { return false }

// post sends a message. A device that takes longer than the bench's patience, while waitedFor says so and nothing
// comes from it at the outlet, is lost; so is one that answers otherwise than was agreed.
func (d *remoteDevice) post(path string, in, out any, what string, waitedFor func() bool) error {
	if cause := context.Cause(d.life); cause != nil {
		return cause
	}
	patience := d.client.config.Patience
	ctx, cancel := context.WithCancelCause(d.life)
	defer cancel(nil)
	var mu sync.Mutex
	stop := func() {}
	var watch func(before uint64)
	watch = func(before uint64) {
		mu.Lock()
		defer mu.Unlock()
		if ctx.Err() != nil {
			return
		}
		stop = vtime.AfterMachineTime(patience, func() {
			now := d.outlet.Traffic()
			if n := d.exchanges(); n > exchangesInTurn {
				cancel(d.lose(fmt.Errorf("%q: it sent %d requests in one act: it tries again without delay", what, n)))
				return
			}
			if !waitedFor() || now != before {
				watch(now)
				return
			}
			cancel(d.lose(fmt.Errorf("it did not answer %q within %s", what, patience)))
		})
	}
	watch(d.outlet.Traffic())
	defer func() {
		cancel(nil)
		mu.Lock()
		defer mu.Unlock()
		stop()
	}()
	path = strings.Replace(path, "{id}", url.PathEscape(d.id), 1)
	if err := d.client.exchange(ctx, http.MethodPost, path, in, out); err != nil {
		if context.Cause(d.life) != nil {
			return context.Cause(d.life)
		}
		return d.lose(fmt.Errorf("%q: %w", what, err))
	}
	return nil
}

// report sends a message that is answered by a report.
func (d *remoteDevice) report(path string, in any, what string, waitedFor func() bool) (vtime.Rest, error) {
	var r Report
	if err := d.post(path, in, &r, what, waitedFor); err != nil {
		return vtime.Rest{}, err
	}
	if r.Error != nil {
		return vtime.Rest{}, d.lose(fmt.Errorf("%q: %w", what, r.Error.decode()))
	}
	d.take(&r)
	return r.rest(), nil
}

// take takes what a report brings along.
func (d *remoteDevice) take(r *Report) {
	d.mu.Lock()
	for call, result := range r.Results {
		d.results[call] = result
	}
	d.mu.Unlock()
	d.heed(r.Notes)
}

// heed does what notes say, in their order.
func (d *remoteDevice) heed(notes []Note) {
	for _, n := range notes {
		switch {
		case n.Entry != nil:
			d.at.Journal.Append(journal.Entry{
				Party: d.at.Name, Kind: n.Entry.Kind, Text: journal.Plain(n.Entry.Text), Detail: n.Entry.Detail,
				Screen: n.Entry.Screen,
			})
		case n.Power != nil:
			d.mu.Lock()
			d.on = *n.Power
			d.mu.Unlock()
			d.at.Power(*n.Power)
		case n.Additional != nil:
			d.at.Additional(*n.Additional)
		case len(n.Hide) > 0:
			d.at.Hide(n.Hide...)
		}
	}
}

// takeNotes is where the device tells what belongs into the record before its next octets.
func (d *remoteDevice) takeNotes(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost || r.URL.Path != PathNotes {
		http.NotFound(w, r)
		return
	}
	handle(w, r, func(n Notes) struct{} {
		d.heed(n.Notes)
		return struct{}{}
	})
}

// Wake implements [vtime.Control].
func (d *remoteDevice) Wake(_ context.Context, call, timer string, now time.Time) (vtime.Rest, error) {
	return d.report(PathWake, Wake{Call: call, Timer: timer, Now: now}, "wake", d.working(call))
}

// Slow implements [vtime.Control].
func (d *remoteDevice) Slow(_ context.Context, call, connection string, given, taken int64) (vtime.Rest, error) {
	return d.report(PathSlow, Slow{Call: call, Connection: connection, Given: given, Taken: taken}, "slow", always)
}

// Stalled implements [vtime.Control].
func (d *remoteDevice) Stalled(_ context.Context, call, connection string, given, taken int64) (vtime.Rest, error) {
	return d.report(
		PathStalled, Stalled{Call: call, Connection: connection, Given: given, Taken: taken}, "stalled", never,
	)
}

// Waits implements [vtime.Control].
func (d *remoteDevice) Waits(_ context.Context, connection string, given int64) (bool, error) {
	var w Waiting
	err := d.post(PathWaits, Waits{Connection: connection, Given: given}, &w, "waits", never)
	return w.Waits, err
}

// Answer implements [vtime.Control].
func (d *remoteDevice) Answer(_ context.Context, connection string, now time.Time) (bool, error) {
	var a Answered
	if err := d.post(PathAnswer, Answer{Connection: connection, Now: now}, &a, "answer", always); err != nil {
		return false, err
	}
	if a.Error != nil {
		return false, d.lose(fmt.Errorf("%q: %w", "answer", a.Error.decode()))
	}
	return a.Gone, nil
}

// call lets the device act in the turn of ctx; without one it is a look. out takes the result, also beside an error.
func (d *remoteDevice) call(ctx context.Context, method string, args, out any) error {
	message := Act{Method: method}
	if args != nil {
		text, err := json.Marshal(args)
		if err != nil {
			return fmt.Errorf("the arguments of %q cannot be written: %w", method, err)
		}
		message.Args = text
	}
	act := func(call string) (vtime.Rest, error) {
		message.Call, message.Now = call, d.at.World.Now()
		waitedFor := always
		if call != "" {
			waitedFor = d.working(call)
		}
		return d.report(PathAct, message, "act "+method, waitedFor)
	}
	if vtime.TurnFrom(ctx) == nil {
		if _, err := act(""); err != nil {
			return err
		}
		return d.result("", method, out)
	}
	var id string
	if err := d.lend(ctx, func(call string) (vtime.Rest, error) {
		id = call
		return act(call)
	}); err != nil {
		return d.reason(err)
	}
	return d.result(id, method, out)
}

// result reads how an act ended.
func (d *remoteDevice) result(call, method string, out any) error {
	d.mu.Lock()
	result, told := d.results[call]
	delete(d.results, call)
	d.mu.Unlock()
	if !told {
		return d.lose(fmt.Errorf("%q: it said that the act has ended, and not how", method))
	}
	if len(result.Value) > 0 && out != nil {
		if err := json.Unmarshal(result.Value, out); err != nil {
			return d.lose(
				fmt.Errorf("%q: the result is not what was agreed on (%w)%s", method, err, said(result.Value)),
			)
		}
	}
	if result.Error == nil && len(result.Value) == 0 && out != nil {
		return d.lose(fmt.Errorf("%q: there is neither a result nor an error", method))
	}
	return result.Error.decode()
}

// Close ends the device with its bench. The device hears it before its connections end.
func (d *remoteDevice) Close() error {
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return nil
	}
	d.closed = true
	lost := d.lost
	d.mu.Unlock()
	if d.id != "" && lost == nil {
		var nothing struct{}
		_ = d.post(PathEnd, struct{}{}, &nothing, "end", always) // one that does not answer is left
	}
	d.end(errEnded)
	return d.outlet.Close()
}

// errEnded: the bench has ended.
var errEnded = errors.New("the bench has ended")
