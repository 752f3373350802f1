package scenarios_test

import (
	"bytes"
	"encoding/json"
	"regexp"
	"runtime"
	"sort"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/journal"
	"mfpsim/lab"
	"mfpsim/scenarios"
)

// play runs scenarios and returns every file of their evidence.
func play(t *testing.T, o scenarios.Options) map[string][]byte {
	t.Helper()
	o.KeepFiles = true
	results, err := scenarios.Run(t.Context(), o)
	require.NoError(t, err)
	files := map[string][]byte{}
	for _, r := range results {
		for name, content := range r.Files {
			files[r.Scenario.ID+"/"+name] = content
		}
	}
	return files
}

// equal compares two evidences and shows the first line that differs.
func equal(t *testing.T, a, b map[string][]byte) {
	t.Helper()
	require.Equal(t, names(a), names(b))
	for _, name := range names(a) {
		if bytes.Equal(a[name], b[name]) {
			continue
		}
		one, two := strings.Split(string(a[name]), "\n"), strings.Split(string(b[name]), "\n")
		for i := range one {
			require.Less(t, i, len(two), "%s ends early", name)
			require.Equal(t, one[i], two[i], "%s:%d", name, i+1)
		}
		require.Equal(t, len(one), len(two), name)
	}
}

func names(files map[string][]byte) []string {
	var list []string
	for name := range files {
		list = append(list, name)
	}
	sort.Strings(list)
	return list
}

func TestTheSameSeedGivesTheSameBytes(t *testing.T) {
	patterns := []string(nil)
	if testing.Short() {
		patterns = []string{"setup", "trouble/expired-by-disuse", "exchange/silent"}
	}
	first := play(t, scenarios.Options{Seed: 7, Patterns: patterns})
	size := 0
	for _, content := range first {
		size += len(content)
	}
	require.Greater(t, len(first), 20, "files of evidence")
	require.Greater(t, size, 100_000, "bytes of evidence")

	t.Run("on one processor", func(t *testing.T) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
		equal(t, first, play(t, scenarios.Options{Seed: 7, Patterns: patterns, Parallel: 2}))
	})
	t.Run("with a busy loop beside it", func(t *testing.T) {
		var stop atomic.Bool
		defer stop.Store(true)
		go func() {
			for n := 0; !stop.Load(); n++ {
				_ = n * n
			}
		}()
		equal(t, first, play(t, scenarios.Options{Seed: 7, Patterns: patterns}))
	})
}

// identifiers are the forms that seeded ids, tokens and codes take in evidence.
var identifiers = []*regexp.Regexp{
	regexp.MustCompile(`--seed \d+`),
	regexp.MustCompile(`[0-9A-Za-z]{8}-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}-[0-9A-Za-z]{12}`),
	regexp.MustCompile(`[0-9A-Za-z_+/=.-]{20,}`),
	regexp.MustCompile(`\b[0-9A-F]{8,}\b`),
	regexp.MustCompile(`\b[A-Z0-9]{2,7}P[A-Z0-9]*\d{2,}[A-Z0-9]*\b`),
	regexp.MustCompile(`\b[A-Z0-9]{8,9}\b`),
}

func TestAnotherSeedChangesIdsAndNothingElse(t *testing.T) {
	patterns := []string(nil)
	if testing.Short() {
		patterns = []string{"setup", "trouble/expired-by-disuse"}
	}
	seven, eight := play(t, scenarios.Options{Seed: 7, Patterns: patterns}), play(t, scenarios.Options{Seed: 8, Patterns: patterns})
	require.Equal(t, names(seven), names(eight))
	different := 0
	for _, name := range names(seven) {
		if bytes.Equal(seven[name], eight[name]) {
			continue
		}
		different++
		one, two := seven[name], eight[name]
		for _, form := range identifiers {
			one, two = form.ReplaceAll(one, []byte("ID")), form.ReplaceAll(two, []byte("ID"))
		}
		left, right := strings.Split(string(one), "\n"), strings.Split(string(two), "\n")
		require.Equal(t, len(left), len(right), name)
		for i := range left {
			require.Equal(t, left[i], right[i], "%s:%d", name, i+1)
		}
	}
	require.NotZero(t, different, "another seed must change something")
}

func TestNoSecretIsInAnyArtefact(t *testing.T) {
	secrets := 0
	look := func(files map[string][]byte, l *lab.Lab) []lab.Leak {
		all := l.Secrets()
		secrets += len(all)
		return lab.FindLeaks(files, all)
	}
	results, err := scenarios.Run(t.Context(), scenarios.Options{
		Seed: 7, KeepFiles: true, Parallel: 2,
		Inspect: func(r scenarios.Result, l *lab.Lab) {
			for _, leak := range look(r.Files, l) {
				t.Errorf("%s: %s", r.Scenario.ID, leak)
			}
		},
	})
	require.NoError(t, err)
	require.NotEmpty(t, results)
	require.Greater(t, secrets, 10*len(results), "a bench has passwords, codes, tokens and a key")
}

// TestAPlantedLeakIsSeen writes each kind of secret into the journal as a careless party would, and wants it found.
func TestAPlantedLeakIsSeen(t *testing.T) {
	_, err := scenarios.Run(t.Context(), scenarios.Options{
		Seed: 7, Patterns: []string{"setup/exchange-online", "setup/outlook-com"}, KeepFiles: true,
		Inspect: func(r scenarios.Result, l *lab.Lab) {
			all := l.Secrets()
			require.NotEmpty(t, all)
			require.Empty(t, lab.FindLeaks(r.Files, all))
			for i, secret := range all {
				careless := journal.New(l.World.Now)
				careless.Append(journal.Entry{Party: "printer", Kind: journal.KindNote, Text: journal.Plain("token " + secret)})
				text, err := json.Marshal(careless.Entries())
				require.NoError(t, err)
				leaks := lab.FindLeaks(map[string][]byte{"journal.jsonl": text}, all)
				if len(secret) >= 4 && !strings.ContainsRune(secret, '�') && isText(secret) {
					require.NotEmpty(t, leaks, "secret number %d of %s", i+1, r.Scenario.ID)
				}
				redacted := journal.New(l.World.Now)
				redacted.Append(journal.Entry{Party: "printer", Kind: journal.KindNote, Text: journal.Plain("token ").Add(journal.Hidden(secret))})
				text, err = json.Marshal(redacted.Entries())
				require.NoError(t, err)
				require.Empty(t, lab.FindLeaks(map[string][]byte{"journal.jsonl": text}, all))
			}
		},
	})
	require.NoError(t, err)
}

// isText reports whether a secret is text: raw keys are looked for in hexadecimal and base64 too.
func isText(s string) bool {
	for _, r := range s {
		if r < 0x20 || r > 0x7e {
			return false
		}
	}
	return true
}
