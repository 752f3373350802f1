package remote_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/device/remote"
	"mfpsim/lab"
	"mfpsim/sim"
)

// served is the variable that makes this test's program a device in a process of its own.
const served = "MFPSIM_TEST_DEVICE"

func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	if os.Getenv(served) != "" {
		serve()
		return
	}
	os.Exit(m.Run())
}

// serve serves simulated printers until standard input ends. It prints the address.
func serve() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		os.Exit(1)
	}
	handler := remote.NewHandler(remote.HandlerConfig{Mount: sim.Mounted(nil, nil)})
	go func() { _ = http.Serve(listener, handler) }()
	fmt.Printf("http://%s\n", listener.Addr())
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// process starts a device in a process of its own, and returns its address and how it is killed.
func process(t *testing.T) (address string, kill func()) {
	t.Helper()
	program, err := os.Executable()
	require.NoError(t, err)
	command := exec.Command(program)
	command.Env = append(os.Environ(), served+"=1")
	stdin, err := command.StdinPipe()
	require.NoError(t, err)
	stdout, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = command.Wait()
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	return strings.TrimSpace(line), func() { _ = command.Process.Kill() }
}

// dial finds a device.
func dial(t *testing.T, c remote.Config) *remote.Client {
	t.Helper()
	client, err := remote.Dial(t.Context(), c)
	require.NoError(t, err)
	t.Cleanup(client.Close)
	return client
}

// on puts the devices of a client onto a bench.
func on(client *remote.Client) func(*lab.Config) {
	return func(c *lab.Config) { c.Devices = devices(client) }
}
