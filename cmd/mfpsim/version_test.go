package main

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheVersionNamesCommitAndReference(t *testing.T) {
	code, out, errs := run("version")
	require.Equal(t, exitOK, code, errs)
	const commit = `(unknown: .+|[0-9a-f]{40} of \d{4}-\d\d-\d\d.*)`
	require.Regexp(
		t, `^mfpsim `+regexp.QuoteMeta(version)+`\ncommit    `+commit+`\nreference `+referenceDate+` .+\n$`, out,
	)
}

func TestTheDateOfTheReferenceIsTheNewestInIt(t *testing.T) {
	newest := ""
	pages, err := filepath.Glob("../../docs/reference/*.md")
	require.NoError(t, err)
	require.NotEmpty(t, pages)
	for _, page := range pages {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, date := range regexp.MustCompile(`\b20\d\d-\d\d-\d\d\b`).FindAllString(string(text), -1) {
			newest = max(newest, date)
		}
	}
	require.Equal(t, newest, referenceDate)
}
