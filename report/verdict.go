package report

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Verdict says how a case ended.
type Verdict string

// The verdicts.
const (
	Passed    Verdict = "passed"
	Failed    Verdict = "failed"
	Warned    Verdict = "warned"      // what the device should do and does not, or does otherwise where the guide leaves it open
	Skipped   Verdict = "skipped"     // the device cannot take the case
	Undecided Verdict = "not decided" // the device was still at it when the patience was over
	Expected  Verdict = "expected"    // it failed as the baseline says
	Errored   Verdict = "error"       // no verdict on the device: a party of the bench panicked, or the bench got stuck
)

// Fails reports whether a run with such a verdict has failed.
func (v Verdict) Fails() bool { return v == Failed || v == Undecided || v == Errored }

// Case is one scenario that was played, as reports show it.
type Case struct {
	ID      string // "trouble/sign-in-not-saved"
	Title   string
	Level   string // MUST, SHOULD
	Proves  []string
	Seed    uint64
	Verdict Verdict
	Reason  string        // the failure in full, or why it was skipped
	Known   string        // why the failure is expected, as the baseline says
	Virtual time.Duration // bench time that passed
	Machine time.Duration // the machine's time that it took
	// Warnings say what the bench could not simulate.
	Warnings []string
	// Page is where the page of the case is, from the report that names it; empty: it has none.
	Page string
}

// Table writes the verdicts, one line each, and a last line with the sums and the bench time that passed.
func Table(cases []Case) string {
	var b strings.Builder
	width, verdicts := 0, len(Skipped)
	for _, c := range cases {
		verdicts = max(verdicts, len(c.Verdict))
		width = max(width, utf8.RuneCountInString(Visible(c.ID)))
	}
	count := map[Verdict]int{}
	var total time.Duration
	for _, c := range cases {
		count[c.Verdict]++
		total += c.Virtual
		id, title := Visible(c.ID), Visible(c.Title)
		fmt.Fprintf(&b, "%-*s  %-6s  %-*s  %12s  %s\n", verdicts, c.Verdict, c.Level, width, id, Span(c.Virtual), title)
	}
	fmt.Fprintf(&b, "%d scenarios: %d passed, %d failed", len(cases), count[Passed], count[Failed])
	for _, further := range []struct {
		verdict Verdict
		words   string
	}{
		{Errored, "without a verdict"},
		{Undecided, "not decided"},
		{Warned, "warned"},
		{Expected, "failed as expected"},
		{Skipped, "skipped"},
	} {
		if n := count[further.verdict]; n > 0 {
			fmt.Fprintf(&b, ", %d %s", n, further.words)
		}
	}
	fmt.Fprintf(&b, "; %s of bench time\n", Span(total))
	return b.String()
}

// Coverage says how many cases a device could take, and which not and why; empty if it took all. device is what it is
// called.
func Coverage(device string, cases []Case) string {
	var reasons []string
	skipped := map[string][]string{}
	n := 0
	for _, c := range cases {
		if c.Verdict != Skipped {
			continue
		}
		n++
		if skipped[c.Reason] == nil {
			reasons = append(reasons, c.Reason)
		}
		skipped[c.Reason] = append(skipped[c.Reason], Visible(c.ID))
	}
	if n == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s can take %d of these %d scenarios. Not taken:\n", Visible(device), len(cases)-n, len(cases))
	slices.SortStableFunc(reasons, func(a, b string) int { return len(skipped[b]) - len(skipped[a]) })
	for _, reason := range reasons {
		fmt.Fprintf(&b, "  %d: %s\n    %s\n", len(skipped[reason]), Visible(reason), strings.Join(skipped[reason], " "))
	}
	return b.String()
}
