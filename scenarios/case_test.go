package scenarios_test

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/device"
	"mfpsim/guide"
	"mfpsim/journal"
	"mfpsim/lab"
	"mfpsim/scenarios"
	"mfpsim/vtime"
)

func begun(t *testing.T, id string) (*scenarios.Case, *lab.Lab) {
	t.Helper()
	l := lab.RunT(t, lab.Config{Seed: 7})
	c, err := scenarios.Begin(context.Background(), l, id)
	require.NoError(t, err)
	return c, l
}

// open are the steps of a kind of part that have not come true.
func open(c *scenarios.Case, kind scenarios.PartKind) (texts []string) {
	parts, _ := c.Parts()
	for _, p := range parts {
		for _, s := range p.Steps {
			if p.Kind == kind && !s.Done {
				texts = append(texts, s.Text)
			}
		}
	}
	return texts
}

// byHand does something with the printer as a person at the bench does.
func byHand(t *testing.T, l *lab.Lab, f func(ctx context.Context, d device.Device) error) {
	t.Helper()
	d, err := l.Device(lab.DefaultPrinter)
	require.NoError(t, err)
	var failed error
	require.NoError(t, l.World.Do("by hand", 0, func(ctx context.Context) { failed = f(ctx, d) }))
	require.NoError(t, failed)
}

func scans(t *testing.T, l *lab.Lab) {
	t.Helper()
	byHand(t, l, func(ctx context.Context, d device.Device) error {
		_, err := d.Scan(ctx, device.ScanRequest{Function: device.FunctionEmail, To: []string{"bob@fabrikam.com"}})
		return err
	})
	_, err := l.World.Advance(30e9)
	require.NoError(t, err)
}

func TestALineOfACaseTicksWhenItHasComeTrueAndNotBefore(t *testing.T) {
	c, l := begun(t, "trouble/expired-by-disuse")
	c.Look()
	require.Equal(t, []string{
		"scan email bob@fabrikam.com", "panel shows @M4",
		"jobs shows Email 361 'The connection to the cloud service or email service has expired.'", "wire shows entra AADSTS700082",
		"mailbox bob@fabrikam.com count 2",
	}, open(c, scenarios.PartSymptom), "two mails lie there since the story, but nobody has scanned")
	require.Empty(t, open(c, scenarios.PartStory))
	scans(t, l)
	c.Look()
	require.Empty(t, open(c, scenarios.PartSymptom))
	require.NotEmpty(t, open(c, scenarios.PartRemedy), "nobody has signed in")
}

func TestALineOfTheControlPanelTicksByItsOwnKeysAlone(t *testing.T) {
	c, l := begun(t, "trouble/sign-in-not-saved")
	c.Look()
	const path = "panel press 'Settings > General Settings > Network Settings > Network Status > Email Server Status'"
	byHand(t, l, func(ctx context.Context, d device.Device) error {
		_, err := d.Scan(ctx, device.ScanRequest{Function: device.FunctionEmail, To: []string{"bob@fabrikam.com"}})
		return err
	})
	c.Look()
	require.Equal(t, []string{path, "! panel shows 'Signed in'"}, open(c, scenarios.PartSymptom))
	byHand(t, l, func(ctx context.Context, d device.Device) error {
		if _, err := d.Panel().Home(ctx); err != nil {
			return err
		}
		for _, key := range []string{
			"Settings", "General Settings", "Network Settings", "Network Status", "Email Server Status",
		} {
			if _, err := d.Panel().Press(ctx, key); err != nil {
				return err
			}
		}
		return nil
	})
	c.Look()
	require.Empty(t, open(c, scenarios.PartSymptom))
}

// A button of another page, or another button of the page, is not the one that a line means.
func TestAClickTicksByItsOwnPageAlone(t *testing.T) {
	c, l := begun(t, "trouble/sign-in-not-saved")
	c.Look()
	parts, _ := c.Parts()
	for _, p := range parts {
		for _, s := range p.Steps {
			if p.Kind == scenarios.PartSymptom && !s.Done {
				require.NoError(t, c.Skip(s.Line))
			}
		}
	}
	c.Look()
	clicks := func(page, button string) {
		byHand(t, l, func(ctx context.Context, d device.Device) error {
			if _, err := d.WebConfig().LogIn(ctx, "", false); err != nil {
				return err
			}
			if _, err := d.WebConfig().Open(ctx, page); err != nil {
				return err
			}
			_, err := d.WebConfig().Click(ctx, button)
			return err
		})
		c.Look()
	}
	clicks("Network > Email Server > Connection Test", "Start")
	require.Contains(t, open(c, scenarios.PartRemedy), "webconfig click OK", "another button")
	clicks("Network > Basic", "OK")
	require.Contains(t, open(c, scenarios.PartRemedy), "webconfig click OK", "the button of another page")
	clicks("Network > Email Server > Basic", "OK")
	require.NotContains(t, open(c, scenarios.PartRemedy), "webconfig click OK")
}

func TestWhatNobodyDidAndNobodyNeedsIsNotTickedAsDone(t *testing.T) {
	c, l := begun(t, "trouble/smtp-auth-disabled")
	c.Look()
	scans(t, l)
	c.Look()
	byHand(t, l, func(ctx context.Context, d device.Device) error {
		_, err := d.WebConfig().Open(ctx, "Network > Email Server > Connection Test")
		if err != nil {
			return err
		}
		_, err = d.WebConfig().Click(ctx, "Start")
		return err
	})
	c.Look()
	parts, _ := c.Parts()
	for _, p := range parts {
		for _, s := range p.Steps {
			require.False(t, s.Done && s.Needless, s.Text)
		}
	}
}

func TestLookingAtACaseLeavesNoTraceAndNoTime(t *testing.T) {
	c, l := begun(t, "trouble/sign-in-not-saved")
	entries, now := l.Journal.Len(), l.World.Now()
	for range 3 {
		c.Look()
	}
	require.Equal(t, entries, l.Journal.Len())
	require.Equal(t, now, l.World.Now())
}

func TestAPersonsOwnPagesTickACase(t *testing.T) {
	c, l := begun(t, "trouble/expired-by-disuse")
	c.Look()
	scans(t, l)
	c.Look()
	byHand(t, l, func(ctx context.Context, d device.Device) error {
		if _, err := d.WebConfig().LogIn(ctx, "", false); err != nil {
			return err
		}
		_, err := d.WebConfig().Open(ctx, "Network > Email Server > Basic")
		return err
	})
	c.Look()
	parts, inHand := c.Parts()
	require.Equal(t, scenarios.PartRemedy, parts[inHand].Kind)
	require.True(t, strings.HasPrefix(parts[inHand].Says, "The administrator performs"), parts[inHand].Says)
}

// The page's arrow may be in a later part, where something was done out of order: skipping passes over what is before
// it.
func TestAStepOfWhatIsLeftCanBeSkippedAndNoneOfTheStory(t *testing.T) {
	c, _ := begun(t, "trouble/expired-by-disuse")
	c.Look()
	parts, inHand := c.Parts()
	require.Error(t, c.Skip(parts[0].Steps[0].Line))
	require.NoError(t, c.Skip(parts[inHand].Steps[len(parts[inHand].Steps)-1].Line))
	c.Look()
	_, after := c.Parts()
	require.Equal(t, inHand+1, after)

	c, _ = begun(t, "trouble/expired-by-disuse")
	c.Look()
	require.NoError(t, c.Skip(parts[inHand+1].Steps[0].Line))
	c.Look()
	skipped, after := c.Parts()
	require.Equal(t, inHand+1, after)
	require.True(t, skipped[inHand+1].Steps[0].Passed)
	require.False(t, skipped[inHand+1].Steps[1].Passed)
}

// rawSyntax is what only the language of scenarios has: a setting, a duration in letters. asTyped are the lines whose
// words a person types or pastes as they are: an answer of a cloud, a command of PowerShell, what is looked for.
var (
	rawSyntax = regexp.MustCompile(`(^|[ (,])([a-z-]+=[^=\s]|\+?\d+[dhms]\b)`)
	asTyped   = regexp.MustCompile(`^(! )?(entra answer|exchange|wire|webconfig shows|mailbox \S+ shows .*(header|part|arrived)=)`)
)

// TestEachCaseIsReachedOnALiveBenchAndToldInEachLanguage plays each scenario as `serve --scenario` does, on a World
// that follows the machine's clock: each case can be taken over, and is told without a gap.
func TestEachCaseIsReachedOnALiveBenchAndToldInEachLanguage(t *testing.T) {
	all, err := scenarios.All()
	require.NoError(t, err)
	for _, s := range all {
		if strings.HasPrefix(s.ID, "trouble/") {
			require.NotZero(t, s.HandoverLine(), "%s has no handover", s.ID)
		}
		if s.HandoverLine() == 0 {
			continue
		}
		t.Run(s.ID, func(t *testing.T) {
			t.Parallel()
			world := vtime.NewFlowing(vtime.DefaultStart)
			world.Pause() // as mfpsim serve does while it plays the story: nobody waits for what is slow in it
			defer world.Close()
			l := lab.RunT(t, lab.Config{World: world, Seed: 7})
			c, err := scenarios.Begin(t.Context(), l, s.ID)
			world.Flow()
			require.NoError(t, err)
			require.False(t, world.Now().Before(vtime.DefaultStart))
			require.NotEmpty(t, l.Journal.Entries())
			c.Look()
			parts, inHand := c.Parts()
			if parts[len(parts)-1].Kind != scenarios.PartStory { // a few end with their handover
				require.Less(t, inHand, len(parts), "it is mended before anybody has done anything")
			}
			for _, language := range guide.Languages() {
				require.NotEmpty(t, c.Question(language))
				_, chapter := s.Chapter(language)
				require.NotEmpty(t, chapter)
				for _, p := range parts {
					for _, step := range p.Steps {
						told, did := c.Told(step, language), c.Did(step, language)
						for _, said := range []string{told, did} {
							require.NotEmpty(t, said, step.Text)
							require.NotRegexp(t, `\{[a-z]+\}`, said, step.Text)
							require.NotContains(t, said, " … ", step.Text)
							require.NotRegexp(t, `\b(shows|count),`, said, step.Text)
							require.NotRegexp(t, ` [.।]$`, said, "a sentence ends behind a word: %s", step.Text)
							if !asTyped.MatchString(step.Text) {
								require.NotRegexp(t, rawSyntax, said, step.Text)
							}
						}
						require.NotEmpty(t, step.Place(), step.Text)
					}
				}
			}
			for _, e := range l.Journal.Entries() {
				require.NotEqual(t, journal.Kind(""), e.Kind)
			}
		})
	}
}

func TestWhatSomebodyReadsLeadsToTheCaseThatShowsIt(t *testing.T) {
	all, err := scenarios.All()
	require.NoError(t, err)
	l := lab.RunT(t, lab.Config{})
	var words []device.Words
	byHand(t, l, func(ctx context.Context, d device.Device) error {
		for _, language := range guide.Languages() {
			in, err := d.Words(ctx, language)
			if err != nil {
				return err
			}
			words = append(words, in)
		}
		return nil
	})
	for _, row := range []struct{ reads, leads string }{
		{"scan to email fails with code 370 since Monday", "entra/password-changed"},
		{"361", "trouble/expired-by-disuse"},
		{"Error code 312 when we scan", "trouble/smtp-auth-disabled"},
		{"AADSTS53003", "trouble/conditional-access-block"},
		{"535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant", "trouble/smtp-auth-disabled"},
		{"Η σύνδεση στην υπηρεσία cloud ή email έχει λήξει.", "trouble/expired-by-disuse"},
		{"क्लाउड सेवा या ईमेल सेवा से कोई कनेक्शन नहीं।", "trouble/sign-in-not-saved"},
		{"«Για να χρησιμοποιήσετε αυτή τη λειτουργία, πρέπει να συνδεθείτε στην υπηρεσία email σας. Επικοινωνήστε με τον διαχειριστή σας.»", "trouble/sign-in-not-saved"},
		{"Cannot Send Email", "trouble/sign-in-not-saved"},
	} {
		t.Run(row.reads, func(t *testing.T) {
			found := scenarios.Reading(all, row.reads, words, 12)
			require.NotEmpty(t, found)
			require.Equal(t, row.leads, found[0].Scenario.ID)
			require.NotEmpty(t, found[0].By)
		})
	}
	require.Empty(t, scenarios.Reading(all, "qqqqqq zzzzzz", words, 12))
}

// The administrator goes to the remedy at once, without the pages that the case shows before it.
func TestWhatIsDoneOutOfOrderTicksAndWhatItMadeNeedlessIsPassedBy(t *testing.T) {
	c, l := begun(t, "exchange/sender-is-not-the-account")
	c.Look()
	scans(t, l)
	c.Look()
	require.Empty(t, open(c, scenarios.PartSymptom))
	sends := func(address string) {
		byHand(t, l, func(ctx context.Context, d device.Device) error {
			w := d.WebConfig()
			if _, err := w.LogIn(ctx, "", false); err != nil {
				return err
			}
			if _, err := w.Open(ctx, "Network > Email Server > Basic"); err != nil {
				return err
			}
			if _, err := w.Set(ctx, "Sender's Email Address", address); err != nil {
				return err
			}
			_, err := w.Click(ctx, "OK")
			return err
		})
		c.Look()
	}
	remedy := func() (left []string) {
		parts, _ := c.Parts()
		for _, s := range parts[len(parts)-2].Steps {
			if !s.Done {
				left = append(left, s.Text)
			}
		}
		return left
	}
	all := []string{
		"webconfig set 'Sender''s Email Address' admin@contoso.com", "webconfig click OK", "scan email bob@fabrikam.com",
		"mailbox bob@fabrikam.com shows from=admin@contoso.com",
	}
	require.Equal(t, all, remedy())
	sends("office@contoso.com")
	require.Equal(t, all, remedy(), "another address is not the remedy")
	sends("admin@contoso.com")
	require.Equal(t, all[2:], remedy())
	scans(t, l)
	c.Look()
	require.Empty(t, remedy())
	parts, inHand := c.Parts()
	require.Equal(t, len(parts)-1, inHand, "the other remedy is left")
	needless := 0
	for _, s := range parts[len(parts)-3].Steps {
		require.True(t, s.Done != s.Needless, s.Text)
		if s.Needless {
			needless++
		}
	}
	require.NotZero(t, needless, "nobody has looked at the panel")
}
