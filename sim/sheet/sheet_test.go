package sheet_test

import (
	"flag"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/sim/facts"
	"mfpsim/sim/locale"
	"mfpsim/sim/models"
	"mfpsim/sim/sheet"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := "testdata/" + name
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

func texts(t *testing.T, language string) *locale.Texts {
	model, err := models.Get("")
	require.NoError(t, err)
	return model.Texts(language)
}

func printed(t *testing.T, email facts.Email) facts.Facts {
	t.Helper()
	model, err := models.Get("")
	require.NoError(t, err)
	return facts.Facts{
		Model: model, Firmware: model.Firmwares[0], Serial: model.Serial, MAC: model.MAC, Address: "192.0.2.10",
		HostName: "MFP4100-004100", Now: time.Date(2026, 3, 2, 9, 5, 0, 0, time.UTC), Email: email,
	}
}

func TestTheSheetShowsNetworkInformationAndEmailServerSettings(t *testing.T) {
	signedIn := facts.Email{
		Method: "OAuth2", Service: "Microsoft Exchange Online", SignedIn: true, Account: "admin@contoso.com",
		Sender: "admin@contoso.com", Server: "smtp-mail.outlook.com", Port: 587, Security: "STARTTLS",
		ValidateCertificate: true,
	}
	golden(t, "signed-in.txt", sheet.Print(printed(t, signedIn), texts(t, "en")))
	golden(t, "signed-in.el.txt", sheet.Print(printed(t, signedIn), texts(t, "el")))
	golden(t, "signed-in.hi.txt", sheet.Print(printed(t, signedIn), texts(t, "hi")))
	golden(t, "new.txt", sheet.Print(printed(t, facts.Email{Method: "Off", Security: "None"}), texts(t, "en")))
}

func TestWithoutAStoredSignInTheSheetShowsNoAccount(t *testing.T) {
	expired := facts.Email{Method: "OAuth2", Service: "Outlook.com", Account: "admin@contoso.com", Security: "STARTTLS"}
	text := sheet.Print(printed(t, expired), texts(t, "en"))
	require.NotContains(t, text, "Current Status")
	require.NotContains(t, text, "Authenticated Account")
	require.Contains(t, text, "Outlook.com")
}
