package mfpsim_test

import (
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestNoStyleTakesAGreekLetterItsAccent: browsers write a Greek capital without its accent where a style asks for upper
// case, also where the letter was a capital before: Ονομα for Όνομα. Capitalize leaves it.
func TestNoStyleTakesAGreekLetterItsAccent(t *testing.T) {
	here, styles := os.DirFS("."), 0
	require.NoError(t, fs.WalkDir(here, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "node_modules" || name != "." && strings.HasPrefix(entry.Name(), ".")) {
			return fs.SkipDir
		}
		if path.Ext(name) == ".css" {
			text, err := fs.ReadFile(here, name)
			require.NoError(t, err)
			require.NotRegexp(t, `text-transform:\s*uppercase`, string(text), name)
			styles++
		}
		return nil
	}))
	require.Greater(t, styles, 3)
}
