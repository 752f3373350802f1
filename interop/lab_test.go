package interop_test

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
	"mfpsim/fakesmtp"
	"mfpsim/fakesmtp/pop3"
	"mfpsim/fakesmtp/refusal"
	"mfpsim/lab"
)

// post sends a form to the bench's Entra ID and reads its JSON.
func post(t *testing.T, client *http.Client, endpoint string, form url.Values) map[string]any {
	t.Helper()
	response, err := client.PostForm("https://login.microsoftonline.com/organizations/oauth2/v2.0/"+endpoint, form)
	require.NoError(t, err)
	defer response.Body.Close()
	var answer map[string]any
	require.NoError(t, json.NewDecoder(response.Body).Decode(&answer))
	return answer
}

// A mail program signs in at the bench's Entra ID for POP and reads, over POP3, what lies in the bench's Exchange
// Online.
func TestTheLabsMailboxesAreReadOverPOP3WithATokenOfItsEntraID(t *testing.T) {
	t.Parallel()
	bench := lab.RunT(t, lab.Config{})
	_, err := bench.AddTenant(lab.Tenant{Name: "contoso.com", SMTPAuth: true, SecurityDefaults: lab.Off})
	require.NoError(t, err)
	require.NoError(t, bench.AddUser(lab.User{Address: alice}))
	require.NoError(t, bench.SMTP.Deliver(alice, []byte("Subject: Welcome\r\n\r\nHello\r\n")))
	program, err := bench.Entra.AddApplication(
		fakeentra.Application{ID: "6f0a1c52-7a34-4b0e-9d6b-0d2b8f7c1e11", Name: "A mail program"},
	)
	require.NoError(t, err)
	pop := pop3.RunT(
		t,
		pop3.Config{
			Bench: fakesmtp.Bench{
				World: bench.World, Network: bench.Network, Journal: bench.Journal, Seed: bench.Seed(),
			},
			Maildrops: bench.SMTP,
		},
	)

	token := func(scope string) string {
		client := bench.Entra.Client()
		code := post(t, client, "devicecode", url.Values{"client_id": {program.ID}, "scope": {scope}})
		require.NoError(t, bench.Entra.Approve(code["user_code"].(string), alice), "%v", code)
		_, err := bench.World.Advance(10 * time.Second)
		require.NoError(t, err)
		answer := post(t, client, "token", url.Values{
			"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "client_id": {program.ID}, "device_code": {code["device_code"].(string)},
		})
		require.Contains(t, answer, "access_token")
		return answer["access_token"].(string)
	}
	read := func(token string) (replies []string) {
		require.NoError(t, bench.World.Do("read", time.Minute, func(ctx context.Context) {
			conn, err := bench.Network.Dialer("mailprogram").DialContext(ctx, "tcp", pop.Address())
			require.NoError(t, err)
			defer conn.Close()
			trust := bench.Network.ClientTLS(bench.World.Now)
			trust.ServerName = "outlook.office365.com"
			text := textproto.NewConn(tls.Client(conn, trust))
			line, err := text.ReadLine()
			require.NoError(t, err)
			require.True(t, strings.HasPrefix(line, "+OK The Microsoft Exchange POP3 service is ready."))
			blob := base64.StdEncoding.EncodeToString([]byte("user=" + alice + "\x01auth=Bearer " + token + "\x01\x01"))
			for _, command := range []string{"AUTH XOAUTH2", blob, "STAT", "QUIT"} {
				require.NoError(t, text.PrintfLine("%s", command))
				line, err := text.ReadLine()
				require.NoError(t, err)
				replies = append(replies, line)
			}
		}))
		return replies
	}
	// What a person has consented to before is in later tokens too (docs/reference/entra.md E2): POP comes second.
	require.Equal(
		t, "-ERR Authentication failure: unknown user name or bad password.",
		read(token("https://outlook.office.com/SMTP.Send"))[1],
	)
	require.Equal(t, refusal.Scope, pop.Refusals()[0].Reason)
	require.Equal(t, []string{
		"+ ", "+OK User successfully authenticated.", "+OK 1 27",
		"+OK Microsoft Exchange Server POP3 server signing off.",
	}, read(token("https://outlook.office.com/POP.AccessAsUser.All")))
}
