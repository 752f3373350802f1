// Command fingerprints makes docs/reference/fingerprints.tsv from the editions of the guide, which are not part of the
// project:
//
//	go run ./explain/fingerprints guide.hi.txt guide.el.txt
//
// It writes, for each sentence, language, chapter, rule and the hash of its words. A rule that somebody has put beside
// a hash stays; a new sentence has "-". With --show it prints the sentences to put rules beside, and writes nothing.
package main

import (
	"fmt"
	"os"
	"strings"

	"mfpsim/explain"
)

const table = "docs/reference/fingerprints.tsv"

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "fingerprints:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	show := len(args) > 0 && args[0] == "--show"
	if show {
		args = args[1:]
	}
	if len(args) == 0 {
		return fmt.Errorf("name the texts of the editions, one file each: guide.hi.txt guide.el.txt")
	}
	before, err := os.ReadFile(table)
	if err != nil {
		return fmt.Errorf("run it in the project's folder: %w", err)
	}
	known, err := explain.ReadFingerprints(string(before))
	if err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString("# language\tchapter\trule\thash\n")
	for _, file := range args {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		found, err := explain.Edition(string(text))
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		for _, s := range found {
			if old, is := known[s.Hash]; is {
				s.Rule = old.Rule
			}
			b.WriteString(s.Line() + "\n")
			if show {
				fmt.Println(s.Line(), s.Words)
			}
		}
	}
	if show {
		return nil
	}
	return os.WriteFile(table, []byte(b.String()), 0o644)
}
