package pop3

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/chance"
	"mfpsim/fakesmtp"
	"mfpsim/fakesmtp/internal/shell"
	"mfpsim/fakesmtp/internal/talk"
)

// talkTo gives lines to sessions of a server, one a string with "|" between its lines, and returns the events of the
// replies.
func talkTo(t *testing.T, s *Server, sessions ...string) map[Event]bool {
	t.Helper()
	said := map[Event]bool{eventGreeting: true, eventLineTooLong: true} // by the connection, see the other tests
	words := strings.NewReplacer(
		"{token}", talk.XOAUTH2(alice, s.Token(alice)), "{plain}", talk.Plain(alice, fakesmtp.DefaultPassword),
		"{user}", alice, "{password}", fakesmtp.DefaultPassword,
	)
	for _, lines := range sessions {
		c := &session{
			server: s, client: &shell.Client{Connection: "test#1", Who: "test", Random: chance.New(1, "test")},
		}
		for _, line := range strings.Split(words.Replace(lines), "|") {
			said[c.answer(line).event] = true
		}
	}
	return said
}

func TestEveryRowOfTheTableIsSaid(t *testing.T) {
	owner, err := fakesmtp.New(fakesmtp.Config{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = owner.Close() })
	require.NoError(t, owner.Deliver(alice, []byte(letterOne)))
	const reading = "|STAT|LIST|LIST 1|RETR 1|DELE 1|RETR 1|TOP 1|NOOP|QUIT"
	for profile, sessions := range map[Profile][]string{
		ProfileExchange: {
			"CAPA|AUTH XOAUTH2|*|AUTH XOAUTH2 now", "STAT|NONSENSE|AUTH NTLM|USER {user}|PASS guess", "AUTH XOAUTH2|{token}" + reading,
			"AUTH PLAIN|AAA=|AUTH XOAUTH2|AAA=", "USER {user}|PASS {password}|RSET",
		},
		ProfilePlain: {
			"CAPA|STLS|STAT|NONSENSE|AUTH NTLM|AUTH PLAIN|*|AUTH PLAIN|{plain}" + reading, "USER {user}|PASS guess|USER {user}|PASS {password}",
		},
	} {
		s, err := New(Config{Profile: profile, Maildrops: owner})
		require.NoError(t, err)
		t.Cleanup(func() { _ = s.Close() })
		said := talkTo(t, s, sessions...)
		if profile == ProfileExchange {
			said[eventLoggedOn] = said[eventLoggedOn] ||
				talkTo(t, withPasswords(t, owner), "USER {user}|PASS {password}")[eventLoggedOn]
		} else {
			said[eventInUse] = said[eventInUse] || talkTo(t, s, "AUTH PLAIN|{plain}", "AUTH PLAIN|{plain}")[eventInUse]
			said[eventLoggedOn] = said[eventLoggedOn] ||
				talkTo(t, another(t, owner), "USER {user}|PASS {password}")[eventLoggedOn]
		}
		for _, row := range Replies() {
			if row.Profile == profile {
				require.True(t, said[row.Event], "%s: nothing is answered with %q", profile, row.Event)
			}
		}
	}
}

func withPasswords(t *testing.T, owner *fakesmtp.Server) *Server {
	s, err := New(Config{Maildrops: owner, Passwords: true})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func another(t *testing.T, owner *fakesmtp.Server) *Server {
	s, err := New(Config{Profile: ProfilePlain, Maildrops: owner})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}
