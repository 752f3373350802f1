package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

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
	Output     string          `xml:"system-out,omitempty"`
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
// seconds. What JUnit has no word for: a case that is not decided is an error, one that fails as expected is skipped,
// one that warns has passed, and its warning is its output. The page of a case, if it has one, is its property
// evidence.
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
		if c.Page != "" {
			one.Properties = append(one.Properties, junitProperty{"evidence", valid(c.Page)})
		}
		for _, warning := range c.Warnings {
			one.Properties = append(one.Properties, junitProperty{"warning", valid(warning)})
		}
		first, _, _ := strings.Cut(c.Reason, "\n")
		switch c.Verdict {
		case Failed:
			suite.Failures++
			all.Failures++
			one.Failure = &junitMessage{Message: valid(first), Text: valid(c.Reason)}
		case Errored, Undecided:
			suite.Errors++
			all.Errors++
			one.Error = &junitMessage{Message: valid(first), Text: valid(c.Reason)}
		case Skipped:
			suite.Skipped++
			all.Skipped++
			one.Skipped = &junitMessage{Message: valid(first)}
		case Expected:
			suite.Skipped++
			all.Skipped++
			one.Skipped = &junitMessage{Message: valid("expected to fail: " + c.Known), Text: valid(c.Reason)}
		case Warned:
			one.Output = valid(c.Reason)
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
