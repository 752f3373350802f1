package serve

import (
	"context"
	"errors"
	"strings"
	"time"

	"mfpsim/cmd/mfpsim/serve/routes"
	"mfpsim/device"
	"mfpsim/device/printadmin"
	"mfpsim/phrase"
)

// usersAnswer is the register of the printer's users.
type usersAnswer struct {
	State       string    `json:"state" doc:"off: nobody logs in; on: who uses the printer logs in; ended: on, but the license has ended"`
	Sender      string    `json:"sender" doc:"whose address sends To My Email: printer or user"`
	Licensed    bool      `json:"licensed" doc:"a license was entered that has not ended"`
	LicenseEnds string    `json:"licenseEnds,omitempty" doc:"its last day, if it has one"`
	Users       []userRow `json:"users" doc:"by their IDs"`
}

type userRow struct {
	device.User
	Password string `json:"password" doc:"that the bench gives to a user of this ID; not his if somebody has typed another one"`
}

type userLogInRequest struct {
	User     string `json:"user,omitempty" doc:"ID of the user"`
	Password string `json:"password,omitempty" doc:"without it the one that the bench gives to a user of this ID"`
	Number   string `json:"number,omitempty" doc:"ID number, in the place of both"`
}

type importRequest struct {
	File string `json:"file" doc:"the CSV file, with its heading"`
}

type importAnswer struct {
	Told string `json:"told" doc:"what Web Config says of it, in its language"`
}

// authentication is Authentication Settings.
type authentication struct{ on, userSends bool }

func userRoutes() group {
	return group{
		Title: "Users of the printer",
		About: "On a model with Print Admin Serverless an administrator registers users in Web Config, who then log in on the panel and send to themselves with To My Email: `POST /printer/scan` with this function. " +
			"Who has to sign in to the email service first, gets the page of the service in the place of the screen after Start; its buttons are keys of the panel, its fields are typed into by their labels. " +
			"Each act walks the pages of Web Config or the panel as a person does. What Web Config does not take is refused with status 422 and what the page says.",
		Routes: []route{
			{
				Request: "GET /printer/users",
				About:   "Tells who is registered, whether users log in, and who has signed in to the email service.",
				Act:     shows((*bench).users),
			},
			{
				Request: "POST /printer/license", Example: `{"words":"until=2026-12-31"}`,
				About: "Enters a license key of Print Admin Serverless: the words of `printer license`; none: a license without end.",
				Act: administrates("license", func(words []string) (last time.Time, err error) {
					last, of, err := phrase.License(words)
					if err == nil && of != "" {
						err = errOf
					}
					return last, err
				}, printadmin.Administrator.EnterLicense),
			},
			{
				Request: "POST /printer/user-authentication", Example: `{"words":"on sender=user"}`,
				About: "Says whether users log in on the panel, and whose address sends To My Email: the words of `printer user-authentication`.",
				Act: administrates("user-authentication", func(words []string) (a authentication, err error) {
					a.on, a.userSends, err = phrase.UserAuthentication(words)
					return a, err
				}, func(who printadmin.Administrator, ctx context.Context, a authentication) error {
					return who.Authenticate(ctx, a.on, a.userSends)
				}),
			},
			{
				Request: "POST /printer/users", Example: `{"words":"alice email=alice@contoso.com name='Alice Smith'"}`,
				About: "Registers a user, with the password that the bench gives her: the words of `printer user`.",
				Act:   administrates("user", phrase.User, printadmin.Administrator.Register),
			},
			{
				Request: "POST /printer/users/import", Example: `{"file":"User ID,User Name,ID Number,Email Address\nbob,Bob,4711,bob@contoso.com\n"}`,
				About: "Imports a CSV file of users: all of it, or nobody. A refusal names each bad row.",
				Act: tells(func(b *bench, in importRequest) (done importAnswer, err error) {
					err = b.act("control: import users", func(ctx context.Context) (err error) {
						b.note("import users")
						done.Told, err = b.administrator().Import(ctx, in.File)
						return err
					})
					return done, err
				}),
			},
			{
				Request: "POST /printer/users/delete", Example: `{"user":"bob"}`,
				About: "Deletes a user, and with her her sign-in to the email service.",
				Act: does(func(b *bench, in userRequest) error {
					return b.act("control: delete user", func(ctx context.Context) error {
						b.note("delete user %s", in.User)
						return b.administrator().Delete(ctx, in.User)
					})
				}),
			},
			{
				Request: "POST /printer/users/log-in", Example: `{"user":"alice"}`,
				About: "Logs a user in on the panel, which asks for one, and returns the screen. `POST /printer/panel/log-out` ends it.",
				Act: tells(func(b *bench, in userLogInRequest) (panelScreen, error) {
					if (in.User == "") == (in.Number == "") {
						return panelScreen{}, routes.Refuse("a user logs in with \"user\", or with \"number\"")
					}
					return b.press("log a user in", func(ctx context.Context, d device.Device) (device.Screen, error) {
						if in.Number != "" {
							return d.Panel().Enter(ctx, printadmin.FieldNumber, in.Number)
						}
						return printadmin.LogIn(ctx, d.Panel(), in.User, or(in.Password, b.lab.UserPassword(in.User)))
					})
				}),
			},
		},
	}
}

// errOf: the words of= are those of scenarios.
var errOf = errors.New("of= is for scenarios: a bench of serve has one printer")

// administrates makes an act of an administrator of words: read says what they mean.
func administrates[T any](
	what string, read func(words []string) (T, error),
	do func(who printadmin.Administrator, ctx context.Context, meant T) error,
) act {
	return does(func(b *bench, in phraseRequest) error {
		meant, err := read(in.Words)
		if err != nil {
			return routes.Refused(err)
		}
		return b.act("control: printer "+what, func(ctx context.Context) error {
			b.note("printer %s %s", what, strings.Join(in.Words, " "))
			return do(b.administrator(), ctx, meant)
		})
	})
}

// administrator is who administrates the printer in Web Config.
func (b *bench) administrator() printadmin.Administrator {
	return printadmin.Administrator{Device: b.device, Secret: b.lab.UserPassword}
}

func (b *bench) users() (usersAnswer, error) {
	told, err := b.device.Users(context.Background())
	answer := usersAnswer{State: told.State, Sender: told.Sender, Licensed: told.Licensed, Users: []userRow{}}
	if !told.LicenseEnds.IsZero() {
		answer.LicenseEnds = told.LicenseEnds.Format(time.DateOnly)
	}
	for _, u := range told.Users {
		answer.Users = append(answer.Users, userRow{u, b.lab.UserPassword(strings.ToLower(u.ID))})
	}
	return answer, err
}
