package sim_test

import (
	"context"
	"io/fs"
	"os"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/choice"
	"mfpsim/core/nvram"
	"mfpsim/device"
	"mfpsim/faultnet"
	"mfpsim/sim"
	"mfpsim/sim/locale"
	"mfpsim/sim/models"
	"mfpsim/vtime"
)

// together is the files of several folders.
func together(t *testing.T, folders ...string) fs.FS {
	t.Helper()
	all := fstest.MapFS{}
	for _, folder := range folders {
		names, err := fs.Glob(os.DirFS(folder), "*.yaml")
		require.NoError(t, err)
		for _, name := range names {
			data, err := os.ReadFile(folder + "/" + name)
			require.NoError(t, err)
			all[name] = &fstest.MapFile{Data: data}
		}
	}
	return all
}

// moreModels are the models and languages of the program, and those of the test data: two models and German.
func moreModels(t *testing.T) *models.Set {
	t.Helper()
	tables, err := locale.Load(together(t, "locale/messages", "locale/testdata"))
	require.NoError(t, err)
	set, err := models.Load(together(t, "models/data", "models/testdata"), tables)
	require.NoError(t, err)
	own, err := models.Embedded()
	require.NoError(t, err)
	require.ElementsMatch(t, append(own.Names(), "Office 9", "Scan 1"), set.Names())
	return set
}

func TestAModelWithOtherNamesOfKeysIsAFile(t *testing.T) {
	b := newBench(t, func(c *sim.Config) { c.Models, c.Model = moreModels(t), "office 9" })
	b.open(b.browser, "/login")
	b.set(b.browser, "Administrator password", b.printer.AdministratorPassword())
	b.click(b.browser, "OK", "Connections", "Mail Server", "General")
	b.signInHere(b.browser, "Log on", "State : Logged on")
	_, ended := b.scan("bob@fabrikam.com")
	require.Equal(t, []string{"The email was sent."}, ended.Lines)

	require.Equal(t, []string{"Copy", "Send & Scan", "Menu", "Jobs"}, b.home().Keys)
	require.Equal(t, "Send & Scan > Mail", b.press("Send & Scan > Mail").Path)
	require.Equal(t, "Send & Scan > Mail", b.press("Scan > Email").Path, "the guide's words lead there as well")
	require.Contains(t, b.press(networkStatus+"Email Server Status").String(), "State : Logged on")
	require.Contains(t, b.sheet(), "State")
	_, err := b.device.Panel().Press(context.Background(), "Scan > Jobs > Job Status")
	require.Error(t, err)
}

func TestALanguageIsAFile(t *testing.T) {
	b := newBench(t, func(c *sim.Config) { c.Models, c.Model, c.Language = moreModels(t), "Office 9", "de" })
	require.Equal(t, []string{"Kopieren", "Senden", "Menü", "Auftrag/Status"}, b.home().Keys)
	started, _ := b.scan("bob@fabrikam.com")
	require.Equal(t, []string{"Der E-Mail-Server ist nicht eingestellt."}, started.Lines)
	languages := b.press("Settings > General Settings > Basic Settings > Language")
	require.Equal(t, []string{"Language : Deutsch"}, languages.Lines)
	require.Equal(t, []string{"English", "Deutsch", "हिन्दी", "Ελληνικά"}, languages.Keys[:4])
	b.open(b.browser, "/login")
	b.set(b.browser, "Administrator password", b.printer.AdministratorPassword())
	b.click(b.browser, "OK", "Netzwerk", "E-Mail-Server", "Allgemein")
	require.Contains(t, b.browser.Text(), "Authentifizierungsmethode : Aus")
	b.press("Settings > General Settings > Basic Settings > Language > Ελληνικά")
	require.Contains(t, b.home().Keys, "Ρυθμίς")
}

func TestAModelWithOtherMenusAndCodesIsAFile(t *testing.T) {
	b := newBench(t, func(c *sim.Config) { c.Models, c.Model = moreModels(t), "Scan 1" })
	description, err := b.device.Describe(context.Background())
	require.NoError(t, err)
	require.Equal(t, "Scan 1", description.Model)
	require.Equal(t, []string{"de", "el"}, description.Languages)
	require.Equal(
		t, []string{"Auftragsstatus", "Senden", "Advanced"}, b.home().Keys,
		"no English on the panel: its first language",
	)

	b.open(b.browser, "/")
	require.Contains(t, b.browser.Text(), "Netzwerkstatus")
	b.click(b.browser, "Job History")
	require.Contains(t, b.browser.Text(), "There are no jobs.", "this model shows it to everybody")
	b.open(b.browser, "/login")
	b.set(b.browser, "Administrator password", b.printer.AdministratorPassword())
	b.click(b.browser, "OK", "E-Mail-Server", "Server Settings")
	require.NotContains(t, b.browser.Text(), "CA Certificate", "this model has no such page")
	b.signInHere(b.browser, "Anmelden", "Aktueller Status : Angemeldet")
	b.open(b.browser, "/network/email-server/connection-test")
	require.Contains(t, b.browser.Text(), "There is no such page.")

	b.advance(91 * 24 * time.Hour)
	b.answer(func(map[string]string) (int, string) { return 400, refusal("invalid_grant", 700082) })
	b.scan("bob@fabrikam.com")
	job := b.newest()
	require.Equal(t, "E-361", job.Code)
	require.Equal(t, "Die Anmeldung ist zu alt.", job.Status)
	require.Equal(t, "Log on again.", job.Solution)

	for _, function := range []device.Function{device.FunctionCopy, device.FunctionFax} {
		_, err := b.device.Scan(
			context.Background(), device.ScanRequest{Function: function, Pages: 1, To: []string{"0123"}},
		)
		require.ErrorIs(t, err, device.ErrNotSupported)
	}
	_, err = b.device.PrintSheet(context.Background())
	require.ErrorIs(t, err, device.ErrNotSupported)
	b.press("Senden")
	_, err = b.device.Panel().Enter(
		context.Background(), "Subject", "a subject of more than forty characters, too long",
	)
	require.ErrorContains(t, err, "takes up to 40 characters")
}

func TestAJobOfAnotherModelsMemoryHasItsCodeAndNoTexts(t *testing.T) {
	records := nvram.NewMemory([]byte(`{"schema":1,"preferences":{"language":"en","firmware":"2.10.GN26"},"jobs":{"schema":1,"last":1,"jobs":[` +
		`{"receipt":1,"time":"2026-03-02T09:00:00Z","type":"email","to":"bob@fabrikam.com","result":"error","code":"E-360"}]}}`))
	b := newBench(t, func(c *sim.Config) { c.Records = records })
	require.Equal(t, "E-360", b.newest().Code)
	require.Empty(t, b.newest().Status)
	require.Contains(t, b.press("Job/Status > Job Status > 1").String(), "Error code : E-360")
}

func TestAPrinterOfAnUnknownModelOrLanguageIsRefused(t *testing.T) {
	world := vtime.NewStepped(time.Time{})
	t.Cleanup(world.Close)
	network := faultnet.New(faultnet.Config{World: world})
	_, err := sim.New(sim.Config{World: world, Network: network, Models: moreModels(t), Model: "Office 10"})
	want := &choice.Error{What: "model", Wanted: "Office 10", Present: moreModels(t).Names()}
	require.EqualError(t, err, want.Error())
	require.ErrorContains(t, err, "; the nearest is Office 9")
	_, err = sim.New(sim.Config{World: world, Network: network, Models: moreModels(t), Model: "Scan 1", Language: "en"})
	require.EqualError(t, err, `no language "en" here; there are: de, el`)
}
