package contract_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/contract"
	"mfpsim/journal"
	"mfpsim/lab"
	"mfpsim/laws"
	"mfpsim/report"
	"mfpsim/scenarios"
)

// play plays scenarios on a core.
func play(t *testing.T, core string, change func(*scenarios.Options), patterns ...string) []scenarios.Result {
	t.Helper()
	o := scenarios.Options{Patterns: patterns, Seed: 7, Core: command(core)}
	if change != nil {
		change(&o)
	}
	results, err := scenarios.Run(context.Background(), o)
	require.NoError(t, err)
	return results
}

const guide = "setup/exchange-online" // the guide's twelve steps

// whatTheyMeet are scenarios that have every line of the contract between them.
var whatTheyMeet = []string{
	guide, "users/to-my-email-first-time", "users/to-my-email-power-fails-in-the-middle", "trouble/expired-by-disuse",
	"trouble/sign-out-not-erased", "fax/slow-down", "exchange/connection-lost", "exchange/no-starttls",
	"status/connection-test-of-a-mail-server", "entra/hostile-answers",
}

// suite is what is left of scenarios that were played twice on our own core behind the contract, each line of which was
// held against the schema.
type suite struct {
	results []scenarios.Result
	secrets []string
	err     error
}

// playTwice plays scenarios on a core, twice each. They are looked at by several tests.
func playTwice(core string, patterns ...string) *suite {
	s := &suite{}
	var looking sync.Mutex
	s.results, s.err = scenarios.Run(context.Background(), scenarios.Options{
		Patterns: patterns, Seed: 7, Core: command(core), Repeat: 2, KeepFiles: true,
		Inspect: func(_ scenarios.Result, l *lab.Lab) {
			found := secretsOf(l)
			looking.Lock()
			defer looking.Unlock()
			s.secrets = append(s.secrets, found...)
		},
	})
	return s
}

var metTwice = sync.OnceValue(func() *suite { return playTwice("held", whatTheyMeet...) })

// requirePassed wants each case to be green both times, with the same bytes.
func (s *suite) requirePassed(t *testing.T) {
	t.Helper()
	require.NoError(t, s.err)
	require.NotEmpty(t, s.results)
	for _, r := range s.results {
		require.Equal(t, report.Passed, r.Verdict, r.Failure)
	}
}

// trace is what the record has of the lines.
func (s *suite) trace(t *testing.T) (trace []byte) {
	t.Helper()
	for _, r := range s.results {
		require.NotEmpty(t, r.Files["core.jsonl"])
		trace = append(trace, r.Files["core.jsonl"]...)
	}
	for line := range bytes.Lines(trace) {
		require.True(t, json.Valid(line))
	}
	return trace
}

func TestOurOwnCoreThroughTheContractHasTheSameVerdictsAndBytesAndEachLineFitsTheSchema(t *testing.T) {
	metTwice().requirePassed(t)
}

func TestTheSchemaHasEveryFieldOfTheLines(t *testing.T) {
	var document struct {
		Defs map[string]struct {
			Properties map[string]json.RawMessage `json:"properties"`
		} `json:"$defs"`
	}
	require.NoError(t, json.Unmarshal(contract.Schema, &document))
	for name, line := range map[string]any{
		"event": contract.Event{}, "answer": contract.Answer{}, "action": contract.Action{}, "result": contract.Result{},
		"state": contract.State{}, "settings": contract.SettingsLine{}, "service": contract.Service{},
		"owner": contract.Owner{}, "message": contract.Message{}, "attachment": contract.Attachment{}, "tls": contract.TLS{},
		"refusal": contract.Refusal{}, "field": contract.Field{},
	} {
		var described []string
		for field := range document.Defs[name].Properties {
			described = append(described, field)
		}
		require.ElementsMatch(t, fields(reflect.TypeOf(line)), described, name)
	}
}

func fields(of reflect.Type) []string {
	var names []string
	for i := range of.NumField() {
		f := of.Field(i)
		if f.Anonymous {
			names = append(names, fields(f.Type)...)
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}

func TestACoreThatBreaksTheContractIsNamedWithWhatItDid(t *testing.T) {
	for core, says := range map[string]string{
		"dies":                  `the process ended while "send" waited for an answer: exit status 3`,
		"says words":            `the answer to "send" is no JSON object of the contract (it does not begin with {): "sending\n"`,
		"says a list":           `the answer to "send" is no JSON object of the contract (it does not begin with {): "[]\n"`,
		"says too much":         `the answer to "send" is longer than 67108864 octets`,
		"another number":        `the answer to "send" has number 4; the line has`,
		"fetches":               `unknown action "fetch"`,
		"wants nothing":         `(send) asks for 0 things; it can have 1 to 32`,
		"wants much":            `(send) asks for 41 things; it can have 1 to 32`,
		"waits for nothing":     `and no outcome: it ends with "rest"`,
		"waits twice":           `is not the last thing that operation`,
		"another connection":    `"receive" on connection 2, which operation`,
		"another kind":          `an outcome of unknown kind "Tired"`,
		"even number":           `the operation 2, which the core asks for: its own have odd numbers`,
		"network in a check":    `"check" can store something, and nothing else`,
		"stores beyond the end": `the memory has 4194304`,
		"no phase":              `the state of "printer" has no phase of the contract`,
		"sleeps for ever":       `took more than 10000 steps and has no outcome`,
	} {
		t.Run(core, func(t *testing.T) {
			t.Parallel()
			r := play(t, core, nil, guide)[0]
			require.Equal(t, report.Failed, r.Verdict)
			require.Contains(t, r.Failure, says)
		})
	}
}

func TestACoreThatLiesIsFoundOutByTheScenariosLines(t *testing.T) {
	for core, says := range map[string]string{
		"sent without sending":     "mailbox",
		"signed in without asking": "shows no authentication code",
		"claims a connection test": "not on the page",
	} {
		t.Run(core, func(t *testing.T) {
			t.Parallel()
			scenario := guide
			if core == "claims a connection test" {
				scenario = "exchange/tls-to-a-plain-port"
			}
			r := play(t, core, nil, scenario)[0]
			require.Equal(t, report.Failed, r.Verdict)
			require.Contains(t, r.Failure, says)
		})
	}
}

func TestACoreThatDoesNotAnswerIsEnded(t *testing.T) {
	_, err := contract.ProbeWithin(command("hangs"), 300*time.Millisecond)
	require.EqualError(t, err, `no answer to "boot" within 300ms of machine time; killed`)
}

func TestWhatACoreSaysOfItselfIsCheckedBeforeAnythingIsPlayed(t *testing.T) {
	for core, says := range map[string]string{
		"contract 2":  "the core speaks contract 2; this is contract 1",
		"contradicts": "the core says dial: own and tls: harness; who connects himself makes TLS himself: say tls: own, or dial: harness",
		"own clock":   `the core says clock: "mine"; there are bench and real`,
		"other store": `the core says store: "tape"; there are flash and kv`,
		"other TLS":   `the core says tls: "none"; there are harness and own`,
		"boasts":      `the core says that it has "coffee"; there are`,
		"no such":     `the process ended while "boot" waited for an answer: exit status 2; its last words`,
	} {
		_, err := contract.Probe(command(core))
		require.ErrorContains(t, err, says, core)
	}
	_, err := contract.Probe([]string{"/nowhere/core"})
	require.ErrorContains(t, err, "no such file or directory")
	right, err := contract.Probe(command("right"))
	require.NoError(t, err)
	require.Empty(t, right.Lacking())
}

func TestAScenarioThatNeedsWhatACoreLacksIsSkippedWithTheReason(t *testing.T) {
	results := play(
		t, "can little", nil,
		guide, "users/to-my-email-first-time", "status/connection-test-of-a-mail-server", "fax/two-sign-ins",
	)
	skipped := map[string]string{}
	for _, r := range results {
		if r.Verdict == report.Skipped {
			skipped[r.Scenario.ID] = r.Failure
		}
	}
	require.Equal(t, map[string]string{
		"users/to-my-email-first-time":            "needs authorization-code, which this core does not have",
		"status/connection-test-of-a-mail-server": skipped["status/connection-test-of-a-mail-server"],
		"fax/two-sign-ins":                        "needs fax-server, which this core does not have",
	}, skipped)
	require.Contains(t, skipped["status/connection-test-of-a-mail-server"], "smtp-auth")
}

func TestAWishThatBreaksALawIsNamed(t *testing.T) {
	for core, law := range map[string]string{
		"does not verify the cloud": "asked-verified", "does not verify the mail": "asked-verified",
		"another name": "asked-name", "old TLS": "asked-version", "another endpoint": "asked-endpoint",
		"another server": "asked-server", "logs in in clear": "asked-login", "polls at once": "asked-poll",
		"stores early": "asked-store",
	} {
		t.Run(core, func(t *testing.T) {
			t.Parallel()
			r := play(t, core, nil, guide)[0]
			require.Equal(t, report.Failed, r.Verdict)
			require.Contains(t, r.Failure, law+":", "with its sentence and clause")
			require.True(t, slices.ContainsFunc(r.Broken, func(b laws.Breach) bool { return b.Law.ID == law }))
		})
	}
	t.Run("a refreshed token is used before it is stored", func(t *testing.T) {
		r := play(t, "drops a store", nil, "entra/one-token-an-hour")[0]
		require.Equal(t, report.Failed, r.Verdict)
		require.Contains(t, r.Failure, "asked-kept: the core connects to smtp-mail.outlook.com after a refresh")
	})
}

func TestTheTraceOfTheLinesHasNoSecrets(t *testing.T) {
	trace, secrets := metTwice().trace(t), metTwice().secrets
	require.Greater(t, len(secrets), 50)
	for _, s := range secrets {
		require.False(t, bytes.Contains(trace, []byte(s)), "a secret of %d letters is in the trace", len(s))
		for shift := range 3 { // as it may stand in base64
			encoded := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + s))
			require.False(t, bytes.Contains(trace, []byte(encoded[4:len(encoded)-4])), "a secret is there, encoded")
		}
	}
}

// secretsOf are the tokens and codes that went over the wires of a bench, and its passwords.
func secretsOf(l *lab.Lab) []string {
	var found []string
	add := func(s string) {
		if len(s) >= 12 && !slices.Contains(found, s) {
			found = append(found, s)
		}
	}
	for _, e := range l.Journal.Entries() {
		if e.Kind != journal.KindHTTP || e.HTTP == nil {
			continue
		}
		var answer map[string]any
		if json.Unmarshal([]byte(e.HTTP.ResponseBody.Reveal()), &answer) == nil {
			for _, name := range []string{"access_token", "refresh_token", "id_token", "device_code"} {
				s, _ := answer[name].(string)
				add(s)
			}
		}
	}
	return found
}

func TestTheWordsOfACommandLine(t *testing.T) {
	for line, words := range map[string][]string{
		"core":                         {"core"},
		"  python3   core.py ":         {"python3", "core.py"},
		`"my core" --name 'a b' c" "d`: {"my core", "--name", "a b", "c d"},
		`core ""`:                      {"core", ""},
	} {
		got, err := contract.Split(line)
		require.NoError(t, err)
		require.Equal(t, words, got)
	}
	for line, says := range map[string]string{"": "no command is named", `core "x`: `a " is not closed`} {
		_, err := contract.Split(line)
		require.EqualError(t, err, says)
	}
}
