package contract_test

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
	"mfpsim/lab"
	"mfpsim/report"
	"mfpsim/scenarios"
)

const realHeader = `# id: chapter/name
# title: A test
# guide: Cannot Send Email
# proves: R39
# level: MUST

tenant contoso.com smtp-auth=enabled security-defaults=off
user admin@contoso.com role='Cloud Application Administrator' mailbox
`

const signsIn = "printer sign-in admin@contoso.com\n"

const signsInByHand = `webconfig log-in
webconfig open 'Network > Email Server > Basic'
webconfig set 'Authentication Method' OAuth2
webconfig set 'Email service' 'Microsoft Exchange Online'
webconfig click 'Sign In'
webconfig click 'Sign in with Microsoft'
webconfig copy code
webconfig follow url
clock +2s
browser sign-in admin@contoso.com consent=organization
webconfig shows 'Current Status' 'Signed in'
webconfig click OK
`

const sends = "scan email bob@fabrikam.com\njobs shows Email Completed\nmailbox bob@fabrikam.com count 1\n"

const fails = "scan email bob@fabrikam.com\njobs shows Email Completed within=1s\n"

// played is a script that is played, or was. What it has may be read when done is closed.
type played struct {
	done    chan struct{}
	result  scenarios.Result
	secrets []string
	err     error
}

// wait waits until it was played.
func (p *played) wait(t *testing.T) scenarios.Result {
	t.Helper()
	<-p.done
	require.NoError(t, p.err)
	return p.result
}

// inRealTime begins to play a script on a core that goes by the machine's clock: who waits for time needs no processor,
// so a test begins with all of its own. A code is asked after each second, and lives that are cut short are of seconds.
func inRealTime(t *testing.T, core, script string, change func(*scenarios.Options)) *played {
	t.Helper()
	p := &played{done: make(chan struct{})}
	root := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(root, "chapter"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(root, "chapter", "name.txtar"), []byte(realHeader+script), 0o600))
	margin, none := 200*time.Millisecond, time.Duration(0)
	o := scenarios.Options{
		Seed: 7, Folder: root, Core: command(core + ", clock: real, margin: 200ms"), Patience: -1, KeepFiles: true,
		Configure: func(c *lab.Config) {
			c.Entra = func(e *fakeentra.Config) { e.Interval = time.Second }
		},
		RealTime: &scenarios.RealTime{
			Longest: 8 * time.Second, AccessTokenMargin: &margin, RefreshTokenMargin: &none,
			TokenSlack: 500 * time.Millisecond, SignInLife: 2 * time.Second, Reading: 1200 * time.Millisecond,
		},
		Inspect: func(_ scenarios.Result, l *lab.Lab) { p.secrets = secretsOf(l) },
	}
	if change != nil {
		change(&o)
	}
	go func() {
		defer close(p.done)
		results, err := scenarios.Run(t.Context(), o)
		if p.err = err; err == nil {
			p.result = results[0]
		}
	}()
	return p
}

func TestACoreThatSleepsItself(t *testing.T) {
	t.Parallel()
	type one struct {
		name, kind string
		*played
	}
	var all []one
	cores := []string{"", ", tls: own"}
	if runtime.GOOS == "linux" {
		cores = append(cores, ", dial: own")
	}
	for name, test := range map[string]struct{ core, script string }{
		"polls by itself, and sends":         {"held", signsInByHand + sends},
		"loses a sign-in that was cut short": {"held", signsIn + sends + "clock +91d\nscan email bob@fabrikam.com\njobs shows Email 361\n"},
		"takes a new access token when its time comes": {"held", signsIn + sends + `clock +2h
scan email bob@fabrikam.com
mailbox bob@fabrikam.com count 2
wire shows entra grant_type=refresh_token
`},
		"keeps nobody waiting but a second job": {"sleeps a while", signsIn + `scan email bob@fabrikam.com
panel shows @sending
scan email carol@fabrikam.com
sheet print
jobs 1 shows bob@fabrikam.com Sending
webconfig log-in
webconfig open 'Network > Email Server > Basic'
jobs 2 shows carol@fabrikam.com Completed
mailbox bob@fabrikam.com count 1
mailbox carol@fabrikam.com count 1
`},
		"hears of a cancel in its sleep": {"hears of a cancel", signsIn + `scan email bob@fabrikam.com
panel shows @sending
panel press Cancel
jobs shows bob@fabrikam.com Canceled
mailbox bob@fabrikam.com is empty
`},
		"is stopped while a server is silent": {"held", signsIn + `network smtp silent times=1
scan email bob@fabrikam.com
panel shows @sending
clock +1s
panel press Cancel
jobs shows bob@fabrikam.com Canceled
` + "scan email carol@fabrikam.com\nmailbox carol@fabrikam.com count 1\nmailbox bob@fabrikam.com is empty\n"},
		"is started again when it sleeps through a cancel": {"sleeps for long", signsIn + `scan email bob@fabrikam.com
panel shows @sending
panel press Cancel
jobs shows bob@fabrikam.com Canceled
webconfig log-in
webconfig open 'Network > Email Server > Basic'
webconfig shows 'Current Status' 'Signed in'
`},
		"is dark at once": {"sleeps for long", signsIn + `scan email bob@fabrikam.com
panel shows @sending
power off
power on
jobs shows bob@fabrikam.com Error
webconfig log-in
webconfig open 'Network > Email Server > Basic'
webconfig shows 'Current Status' 'Signed in'
`},
	} {
		for _, kind := range cores {
			alike := kind == ", tls: own" && !strings.HasPrefix(name, "polls")
			if alike || kind != "" && test.core == "hears of a cancel" {
				continue // what it does is the same; and the core of this test sleeps when it has used its sockets
			}
			all = append(all, one{name, kind, inRealTime(t, test.core+kind, test.script, nil)})
		}
	}
	for _, p := range all {
		t.Run(p.name+p.kind, func(t *testing.T) {
			r := p.wait(t)
			require.Equal(t, report.Passed, r.Verdict, r.Failure)
			require.Less(t, r.VirtualTime, time.Minute)
			trace := r.Files["core.jsonl"]
			for _, secret := range p.secrets {
				require.False(t, bytes.Contains(trace, []byte(secret)), "a secret is in the trace")
			}
			told := strings.Contains(p.name, "cancel") || strings.Contains(p.name, "silent") && p.kind != ""
			require.Equal(t, told, bytes.Contains(trace, []byte(`"event":"interrupt"`)))
			requireFitsTheSchema(t, trace)
			again := strings.Contains(p.name, "started again") || strings.Contains(p.name, "dark")
			require.Equal(t, again, bytes.Contains(trace, []byte(`"start":2`)), "another process")
		})
	}
}

func TestACoreThatSleepsBetweenPollsIsNoExchangeUnderWay(t *testing.T) {
	t.Parallel()
	const longest = 40 * time.Second
	script := strings.Replace(signsInByHand, "clock +2s\n", "! panel shows @sending\n", 1) + sends
	r := inRealTime(t, "right", script, func(o *scenarios.Options) { o.RealTime.Longest = longest }).wait(t)
	require.Equal(t, report.Passed, r.Verdict, r.Failure)
	require.Less(t, r.VirtualTime, longest, "nobody has waited for its end")
}

// requireFitsTheSchema holds the lines against the schema that nobody answers; the others are held to it by the core.
func requireFitsTheSchema(t *testing.T, trace []byte) {
	t.Helper()
	for text := range bytes.Lines(trace) {
		if !bytes.Contains(text, []byte(`"event":"interrupt"`)) {
			continue
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		require.NoError(t, err)
		whole, is := value.(map[string]any)
		require.True(t, is)
		require.NoError(t, schemas()["event"].Validate(whole["to"]))
	}
}

func TestACoreThatSleepsItselfIsRefusedOnABenchWhoseTimeStands(t *testing.T) {
	_, err := scenarios.Run(
		t.Context(), scenarios.Options{Patterns: []string{guide}, Core: command("right, clock: real")},
	)
	require.ErrorContains(t, err, "the core says clock: real, and the time of this bench stands still")
}

func TestACoreThatSleepsItselfAndGoesWrongIsNamed(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		core, script string
		change       func(*scenarios.Options)
		verdict      report.Verdict
		says         string
	}{
		"polls too fast": {
			core: "polls too fast", script: signsIn + sends, verdict: report.Failed, says: "asked-poll: the core polls after 1",
			change: func(o *scenarios.Options) {
				o.Configure = func(c *lab.Config) {
					c.Entra = func(e *fakeentra.Config) { e.Interval = 3 * time.Second }
				}
				o.RealTime.Reading = 3 * time.Second
			},
		},
		"wants to be woken all the same": {
			core: "wants to be woken", script: signsIn + fails, verdict: report.Failed,
			says: `"wake_at" from a core that says clock: real; it sleeps itself, before it answers`,
		},
		"dies": {
			core: "dies", script: signsIn + fails, verdict: report.Failed,
			says: `the process ended while "send" waited for an answer: exit status 3`,
		},
		"connects in a check": {
			core: "connects in a check, dial: own", script: signsInByHand + "panel shows Scan\n", verdict: report.Failed,
			says: "the core connects to smtp-mail.outlook.com:587", // in what line is the machine's affair
		},
		"asks a name server": {
			core: "asks a name server, dial: own", script: signsIn + fails, verdict: report.Failed,
			says: "the core has a connection to a name server, 127.0.0.53:53, which is none of the bench's",
		},
		"sleeps for longer than anybody waits": {
			core: "sleeps for long", script: signsIn + "scan email bob@fabrikam.com\nclock +5s\njobs shows Email Completed within=1s\n",
			change:  func(o *scenarios.Options) { o.RealTime.Longest = 5 * time.Second },
			verdict: report.Undecided, says: `no answer to "send" within 5s of the bench's clock, in which the core slept: not decided; --patience waits longer`,
		},
		"has a job that is under way when the patience is over": {
			core: "sleeps for long", script: signsIn + fails,
			change:  func(o *scenarios.Options) { o.Patience = time.Second },
			verdict: report.Undecided, says: "is under way, 1 s after the time that this step gives it: not decided; --patience waits longer",
		},
	}
	all := map[string]*played{}
	for name, test := range tests {
		if runtime.GOOS == "linux" || !strings.Contains(test.core, "dial: own") {
			all[name] = inRealTime(t, test.core, test.script, test.change)
		}
	}
	for name, p := range all {
		t.Run(name, func(t *testing.T) {
			r, test := p.wait(t), tests[name]
			require.Equal(t, test.verdict, r.Verdict, r.Failure)
			require.Contains(t, r.Failure, test.says)
		})
	}
}
