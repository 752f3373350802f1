package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"mfpsim/explain"
	"mfpsim/fakeentra"
	"mfpsim/lab"
)

// printDoors prints the table of doors, or the rows that hold all the words.
func printDoors(s *streams, words []string) error {
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "door\tversion\tmade at\ttenant in the path\taccount\tapplication for\tsaid\thow sure\tsource")
	shown := 0
	var ours int
	for _, d := range fakeentra.Doors() {
		said := "in"
		if !d.Open() {
			said = "AADSTS" + strconv.Itoa(d.Number)
		}
		cells := []string{
			d.Door, d.Version, orDash(d.Made), d.Alias, orDash(d.Account), orDash(d.Audience), said, sureness(d), d.Source,
		}
		if !hasAll(strings.Join(cells, " "), words) {
			continue
		}
		shown++
		if d.Ours() {
			ours++
		}
		_, _ = fmt.Fprintln(w, strings.Join(cells, "\t"))
	}
	if shown == 0 {
		return fmt.Errorf("no door has the words %q; without words all are shown", strings.Join(words, " "))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(s.out, "\n%d doors, of which %d are ours: --strict-doors refuses those.\n", shown, ours)
	return nil
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// sureness is how sure a cell is; of what is ours, the doubt is the point.
func sureness(d fakeentra.Door) string {
	if d.Ours() {
		return "ours"
	}
	return explain.Certainty(d.Mark)
}

func hasAll(line string, words []string) bool {
	line = strings.ToLower(line)
	return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(line, strings.ToLower(word)) })
}

// strictDoors makes the identity provider of a bench refuse where nobody knows what Microsoft's says.
func strictDoors(c *lab.Config) {
	before := c.Entra
	c.Entra = func(e *fakeentra.Config) {
		if e.StrictDoors = true; before != nil {
			before(e)
		}
	}
}
