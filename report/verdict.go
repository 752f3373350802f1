package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// Verdict says how a case ended.
type Verdict string

// The verdicts.
const (
	Passed  Verdict = "passed"
	Failed  Verdict = "failed"
	Skipped Verdict = "skipped"
	Errored Verdict = "error" // no verdict on the device: a party of the bench panicked, or the bench got stuck
)

// Case is one scenario that was played, as reports show it.
type Case struct {
	ID      string // "trouble/sign-in-not-saved"
	Title   string
	Level   string // MUST, SHOULD
	Proves  []string
	Seed    uint64
	Verdict Verdict
	Reason  string        // the failure in full, or why it was skipped
	Virtual time.Duration // bench time that passed
	Machine time.Duration // the machine's time that it took
	// Warnings say what the bench could not simulate.
	Warnings []string
}

// Table writes the verdicts, one line each, and a last line with the sums and the bench time that passed.
func Table(cases []Case) string {
	var b strings.Builder
	width := 0
	for _, c := range cases {
		width = max(width, utf8.RuneCountInString(Visible(c.ID)))
	}
	count := map[Verdict]int{}
	var total time.Duration
	for _, c := range cases {
		count[c.Verdict]++
		total += c.Virtual
		id, title := Visible(c.ID), Visible(c.Title)
		fmt.Fprintf(&b, "%-7s  %-6s  %-*s  %12s  %s\n", c.Verdict, c.Level, width, id, Span(c.Virtual), title)
	}
	fmt.Fprintf(&b, "%d scenarios: %d passed, %d failed", len(cases), count[Passed], count[Failed])
	if count[Errored] > 0 {
		fmt.Fprintf(&b, ", %d without a verdict", count[Errored])
	}
	if count[Skipped] > 0 {
		fmt.Fprintf(&b, ", %d skipped", count[Skipped])
	}
	fmt.Fprintf(&b, "; %s of bench time\n", Span(total))
	return b.String()
}

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Skipped  int          `xml:"skipped,attr"`
	Time     string       `xml:"time,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     string      `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name       string          `xml:"name,attr"`
	Class      string          `xml:"classname,attr"`
	Time       string          `xml:"time,attr"`
	Properties []junitProperty `xml:"properties>property,omitempty"`
	Failure    *junitMessage   `xml:"failure,omitempty"`
	Error      *junitMessage   `xml:"error,omitempty"`
	Skipped    *junitMessage   `xml:"skipped,omitempty"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitMessage struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// WriteJUnit writes the verdicts as JUnit XML: a suite for each chapter folder, in the order of the cases. The times
// are the machine's, as readers of JUnit expect; the bench time that passed is a property of each case. Both are in
// seconds.
func WriteJUnit(w io.Writer, cases []Case) error {
	all := junitSuites{Name: "mfpsim", Tests: len(cases)}
	place := map[string]int{}
	spent := map[string]time.Duration{}
	var total time.Duration
	for _, c := range cases {
		chapter, name, found := strings.Cut(c.ID, "/")
		if !found {
			chapter, name = "mfpsim", c.ID
		}
		at, known := place[chapter]
		if !known {
			at = len(all.Suites)
			place[chapter] = at
			all.Suites = append(all.Suites, junitSuite{Name: chapter})
		}
		suite := &all.Suites[at]
		suite.Tests++
		one := junitCase{Name: name, Class: "mfpsim." + chapter, Time: seconds(c.Machine), Properties: []junitProperty{
			{"title", valid(c.Title)},
			{"level", c.Level},
			{"proves", strings.Join(c.Proves, " ")},
			{"seed", fmt.Sprint(c.Seed)},
			{"bench-seconds", seconds(c.Virtual)},
		}}
		for _, warning := range c.Warnings {
			one.Properties = append(one.Properties, junitProperty{"warning", valid(warning)})
		}
		first, _, _ := strings.Cut(c.Reason, "\n")
		switch c.Verdict {
		case Failed:
			suite.Failures++
			all.Failures++
			one.Failure = &junitMessage{Message: valid(first), Text: valid(c.Reason)}
		case Errored:
			suite.Errors++
			all.Errors++
			one.Error = &junitMessage{Message: valid(first), Text: valid(c.Reason)}
		case Skipped:
			suite.Skipped++
			all.Skipped++
			one.Skipped = &junitMessage{Message: valid(first)}
		}
		suite.Cases = append(suite.Cases, one)
		spent[chapter] += c.Machine
		total += c.Machine
	}
	for i := range all.Suites {
		all.Suites[i].Time = seconds(spent[all.Suites[i].Name])
	}
	all.Time = seconds(total)
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }

// valid leaves out what XML 1.0 cannot carry even escaped.
func valid(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r != 0xFFFE && r != 0xFFFF && r != utf8.RuneError {
			return r
		}
		return -1
	}, s)
}
