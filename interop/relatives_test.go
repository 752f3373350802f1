//go:build interop

package interop_test

import (
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/fakesmtp"
	"mfpsim/fakesmtp/generic"
	"mfpsim/fakesmtp/legacy"
	"mfpsim/fakesmtp/pop3"
	"mfpsim/fakesmtp/refusal"
)

func TestCurlReadsExchangeOnlineOverPOP3(t *testing.T) {
	t.Parallel()
	s := pop3.RunT(t, pop3.Config{Late: -1})
	require.NoError(t, s.Exchange().Deliver(alice, []byte(letter(alice))))
	read := func(token string) (string, int) {
		return run(
			t, "", "curl", "--silent", "--show-error", "--verbose", "--cacert", file(t, s.Network().Authority().PEM()),
			"--connect-to", s.Address()+":"+s.Addr(), "--user", alice+":", "--oauth2-bearer", token, "--url",
			"pop3s://"+s.Address()+"/1",
		)
	}
	output, exit := read(s.Token(alice))
	require.Zero(t, exit, output)
	require.Contains(t, strings.ReplaceAll(output, "\r\n", "\n"), "Subject: Scan\n\nA scan.\n.\nEnd\n")
	require.Contains(t, output, "> AUTH XOAUTH2\r\n", "in two lines")
	output, exit = read("nonsense")
	require.Equal(t, 67, exit, output)
	require.Contains(t, output, "-ERR Authentication failure: unknown user name or bad password.")
	require.Equal(t, refusal.TokenUnreadable, s.Refusals()[0].Reason)
}

func TestPoplibReadsAProviderOfTheYearsBefore(t *testing.T) {
	t.Parallel()
	owner, err := fakesmtp.New(fakesmtp.Config{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = owner.Close() })
	s := pop3.RunT(t, pop3.Config{Profile: pop3.ProfilePlain, Maildrops: owner})
	_, port, err := net.SplitHostPort(s.Addr())
	require.NoError(t, err)
	read := func(password, security string) (string, int) {
		return run(
			t, "", "python3", "read.py", "localhost", port, file(t, s.Network().Authority().PEM()), alice, password,
			security,
		)
	}
	for _, security := range []string{"stls", "clear"} {
		require.NoError(t, owner.Deliver(alice, []byte(letter(alice))))
		output, exit := read(fakesmtp.DefaultPassword, security)
		require.Zero(t, exit, output)
		require.Equal(t, 1, strings.Count(output, "Subject: Scan"), output)
		require.Contains(t, output, "A scan.\n.\nEnd\n")
	}
	output, exit := read("guess", "stls")
	require.Equal(t, 1, exit, output)
	require.Contains(t, output, "error_proto b'-ERR [AUTH] invalid user name or password'")
}

func TestPasswordsAtALegacyRelay(t *testing.T) {
	t.Parallel()
	s := legacy.RunT(t, legacy.Config{})
	_, port, err := net.SplitHostPort(s.Addr())
	require.NoError(t, err)
	authority := file(t, s.Network().Authority().PEM())
	for name, send := range map[string]func(password string) (string, int){
		"smtplib, by CRAM-MD5": func(password string) (string, int) {
			return run(
				t, letter(legacy.DefaultAccount), "python3", "relay.py", "localhost", port, authority,
				legacy.DefaultAccount, password,
			)
		},
		"curl": func(password string) (string, int) {
			return run(
				t, letter(legacy.DefaultAccount),
				"curl", "--silent", "--show-error", "--verbose", "--ssl-reqd", "--cacert", authority,
				"--connect-to", s.Address()+":"+s.Addr(), "--url", "smtp://"+s.Address()+"/printer.example.com",
				"--user", legacy.DefaultAccount+":"+password,
				"--mail-from", legacy.DefaultAccount, "--mail-rcpt", bob, "--upload-file", "-",
			)
		},
	} {
		before := len(s.Mailbox(bob))
		output, exit := send(legacy.DefaultPassword)
		require.Zero(t, exit, name+"\n"+output)
		require.Len(t, s.Mailbox(bob), before+1, name)
		output, exit = send("guess")
		require.NotZero(t, exit, name+"\n"+output)
		require.Contains(t, output, "5.7.8 Authentication credentials invalid", name)
	}
	mechanisms := map[string]bool{}
	for _, entry := range s.Journal().Entries() {
		if line, ok := strings.CutPrefix(entry.Text.String(), "C: AUTH "); ok {
			mechanisms[strings.Fields(line)[0]] = true
		}
	}
	require.True(t, mechanisms[legacy.CRAMMD5], "the challenge that is ours is understood by others: %v", mechanisms)
}

func TestCurlByOAUTHBEARER(t *testing.T) {
	t.Parallel()
	s := generic.RunT(t, generic.Config{})
	send := func(token string) (string, int) {
		return run(
			t, letter(generic.DefaultAccount), "curl", "--silent", "--show-error", "--verbose", "--ssl-reqd",
			"--cacert", file(t, s.Network().Authority().PEM()), "--connect-to", s.Address()+":"+s.Addr(), "--url",
			"smtp://"+s.Address()+"/printer.example.com", "--user", generic.DefaultAccount+":", "--oauth2-bearer",
			token, "--mail-from", generic.DefaultAccount, "--mail-rcpt", bob, "--upload-file", "-",
		)
	}
	output, exit := send(s.Token(generic.DefaultAccount))
	require.Zero(t, exit, output)
	require.Contains(t, output, "> AUTH OAUTHBEARER")
	require.Len(t, s.Mailbox(bob), 1)
	output, exit = send("nonsense")
	require.Equal(t, 67, exit, output)
	require.Equal(t, refusal.TokenUnknown, s.Refusals()[0].Reason)
}
