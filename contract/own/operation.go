package own

import (
	"context"
	"encoding/base64"
	"os"
	"time"

	"mfpsim/contract"
	"mfpsim/core/mail"
	"mfpsim/core/nvram"
	"mfpsim/core/outcome"
	"mfpsim/core/secret"
	"mfpsim/vtime"
)

// operation is one activity of the core. Its goroutine runs from a line that it gets to the wish that answers it.
type operation struct {
	child   *child
	id      int
	events  chan contract.Event
	wishes  chan contract.Action
	queue   []contract.Action // what does not wait
	conns   []*conn           // that the bench has
	random  *stretched
	storing bool
	stores  int                     // writes so far
	end     context.CancelCauseFunc // of its context
}

// begin starts the goroutine of an operation, which waits for its line.
func (c *child) begin(first contract.Event) *operation {
	o := &operation{
		child: c, id: first.Operation, events: make(chan contract.Event), wishes: make(chan contract.Action),
		random: stretch(first.Random),
	}
	c.operations[o.id] = o
	work := c.begun[o.id]
	delete(c.begun, o.id)
	ctx, end := context.WithCancelCause(context.WithValue(context.Background(), operationKey{}, o))
	o.end = end
	go func() {
		event := <-o.events
		result := contract.Result{OK: true}
		if work != nil {
			work(ctx)
		} else {
			result = o.do(ctx, event)
		}
		o.wishes <- contract.Action{Do: "outcome", Result: result}
	}()
	return o
}

type operationKey struct{}

// do is what a line begins.
func (o *operation) do(ctx context.Context, event contract.Event) contract.Result {
	owner := nvram.Owner(event.Owner)
	m := o.child.engine.For(owner)
	if event.Owner != "" && owner.IsUser() {
		o.child.touch(owner)
	}
	var err error
	switch event.Event {
	case "begin_sign_in":
		_, err = m.BeginSignIn(ctx, mail.Service(event.Service))
	case "open_sign_in_page":
		_, err = m.OpenSignInPage(ctx, mail.Service(event.Service))
	case "complete_sign_in":
		_, err = m.CompleteSignIn(ctx, event.Address)
	case "cancel_sign_in":
		m.CancelSignIn(ctx)
	case "discard":
		m.Discard(ctx)
	case "sign_out":
		var owners []nvram.Owner
		for _, name := range event.SignedBy {
			owners = append(owners, nvram.Owner(name))
		}
		err = o.child.engine.Forget(ctx, owners...)
	case "check":
		err = m.Check(ctx, settingsOf(event.Settings))
	case "save":
		err = m.Save(ctx, settingsOf(event.Settings))
	case "connection_test":
		err = m.ConnectionTest(ctx)
	case "send":
		var receipt mail.Receipt
		if receipt, err = m.Send(ctx, messageOf(event.Message)); err == nil {
			return contract.Result{
				OK: true, MessageID: receipt.MessageID, Size: &receipt.Size, Response: receipt.Response,
				Refused: refused(receipt.Refused),
			}
		}
	}
	return resultOf(err)
}

func (c *child) touch(owner nvram.Owner) {
	for _, known := range c.touched {
		if known == owner {
			return
		}
	}
	c.touched = append(c.touched, owner)
}

func settingsOf(l *contract.SettingsLine) mail.Settings {
	s := mail.Settings{
		Method: mail.Method(l.Method), Service: mail.Service(l.Service), Account: l.Account,
		Password: secret.New(l.Password), Sender: l.Sender, Server: l.Server, Port: l.Port,
		Security: mail.Security(l.Security), ValidateCertificate: l.Validate, POP3Server: l.POP3Server, POP3Port: l.POP3Port,
	}
	if l.KeepPassword {
		s.Password = secret.Kept()
	}
	return s
}

func messageOf(l *contract.Message) mail.Message {
	m := mail.Message{
		From: l.From, To: l.To, Subject: l.Subject, Text: l.Text, Program: l.Program, AttachmentLimit: l.AttachmentLimit,
	}
	for _, a := range l.Attachments {
		data, err := base64.StdEncoding.DecodeString(a.Data)
		if err != nil {
			data = nil // the bench encodes
		}
		m.Attachments = append(m.Attachments, mail.Attachment{Name: a.Name, ContentType: a.Type, Data: data})
	}
	return m
}

// want asks for something that is waited for, and returns what came of it.
func (o *operation) want(a contract.Action) contract.Event {
	o.wishes <- a
	return o.hears(<-o.events)
}

// hears takes what came of something.
func (o *operation) hears(event contract.Event) contract.Event {
	if event.Event == "failed" && event.Error == string(outcome.Interrupted) {
		o.end(context.Canceled)
	}
	return event
}

// timeout is how long may be waited, in milliseconds: until the first of the times ends that the operation has set.
func (o *operation) timeout() int64 {
	var least time.Duration
	for _, s := range o.child.clock.ends {
		if left := s.deadline - o.child.clock.elapsed(); s.operation == o && (least == 0 || left < least) {
			least = left
		}
	}
	return max(least, 0).Milliseconds()
}

// failure is the error of what has failed.
func failure(event contract.Event) error {
	return &outcome.Outcome{Kind: outcome.Kind(event.Error)}
}

// background asks the bench to begin an operation.
func (c *child) background(_ string, f func(context.Context)) {
	id := c.next
	c.next += 2
	c.begun[id] = f
	c.current.queue = append(c.current.queue, contract.Action{Do: "background", Operation: id})
}

// withCancel makes a context whose cancel, called in another operation, has the bench interrupt this one.
func (c *child) withCancel(ctx context.Context) (context.Context, context.CancelFunc) {
	inner, end := context.WithCancelCause(ctx)
	o, _ := ctx.Value(operationKey{}).(*operation)
	return inner, func() {
		if o != nil && c.current != nil && c.current != o && inner.Err() == nil {
			c.current.queue = append(c.current.queue, contract.Action{Do: "cancel", Operation: o.id})
		}
		end(context.Canceled)
	}
}

// scope is a context that ends after some time.
type scope struct {
	context.Context
	operation *operation
	deadline  time.Duration // since power on
	end       context.CancelCauseFunc
}

// Err gives the time-out's own error where context would say Canceled.
func (s *scope) Err() error {
	if err := s.Context.Err(); err != nil {
		return context.Cause(s.Context)
	}
	return nil
}

// Now is the device's date.
func (c *clock) Now() time.Time { return c.now.Add(c.passed()) }

// Sleep waits.
func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	o, _ := ctx.Value(operationKey{}).(*operation)
	if err := context.Cause(ctx); err != nil || d <= 0 || o == nil {
		return err
	}
	at := c.elapsed() + d
	for _, s := range c.ends {
		if s.operation == o {
			at = min(at, s.deadline)
		}
	}
	if c.child.kinds.sleeps() {
		o.sleep(at - c.elapsed())
		return context.Cause(ctx)
	}
	o.want(contract.Action{Do: "wake_at", UpMS: (at + time.Millisecond - 1).Milliseconds()})
	return context.Cause(ctx)
}

// sleep lets the machine's time pass, in the answer to a line. The only line that comes meanwhile says that the
// operation is cancelled.
func (o *operation) sleep(d time.Duration) {
	woken := make(chan struct{})
	defer vtime.Alarm(d, func() { close(woken) })()
	select {
	case <-woken:
		o.child.clock.over()
	case next := <-o.child.lines:
		if next.err != nil { // the bench has ended
			os.Exit(0)
		}
		o.child.clock.set(next.event)
		o.hears(contract.Event{Event: "failed", Error: string(outcome.Interrupted)})
	}
}

// WithTimeout makes a context that ends by elapsed time.
func (c *clock) WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	inner, end := context.WithCancelCause(ctx)
	o, _ := ctx.Value(operationKey{}).(*operation)
	s := &scope{Context: inner, operation: o, deadline: c.elapsed() + d, end: end}
	c.ends = append(c.ends, s)
	return s, func() {
		c.forget(s)
		end(context.Canceled)
	}
}

// flash is the memory, of which the bench has the original.
type flash struct {
	child *child
	image []byte
}

// Read returns a copy.
func (f *flash) Read() ([]byte, error) { return append([]byte{}, f.image...), nil }

// Write has the bench write what is different.
func (f *flash) Write(image []byte) error {
	begin, end := 0, len(image)
	for begin < end && begin < len(f.image) && image[begin] == f.image[begin] {
		begin++
	}
	for end > begin && len(image) == len(f.image) && image[end-1] == f.image[end-1] {
		end--
	}
	size := len(image)
	o := f.child.current
	o.storing = true
	event := o.want(contract.Action{
		Do: "store", At: begin, Data: base64.StdEncoding.EncodeToString(image[begin:end]), Size: &size,
	})
	o.storing = false
	if event.Event != "stored" {
		return failure(event)
	}
	f.image = append(f.image[:0], image...)
	return nil
}
