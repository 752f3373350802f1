// Sameids compares two folders of evidence that were made with different seeds: every identifier may differ, nothing
// else may.
//
// Usage: sameids A B. It prints the first lines that differ in more than identifiers and exits 1.
package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// identifiers are the forms that seeded identifiers take in evidence; each is replaced by its name before the
// comparison.
var identifiers = []struct {
	form *regexp.Regexp
	name string
}{
	{regexp.MustCompile(`=\?us-ascii\?Q\?[^?]*\?=?`), "WORD"},                                        // a piece of the service's own marks; joining took its end
	{regexp.MustCompile(`CERTIFICATE-----[0-9A-Za-z+/=\\]+-----END`), "CERTIFICATE-----PEM-----END"}, // within JSON
	{regexp.MustCompile(`\b(?:2603|fe80)(?::[0-9a-f]{0,4}){2,7}(?:%\d)?`), "ADDRESS"},
	{regexp.MustCompile(`\bin 0\.\d{3}, [\d.]+ KB/sec`), "RATE"},
	{regexp.MustCompile(`\b00:00:0\d\.\d{7}\b`), "LATENCY"},
	{regexp.MustCompile(`[A-Z0-9]{25,}@`), "TOKEN@"}, // a Message-ID of the service's own
	{regexp.MustCompile(`--seed \d+`), "--seed N"},
	{regexp.MustCompile(`\(\d+\)<br>`), "(SIZE)<br>"}, // octets of a part that has identifiers
	{regexp.MustCompile(`(?i)"?seed"?: ?\d+`), "seed: N"},
	{regexp.MustCompile(`<dt>[^<]*</dt><dd>\d+</dd>|name="seed" value="\d+"`), "seed: N"}, // of the run's page and of JUnit
	{regexp.MustCompile(`[0-9A-Za-z]{8}-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}-[0-9A-Za-z]{12}`), "GUID"},
	{regexp.MustCompile(`(?m)\b[0-9a-f]{8}(?:-[0-9a-f]{1,4}){1,3}$`), "GUID"},          // cut off where a long text ends
	{regexp.MustCompile(`\b[A-Z]{2,7}PR\d{2}[A-Z]{2}\d{4}[0-9A-F]{24,25}\b`), "TOKEN"}, // a Message-ID of the service's own
	{regexp.MustCompile(`\b[0-9A-Fa-f]{12,}\b`), "HEX"},
	{regexp.MustCompile(`\b[0-9A-F]{8}\b`), "CODE"},
	{regexp.MustCompile(`\b[A-Z]{3,7}\d{2}(CA|MB)\d{4}\b`), "HOST"},
	{regexp.MustCompile(`\b[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}\b`), "CODE"}, // a user code of a fax provider
	{regexp.MustCompile(`\b[A-Z0-9]*\d[A-Z0-9]{7,8}\b|\b[A-HJ-NP-Z2-9]{9}\b|\b[A-HJ-NP-Z2-9]{8}\b`), "CODE"},
	{regexp.MustCompile(`[0-9A-Za-z_+/=-]{20,}`), "TOKEN"},
}

// blank replaces every identifier of a line.
func blank(line string) string {
	for _, identifier := range identifiers {
		line = identifier.form.ReplaceAllString(line, identifier.name)
	}
	return line
}

// linesOf parts a text into lines. Quoted-printable text is broken anywhere, in the middle of an id too: it is joined.
func linesOf(text []byte) []string {
	return strings.Split(strings.NewReplacer("=\r\n", "", "&#43;", "+").Replace(string(text)), "\n") // HTML's plus, too
}

// filesOf gives the files of a folder by their path in it.
func filesOf(root string) (map[string][]byte, error) {
	files := map[string][]byte{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		files[name] = content
		return err
	})
	return files, err
}

func run(a, b string) error {
	left, err := filesOf(a)
	if err != nil {
		return err
	}
	right, err := filesOf(b)
	if err != nil {
		return err
	}
	different, odd := 0, 0
	for name, content := range left {
		other, there := right[name]
		if !there {
			return fmt.Errorf("%s is in one of the folders only", name)
		}
		if bytes.Equal(content, other) {
			continue
		}
		different++
		lines, others := linesOf(content), linesOf(other)
		for i := 0; i < len(lines) && i < len(others); i++ {
			if lines[i] != others[i] && blank(lines[i]) != blank(others[i]) {
				odd++
				if odd <= 10 {
					fmt.Printf("%s:%d\n  %.300s\n  %.300s\n", name, i+1, blank(lines[i]), blank(others[i]))
				}
				break
			}
		}
		if len(lines) != len(others) {
			odd++
			fmt.Printf("%s: %d lines and %d lines\n", name, len(lines), len(others))
		}
	}
	if len(left) != len(right) {
		return fmt.Errorf("%d files and %d files", len(left), len(right))
	}
	if odd > 0 {
		return fmt.Errorf("%d files differ in more than identifiers", odd)
	}
	if different == 0 {
		return fmt.Errorf("no file differs: the seed has no effect")
	}
	fmt.Printf("another seed: %d of %d files differ, in identifiers only\n", different, len(left))
	return nil
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: sameids FOLDER FOLDER")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
