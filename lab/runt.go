package lab

import (
	"fmt"
	"strings"

	"mfpsim/journal"
)

// T is what [RunT] needs of a test; *testing.T has it.
type T interface {
	Helper()
	Failed() bool
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
	Cleanup(func())
	Name() string
}

// lastEntries is how much of the record a failed test prints.
const lastEntries = 20

// RunT builds a bench for a test and ends it with the test. If the test has failed, it prints the last of what happened
// and the command that plays the same test again.
func RunT(t T, c Config) *Lab {
	t.Helper()
	l, err := New(c)
	if err != nil {
		t.Fatalf("lab: %v", err)
		return nil
	}
	t.Cleanup(func() {
		for _, e := range l.World.Panics() {
			defer t.Fatalf("%v\n%s", e, e.Stack)
		}
		if t.Failed() {
			t.Logf("the last that happened on the bench (seed %d):\n%s\nagain: go test -run '^%s$'", c.Seed, l.Last(lastEntries), t.Name())
		}
		if err := l.Close(); err != nil {
			t.Logf("closing the bench: %v", err)
		}
	})
	return l
}

// Last tells the last entries of the record, one line each, secrets redacted.
func (l *Lab) Last(most int) string {
	entries := l.Journal.Entries()
	if len(entries) > most {
		entries = entries[len(entries)-most:]
	}
	var b strings.Builder
	for _, e := range entries {
		what := strings.ReplaceAll(strings.TrimSpace(e.Text.String()), "\n", " / ")
		if e.Kind == journal.KindHTTP && e.HTTP != nil {
			what = fmt.Sprintf("%s %s%s %d", e.HTTP.Method, e.HTTP.Host, e.HTTP.Target, e.HTTP.Status)
		}
		if letters := []rune(what); len(letters) > 160 {
			what = string(letters[:160]) + "…"
		}
		fmt.Fprintf(
			&b, "  %4d %s %-8s %-12s %s\n", e.Number, e.At.UTC().Format("2006-01-02 15:04:05"), e.Party, e.Connection,
			what,
		)
	}
	return strings.TrimRight(b.String(), "\n")
}
