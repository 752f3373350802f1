package scenarios

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/device"
	"mfpsim/journal"
	"mfpsim/lab"
)

func TestAnActThatWasRefusedIsNoneOfItsKind(t *testing.T) {
	p := &play{printer: lab.DefaultPrinter}
	sent := func(party, target, body string, status int, to, page string) journal.Entry {
		x := &journal.Exchange{
			Method: "POST", Target: journal.Plain(target), RequestBody: journal.Plain(body), Status: status,
			ResponseBody: journal.Plain("<!DOCTYPE html><html>" + page + "</html>"),
		}
		if to != "" {
			x.ResponseHeader = append(x.ResponseHeader, journal.Field{Name: "Location", Value: journal.Plain(to)})
		}
		return journal.Entry{Party: party, Kind: journal.KindHTTP, HTTP: x}
	}
	password := func(page string) journal.Entry { return sent("entra", "/common/login", "passwd=x", 200, "", page) }
	continues := func(page string) journal.Entry { return sent("entra", "/appverify", "action=next", 200, "", page) }
	for _, row := range []struct {
		name, what, said string
		of               journal.Entry
		is               bool
	}{
		{"a log-in that leads on", "webconfig", "log-in", sent(p.printer, "/login", "", 303, "/home", ""), true},
		{
			"a log-in that leads back", "webconfig", "log-in",
			sent(p.printer, "/login", "", 303, "/login?because=wrong", ""), false,
		},
		{
			"a wrong log-in that leads back", "webconfig", "log-in wrong",
			sent(p.printer, "/login", "", 303, "/login?because=wrong", ""), true,
		},
		{"a sign-in that a policy blocks", "browser", "sign-in", password(`<main data-page="blocked"><h1>No</h1>`), false},
		{
			"a sign-in with a wrong password", "browser", "sign-in",
			password(`<main data-page="password"><p class="error" role="alert" id="x">No.</p>`), false,
		},
		{"a sign-in before its last page", "browser", "sign-in", password(`<main data-page="verify">`), false},
		{"a sign-in at its last page", "browser", "sign-in", continues(`<main data-page="done">`), true},
	} {
		t.Run(row.name, func(t *testing.T) { require.Equal(t, row.is, p.isAct(row.of, row.what, row.said)) })
	}
}

func TestALogInThatWasRefusedDoesNotTickAndIsToldAsTried(t *testing.T) {
	l := lab.RunT(t, lab.Config{Seed: 7})
	c, err := Begin(context.Background(), l, "trouble/expired-by-disuse")
	require.NoError(t, err)
	d, err := l.Device(lab.DefaultPrinter)
	require.NoError(t, err)
	logsIn := func(wrong bool) {
		require.NoError(t, l.World.Do("by hand", 0, func(ctx context.Context) {
			if !wrong {
				_, err := d.Scan(ctx, device.ScanRequest{
					Function: device.FunctionEmail, To: []string{"bob@fabrikam.com"},
				})
				require.NoError(t, err)
			}
			_, err := d.WebConfig().LogIn(ctx, "", wrong)
			require.NoError(t, err)
		}))
		c.Look()
	}
	done := func() (is bool) {
		parts, _ := c.Parts()
		for _, part := range parts {
			for _, s := range part.Steps {
				is = is || s.Text == "webconfig log-in" && s.Done && part.Kind == PartRemedy
			}
		}
		return is
	}
	c.Look()
	for _, part := range c.parts { // the symptom is passed over
		if part.Kind == PartSymptom {
			require.NoError(t, c.Skip(part.Steps[len(part.Steps)-1].Line))
		}
	}
	c.Look()
	logsIn(true)
	require.False(t, done())
	for language, said := range map[string]string{
		"en": "Somebody tried to log in to Web Config, and was refused.",
		"hi": "Web Config में लॉग इन करने की कोशिश अस्वीकार हुई।",
		"el": "Έγινε προσπάθεια σύνδεσης στο Web Config, που απορρίφθηκε.",
	} {
		told := ""
		for _, act := range ActsOf(l, c, lab.DefaultPrinter, c.From(), language) {
			for _, step := range act.Steps {
				told += step.Says
			}
		}
		require.Contains(t, told, said)
	}
	logsIn(false)
	require.True(t, done())
}
