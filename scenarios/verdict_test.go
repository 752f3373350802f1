package scenarios_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/report"
	"mfpsim/scenarios"
)

// signedIn is the beginning of a story.
const signedIn = `tenant contoso.com smtp-auth=enabled security-defaults=off
user scanner@contoso.com role='Cloud Application Administrator' mailbox
printer sign-in scanner@contoso.com
`

// silence is a story in which the printer gives up after five minutes.
const silence = signedIn + `network smtp silent
scan email bob@fabrikam.com
`

func TestVerdicts(t *testing.T) {
	should := strings.Replace(header, "MUST", "SHOULD", 1)
	for name, test := range map[string]struct {
		text     string
		patience time.Duration
		want     report.Verdict
		says     string
	}{
		"what must be and is not fails": {
			text: header + signedIn + "jobs count 1\n", want: report.Failed,
			says: "FAIL chapter/name.txtar:10: jobs count 1\n",
		},
		"what should be and is not warns": {
			text: should + signedIn + "jobs count 1\n", want: report.Warned,
			says: "WARN chapter/name.txtar:10: jobs count 1\n",
		},
		"another code warns where the guide leaves it open": {
			text: header + signedIn + "entra revoke scanner@contoso.com\nclock +91d\nscan email bob@fabrikam.com\n" +
				"jobs shows Email 370\nmailbox bob@fabrikam.com is empty\n",
			want: report.Warned,
			says: "WARN chapter/name.txtar: its lines hold but for this\n" +
				"  line 13: Email 370: 361 is shown; the guide leaves open which code a cause has\n",
		},
		"a code that the guide does not leave open fails": {
			text: header + signedIn + "clock +91d\nscan email bob@fabrikam.com\njobs shows Email 360\n", want: report.Failed,
			says: "FAIL chapter/name.txtar:12: jobs shows Email 360\n",
		},
		"what comes late warns": {
			text: header + silence + "jobs shows Email 313\n", want: report.Warned,
			says: "line 12: Email 313: it came only after 5 min\n",
		},
		"a device that is still at it when the patience is over is not decided": {
			text: header + silence + "jobs shows Email 313\n", patience: time.Minute, want: report.Undecided,
			says: "NOT DECIDED chapter/name.txtar:12: jobs shows Email 313\n  job 1 of printer is under way, 1 min after",
		},
		"without patience it fails": {
			text: header + silence + "jobs shows Email 313\n", patience: -1, want: report.Failed,
			says: "FAIL chapter/name.txtar:12: jobs shows Email 313\n",
		},
		"a device that has given up and shows something else fails": {
			text: header + silence + "jobs shows Email 360\n", want: report.Failed,
			says: "FAIL chapter/name.txtar:12: jobs shows Email 360\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			results, err := scenarios.Run(t.Context(), scenarios.Options{
				Folder: folder(t, test.text), Seed: 7, Patience: test.patience, KeepFiles: true,
			})
			require.NoError(t, err)
			require.Equal(t, test.want, results[0].Verdict, results[0].Failure)
			require.False(t, results[0].Passed)
			require.Contains(t, results[0].Failure, test.says)
			require.Contains(t, string(results[0].Files["failure.txt"]), test.says)
			require.Equal(t, test.want == report.Failed || test.want == report.Undecided, test.want.Fails())
		})
	}
}

func TestAFailureThatIsKnownIsExpected(t *testing.T) {
	const fails, passes = header + signedIn + "jobs count 1\n", header + signedIn + "jobs count 0\n"
	const id = "chapter/name"
	for name, test := range map[string]struct {
		text     string
		baseline string
		want     report.Verdict
		says     string
		stale    []string
	}{
		"as it says": {
			text: fails, baseline: id + ": {because: ticket 4711}\n", want: report.Expected, says: "jobs count 1",
		},
		"at the line that it says": {
			text: fails, baseline: id + ":\n  because: ticket 4711\n  step: jobs count 1\n", want: report.Expected,
		},
		"at another line it fails": {
			text: fails, baseline: id + ":\n  because: ticket 4711\n  step: jobs count 2\n", want: report.Failed,
			says: "the baseline expects it to fail elsewhere: jobs count 2",
		},
		"one that does not fail any more is stale": {
			text: passes, baseline: id + ": {because: ticket 4711}\n", want: report.Passed,
			stale: []string{"chapter/name is passed, and is expected to fail: ticket 4711"},
		},
		"one that only warns is stale": {
			text: strings.Replace(fails, "MUST", "SHOULD", 1), baseline: id + ": {because: ticket 4711}\n",
			want: report.Warned, stale: []string{"chapter/name is warned, and is expected to fail: ticket 4711"},
		},
		"a broken law has no line": {
			text:     header + signedIn + "scan email bob@fabrikam.com\njobs shows Email\n",
			baseline: id + ":\n  because: x\n  step: its lines hold, and a law does not\n", want: report.Passed,
			stale: []string{"chapter/name is passed, and is expected to fail: x"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			baseline, err := scenarios.ReadBaseline("known.yaml", []byte(test.baseline))
			require.NoError(t, err)
			results, err := scenarios.Run(t.Context(), scenarios.Options{
				Folder: folder(t, test.text), Seed: 7, Baseline: baseline,
			})
			require.NoError(t, err)
			require.Equal(t, test.want, results[0].Verdict, results[0].Failure)
			require.Contains(t, results[0].Failure, test.says)
			require.Equal(t, test.stale, baseline.Stale(results))
		})
	}
}

func TestABaselineThatCannotBeReadIsRefused(t *testing.T) {
	for name, test := range map[string]struct{ text, says string }{
		"no reason":      {"setup/exchange-online: {step: jobs count 1}\n", "setup/exchange-online does not say why"},
		"an unknown key": {"setup/exchange-online: {because: x, line: 3}\n", `unknown field "line"`},
		"twice":          {"a/b: {because: x}\na/b: {because: y}\n", "already defined"},
		"no mapping":     {"- setup/exchange-online\n", "known.yaml: "},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := scenarios.ReadBaseline("known.yaml", []byte(test.text))
			require.ErrorContains(t, err, test.says)
		})
	}
	_, err := scenarios.Run(t.Context(), scenarios.Options{
		Baseline: scenarios.Baseline{"setup/exchange-onlin": {Because: "x"}},
	})
	require.EqualError(t, err, "the baseline expects setup/exchange-onlin to fail, and there is no such scenario; "+
		"the nearest is setup/exchange-online")
}

func TestTheNextBaselineKeepsWhatIsKnown(t *testing.T) {
	before := scenarios.Baseline{
		"setup/exchange-online": {Because: "ticket 1"}, "a/b": {Because: "ticket 2"}, "a/c": {Because: "ticket 3"},
	}
	after := before.Next([]scenarios.Result{
		{Scenario: scenarios.Scenario{ID: "a/b"}, Verdict: report.Passed},
		{Scenario: scenarios.Scenario{ID: "a/c"}, Verdict: report.Expected, Step: "jobs count 1"},
		{Scenario: scenarios.Scenario{ID: "a/d"}, Verdict: report.Failed, Step: "panel shows 'a: b'"},
		{Scenario: scenarios.Scenario{ID: "a/e"}, Verdict: report.Warned},
	})
	text, err := after.YAML()
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "known.yaml")
	require.NoError(t, os.WriteFile(path, text, 0o600))
	read, err := scenarios.ReadBaseline(path, text)
	require.NoError(t, err)
	require.Equal(t, scenarios.Baseline{
		"setup/exchange-online": {Because: "ticket 1"},
		"a/c":                   {Because: "ticket 3", Step: "jobs count 1"},
		"a/d":                   {Because: "not explained yet", Step: "panel shows 'a: b'"},
	}, read)
}

func FuzzReadBaseline(f *testing.F) {
	f.Add([]byte("a/b: {because: x, step: jobs count 1}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		baseline, err := scenarios.ReadBaseline("known.yaml", text)
		if err != nil {
			return
		}
		written, err := baseline.YAML()
		require.NoError(t, err)
		again, err := scenarios.ReadBaseline("known.yaml", written)
		require.NoError(t, err, "%s", written)
		require.Equal(t, len(baseline), len(again))
	})
}
