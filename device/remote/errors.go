package remote

import (
	"errors"
	"fmt"

	"mfpsim/choice"
	"mfpsim/device"
	"mfpsim/vtime"
)

// Kind is what an error is about.
type Kind string

// The kinds of errors. A bench that meets another one takes it for KindText.
const (
	KindChoice         Kind = "choice" // what was named is not there: what, wanted, present
	KindOff            Kind = "off"
	KindLocked         Kind = "locked"
	KindNotLoggedIn    Kind = "not-logged-in"
	KindNoPage         Kind = "no-page"
	KindNothingPrinted Kind = "nothing-printed"
	KindNotSupported   Kind = "not-supported"
	KindBroken         Kind = "broken" // the device's program has failed: the case ends
	KindText           Kind = "text"
)

// Error is an error as it goes over the wire. The status of the answer is 200 all the same: another one says that the
// protocol is broken.
type Error struct {
	Kind    Kind     `json:"kind"`
	Text    string   `json:"text,omitempty"`
	What    string   `json:"what,omitempty" doc:"choice: kind of thing: key, page, language"`
	Wanted  string   `json:"wanted,omitempty" doc:"choice: what was named"`
	Present []string `json:"present,omitempty" doc:"choice: what there is, in its order"`
}

// kinds are those of constant errors.
var kinds = map[Kind]error{
	KindOff: device.ErrPoweredOff, KindLocked: device.ErrLocked, KindNotLoggedIn: device.ErrNotLoggedIn,
	KindNoPage: device.ErrNoPage, KindNothingPrinted: device.ErrNothingPrinted, KindNotSupported: device.ErrNotSupported,
}

// encode makes an error ready for the wire; nil for none.
func encode(err error) *Error {
	var unknown *choice.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &unknown) && err.Error() == unknown.Error():
		return &Error{Kind: KindChoice, What: unknown.What, Wanted: unknown.Wanted, Present: unknown.Present}
	}
	for kind, constant := range kinds {
		if errors.Is(err, constant) {
			e := &Error{Kind: kind}
			if err.Error() != constant.Error() {
				e.Text = err.Error()
			}
			return e
		}
	}
	return &Error{Kind: KindText, Text: err.Error()}
}

// worded is an error in the device's own words.
type worded struct {
	text string
	of   error
}

func (w *worded) Error() string { return w.text }
func (w *worded) Unwrap() error { return w.of }

// decode makes an error of what came over the wire; nil for none.
func (e *Error) decode() error {
	switch {
	case e == nil:
		return nil
	case e.Kind == KindChoice:
		return &choice.Error{What: e.What, Wanted: e.Wanted, Present: e.Present}
	}
	constant := kinds[e.Kind]
	switch {
	case constant == nil && e.Text == "":
		return fmt.Errorf("the device says %q and no more", e.Kind)
	case constant == nil:
		return &worded{text: e.Text}
	case e.Text == "":
		return constant
	}
	return &worded{text: e.Text, of: constant}
}

// broken is what an error is that ends the device.
func broken(err error) *Error {
	var panicked *vtime.PanicError
	if errors.As(err, &panicked) {
		return &Error{Kind: KindBroken, Text: "its program has failed: " + panicked.Error()}
	}
	return &Error{Kind: KindBroken, Text: err.Error()}
}
