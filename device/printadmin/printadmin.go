// Package printadmin is what an administrator does about the users of a printer on the pages of Print Admin Serverless
// in Web Config (guide rules R30 to R37), step by step: for verbs, which tell each step, and for programs, by
// [Administrator].
package printadmin

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"mfpsim/choice"
	"mfpsim/device"
)

// Act is what is done in a step.
type Act string

// The acts.
const (
	Open     Act = "open"     // a page of the menu
	Click    Act = "click"    // a button or a link
	Set      Act = "set"      // a field to a value
	License  Act = "license"  // the license key is typed into a field
	Password Act = "password" // a user's password is typed into a field; the value is the ID
)

// Step is one act on Web Config. Labels and values are standard English words.
type Step struct {
	Act          Act
	Label, Value string
}

// The labels of the pages and of the panel that others need to know.
const (
	FieldUserID   = "User ID"
	FieldPassword = "User Password"
	FieldNumber   = "ID Number"
	FieldLicense  = "New License Key"

	menu         = "Example Open Platform > "
	registration = menu + "User Registration"
)

// The messages by which Web Config says that something is done.
const (
	Stored   = "setup-complete"
	Deleted  = "user-deleted"
	Imported = "users-imported"
)

// EnterLicense is the page License Key.
func EnterLicense() []Step {
	return []Step{{Open, menu + "License Key", ""}, {License, FieldLicense, ""}, {Click, "OK", ""}}
}

// Authenticate is the page Authentication Settings: whether users log in, and whether their own addresses send (guide
// rule R30).
func Authenticate(on, userSends bool) []Step {
	use, sender := "Do Not Use", "Printer's email address"
	if on {
		use = "Use"
	}
	if userSends {
		sender = "User's email address"
	}
	return []Step{
		{Open, menu + "Authentication Settings", ""},
		{Set, "User Authentication", use},
		{Set, "Sender's Email Address", sender},
		{Click, "OK", ""},
	}
}

// Register is User Registration > Add User. What a user has not is left empty.
func Register(u device.User) []Step {
	steps := []Step{
		{Open, registration, ""},
		{Click, "Add User", ""},
		{Set, FieldUserID, u.ID},
		{Set, "User Name", u.Name},
		{Password, FieldPassword, u.ID},
		{Set, "Email Address", u.Email},
	}
	if u.Number != "" {
		steps = append(steps, Step{Set, FieldNumber, u.Number})
	}
	if u.Department != "" {
		steps = append(steps, Step{Set, "Department", u.Department})
	}
	if u.Administrator {
		steps = append(steps, Step{Set, "Administrator Rights", "on"})
	}
	return append(steps, Step{Click, "OK", ""})
}

// Delete is the button of that name on a user's page.
func Delete(id string) []Step {
	return []Step{{Open, registration, ""}, {Click, id, ""}, {Click, "Delete", ""}}
}

// Import is User Registration > Import with the content of a CSV file.
func Import(file string) []Step {
	return []Step{
		{Open, registration + " > Import", ""}, {Set, "CSV File", file}, {Click, "Import the Users", ""},
	}
}

// Refused is what Web Config says in the place of taking what was typed.
type Refused struct{ Lines []string }

// Error gives the lines.
func (e *Refused) Error() string {
	if len(e.Lines) == 0 {
		return "Web Config has not taken it"
	}
	return "Web Config has not taken it: " + strings.Join(e.Lines, " | ")
}

// Administrator is somebody who is logged in to Web Config.
type Administrator struct {
	Device device.Device
	// Secret gives the password of a user, for his registration.
	Secret func(user string) string
}

// EnterLicense enters the license key that the owner of the printer has bought: good up to and with a day, or without
// end for the zero time.
func (a Administrator) EnterLicense(ctx context.Context, last time.Time) error {
	key, err := a.Device.LicenseKey(ctx, last)
	if err != nil {
		return err
	}
	_, err = a.do(ctx, EnterLicense(), Stored, key)
	return err
}

// Authenticate says whether users log in, and whether their own addresses send.
func (a Administrator) Authenticate(ctx context.Context, on, userSends bool) error {
	_, err := a.do(ctx, Authenticate(on, userSends), Stored, "")
	return err
}

// Register registers a user.
func (a Administrator) Register(ctx context.Context, u device.User) error {
	_, err := a.do(ctx, Register(u), Stored, "")
	return err
}

// Delete deletes a user, and with him his sign-in.
func (a Administrator) Delete(ctx context.Context, id string) error {
	register, err := a.Device.Users(ctx)
	if err != nil {
		return err
	}
	var present []string
	for _, u := range register.Users {
		if strings.EqualFold(u.ID, id) {
			_, err := a.do(ctx, Delete(u.ID), Deleted, "")
			return err
		}
		present = append(present, u.ID)
	}
	return &choice.Error{What: "user", Wanted: id, Present: present}
}

// Import imports a CSV file of users, and returns what the page says of it.
func (a Administrator) Import(ctx context.Context, file string) (told string, err error) {
	if file == "" {
		return "", errors.New("the file is empty")
	}
	return a.do(ctx, Import(file), Imported, "")
}

// do goes through steps and wants one of the pages to say in the end that it is done. The error is a [*Refused] if it
// says something else.
func (a Administrator) do(ctx context.Context, steps []Step, done, license string) (told string, err error) {
	web := a.Device.WebConfig()
	page, err := web.LogIn(ctx, "", false)
	before := page
	for _, step := range steps {
		if err != nil {
			return "", err
		}
		before = page
		switch step.Act {
		case Open:
			page, err = web.Open(ctx, step.Label)
		case Click:
			page, err = web.Click(ctx, step.Label)
		case Set:
			page, err = web.Set(ctx, step.Label, step.Value)
		case License:
			page, err = web.Set(ctx, step.Label, license)
		case Password:
			page, err = web.Set(ctx, step.Label, a.Secret(step.Value))
		}
	}
	if err != nil {
		return "", err
	}
	sentences, err := a.sentences(ctx, done)
	if err != nil {
		return "", err
	}
	fresh := slices.DeleteFunc(slices.Clone(page.Lines), func(line string) bool {
		return slices.Contains(before.Lines, line) || strings.Contains(line, " : ")
	})
	if !slices.ContainsFunc(page.Lines, func(line string) bool { return slices.Contains(sentences, line) }) {
		return "", &Refused{slices.Compact(fresh)}
	}
	return strings.Join(fresh, "\n"), nil
}

// sentences are a message in the languages that the pages may be in.
func (a Administrator) sentences(ctx context.Context, message string) (sentences []string, err error) {
	description, err := a.Device.Describe(ctx)
	if err != nil {
		return nil, err
	}
	for _, language := range []string{description.Language, "en"} {
		words, err := a.Device.Words(ctx, language)
		if err != nil {
			return nil, err
		}
		sentence, err := words.Message(message)
		if err != nil {
			return nil, err
		}
		sentences = append(sentences, sentence)
	}
	return sentences, nil
}

// ErrNoGate says that the panel does not ask who wants to use the printer.
var ErrNoGate = errors.New("the panel does not ask for a user")

// LogIn logs a user in where the panel asks for one; else the error is [ErrNoGate].
func LogIn(ctx context.Context, panel device.Panel, id, password string) (device.Screen, error) {
	screen, err := panel.Enter(ctx, FieldUserID, id)
	var unknown *choice.Error
	switch {
	case errors.As(err, &unknown) && unknown.What == "field":
		return screen, ErrNoGate
	case err != nil:
		return screen, err
	}
	if screen, err = panel.Enter(ctx, FieldPassword, password); err != nil {
		return screen, err
	}
	return panel.Press(ctx, "OK")
}
