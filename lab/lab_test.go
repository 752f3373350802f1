package lab_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"mfpsim/choice"
	"mfpsim/fakeentra"
	"mfpsim/fakesmtp"
	"mfpsim/faultnet"
	"mfpsim/lab"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestABenchStandsWithOneLine(t *testing.T) {
	bench := lab.RunT(t, lab.Config{})
	require.Equal(t, []string{"printer"}, bench.Printers())
	printer, err := bench.Device("")
	require.NoError(t, err)
	require.NoError(t, bench.World.Do("test", 0, func(ctx context.Context) {
		page, err := printer.WebConfig().Go(ctx, "192.0.2.10")
		require.NoError(t, err)
		require.Contains(t, page.Buttons, "Log in")
	}))
}

func TestBothCloudsKnowAnOrganizationAndItsPeople(t *testing.T) {
	bench := lab.RunT(t, lab.Config{})
	made, err := bench.AddTenant(lab.Tenant{Name: "contoso.com"})
	require.NoError(t, err)
	require.True(t, made.SecurityDefaults, "a new organization")
	text, err := bench.SMTP.Cmdlet("Get-TransportConfig", nil)
	require.NoError(t, err)
	require.Contains(t, text, "True", "SMTP AUTH is disabled in a new organization (R2)")
	require.NoError(t, bench.AddUser(lab.User{Address: "alice@contoso.com"}))
	require.NoError(t, bench.AddUser(lab.User{Address: "bob@fabrikam.com"}), "the Internet")
	require.Error(t, bench.AddUser(lab.User{Address: "bob@fabrikam.com", Roles: []string{"Global Administrator"}}))
	require.Error(t, bench.AddUser(lab.User{Address: "nobody"}))
	_, err = bench.AddTenant(lab.Tenant{Name: "contoso.com"})
	require.Error(t, err)
	changed, err := bench.Set("contoso.com", "Security defaults", "Disabled")
	require.NoError(t, err)
	require.False(t, changed.SecurityDefaults)

	before, err := bench.Password("alice@contoso.com")
	require.NoError(t, err)
	require.NoError(t, bench.ChangePassword("alice@contoso.com"))
	after, err := bench.Password("alice@contoso.com")
	require.NoError(t, err)
	require.NotEqual(t, before, after)
	require.Contains(t, bench.Secrets(), before)
	require.Contains(t, bench.Secrets(), after)
	_, err = bench.Password("nobody@contoso.com")
	var label *choice.Error
	require.ErrorAs(t, err, &label)
	require.Equal(t, []string{"alice@contoso.com"}, label.Present)
}

func TestPrintersHaveAddressesAndNamesOfTheirOwn(t *testing.T) {
	bench := lab.RunT(t, lab.Config{})
	second, err := bench.AddPrinter("second", "")
	require.NoError(t, err)
	require.Equal(t, "192.0.2.11", second.Address)
	_, err = bench.AddPrinter("second", "")
	require.Error(t, err)
	for _, name := range []string{"", "entra", "smtp", "browser", "a b", "a#1"} {
		_, err = bench.AddPrinter(name, "")
		require.Error(t, err, name)
	}
	require.NoError(t, bench.UsePrinter(t.Context(), "second", second.Model))
	require.Error(t, bench.UsePrinter(t.Context(), "second", "another model"))
	_, err = bench.Device("third")
	require.ErrorContains(t, err, "printer, second")
}

func TestAnswersOfTheIdentityProviderAreCountedAndMissed(t *testing.T) {
	bench := lab.RunT(t, lab.Config{})
	require.Empty(t, bench.Unmet())
	require.NoError(t, bench.SetEntraAnswers(fakeentra.Answer{Kind: "html"}))
	require.NoError(t, bench.SetEntraAnswers(fakeentra.Answer{Kind: "empty", Times: 2}))
	require.NoError(t, bench.SetEntraAnswers())
	require.Equal(t, []string{"entra answers html", "entra answers empty times=2"}, bench.Unmet())
	require.Error(t, bench.SetEntraAnswers(fakeentra.Answer{Kind: "sleepy"}))
	require.Error(t, bench.SetEntraAnswers(fakeentra.Answer{}))
}

func TestWhatNobodyMetIsNamedWhereverItWasPlanted(t *testing.T) {
	bench := lab.RunT(t, lab.Config{})
	require.NoError(t, bench.SetFaults(
		"smtp",
		faultnet.Fault{
			To: "smtp", Kind: faultnet.Unreachable, Times: 1,
		},
		faultnet.Fault{To: "smtp", Kind: faultnet.Silent},
	))
	require.NoError(t, bench.SetExchangeAnswers(fakesmtp.Answer{On: "MAIL", Silent: true, Times: 1}))
	require.NoError(t, bench.SetEntraAnswers(fakeentra.Answer{Kind: "html"}))
	want := []string{
		"smtp unreachable, once", "smtp silent", "entra answers html", "smtp answers MAIL: no reply 1 times",
	}
	require.Equal(t, want, bench.Unmet())
	require.NoError(t, bench.SetFaults("smtp"))
	require.Empty(t, bench.Network.Faults())
	require.NoError(t, bench.SetExchangeAnswers())
	require.NoError(t, bench.SetEntraAnswers())
	require.ElementsMatch(t, want, bench.Unmet(), "what has ended was not met all the same")
	require.ErrorContains(t, bench.SetFaults("smtp", faultnet.Fault{To: "entra", Kind: faultnet.Silent}), "entra")
	require.ErrorContains(
		t, bench.SetExchangeAnswers(fakesmtp.Answer{On: "COFFEE"}), `no moment "COFFEE" here; there are: connect,`,
	)
}

func TestABenchThatCannotBeBuiltLeavesNothingBehind(t *testing.T) {
	_, err := lab.New(lab.Config{Language: "tlh"})
	require.ErrorContains(t, err, "tlh")
	_, err = lab.New(lab.Config{Model: "no such model"})
	require.Error(t, err)
	_, err = lab.New(lab.Config{Entra: func(c *fakeentra.Config) { c.Pages = []string{"no such page"} }})
	require.Error(t, err)
}

// recorded is a test that has failed, as [lab.RunT] sees it.
type recorded struct {
	*testing.T
	cleanup []func()
	log     strings.Builder
}

func (r *recorded) Failed() bool                 { return true }
func (r *recorded) Cleanup(f func())             { r.cleanup = append(r.cleanup, f) }
func (r *recorded) Logf(format string, a ...any) { fmt.Fprintf(&r.log, format+"\n", a...) }

func TestAFailedTestPrintsWhatHappenedLast(t *testing.T) {
	failed := &recorded{T: t}
	bench := lab.RunT(failed, lab.Config{Seed: 7})
	printer, err := bench.Device("printer")
	require.NoError(t, err)
	require.NoError(t, bench.World.Do("test", 0, func(ctx context.Context) {
		_, err := printer.WebConfig().LogIn(ctx, "", false)
		require.NoError(t, err)
	}))
	for _, f := range failed.cleanup {
		f()
	}
	require.Contains(t, failed.log.String(), "POST 192.0.2.10/login 303")
	require.Contains(t, failed.log.String(), "again: go test -run '^TestAFailedTestPrintsWhatHappenedLast$'")
	require.Empty(t, lab.FindLeaks(map[string][]byte{"log": []byte(failed.log.String())}, bench.Secrets()))
}

func TestAVerbMayAskTheCloudByAClientFromOutside(t *testing.T) {
	bench := lab.RunT(t, lab.Config{})
	client := bench.Entra.Client()
	defer client.CloseIdleConnections()
	for _, when := range []string{"inside a verb", "again, on a connection that was kept", "outside of one"} {
		ask := func(ctx context.Context) {
			request, err := http.NewRequestWithContext(
				ctx, http.MethodGet, "https://login.microsoftonline.com/common/discovery/v2.0/keys", nil,
			)
			require.NoError(t, err, when)
			response, err := client.Do(request)
			require.NoError(t, err, when)
			require.NoError(t, response.Body.Close())
			require.Equal(t, http.StatusOK, response.StatusCode, when)
		}
		if when == "outside of one" {
			ask(t.Context())
			continue
		}
		require.NoError(t, bench.World.Do("verb", 0, ask))
	}
}

func TestPrintersKeepTheirMemoryInAFolderFromOneBenchToTheNext(t *testing.T) {
	folder := t.TempDir()
	for _, language := range []string{"en", "hi"} {
		bench, err := lab.New(lab.Config{Flash: folder})
		require.NoError(t, err)
		_, err = bench.AddPrinter("attic", "")
		require.NoError(t, err)
		for _, name := range bench.Printers() {
			d, err := bench.Device(name)
			require.NoError(t, err)
			require.NoError(t, bench.World.Do("test", 0, func(ctx context.Context) {
				description, err := d.Describe(ctx)
				require.NoError(t, err)
				require.Equal(t, language, description.Language)
				require.NoError(t, d.SetLanguage(ctx, "hi"))
			}))
		}
		_, err = lab.New(lab.Config{Flash: folder})
		require.ErrorContains(t, err, "another mfpsim uses this folder")
		require.NoError(t, bench.Close())
	}
}
