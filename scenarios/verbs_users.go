package scenarios

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"mfpsim/choice"
	"mfpsim/device"
	"mfpsim/phrase"
)

// The pages and labels of Print Admin Serverless, in their standard English words.
const (
	openPlatform      = "Example Open Platform"
	fieldLicense      = "New License Key"
	fieldUserID       = "User ID"
	fieldUserPassword = "User Password"
	fieldIDNumber     = "ID Number"
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
	return p.steps([][]string{
		{"webconfig", "log-in"},
		{"webconfig", "open", openPlatform + " > License Key"},
		append([]string{"webconfig", "enter", "license"}, words...),
		{"webconfig", "click", "OK"},
		{"webconfig", "shows", "Setup complete"},
	})
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
	return web.Set(ctx, fieldLicense, key)
}

// userAuthentication is Authentication Settings in one line.
func (p *play) userAuthentication(words []string) (string, error) {
	on, userSends, err := phrase.UserAuthentication(words)
	if err != nil {
		return "", err
	}
	use, sender := "Do Not Use", "Printer's email address"
	if on {
		use = "Use"
	}
	if userSends {
		sender = "User's email address"
	}
	return p.steps([][]string{
		{"webconfig", "log-in"},
		{"webconfig", "open", openPlatform + " > Authentication Settings"},
		{"webconfig", "set", "User Authentication", use},
		{"webconfig", "set", "Sender's Email Address", sender},
		{"webconfig", "click", "OK"},
		{"webconfig", "shows", "Setup complete"},
	})
}

// addUser registers a user in Web Config, with a password that the bench knows.
func (p *play) addUser(words []string) (string, error) {
	u, err := phrase.User(words)
	if err != nil {
		return "", err
	}
	steps := [][]string{
		{"webconfig", "log-in"},
		{"webconfig", "open", openPlatform + " > User Registration"},
		{"webconfig", "click", "Add User"},
		{"webconfig", "set", fieldUserID, u.ID},
		{"webconfig", "set", "User Name", u.Name},
		{"webconfig", "enter", "password", userMark + u.ID},
		{"webconfig", "set", "Email Address", u.Email},
	}
	if u.Number != "" {
		steps = append(steps, []string{"webconfig", "set", fieldIDNumber, u.Number})
	}
	if u.Department != "" {
		steps = append(steps, []string{"webconfig", "set", "Department", u.Department})
	}
	if u.Administrator {
		steps = append(steps, []string{"webconfig", "set", "Administrator Rights", "on"})
	}
	return p.steps(append(
		steps, []string{"webconfig", "click", "OK"}, []string{"webconfig", "shows", "Setup complete"},
	))
}

// deleteUser deletes a user in Web Config.
func (p *play) deleteUser(id string) (string, error) {
	return p.steps([][]string{
		{"webconfig", "log-in"},
		{"webconfig", "open", openPlatform + " > User Registration"},
		{"webconfig", "click", id},
		{"webconfig", "click", "Delete"},
	})
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
		return panel.Enter(ctx, fieldIDNumber, number)
	}
	if who != "" {
		screen, err := panel.Enter(ctx, fieldUserID, who)
		var unknown *choice.Error
		switch {
		case err == nil:
			password := wrongPassword
			if !wrong {
				password = p.lab.UserPassword(who)
			}
			if screen, err = panel.Enter(ctx, fieldUserPassword, password); err != nil {
				return screen, err
			}
			return panel.Press(ctx, "OK")
		case !errors.As(err, &unknown) || unknown.What != "field":
			return screen, err
		}
	}
	password := "" // the right one
	if wrong {
		password = wrongPassword
	}
	return panel.LogIn(ctx, who, password)
}
