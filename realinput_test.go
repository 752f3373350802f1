package mfpsim_test

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"
	"github.com/stretchr/testify/require"

	"mfpsim/lab"
	"mfpsim/sim/models"
	"mfpsim/vtime"
)

// TestMSALSignsInAndCurlSendsWithItsToken runs two unmodified programs against one bench: Microsoft's library gets a
// token by device code, with instance discovery on and Microsoft's host name (only the dialling leads to loopback), and
// curl submits a mail with it.
func TestMSALSignsInAndCurlSendsWithItsToken(t *testing.T) {
	curl, err := exec.LookPath("curl")
	require.NoError(t, err, "make test installs it")
	world := vtime.NewFlowing(time.Time{})
	t.Cleanup(world.Close)
	l := lab.RunT(t, lab.Config{World: world})
	_, err = l.AddTenant(lab.Tenant{Name: "contoso.com", SMTPAuth: true, SecurityDefaults: lab.Off})
	require.NoError(t, err)
	require.NoError(t, l.AddUser(lab.User{Address: benchUser, Roles: []string{"Cloud Application Administrator"}}))

	model, err := models.Get("")
	require.NoError(t, err)
	provider := model.Providers[0]
	msal, err := public.New(
		provider.ClientID, public.WithAuthority(provider.Authority+"/organizations"),
		public.WithHTTPClient(l.Entra.Client()),
	)
	require.NoError(t, err)
	code, err := msal.AcquireTokenByDeviceCode(t.Context(), []string{"https://outlook.office.com/SMTP.Send"})
	require.NoError(t, err)
	require.NoError(t, l.Entra.Approve(code.Result.UserCode, benchUser))
	result, err := code.AuthenticationResult(t.Context())
	require.NoError(t, err)
	require.Equal(t, benchUser, result.Account.PreferredUsername)

	folder := t.TempDir()
	write := func(name string, content []byte) string {
		path := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(path, content, 0o600))
		return path
	}
	authority := write("ca.pem", l.Network.Authority().PEM())
	message := write(
		"mail.eml", []byte("From: "+benchUser+"\r\nTo: bob@fabrikam.com\r\nSubject: by curl\r\n\r\nHello\r\n"),
	)
	_, port, err := net.SplitHostPort(l.SMTP.Addr())
	require.NoError(t, err)
	output, err := exec.CommandContext(
		t.Context(), curl, "--silent", "--show-error", "--max-time", "60", "--ssl-reqd", "--cacert", authority,
		"--connect-to", "smtp.office365.com:587:127.0.0.1:"+port, "--url",
		"smtp://smtp.office365.com:587/printer.contoso.com", "--user", benchUser, "--oauth2-bearer", result.AccessToken,
		"--mail-from", benchUser, "--mail-rcpt", "bob@fabrikam.com", "--upload-file", message,
	).CombinedOutput()
	require.NoError(t, err, "%s", output)
	mails := l.SMTP.Mailbox("bob@fabrikam.com")
	require.Len(t, mails, 1)
	require.Equal(t, "by curl", mails[0].Subject)
}
