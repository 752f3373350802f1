package sheet_test

import (
	"flag"
	"html/template"
	"os"
	"strings"
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
	golden(t, "signed-in.txt", sheet.New(printed(t, signedIn), texts(t, "en")).String())
	golden(t, "signed-in.el.txt", sheet.New(printed(t, signedIn), texts(t, "el")).String())
	golden(t, "signed-in.hi.txt", sheet.New(printed(t, signedIn), texts(t, "hi")).String())
	golden(t, "new.txt", sheet.New(printed(t, facts.Email{Method: "Off", Security: "None"}), texts(t, "en")).String())
}

func TestWithoutAStoredSignInTheSheetShowsNoAccount(t *testing.T) {
	expired := facts.Email{
		Method:   "OAuth2",
		Service:  "Outlook.com",
		Account:  "admin@contoso.com",
		Security: "STARTTLS",
	}
	text := sheet.New(printed(t, expired), texts(t, "en")).String()
	require.NotContains(t, text, "Current Status")
	require.NotContains(t, text, "Authenticated Account")
	require.Contains(t, text, "Outlook.com")
}

func TestThePageHasAllThatTheTextHas(t *testing.T) {
	for _, language := range []string{"en", "hi", "el"} {
		typed := facts.Email{Method: "OAuth2", Service: "<Outlook.com>", Security: "STARTTLS"}
		s := sheet.New(printed(t, typed), texts(t, language))
		page := s.Page()
		require.Contains(t, page, `<html lang="`+language+`">`)
		require.Contains(t, page, "@page { size: A4")
		require.NotContains(t, page, "<Outlook.com>", "what is typed is text, not a part of the page")
		last := -1
		for _, part := range s.Sections {
			at := strings.Index(page, "<h2>"+part.Title+"</h2>")
			require.Greater(t, at, last, "%s in its place", part.Title)
			last = at
			for _, row := range part.Rows {
				require.Contains(t, page, "<dt>"+template.HTMLEscapeString(row.Label)+"</dt>")
				require.Contains(t, s.String(), row.Label)
			}
		}
		require.Contains(t, page, s.Foot)
	}
}
