package chromium

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// program is `mfpsim`, built once for all tests.
var program string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	folder, err := os.MkdirTemp("", "mfpsim-chromium-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(folder) }()
	program = filepath.Join(folder, "mfpsim")
	build := exec.Command("go", "build", "-o", program, "./cmd/mfpsim")
	build.Dir = ".."
	if output, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, output)
		return 1
	}
	defer closeBrowsers()
	return m.Run()
}

// bench is a running `mfpsim serve`; docs/control.md has its control API.
type bench struct {
	t                                  *testing.T
	WebConfig, Panel, Entra, Control   string // base URLs
	WebConfigPassword, ClientID, Scope string
	Accounts                           []struct{ User, Password string }
}

// serve starts a bench whose panel speaks a language.
func serve(t *testing.T, language string, flags ...string) *bench {
	t.Helper()
	var problems bytes.Buffer
	words := append([]string{"serve", "--json", "--seed", "7", "--lang", language}, flags...)
	command := exec.Command(program, words...)
	command.Stderr = &problems
	out, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	t.Cleanup(func() {
		_ = command.Process.Signal(os.Interrupt)
		_, _ = io.Copy(io.Discard, out)
		require.NoError(t, command.Wait(), "%s", &problems)
	})
	line, err := bufio.NewReader(out).ReadBytes('\n')
	require.NoError(t, err, "the bench did not start: %s", &problems)
	b := &bench{t: t}
	require.NoError(t, json.Unmarshal(line, b))
	return b
}

// post does something on the bench over the control API.
func (b *bench) post(path string, body any) {
	b.t.Helper()
	text, err := json.Marshal(body)
	require.NoError(b.t, err)
	answer, err := http.Post(b.Control+path, "application/json", bytes.NewReader(text))
	require.NoError(b.t, err)
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	require.NoError(b.t, err)
	require.Equal(b.t, http.StatusOK, answer.StatusCode, "POST %s: %s", path, said)
}

// advance lets time pass on the bench.
func (b *bench) advance(duration string) {
	b.t.Helper()
	b.post("/clock/advance", map[string]string{"duration": duration})
}

// password is an account's.
func (b *bench) password(user string) string {
	b.t.Helper()
	for _, account := range b.Accounts {
		if account.User == user {
			return account.Password
		}
	}
	b.t.Fatalf("no account %s", user)
	return ""
}
