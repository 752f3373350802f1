package fax

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/fakesmtp/internal/shell"
	"mfpsim/vtime"
)

// FuzzFax holds that an address is refused or becomes a number that can be dialled, and that a message is refused or
// becomes faxes whose sender is told.
func FuzzFax(f *testing.F) {
	for _, to := range []string{
		"030@fax.example.com", "FAX=+49-30.1@FAX.example.com", "@", "", "a@b@fax.example.com", "fax=@fax.example.com",
		"+++1@fax.example.com", "١٢٣@fax.example.com",
	} {
		f.Add(to, []byte(scan))
	}
	f.Add("030@fax.example.com", []byte("Content-Type: multipart/mixed; boundary=\r\n\r\n--\r\n"))
	world := vtime.NewStepped(time.Time{})
	f.Cleanup(world.Close)
	s := RunT(f, Config{Bench: shell.Bench{World: world, Keep: mail.Keep{Messages: 10}}, Duration: -1})
	f.Fuzz(func(t *testing.T, to string, raw []byte) {
		if err := s.recipient("", "", to); err != nil {
			return
		}
		message := mail.Parse(raw)
		message.EnvelopeTo = []string{to, to}
		mailboxes, err := s.accept(DefaultAccount, message)
		if err != nil {
			return
		}
		require.Len(t, mailboxes, 1, "the same number is called once")
		require.Regexp(t, `^\+?[0-9]{3,15}@fax\.example\.com$`, mailboxes[0])
		_, err = world.Advance(0)
		require.NoError(t, err)
		faxes := s.Faxes()
		require.Equal(t, Sent, faxes[len(faxes)-1].Status)
	})
}
