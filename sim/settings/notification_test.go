package settings_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/core/mail"
	"mfpsim/sim/models"
	"mfpsim/sim/settings"
)

func TestWhatEmailNotificationTakes(t *testing.T) {
	model, err := models.Get("mfp-4100")
	require.NoError(t, err)
	to := func(address string, events ...string) settings.Notification {
		return settings.Notification{Destinations: []settings.Destination{{Address: address, Events: events}}}
	}
	for name, test := range map[string]struct {
		set   settings.Notification
		field string
		why   mail.Problem
	}{
		"nothing":                                  {},
		"an address without events":                {set: to("bob@fabrikam.com")},
		"signs of an address":                      {set: to("a!#$%&'*+-./=?^_{|}~z@fabrikam.com", "paper-out")},
		"an address of 255 characters":             {set: to(strings.Repeat("a", 243) + "@fabrikam.co")},
		"one of 256":                               {to(strings.Repeat("a", 244) + "@fabrikam.co"), "address-1", mail.ProblemTooLong},
		"a blank":                                  {to("bob @fabrikam.com"), "address-1", mail.ProblemCharacter},
		"no domain":                                {to("bob@"), "address-1", mail.ProblemCharacter},
		"two at signs":                             {to("bob@fabrikam@com"), "address-1", mail.ProblemCharacter},
		"a second header":                          {to("bob@fabrikam.com\r\nBcc: eve@fabrikam.com"), "address-1", mail.ProblemCharacter},
		"events without an address":                {to("", "paper-out"), "address-1", mail.ProblemMissing},
		"an event that the model has not":          {to("bob@fabrikam.com", "fax-error"), "address-1", mail.ProblemChoice},
		"six addresses":                            {settings.Notification{Destinations: make([]settings.Destination, 6)}, "address-6", mail.ProblemRange},
		"the same part of the subject twice":       {settings.Notification{Left: "model", Right: "model"}, "subject-right", mail.ProblemChoice},
		"a part that is none":                      {settings.Notification{Left: "colour", Right: "model"}, "subject-left", mail.ProblemChoice},
		"a location with a second header":          {settings.Notification{Location: "here\r\nBcc: eve@fabrikam.com"}, "location", mail.ProblemCharacter},
		"a location in Greek":                      {set: settings.Notification{Location: "Δεύτερος όροφος"}},
		"a language that the model has not":        {settings.Notification{Language: "fi"}, "notification-language", mail.ProblemChoice},
		"a language that Web Config does not have": {set: settings.Notification{Language: "hi"}},
	} {
		t.Run(name, func(t *testing.T) {
			bad := test.set.Check(model.EmailNotification, model.Panel.Languages)
			if test.why == "" {
				require.Empty(t, bad)
				return
			}
			require.Contains(t, bad, settings.Problem{Field: test.field, Why: test.why})
		})
	}
}

func TestALocationIsCutBetweenTwoSigns(t *testing.T) {
	require.Equal(t, "Second floor", settings.Cut("Second floor", 32))
	require.Equal(t, strings.Repeat("a", 32), settings.Cut(strings.Repeat("a", 33), 32))
	require.Equal(t, "a"+strings.Repeat("α", 15), settings.Cut("a"+strings.Repeat("α", 20), 32))
	require.Empty(t, settings.Cut("अ", 2))
}
