package chromium

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"mfpsim/guide"
)

const scriptByHand = `# id: chapter/name
# title: A title
# guide: Cannot Send Email
# proves: R39
# level: MUST

panel press 'Scan > Email'
panel shows 'The email server is not set.'
! panel shows Ready
webconfig copy code
`

// byHand begins a run with a person as adapter, and returns the address of the instructions.
func byHand(t *testing.T, language string) (address string, end func()) {
	t.Helper()
	folder := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(folder, "chapter"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "chapter", "name.txtar"), []byte(scriptByHand), 0o600))
	command := exec.Command(program, "run", "--device", "manual", "--lang", language, "--folder", folder)
	told, err := command.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	line, err := bufio.NewReader(told).ReadString('\n')
	require.NoError(t, err)
	_, address, found := strings.Cut(strings.TrimSpace(line), "program: ")
	require.True(t, found, line)
	return address, func() {
		_ = command.Process.Signal(os.Interrupt)
		_ = command.Wait() // it was broken off
	}
}

func TestThePageOfARunByHand(t *testing.T) {
	for _, language := range guide.Languages() {
		t.Run(language, func(t *testing.T) {
			address, end := byHand(t, language)
			defer end()
			p := newInspector(t, language)
			p.everywhere = true
			p.opens(address)
			p.sees(`button[value="done"]`)
			p.inspects("a new case")
			p.clicks(`button[value="done"]`)
			p.sees(`button[value="refused"]`)
			p.inspects("something to press")
			p.clicks(`button[value="otherwise"]`)
			p.sees(`[role="alert"]`)
			p.inspects("an answer that was not taken")
			p.script(`document.querySelector('button[value="done"]').focus(); ""`)
			p.do("press Enter", chromedp.KeyEvent(kb.Enter))
			p.sees(`.rem`)
			p.inspects("something to look at")
			p.clicks(`button[value="as-shown"]`)
			p.sees(`.cause`)
			p.inspects("something that must not be there")
			p.clicks(`button[value="as-shown"]`)
			p.sees(`input[name="value.code"]`)
			p.inspects("something to read")
		})
	}
}
