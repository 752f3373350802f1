package lab_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"mfpsim/fakesmtp"
	"mfpsim/lab"
)

// mailer makes a bench whose tenant has these mailboxes, and returns a function that sends a mail of the first one to
// some recipients.
func mailer(t *testing.T, users ...lab.User) (*lab.Lab, func(to ...string)) {
	t.Helper()
	bench := lab.RunT(t, lab.Config{})
	bench.Network.Join("stranger", "office")
	_, err := bench.AddTenant(
		lab.Tenant{Name: "contoso.com", SMTPAuth: true, SecurityDefaults: lab.Off, BasicAuth: true},
	)
	require.NoError(t, err)
	for _, u := range users {
		require.NoError(t, bench.AddUser(u))
	}
	from := users[0].Address
	return bench, func(to ...string) {
		t.Helper()
		var failed error
		bench.World.Go("stranger", func(ctx context.Context) {
			failed = sendMail(ctx, bench, from, to)
		})
		require.NoError(t, bench.World.Settle(time.Hour))
		require.NoError(t, failed)
	}
}

func sendMail(ctx context.Context, bench *lab.Lab, from string, to []string) error {
	const address = "smtp.office365.com:587"
	conn, err := bench.Network.Dialer("stranger").DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	client, err := smtp.NewClientStartTLS(conn, trusting(bench, address))
	if err != nil {
		return err
	}
	password, err := bench.Password(from)
	if err != nil {
		return err
	}
	if err := client.Auth(sasl.NewLoginClient(from, password)); err != nil {
		return err
	}
	return client.SendMail(from, to, strings.NewReader("From: "+from+"\r\nSubject: Scan\r\n\r\nHello\r\n"))
}

func TestAMailboxIsWrittenOnceWhateverAddressesItWasMailedAt(t *testing.T) {
	bench, send := mailer(
		t, lab.User{Address: "alice@contoso.com"}, lab.User{Address: "bob@contoso.com", Primary: "Scans@contoso.com"},
	)
	send("alice+tag@contoso.com")
	send("alice@contoso.com")
	send("bob@contoso.com")
	send("bob@fabrikam.com", "alice+other@contoso.com")
	var names []string
	for _, m := range bench.Mails() {
		names = append(names, fmt.Sprintf("%s %d", m.Mailbox, m.Number))
	}
	require.Equal(t, []string{
		"alice@contoso.com 1", "alice@contoso.com 2", "alice@contoso.com 3", "scans@contoso.com 1", "bob@fabrikam.com 1",
	}, names)
}

func TestADeletedUserHasNoMailbox(t *testing.T) {
	for way, remove := range map[string]func(*testing.T, *lab.Lab){
		"by the fake": func(t *testing.T, bench *lab.Lab) {
			require.NoError(t, bench.Entra.Delete("bob@contoso.com"))
		},
		"by Microsoft Graph": func(t *testing.T, bench *lab.Lab) {
			server := httptest.NewServer(bench.Entra.Graph())
			defer server.Close()
			request, err := http.NewRequestWithContext(
				t.Context(), http.MethodDelete, server.URL+"/v1.0/users/bob@contoso.com", nil,
			)
			require.NoError(t, err)
			response, err := server.Client().Do(request)
			require.NoError(t, err)
			require.NoError(t, response.Body.Close())
			require.Equal(t, http.StatusNoContent, response.StatusCode)
		},
	} {
		t.Run(way, func(t *testing.T) {
			bench, send := mailer(t, lab.User{Address: "alice@contoso.com"},
				lab.User{Address: "bob@contoso.com", Primary: "scans@contoso.com"})
			send("bob@contoso.com")
			remove(t, bench)
			send("bob@contoso.com")
			trace := bench.SMTP.Trace()
			require.Contains(t, trace[1].Detail, "550 5.1.10 ")
			reports := bench.SMTP.Mailbox("alice@contoso.com")
			require.Len(t, reports, 1)
			require.True(t, reports[0].NonDelivery)
			require.Len(t, bench.SMTP.Mailbox("bob@contoso.com"), 1, "what arrived before is in the evidence")
			require.Len(t, bench.Mails(), 2)
		})
	}
}

func TestTheMailboxesOfADeletedTenantAreGone(t *testing.T) {
	bench, _ := mailer(t, lab.User{Address: "alice@contoso.com"}, lab.User{Address: "bob@contoso.com"})
	require.NoError(t, bench.Entra.DeleteTenant("contoso.com"))
	require.ErrorIs(t, bench.SMTP.RemoveMailbox("alice@contoso.com"), fakesmtp.ErrNoMailbox)
	require.ErrorIs(t, bench.SMTP.RemoveMailbox("bob@contoso.com"), fakesmtp.ErrNoMailbox)
}
