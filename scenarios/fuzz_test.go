package scenarios_test

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"mfpsim/scenarios"
)

// FuzzScenarioFile holds that any file is a scenario, with files of its own below it, or is refused with file and line.
func FuzzScenarioFile(f *testing.F) {
	all, err := scenarios.All()
	require.NoError(f, err)
	for i, s := range all {
		if i%20 == 0 {
			f.Add(strings.Replace(s.Text, s.ID, "chapter/name", 1))
		}
	}
	f.Add(header + "panel home\ncmp stdout $F\n-- ../x --\n-- /x --\n")
	f.Add(header + "env A=$A\n[!needs:panel] ! panel shows $A\npanel shows ''''\n")
	f.Add("# id: chapter/name\r\n#\x00: \n--  --\n")
	f.Fuzz(func(t *testing.T, text string) {
		loaded, err := scenarios.Load(fstest.MapFS{"chapter/name.txtar": {Data: []byte(text)}})
		if err != nil {
			var mistake *scenarios.LineError
			require.True(t, errors.As(err, &mistake), "%v", err)
			require.Equal(t, "chapter/name.txtar", mistake.File)
			require.Positive(t, mistake.Line)
			require.LessOrEqual(t, mistake.Line, strings.Count(text, "\n")+1)
			return
		}
		require.Len(t, loaded, 1)
		for _, name := range scenarios.FilesOf(loaded[0]) {
			require.True(t, filepath.IsLocal(name), "%q", name)
			require.True(t, fs.ValidPath(filepath.ToSlash(filepath.Clean(name))), "%q", name)
		}
	})
}
