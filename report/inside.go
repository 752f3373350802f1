package report

import (
	"os"
	"path/filepath"
	"strings"
)

// Inside reports whether a file lies in a folder, or would, whatever links lead there: what lies in a folder of
// evidence belongs to its manifest.
func Inside(folder, file string) bool {
	way, err := filepath.Rel(Real(folder), Real(file))
	return err == nil && way != ".." && !strings.HasPrefix(way, ".."+string(filepath.Separator))
}

// mostLinks is how many links one name is followed through.
const mostLinks = 40

// Real is where a path leads, through all links, whether something is there or not.
func Real(path string) string {
	if absolute, err := filepath.Abs(path); err == nil {
		path = absolute
	}
	for range mostLinks {
		folder, err := filepath.EvalSymlinks(filepath.Dir(path))
		if err != nil {
			return filepath.Join(Real(filepath.Dir(path)), filepath.Base(path))
		}
		path = filepath.Join(folder, filepath.Base(path))
		to, err := os.Readlink(path)
		if err != nil {
			return path // no link
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(folder, to)
		}
		path = to
	}
	return path
}
