package fakesmtp

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/fakesmtp/internal/answers"
	"mfpsim/fakesmtp/internal/history"
	"mfpsim/fakesmtp/internal/replies"
	"mfpsim/fakesmtp/internal/wire"
	"mfpsim/fakesmtp/refusal"
	"mfpsim/vtime"
)

// until brings a talker as far as a moment, as a client does that sends one message, and returns the reply at that
// moment.
func (c *talker) until(on answers.Moment) string {
	c.t.Helper()
	steps := []struct {
		on   answers.Moment
		line string
	}{
		{"EHLO", "EHLO printer"},
		{"HELO", "HELO printer"},
		{"STARTTLS", "STARTTLS"},
		{"NOOP", "NOOP"},
		{"AUTH", "AUTH XOAUTH2"},
		{OnResponse, "{blob}"},
		{"VRFY", "VRFY bob"},
		{"MAIL", "MAIL FROM:<alice@contoso.com>"},
		{"RCPT", "RCPT TO:<bob@fabrikam.com>"},
		{"RSET", "RSET"},
		{"BDAT", "MAIL FROM:<alice@contoso.com>\r\nRCPT TO:<bob@fabrikam.com>\r\nBDAT 4\r\nx"},
		{"RSET", "RSET"},
		{"DATA", "MAIL FROM:<alice@contoso.com>\r\nRCPT TO:<bob@fabrikam.com>\r\nDATA"},
		{OnEndOfData, "Subject: x\r\n\r\n."},
		{"HELP", "HELP"},
		{"EXPN", "EXPN a"},
		{"QUIT", "QUIT"},
	}
	if on == OnConnect {
		return c.line()
	}
	c.reply()
	for _, step := range steps {
		if step.on == on {
			if strings.Contains(step.line, "\r\nRCPT") {
				c.send(strings.Replace(step.line, "BDAT 4\r\nx", "BDAT 3\r\nx\r\n", 1))
				if on == "DATA" {
					c.send("\r\n")
				}
				c.reply()
				c.reply()
				return c.line()
			}
			c.send(step.line + "\r\n")
			return c.line()
		}
		if strings.HasPrefix(string(step.on), "BDAT") || step.on == "QUIT" {
			continue
		}
		if strings.Contains(step.line, "\r\nRCPT") {
			for _, line := range strings.Split(step.line, "\r\n") {
				c.say(line)
			}
			continue
		}
		c.say(step.line)
		if step.on == "STARTTLS" {
			c.startTLS()
			c.say("EHLO printer")
		}
	}
	c.t.Fatalf("no moment %q", on)
	return ""
}

func TestAPlantedAnswerHasItsWayAtEveryMoment(t *testing.T) {
	moments := []answers.Moment{OnConnect, OnResponse, OnEndOfData}
	for _, verb := range wire.Verbs() {
		moments = append(moments, answers.Moment(verb))
	}
	for _, on := range moments {
		t.Run(string(on), func(t *testing.T) {
			t.Parallel()
			s := prompt(t, Config{})
			require.NoError(t, s.Arm(Answer{On: on, Reply: "451 4.7.0 Not now, {client}", Times: 1}))
			require.Equal(t, "451 4.7.0 Not now, 127.0.0.1", dial(t, s).until(on))
			require.Empty(t, s.UnmetAnswers())
			if on != "HELP" && on != "EXPN" && on != "QUIT" { // which come after it
				require.Empty(t, s.Mailbox("bob@fabrikam.com"))
			}
			require.Contains(t, notes(s), "answer "+string(on)+": \"451 4.7.0 Not now, {client}\" 1 times")
		})
	}
}

func TestPlantedAnswersAreCountedAndSequenced(t *testing.T) {
	s := prompt(t, Config{})
	require.NoError(t, s.Arm(
		Answer{On: "NOOP", Reply: "451 4.0.0 One", After: 1, Times: 2},
		Answer{On: "NOOP", Reply: "452 4.0.0 Two\n4.0.0 lines", Times: 1, After: 3},
		Answer{On: "NOOP", From: "printer", Reply: "599 5.0.0 Somebody else's", After: 100},
	))
	require.Len(t, s.UnmetAnswers(), 3)
	c := dial(t, s)
	c.reply()
	for _, reply := range []string{
		"250 2.0.0 OK", "451 4.0.0 One", "451 4.0.0 One", "452 4.0.0 lines", "250 2.0.0 OK",
	} {
		require.Equal(t, reply, c.say("NOOP"))
	}
	require.Len(t, s.UnmetAnswers(), 1)
	s.ClearAnswers()
	require.Equal(t, "250 2.0.0 OK", c.say("NOOP"))
	require.Empty(t, s.UnmetAnswers(), "what is cleared is wanted no more")
}

// cleaning is a test whose end can be had early.
type cleaning struct {
	recorder
	end []func()
}

func (c *cleaning) Cleanup(f func()) { c.end = append(c.end, f) }

func TestAnUnmetAnswerFailsTheTestByName(t *testing.T) {
	c := &cleaning{recorder: recorder{T: t}}
	s := RunT(c, Config{})
	require.NoError(
		t,
		s.Arm(
			Answer{Name: "the fax drops the line", On: "MAIL", Then: Disconnect},
			Answer{On: "RCPT", Reply: "550 No", Times: 2},
		),
	)
	for _, f := range c.end {
		f()
	}
	require.Equal(t, []string{
		`fakesmtp: the answer "the fax drops the line" was not met as often as it was to be`,
		`fakesmtp: the answer "RCPT: \"550 No\" 2 times" was not met as often as it was to be`,
	}, c.reported())
}

func TestPlantedAnswersThatAreNone(t *testing.T) {
	s := prompt(t, Config{})
	require.ErrorIs(t, s.Arm(Answer{On: "MAIL FROM", Reply: "451 x"}), answers.ErrNoMoment)
	require.ErrorIs(t, s.Arm(Answer{On: "MAIL", Reply: "no"}), answers.ErrNoReply)
	require.ErrorIs(t, s.Arm(Answer{On: "MAIL", Event: "no such row"}), answers.ErrNoReply)
	require.Empty(t, s.UnmetAnswers())
}

func TestHowAPlantedAnswerAnswers(t *testing.T) {
	rest := func(c *talker) string {
		all, err := io.ReadAll(c.reader)
		if err != nil {
			return string(all) + "(" + class(err) + ")"
		}
		return string(all)
	}
	for name, b := range map[string]struct {
		answer    Answer
		got       string
		delivered int
	}{
		"a disconnect after the reply":       {Answer{On: OnEndOfData, Then: Disconnect}, "250 2.0.0 OK <ID>", 1},
		"a disconnect in place of the reply": {Answer{On: OnEndOfData, Silent: true, Then: Disconnect}, "", 0}, "delivered, and nobody is told": {Answer{On: OnEndOfData, Silent: true, CarriedOut: true, Then: Disconnect}, "", 1},
		"a reset": {Answer{On: OnEndOfData, Then: Reset}, "(reset)", 0}, "a half-close after a refusal": {Answer{On: OnEndOfData, Reply: "451 4.3.0 Later", Then: HalfClose}, "451 4.3.0 Later\r\n", 0}, "delivered, but the client hears no": {Answer{On: OnEndOfData, Reply: "421 4.3.0 Bye", CarriedOut: true}, "421 4.3.0 Bye\r\n", 1}, "garbled octets": {Answer{On: OnEndOfData, Garbled: "\xff\x002 5 0\n", Then: Disconnect}, "\xff\x002 5 0\n", 0}, "a split reply": {Answer{On: OnEndOfData, Reply: "421 4.3.0 Bye", Split: 5, Pause: time.Millisecond}, "421 4.3.0 Bye\r\n", 0}, "a row of the table with its tail": {Answer{On: OnEndOfData, Event: replies.TooManySubmissions, Then: HalfClose}, tooManyAtOnce + "\r\n", 0}, "a late reply, which is Exchange's own": {Answer{On: OnEndOfData, Delay: time.Millisecond, Then: HalfClose}, "250 2.0.0 OK <ID>", 1},
		"any moment, here the next one to come": {Answer{On: OnAny, After: 8, Reply: "421 4.3.0 Any"}, "421 4.3.0 Any\r\n", 0}, "nothing, and the connection stays open": {Answer{On: OnEndOfData, Silent: true}, "250 2.0.0 OK\r\n221 2.0.0 Service closing transmission channel\r\n", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := prompt(t, Config{})
			b.answer.Times = 1
			require.NoError(t, s.Arm(b.answer))
			c := dial(t, s)
			c.reply()
			c.say("EHLO printer")
			c.say("STARTTLS")
			c.startTLS()
			c.say("EHLO printer")
			require.Equal(t, accepted, c.say("AUTH XOAUTH2 {blob}"))
			c.begin()
			c.send("Subject: x\r\n\r\n.\r\n")
			if name == "nothing, and the connection stays open" {
				c.send("NOOP\r\nQUIT\r\n")
			}
			got := loosely(rest(c))
			if strings.Contains(got, "<<ID>@<BE>>") {
				got = strings.Replace(got, " <<ID>@<BE>> [Hostname=<BE>]\r\n", " <ID>", 1)
			}
			require.Equal(t, b.got, got)
			require.Len(t, s.Mailbox("bob@fabrikam.com"), b.delivered)
		})
	}
}

// class says what an error of reading is.
func class(err error) string {
	switch {
	case errors.Is(err, syscall.ECONNRESET):
		return "reset"
	}
	return err.Error()
}

func TestWhatGoesWrongDuringSTARTTLS(t *testing.T) {
	for name, b := range map[string]struct {
		answer Answer
		says   string
	}{
		"the line drops":    {Answer{On: OnHandshake, Then: Disconnect}, "EOF"},
		"the line is reset": {Answer{On: OnHandshake, Then: Reset}, "connection reset"}, "the server answers in SMTP": {Answer{On: OnHandshake, Garbled: "454 4.7.0 TLS not available\r\n", Then: HalfClose}, "first record does not look like a TLS handshake"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := prompt(t, Config{})
			require.NoError(t, s.Arm(b.answer))
			c := dial(t, s)
			c.reply()
			c.say("EHLO printer")
			require.Regexp(t, "^220 ", c.say("STARTTLS"))
			err := tls.Client(
				c.conn,
				&tls.Config{
					RootCAs: s.Network().Authority().Pool(), ServerName: "smtp.office365.com", Time: s.shell.Clock.Now,
				},
			).Handshake()
			require.ErrorContains(t, err, b.says)
			require.Empty(t, s.UnmetAnswers())
		})
	}
	t.Run("refused before it begins", func(t *testing.T) {
		s := prompt(t, Config{})
		require.NoError(t, s.Arm(Answer{On: "STARTTLS", Reply: "454 4.7.0 TLS not available due to temporary reason"}))
		c := dial(t, s)
		c.reply()
		c.say("EHLO printer")
		require.Regexp(t, "^454 ", c.say("STARTTLS"))
		require.Equal(t, "250 2.0.0 OK", c.say("NOOP"), "the connection goes on in clear")
	})
}

func TestADelayAndASplitRunOnTheBenchsClock(t *testing.T) {
	world := vtime.NewStepped(time.Time{})
	defer world.Close()
	s := witness(t, RunT(t, Config{World: world}))
	require.NoError(t, s.Arm(
		Answer{On: OnConnect, Delay: 7 * time.Second, Times: 1},
		Answer{On: OnEndOfData, Split: 3, Pause: 20 * time.Second, From: "printer", Times: 1},
	))
	require.NoError(t, world.Do("printer", time.Hour, func(ctx context.Context) {
		if err := onTheBench(s, ctx, "printer", DefaultMailbox, s.Token(DefaultMailbox), "x"); err != nil {
			t.Error(err)
		}
	}))
	require.Equal(t, vtime.DefaultStart.Add(27*time.Second), world.Now())
	require.Len(t, s.Mailbox("bob@fabrikam.com"), 1)
}

func TestTheBenchSeesAResetTheSameWayEveryTime(t *testing.T) {
	for range 20 {
		world := vtime.NewStepped(time.Time{})
		s := RunT(t, Config{World: world})
		require.NoError(t, s.Arm(Answer{On: "RCPT", Then: Reset}))
		var failed error
		require.NoError(t, world.Do("printer", time.Hour, func(ctx context.Context) {
			failed = onTheBench(s, ctx, "printer", DefaultMailbox, s.Token(DefaultMailbox), "x")
		}))
		world.Close()
		require.ErrorIs(t, failed, syscall.ECONNRESET)
	}
}

func TestFaultAddressesNeedNobodyToArmThem(t *testing.T) {
	s := prompt(t, Config{})
	c := authenticated(t, s)
	c.say("MAIL FROM:<alice@contoso.com>")
	require.Equal(t, "550 5.1.1 As the address asks for", c.say("RCPT TO:<rcpt-550-5.1.1@fault.test>"))
	require.Equal(t, "451 4.0.0 As the address asks for", c.say("RCPT TO:<rcpt-451@fault.test>"))
	require.Equal(t, "250 2.1.5 Recipient OK", c.say("RCPT TO:<data-452-4.3.1@fault.test>"))
	c.say("DATA")
	require.Equal(t, "452 4.3.1 As the address asks for", c.say("x\r\n."))
	c.say("RSET")
	require.Regexp(
		t,
		"^250 ",
		c.post(
			DefaultMailbox, "x\r\n", "data-delay-1ms@fault.test", "rcpt-delay-1ms@fault.test",
			"rcpt-nonsense@fault.test",
		),
	)
	c.say("MAIL FROM:<alice@contoso.com>")
	c.send("RCPT TO:<rcpt-close@fault.test>\r\n")
	_, err := c.reader.ReadByte()
	require.Error(t, err)
}

func TestSessionsShowTheFailedOnesToo(t *testing.T) {
	s := prompt(t, Config{})
	c := authenticated(t, s)
	c.post(DefaultMailbox, scan, "bob@fabrikam.com")
	c.say("QUIT")
	c.play("CLOSED")
	c = greeted(t, s)
	c.say("AUTH XOAUTH2 {bad}")
	require.NoError(t, c.conn.Close())
	require.NoError(t, s.Close())
	sessions := s.Sessions()
	require.Len(t, sessions, 2)
	good, bad := sessions[0], sessions[1]
	require.False(t, good.Failed())
	require.True(t, bad.Failed())
	require.Equal(
		t, []any{"outside#1", "smtp.office365.com", "TLS 1.3", "printer.contoso.com", DefaultMailbox, 1, history.Quit},
		[]any{good.Connection, good.Host, good.TLS, good.Hello, good.User, good.Messages, good.End},
	)
	require.Equal(t, refusal.TokenUnreadable, bad.Refusals[0].Reason)
	require.Equal(t, history.HungUp, bad.End)
	require.Contains(t, strings.Join(bad.Lines, "\n"), "S: 535 5.7.3 Authentication unsuccessful [")
	require.Contains(t, strings.Join(bad.Lines, "\n"), "C: AUTH XOAUTH2 [redacted]")
}

func TestAConnectionGoesOnAfterAPlantedAnswer(t *testing.T) {
	s := prompt(t, Config{MaxConcurrent: 1})
	require.NoError(t, s.Arm(
		Answer{On: OnEndOfData, Reply: "451 4.3.0 Later", Times: 1},
		Answer{On: "DATA", Reply: "451 4.3.0 Not yet", CarriedOut: true, After: 1, Times: 1},
		Answer{On: "DATA", Reply: "354 Go on", CarriedOut: true, After: 1, Times: 1},
		Answer{On: "STARTTLS", Reply: "454 4.7.0 Not yet", CarriedOut: true, Times: 1},
		Answer{On: OnResponse, Reply: "454 4.7.0 Not yet", Times: 1},
	))
	c := dial(t, s)
	c.reply()
	c.say("EHLO printer")
	require.Regexp(t, "^454 ", c.say("STARTTLS"))
	require.Equal(t, "250 2.0.0 OK", c.say("NOOP"), "still in clear")
	c.say("STARTTLS")
	c.startTLS()
	c.say("EHLO printer")
	c.say("AUTH LOGIN {user}")
	c.say("{password}")
	require.Equal(t, accepted, c.say("AUTH XOAUTH2 {blob}"))
	require.Equal(t, "451 4.3.0 Later", c.post(DefaultMailbox, "x\r\n", "bob@fabrikam.com"))
	c.say("MAIL FROM:<" + DefaultMailbox + ">")
	c.say("RCPT TO:<bob@fabrikam.com>")
	require.Equal(t, "451 4.3.0 Not yet", c.say("DATA"))
	require.Equal(t, "354 Go on", c.say("DATA"))
	require.Regexp(t, "^250 ", c.say("x\r\n."), "and the message before it counts as ended")
	require.Len(t, s.Mailbox("bob@fabrikam.com"), 1)
}

func TestADisconnectAfterTheServersOwnAnswerToSTARTTLS(t *testing.T) {
	s := prompt(t, Config{})
	require.NoError(t, s.Arm(Answer{On: "STARTTLS", Then: Disconnect}))
	c := dial(t, s)
	c.reply()
	c.say("EHLO printer")
	require.Regexp(t, "^220 ", c.say("STARTTLS"))
	_, err := c.reader.ReadByte()
	require.ErrorIs(t, err, io.EOF)
}
