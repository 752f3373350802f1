package fakesmtp

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/fakesmtp/internal/history"
	"mfpsim/vtime"
)

// begin brings a talker as far as the message.
func (c *talker) begin() *talker {
	c.t.Helper()
	c.say("MAIL FROM:<" + DefaultMailbox + ">")
	c.say("RCPT TO:<bob@fabrikam.com>")
	require.Regexp(c.t, "^354 ", c.say("DATA"))
	return c
}

const tooManyAtOnce = "432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more information." + hostname

func TestTheFourthSubmissionAtOnceIsRefusedAtItsEnd(t *testing.T) {
	s := prompt(t, Config{})
	var talkers []*talker
	for range 4 {
		talkers = append(talkers, authenticated(t, s).begin())
	}
	require.Equal(t, tooManyAtOnce, loosely(talkers[3].say("x\r\n.")), "let in, and refused at the end of DATA")
	require.Regexp(t, "^250 ", talkers[0].say("x\r\n."))
	require.Regexp(t, "^250 ", talkers[3].begin().say("x\r\n."), "three are under way again")
	talkers[3].begin()
	require.Equal(t, "250 2.0.0 Resetting", func() string { talkers[1].say("x\r\n."); return talkers[1].say("RSET") }())
	require.Regexp(t, "^250 ", talkers[2].say("x\r\n."))
	require.NoError(t, s.AddMailbox(Mailbox{Address: "carol@contoso.com"}))
	other := greeted(t, s)
	require.Equal(t, accepted, other.say("AUTH XOAUTH2 {blob of carol@contoso.com}"))
	require.Regexp(
		t, "^250 ", other.post("carol@contoso.com", "Subject: x\r\n\r\n", "bob@fabrikam.com"),
		"the limit is the mailbox's",
	)
}

func TestASubmissionThatIsBrokenOffCountsNoMore(t *testing.T) {
	s := prompt(t, Config{MaxConcurrent: 1})
	first := authenticated(t, s)
	first.say("MAIL FROM:<" + DefaultMailbox + ">")
	first.say("RCPT TO:<bob@fabrikam.com>")
	require.Regexp(t, "^250 2.6.0 CHUNK", first.say("BDAT 3\r\nx"))
	second := authenticated(t, s)
	require.Equal(t, tooManyAtOnce, loosely(second.begin().say("x\r\n.")))
	require.Equal(t, "250 2.0.0 Resetting", first.say("RSET"))
	require.Regexp(t, "^250 ", second.begin().say("x\r\n."))
}

// burst sends messages from the bench, one after the other, and returns when each was accepted, counted from the start.
func burst(t *testing.T, s *Server, world *vtime.World, count int) []time.Duration {
	t.Helper()
	var times []time.Duration
	require.NoError(t, world.Do("printer", time.Hour, func(ctx context.Context) {
		for i := range count {
			if err := onTheBench(
				s, ctx, "printer", DefaultMailbox, s.Token(DefaultMailbox), fmt.Sprint(i),
			); err != nil {
				t.Error(i, err)
				return
			}
			times = append(times, world.Elapsed())
		}
	}))
	return times
}

func TestTheRateDelaysAndItsWindowMoves(t *testing.T) {
	world := vtime.NewStepped(time.Time{})
	defer world.Close()
	s := witness(t, RunT(t, Config{World: world}))
	first := burst(t, s, world, 20)
	require.Equal(t, time.Duration(0), first[19])
	_, err := world.Advance(40 * time.Second)
	require.NoError(t, err)
	times := burst(t, s, world, 22)
	require.Equal(t, 40*time.Second, times[9], "ten more fit into the minute")
	require.Equal(t, 60*time.Second, times[10], "the eleventh waits until the first ones have left the window")
	require.Equal(t, 60*time.Second, times[21], "and so many fit as left it")
	require.Regexp(t, "above 30 messages a minute: delayed by 20s", notes(s))
	_, err = world.Advance(2 * time.Minute)
	require.NoError(t, err)
	require.Equal(t, 3*time.Minute, burst(t, s, world, 1)[0], "nothing is owed any more")
}

func TestTheRateCanBeRefused(t *testing.T) {
	world := vtime.NewStepped(time.Time{})
	defer world.Close()
	s := prompt(
		t, Config{World: world, MessagesPerMinute: 2, RefuseAboveRate: true, IdleTimeout: -1, SessionTimeout: -1},
	)
	c := authenticated(t, s)
	for range 2 {
		require.Regexp(t, "^250 ", c.post(DefaultMailbox, "Subject: x\r\n\r\n", "bob@fabrikam.com"))
	}
	require.Equal(
		t, "421 4.4.2 Message submission rate for this client has exceeded the configured limit"+tail,
		loosely(c.say("MAIL FROM:<"+DefaultMailbox+">")),
	)
	_, err := world.Advance(time.Minute)
	require.NoError(t, err)
	require.Regexp(t, "^250 ", authenticated(t, s).post(DefaultMailbox, "Subject: x\r\n\r\n", "bob@fabrikam.com"))
}

func TestTheRecipientsOfADayRollOn(t *testing.T) {
	world := vtime.NewStepped(time.Time{})
	defer world.Close()
	s := prompt(t, Config{World: world, RecipientsPerDay: 3, IdleTimeout: -1, SessionTimeout: -1})
	c := authenticated(t, s)
	send := func(to ...string) string { return c.post(DefaultMailbox, "Subject: x\r\n\r\n", to...) }
	advance := func(d time.Duration) {
		_, err := world.Advance(d)
		require.NoError(t, err)
	}
	require.Regexp(t, "^250 ", send("a@fabrikam.com", "b@fabrikam.com"))
	advance(12 * time.Hour)
	require.Regexp(
		t, `^554 5\.2\.0 STOREDRV\.Submission\.Exception:SubmissionQuotaExceededException; `,
		send("a@fabrikam.com", "b@fabrikam.com"),
	)
	require.Regexp(t, "^250 ", send("a@fabrikam.com"), "what was refused does not count")
	advance(12 * time.Hour)
	require.Regexp(t, "^250 ", send("a@fabrikam.com", "b@fabrikam.com"), "the first two are a day old")
	require.Regexp(t, "^554 ", send("a@fabrikam.com"), "the third one is not")
}

func TestTheQuotaCountsWhatTheMailboxHoldsAlready(t *testing.T) {
	s := prompt(t, Config{})
	const address = "full@contoso.com"
	require.NoError(t, s.AddMailbox(Mailbox{Address: address, Quota: 1000}))
	c := greeted(t, s)
	require.Equal(t, accepted, c.say("AUTH XOAUTH2 {blob of "+address+"}"))
	half := "Subject: x\r\n\r\n" + strings.Repeat("x", 484) + "\r\n" // 500 octets
	require.Regexp(t, "^250 ", c.post(address, half, "bob@fabrikam.com"))
	require.Regexp(t, "^250 ", c.post(address, half, "bob@fabrikam.com"), "it is full, to the octet")
	require.Regexp(t, `^554 5\.2\.2 mailbox full; `, c.post(address, "Subject: y\r\n", "bob@fabrikam.com"))
	require.Len(t, s.Mailbox("bob@fabrikam.com"), 2)
}

func TestTheOrganizationsExternalRecipientsOfADay(t *testing.T) {
	s := prompt(t, Config{})
	require.NoError(
		t, s.AddOrganization(Organization{Domains: []string{"trial.com"}, SMTPAuth: true, ExternalRecipientsPerDay: 1}),
	)
	require.NoError(t, s.AddMailbox(Mailbox{Address: "user@trial.com"}))
	c := greeted(t, s)
	require.Equal(t, accepted, c.say("AUTH XOAUTH2 {blob of user@trial.com}"))
	for range 2 {
		require.Regexp(t, "^250 ", c.post("user@trial.com", "Subject: x\r\n\r\n", "bob@fabrikam.com"))
	}
	require.Len(t, s.Mailbox("bob@fabrikam.com"), 1)
	require.Contains(t, s.Mailbox("user@trial.com")[0].Text(), "550 5.7.233 ")
	require.Regexp(
		t, "^250 ", c.post("user@trial.com", "Subject: x\r\n\r\n", "user@trial.com"), "inside there is no such limit",
	)
	require.Len(t, s.Mailbox("user@trial.com"), 2)
}

func TestRecipientsOfAMessageAreTheMailboxesSetting(t *testing.T) {
	s := prompt(t, Config{})
	_, err := s.Cmdlet("Set-Mailbox", []string{DefaultMailbox, "-RecipientLimits", "2"})
	require.NoError(t, err)
	c := authenticated(t, s)
	c.say("MAIL FROM:<" + DefaultMailbox + ">")
	for range 2 {
		require.Regexp(t, "^250 ", c.say("RCPT TO:<bob@fabrikam.com>"))
	}
	require.Equal(t, "452 4.5.3 Too many recipients"+tail, loosely(c.say("RCPT TO:<bob@fabrikam.com>")))
	_, err = s.Cmdlet("Set-Mailbox", []string{DefaultMailbox, "-RecipientLimits", "1001"})
	require.ErrorContains(t, err, "1 to 1000")
}

// notes are the server's notes in the journal.
func notes(s *Server) string {
	text := ""
	for _, entry := range s.Journal().Entries() {
		if entry.Party == Party {
			text += entry.Text.String() + "\n"
		}
	}
	return text
}

func TestAnIdleConnectionIsEndedByTheWorldsClock(t *testing.T) {
	for name, flowing := range map[string]bool{"in a flowing World": true, "in a stepped World, from outside": false} {
		t.Run(name, func(t *testing.T) {
			world := vtime.NewStepped(time.Time{})
			if flowing {
				world = vtime.NewFlowing(vtime.DefaultStart)
			}
			defer world.Close()
			s := prompt(t, Config{World: world})
			c := authenticated(t, s)
			_, err := world.Advance(4 * time.Minute)
			require.NoError(t, err)
			require.Equal(t, "250 2.0.0 OK", c.say("NOOP"), "in time")
			_, err = world.Advance(4 * time.Minute)
			require.NoError(t, err)
			require.Equal(t, "250 2.0.0 OK", c.say("NOOP"), "it counts from the last sign of life")
			_, err = world.Advance(5*time.Minute + time.Second)
			require.NoError(t, err)
			c.play("S: 421 4.4.1 Connection timed out" + tail + "\nCLOSED")
			if !flowing {
				require.Contains(t, transcript(s), "421 4.4.1 Connection timed out [", "")
				require.Contains(
					t, transcript(s), "2026-03-02T09:13:00.000Z", "the reply bears the time at which the wait ended",
				)
			}
		})
	}
}

func TestAConnectionOfTwentyMinutesIsEnded(t *testing.T) {
	world := vtime.NewFlowing(vtime.DefaultStart)
	defer world.Close()
	s := prompt(t, Config{World: world, IdleTimeout: -1})
	c := authenticated(t, s)
	_, err := world.Advance(20 * time.Minute)
	require.NoError(t, err)
	line := c.line()
	require.Regexp(t, regexp.MustCompile(`^421 4\.4\.1 Connection timed out\. Total session duration: 00:20:00\.0000000 \[`), line)
	c.play("CLOSED")
}

func TestAClientOnTheBenchMeetsTheTimeOutWhenItComesBack(t *testing.T) {
	world := vtime.NewStepped(time.Time{})
	defer world.Close()
	s := witness(t, RunT(t, Config{World: world}))
	clock := world.Clock("printer")
	var line string
	require.NoError(t, world.Do("printer", time.Hour, func(ctx context.Context) {
		conn, err := s.Network().Dialer("printer").DialContext(ctx, "tcp", "smtp.office365.com:587")
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		c := &talker{t: t, server: s, conn: conn, reader: newReader(conn), words: noWords}
		c.reply()
		c.say("EHLO printer")
		if err := clock.Sleep(ctx, 6*time.Minute); err != nil {
			t.Error(err)
		}
		line = c.say("MAIL FROM:<alice@contoso.com>")
	}))
	require.Equal(t, "421 4.4.1 Connection timed out"+tail, loosely(line))
	require.Contains(t, line, "2026-03-02T09:05:00.000Z")
	require.Equal(t, vtime.DefaultStart.Add(6*time.Minute), world.Now(), "no event was due in between")
	require.Equal(t, history.TimedOut, s.Sessions()[0].End)
}
