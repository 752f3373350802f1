package sim_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/core/nvram"
	"mfpsim/device"
	"mfpsim/faultnet"
	"mfpsim/sim"
	"mfpsim/sim/models"
	"mfpsim/vtime"
)

func TestAPrinterWithAMemoryOfTheFirstVersionIsSignedInStill(t *testing.T) {
	// The lines of the two slots of this printer's memory, signed in as admin@contoso.com, without what fills the
	// slots.
	lines, err := os.ReadFile("testdata/schema-1.txt")
	require.NoError(t, err)
	image := bytes.Repeat([]byte{'\n'}, 2*nvram.SlotSize)
	for slot, line := range bytes.Split(bytes.TrimSpace(lines), []byte{'\n'}) {
		copy(image[slot*nvram.SlotSize:], line)
	}
	flash := nvram.NewMemory(image)
	b := newBench(t, func(c *sim.Config) { c.Flash = flash })
	require.NoError(t, b.printer.Recovered())
	require.Contains(t, b.press(networkStatus+"Email Server Status").String(), "Current Status : Signed in")
	b.answer(b.approved)
	_, ended := b.scan("bob@fabrikam.com")
	require.Equal(t, []string{"The email was sent."}, ended.Lines)
	require.Contains(t, b.mails[0], "From: <admin@contoso.com>")

	// Power off and on, with the memory as it is written now.
	b.logIn(b.browser)
	b.open(b.browser, basic)
	b.click(b.browser, "OK")
	require.True(t, bytes.Contains(flash.Image(), []byte(`{"schema":2,`)))
	b.power("off")
	b.power("on")
	require.Contains(
		t, b.press(networkStatus+"Email Server Status").String(), "Authenticated Account : admin@contoso.com",
	)
}

// records1 is the records of a printer from before they were in slots: a Greek panel, locked, and two jobs.
const records1 = `{"schema":1,"model":"MFP-4100","preferences":{"language":"el","locked":true,"firmware":"2.10.GN25"},` +
	`"jobs":{"schema":1,"last":7,"jobs":[` +
	`{"receipt":6,"time":"2026-03-02T09:00:33Z","type":"email","to":"bob@fabrikam.com","result":"completed"},` +
	`{"receipt":7,"time":"2026-03-02T09:05:00Z","type":"copy","result":"in-progress"}]}}`

func TestRecordsFromBeforeThereWereSlotsAreCarriedOver(t *testing.T) {
	old := strings.Replace(records1, "2.10.GN25", newestFirmware(t), 1)
	for name, cut := range map[string]*int{"whole": nil, "torn at once": new(int)} {
		t.Run(name, func(t *testing.T) {
			records := nvram.NewMemory([]byte(old))
			var b *bench
			start := func() { b = newBench(t, func(c *sim.Config) { c.Records = records }) }
			start()
			if cut != nil { // the first write of the new layout is torn: the next start reads the old one again
				torn := []byte(`{"schema":2,"generation":1,"che`)
				image := append(bytes.Repeat([]byte{'\n'}, nvram.SlotSize), torn...)
				copy(image, old)
				records = nvram.NewMemory(image)
				start()
			}
			require.NoError(t, b.printer.Recovered())
			require.Equal(t, "el", b.printer.Texts().Language())
			require.True(t, b.screen().Padlock)
			jobs := b.printer.Jobs()
			require.Len(t, jobs, 2)
			require.Equal(t, "001", jobs[0].Code, "it was under way")
			stayed := strings.HasPrefix(string(records.Image()), old)
			require.True(t, stayed, "the old records stay until the new are whole")
			require.Contains(t, string(records.Image()), `{"schema":2,"generation":1,`)

			require.NoError(t, b.printer.SetLanguage("en"))
			require.NotContains(t, string(records.Image()), `{"schema":1,"model"`)
			b.power("off")
			b.power("on")
			require.Equal(t, "en", b.printer.Texts().Language())
			require.Len(t, b.printer.Jobs(), 2)
		})
	}
}

func newestFirmware(t *testing.T) string {
	known, err := models.Embedded()
	require.NoError(t, err)
	model, err := known.Get("")
	require.NoError(t, err)
	fitted, err := model.Fitted("")
	require.NoError(t, err)
	return fitted.Version
}

func TestAPrinterDoesNotStartOnRecordsOfANewerFirmwareAndLeavesThem(t *testing.T) {
	records := nvram.NewMemory(nil)
	require.NoError(t, nvram.Slots{Flash: records, Schema: 3}.Save([]byte(`{"later":true}`)))
	before := records.Image()
	world := vtime.NewStepped(time.Time{})
	t.Cleanup(world.Close)
	_, err := sim.New(sim.Config{World: world, Network: faultnet.New(faultnet.Config{World: world}), Records: records})
	require.ErrorContains(t, err, "the printer's records were written by a newer firmware")
	require.Equal(t, before, records.Image())
}

func TestAnArmedPowerCutOutlivesPowerOffAndCanHitPowerOn(t *testing.T) {
	b := newBench(t)
	b.logIn(b.browser)
	b.signIn(b.browser, true)
	b.network.Arm(faultnet.Fault{To: "smtp", Kind: faultnet.Silent})
	b.scan("bob@fabrikam.com")
	b.power("off")
	b.do("cut", func(ctx context.Context) error {
		return b.device.Power(ctx, device.PowerAct{State: "cut", AtWrite: 1})
	})
	b.do("power on", func(ctx context.Context) error {
		require.ErrorIs(t, b.device.Power(ctx, device.PowerAct{State: "on"}), device.ErrPoweredOff)
		return nil
	})
	require.False(t, b.printer.PoweredOn())
	b.power("on")
	require.Equal(t, "001", b.newest().Code)
	require.NoError(t, b.printer.Recovered())
}

func TestAPrinterDoesNotStartOnTheMemoryOfANewerFirmwareAndLeavesIt(t *testing.T) {
	sum := sha256.Sum256([]byte("3\n1\n{}"))
	flash := nvram.NewMemory(fmt.Appendf(nil, `{"schema":3,"generation":1,"checksum":"%x","record":{}}`, sum))
	before := flash.Image()
	world := vtime.NewStepped(time.Time{})
	t.Cleanup(world.Close)
	_, err := sim.New(sim.Config{World: world, Network: faultnet.New(faultnet.Config{World: world}), Flash: flash})
	require.ErrorContains(t, err, "start the printer's mail core")
	require.ErrorContains(t, err, "the record was written by a newer firmware")
	require.Equal(t, before, flash.Image())
}

func TestAnotherOwnerSignsInBesideThePrinter(t *testing.T) {
	b := newBench(t)
	b.answer(b.approved)
	b.account = "fax@contoso.com"
	fax := b.printer.Mailer(nvram.FaxServer)
	b.do("sign the fax server in", func(ctx context.Context) error {
		_, err := fax.BeginSignIn(ctx, "Microsoft Exchange Online")
		return err
	})
	b.advance(10 * time.Second)
	require.NoError(t, fax.Save(context.Background(), fax.Providers()[0].Preset()))
	b.power("off")
	require.Nil(t, b.printer.Mailer(nvram.FaxServer))
	b.power("on")
	require.Equal(t, "fax@contoso.com", b.printer.Mailer(nvram.FaxServer).Status().StoredAccount)
	require.Contains(t, b.press(networkStatus+"Email Server Status").String(), "Authentication Method : Off")
	require.False(t, b.printer.Mailer(nvram.Printer).Status().Stored)
}
