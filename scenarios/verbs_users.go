package scenarios

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"mfpsim/device"
	"mfpsim/device/printadmin"
	"mfpsim/phrase"
)

// steps plays the steps of a short form.
func (p *play) steps(steps [][]string) (output string, err error) {
	for _, step := range steps {
		if output, err = p.inner(step); err != nil {
			return output, fmt.Errorf("%s: %w", quoted(step), err)
		}
	}
	return output, nil
}

// printAdmin wants a printer that authenticates users.
func (p *play) printAdmin() error {
	x, err := p.description()
	if err == nil && !x.Has(device.CapabilityPrintAdminServerless) {
		err = p.cannot("users of its own", device.CapabilityPrintAdminServerless)
	}
	return err
}

// license enters a license key in Web Config.
func (p *play) license(words []string) (string, error) {
	if _, _, err := phrase.License(words); err != nil {
		return "", err
	}
	return p.administrates(printadmin.EnterLicense(), words)
}

// administrates plays what an administrator does about users, from her log-in to what Web Config says of it.
func (p *play) administrates(steps []printadmin.Step, license []string) (string, error) {
	played := [][]string{{"webconfig", "log-in"}}
	for _, step := range steps {
		words := []string{"webconfig", string(step.Act), step.Label}
		switch step.Act {
		case printadmin.License:
			words = append([]string{"webconfig", "enter", "license"}, license...)
		case printadmin.Password:
			words = []string{"webconfig", "enter", "password", userMark + step.Value}
		case printadmin.Set:
			words = append(words, step.Value)
		}
		played = append(played, words)
	}
	return p.steps(append(played, []string{"webconfig", "shows", "Setup complete"}))
}

// enterLicense types the license key that the owner of a printer has bought.
func (p *play) enterLicense(ctx context.Context, web device.WebConfig, words []string) (device.Page, error) {
	last, of, err := phrase.License(words)
	if err != nil {
		return device.Page{}, err
	}
	d, err := p.device()
	if of != "" {
		d, err = p.lab.Device(of)
	}
	if err != nil {
		return device.Page{}, err
	}
	key, err := d.LicenseKey(ctx, last)
	if err != nil {
		return device.Page{}, err
	}
	return web.Set(ctx, printadmin.FieldLicense, key)
}

// userAuthentication is Authentication Settings in one line.
func (p *play) userAuthentication(words []string) (string, error) {
	on, userSends, err := phrase.UserAuthentication(words)
	if err != nil {
		return "", err
	}
	return p.administrates(printadmin.Authenticate(on, userSends), nil)
}

// addUser registers a user in Web Config, with a password that the bench knows.
func (p *play) addUser(words []string) (string, error) {
	u, err := phrase.User(words)
	if err != nil {
		return "", err
	}
	return p.administrates(printadmin.Register(u), nil)
}

// deleteUser deletes a user in Web Config.
func (p *play) deleteUser(id string) (string, error) {
	steps := [][]string{{"webconfig", "log-in"}}
	for _, step := range printadmin.Delete(id) {
		steps = append(steps, []string{"webconfig", string(step.Act), step.Label})
	}
	return p.steps(steps)
}

// userMark begins the name of a user of a printer where another account could be meant: user:alice.
const userMark = "user:"

// logIn logs in at the panel: a user where the panel asks for one, else the administrator at the padlock.
func (p *play) logIn(ctx context.Context, panel device.Panel, words []string) (device.Screen, error) {
	plain, values, err := phrase.Settings(words, "number")
	if err != nil {
		return device.Screen{}, err
	}
	wrong := len(plain) > 0 && plain[len(plain)-1] == "wrong"
	if wrong {
		plain = plain[:len(plain)-1]
	}
	who := strings.Join(plain, "")
	if number := values["number"]; number != "" {
		return panel.Enter(ctx, printadmin.FieldNumber, number)
	}
	if who != "" {
		password := wrongPassword
		if !wrong {
			password = p.lab.UserPassword(who)
		}
		screen, err := printadmin.LogIn(ctx, panel, who, password)
		if !errors.Is(err, printadmin.ErrNoGate) {
			return screen, err
		}
	}
	password := "" // the right one
	if wrong {
		password = wrongPassword
	}
	return panel.LogIn(ctx, who, password)
}
