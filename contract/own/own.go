// Package own speaks the contract for the project's own core, as a program of another maker would: what the core wants
// of its clock, network and memory becomes lines, and the lines of the bench are what comes of it.
//
// Each operation is a goroutine. One of them runs at a time: it has the line until it wants something.
package own

import (
	"bufio"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/oauth2"

	"mfpsim/contract"
	"mfpsim/core"
	"mfpsim/core/mail"
	"mfpsim/core/nvram"
	"mfpsim/core/oauth"
	"mfpsim/core/outcome"
	"mfpsim/vtime"
)

// Serve answers lines until they end, as a core of some kinds.
func Serve(in io.Reader, out io.Writer, kinds Kinds) error {
	c := &child{
		kinds: kinds, operations: map[int]*operation{}, begun: map[int]func(context.Context){}, next: 1, told: map[string]*contract.State{},
	}
	c.clock.child = c
	reader := bufio.NewReaderSize(in, 64<<10)
	line := func() read { return readLine(reader) }
	if kinds.sleeps() { // a line may come while an operation sleeps
		c.lines = make(chan read)
		line = func() read { return <-c.lines }
		go c.readAhead(reader)
	}
	for {
		next := line()
		if errors.Is(next.err, io.EOF) {
			return nil
		}
		if next.err != nil {
			return next.err
		}
		event := next.event
		if event.Event == eventInterrupt {
			continue // it has crossed the answer; what the operation waits for next fails
		}
		answer, err := c.answer(event)
		if err != nil {
			return err
		}
		answer.Number = event.Number
		said, err := json.Marshal(answer)
		if err != nil {
			return err
		}
		if _, err := out.Write(append(said, '\n')); err != nil {
			return err
		}
	}
}

// read is a line, or why there is none.
type read struct {
	event contract.Event
	err   error
}

// eventInterrupt comes while an operation sleeps, and is not answered.
const eventInterrupt = "interrupt"

func readLine(in *bufio.Reader) (next read) {
	text, err := in.ReadBytes('\n')
	if err != nil {
		return read{err: err}
	}
	if err := json.Unmarshal(text, &next.event); err != nil {
		next.err = fmt.Errorf("a line that cannot be read: %w", err)
	}
	return next
}

// readAhead reads lines until they end.
func (c *child) readAhead(in *bufio.Reader) {
	for {
		next := readLine(in)
		c.lines <- next
		if next.err != nil {
			return
		}
	}
}

// child is the core in its process.
type child struct {
	engine *core.Engine
	owners map[string]*contract.Owner
	kinds  Kinds
	clock  clock
	random *stretched // of boot

	operations map[int]*operation
	begun      map[int]func(context.Context) // operations that the bench is asked to begin
	next       int
	current    *operation // who has the line
	touched    []nvram.Owner
	told       map[string]*contract.State
	lines      chan read

	// of configure
	roots   *x509.CertPool
	resolve map[string]string
	silence time.Duration
}

// answer does what a line says.
func (c *child) answer(event contract.Event) (contract.Answer, error) {
	c.clock.set(event)
	switch event.Event {
	case "boot":
		return c.boot(event)
	case "configure":
		c.owners, c.resolve = event.Owners, event.Resolve
		c.silence = time.Duration(event.SilenceMS) * time.Millisecond
		c.trust(event.RootsPEM)
		return contract.Answer{State: c.state()}, nil
	}
	o := c.operations[event.Operation]
	if o == nil {
		o = c.begin(event)
	}
	c.current = o
	o.events <- event
	wish := <-o.wishes
	c.current = nil
	actions := append(append(o.queue, o.leave()...), wish)
	for i, a := range actions {
		if !utf8.ValidString(a.Text) {
			actions[i].Text, actions[i].Data = "", base64.StdEncoding.EncodeToString([]byte(a.Text))
		}
	}
	o.queue = nil
	if wish.Do == "outcome" {
		delete(c.operations, o.id)
	}
	return contract.Answer{Actions: actions, State: c.state()}, nil
}

func (c *child) boot(event contract.Event) (contract.Answer, error) {
	memory, err := c.memory(event)
	if err != nil {
		return contract.Answer{}, err
	}
	key, err := hex.DecodeString(event.SealingKey)
	if err != nil {
		return contract.Answer{}, err
	}
	c.owners, c.random = event.Owners, stretch(event.Random)
	a := contract.Answer{
		Contract: contract.Version, Core: "mfpsim's own core", Capabilities: contract.Capabilities(), TLS: c.kinds.TLS,
		Dial: c.kinds.Dial, Store: c.kinds.Store, Clock: c.kinds.Clock,
	}
	if c.kinds.sleeps() {
		a.Margins = &contract.Margins{AccessTokenMS: c.kinds.RefreshMargin.Milliseconds()}
	}
	secure := c.secure
	if c.kinds.secures() {
		secure = secureSelf
	}
	c.engine, err = core.Open(context.Background(), core.Options{
		Clock: &c.clock, Dialer: c.dialer(), Random: randomOf{c}, Flash: memory, SealingKey: key,
		Providers: c.providers, Barred: c.barred, HostName: event.HostName, UserAgent: event.UserAgent,
		Go: c.background, WithCancel: c.withCancel, Transport: c.transport, Secure: secure,
		Roots: func() *x509.CertPool { return c.roots }, RefreshMargin: c.kinds.RefreshMargin,
	})
	var failed *outcome.Outcome
	if errors.As(err, &failed) {
		a.Actions = []contract.Action{{Do: "outcome", Result: resultOf(err)}}
		return a, nil
	}
	if err != nil {
		return contract.Answer{}, err
	}
	if recovered := c.engine.Recovered(); recovered != nil {
		a.Recovered = recovered.Error()
	}
	c.touched = c.engine.SignedIn()
	a.State = c.state()
	return a, nil
}

// ownerClass is the name under which an owner is configured.
func ownerClass(owner nvram.Owner) string {
	if owner.IsUser() {
		return "users"
	}
	return string(owner)
}

func (c *child) providers(owner nvram.Owner) []core.Provider {
	of := c.owners[ownerClass(owner)]
	if of == nil {
		return nil
	}
	var list []core.Provider
	for _, s := range of.Services {
		list = append(list, core.Provider{
			Service: mail.Service(s.Name), Issuer: s.Issuer, ClientID: s.ClientID, Scopes: s.Scopes,
			Addresses: oauth2.Endpoint{
				AuthURL: s.Authorization, DeviceAuthURL: s.DeviceAuthorization, TokenURL: s.Token,
			},
			RedirectURI: s.RedirectURI, SMTPAddress: s.Server, SMTPPort: s.Port, SecureConnection: mail.Security(s.Security),
		})
	}
	return list
}

func (c *child) barred(owner nvram.Owner, method mail.Method) bool {
	of := c.owners[ownerClass(owner)]
	return of != nil && slices.Contains(of.Barred, string(method))
}

// transport carries requests by lines.
func (c *child) transport(dial oauth.DialTLS, keep bool) oauth.Transport {
	if c.kinds.secures() {
		return request{c, dial}
	}
	return transport{c, keep}
}

// state is what has changed since it was told last. While a write is under way the engine says nothing.
func (c *child) state() map[string]*contract.State {
	for _, o := range c.operations {
		if o.storing {
			return nil
		}
	}
	owners := append([]nvram.Owner{nvram.Printer, nvram.FaxServer, nvram.Administrator}, c.touched...)
	changed := map[string]*contract.State{}
	note := func(name string, owner nvram.Owner) {
		s := c.stateOf(owner)
		if !reflect.DeepEqual(s, c.told[name]) {
			changed[name] = s
		}
	}
	for _, owner := range owners {
		note(string(owner), owner)
	}
	note("users", nvram.User("somebody whom nobody knows"))
	maps.Copy(c.told, changed)
	return changed
}

func (c *child) stateOf(owner nvram.Owner) *contract.State {
	m := c.engine.For(owner)
	status := m.Status()
	s := &contract.State{
		Phase: string(status.Phase), Service: string(status.Service), Account: status.Account,
		UserCode: status.UserCode, VerificationURI: status.VerificationURI, SignInPage: status.SignInPage,
		Stored: status.Stored, StoredAccount: status.StoredAccount, Ended: shown(status.Ended), Lost: shown(status.Lost),
		Ready: shown(m.Ready()),
	}
	if !status.CodeExpires.IsZero() {
		s.CodeExpiresMS = status.CodeExpires.UnixMilli()
	}
	if owner.HasSettings() {
		set := m.Settings()
		s.Settings = &contract.SettingsLine{
			Method: string(set.Method), Service: string(set.Service), Account: set.Account,
			PasswordSet: !set.Password.Empty(), Sender: set.Sender, Server: set.Server, Port: set.Port,
			Security: string(set.Security), Validate: set.ValidateCertificate, POP3Server: set.POP3Server, POP3Port: set.POP3Port,
		}
	}
	return s
}

func shown(o *outcome.Outcome) *contract.Result {
	if o == nil {
		return nil
	}
	r := resultOf(o)
	return &r
}

// resultOf says how something has ended.
func resultOf(err error) contract.Result {
	var invalid *mail.InvalidSettings
	if errors.As(err, &invalid) {
		var r contract.Result
		for _, f := range invalid.Fields {
			r.Fields = append(r.Fields, contract.Field{Field: string(f.Field), Problem: string(f.Problem)})
		}
		return r
	}
	var o *outcome.Outcome
	switch {
	case err == nil:
		return contract.Result{OK: true}
	case !errors.As(err, &o):
		return contract.Result{Kind: string(outcome.Interrupted), Side: string(outcome.Device)}
	}
	r := contract.Result{
		Kind: string(o.Kind), Side: string(o.Side), Stage: string(o.Stage), OfService: o.Service, AADSTS: o.AADSTS,
		Suberror: o.Suberror, HTTPStatus: o.HTTPStatus, TraceID: o.TraceID, CorrelationID: o.CorrelationID,
		SMTPCode: o.SMTPCode, Enhanced: o.Enhanced, RetryAfterMS: o.RetryAfter.Milliseconds(), Advice: string(o.Advice),
	}
	r.Refused = refused(o.Refused)
	return r
}

func refused(list []outcome.Refusal) []contract.Refusal {
	var all []contract.Refusal
	for _, f := range list {
		all = append(all, contract.Refusal(f))
	}
	return all
}

// stretched is the randomness of an operation, made of what the bench has given for it.
type stretched struct {
	seed    []byte
	counter uint64
	left    []byte
}

func stretch(text string) *stretched {
	seed, err := hex.DecodeString(text)
	if err != nil {
		seed = []byte(strings.TrimSpace(text))
	}
	return &stretched{seed: seed}
}

// Read never fails.
func (s *stretched) Read(b []byte) (int, error) {
	for i := range b {
		if len(s.left) == 0 {
			s.counter++
			block := sha256.Sum256(binary.BigEndian.AppendUint64(slices.Clone(s.seed), s.counter))
			s.left = block[:]
		}
		b[i], s.left = s.left[0], s.left[1:]
	}
	return len(b), nil
}

// randomOf is the randomness of the operation that has the line.
type randomOf struct{ child *child }

// Read reads it.
func (r randomOf) Read(b []byte) (int, error) {
	if o := r.child.current; o != nil {
		return o.random.Read(b)
	}
	return r.child.random.Read(b)
}

// clock is the device's, as the last line has told it; where the core sleeps itself, the machine's goes on from there.
type clock struct {
	child *child
	now   time.Time
	up    time.Duration
	since vtime.Stopwatch
	ends  []*scope
}

// passed is for how long the machine's clock has gone on.
func (c *clock) passed() time.Duration {
	if !c.child.kinds.sleeps() {
		return 0
	}
	return c.since.Elapsed()
}

// elapsed is the time since power on.
func (c *clock) elapsed() time.Duration { return c.up + c.passed() }

func (c *clock) set(event contract.Event) {
	zone := time.FixedZone("", event.OffsetS)
	c.now, c.up = time.UnixMilli(event.NowMS).In(zone), time.Duration(event.UpMS)*time.Millisecond
	c.since = vtime.StartStopwatch()
	c.over()
}

// over ends what was to be done by now.
func (c *clock) over() {
	for _, s := range slices.Clone(c.ends) {
		if c.elapsed() >= s.deadline {
			c.forget(s)
			s.end(context.DeadlineExceeded)
		}
	}
}

func (c *clock) forget(s *scope) {
	c.ends = slices.DeleteFunc(c.ends, func(other *scope) bool { return other == s })
}
