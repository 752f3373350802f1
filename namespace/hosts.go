package namespace

import (
	"fmt"
	"os"
	"strings"
)

// Marks around the lines in a hosts file that are ours. What a run left that was killed is taken out by the next one.
const (
	hostsBegin = "# begin of mfpsim exec --edit-hosts; taken out when it ends"
	hostsEnd   = "# end of mfpsim exec --edit-hosts"
)

// EditHosts adds lines to a hosts file, and returns what takes them out again; other lines stay as they are then. The
// file is written in place: that of a container is a mount, which cannot be replaced.
func EditHosts(path string, lines []string) (restore func() error, err error) {
	if err := rewriteHosts(path, lines); err != nil {
		return nil, err
	}
	return func() error { return rewriteHosts(path, nil) }, nil
}

func rewriteHosts(path string, lines []string) error {
	before, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("the hosts file cannot be read: %w", err)
	}
	text := withoutMarked(string(before))
	if len(lines) > 0 {
		if text != "" && !strings.HasSuffix(text, "\n") {
			text += "\n"
		}
		text += hostsBegin + "\n" + strings.Join(lines, "\n") + "\n" + hostsEnd + "\n"
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil { //nolint:gosec // its mode stays
		return fmt.Errorf("the hosts file cannot be written: %w", err)
	}
	return nil
}

// withoutMarked takes our lines out, and nothing else: a block without an end is only its first line.
func withoutMarked(text string) string {
	for {
		before, rest, found := strings.Cut(text, hostsBegin+"\n")
		if !found {
			return text
		}
		if _, after, ended := strings.Cut(rest, hostsEnd+"\n"); ended {
			rest = after
		}
		text = before + rest
	}
}
