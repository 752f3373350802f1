package sim_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/core/nvram"
	"mfpsim/faultnet"
	"mfpsim/sim"
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
