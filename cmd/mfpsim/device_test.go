package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// serveDevice runs `mfpsim device` until the test ends, and returns its address.
func serveDevice(t *testing.T, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	from, to := io.Pipe()
	ended := make(chan int, 1)
	go func() { ended <- execute(ctx, append([]string{"device"}, args...), to, io.Discard) }()
	line, err := bufio.NewReader(from).ReadString('\n')
	require.NoError(t, err)
	go func() { _, _ = io.Copy(io.Discard, from) }() // what is printed at the end
	t.Cleanup(func() {
		cancel()
		require.Equal(t, exitOK, <-ended)
	})
	return strings.TrimSpace(line)
}

func runOn(address string, args ...string) (code int, out, errs string) {
	var shown, told bytes.Buffer
	code = execute(context.Background(), append([]string{"run", "--device", address}, args...), &shown, &told)
	return code, shown.String(), told.String()
}

func TestRunPlaysOnADeviceThatAnotherProgramServes(t *testing.T) {
	address := serveDevice(t)
	folder := t.TempDir()
	near, far := filepath.Join(folder, "near"), filepath.Join(folder, "far")
	authority := filepath.Join(folder, "ca.pem")
	var out bytes.Buffer
	args := []string{"run", "setup/exchange-online", "--seed", "7", "--evidence", near}
	require.Equal(t, exitOK, execute(context.Background(), args, &out, io.Discard))
	code, _, told := runOn(address, "setup/exchange-online", "--seed", "7", "--evidence", far, "--device-ca", authority)
	require.Equal(t, exitOK, code, told)
	require.Contains(t, told, "device: Example Office Machines MFP-4100, firmware ")
	require.Contains(t, told, "login.microsoftonline.com:443")
	require.Contains(t, told, "smtp.office365.com:587")
	require.Contains(t, told, "checked: name, port and certificate of ")
	pem, err := os.ReadFile(authority)
	require.NoError(t, err)
	require.Contains(t, string(pem), "BEGIN CERTIFICATE")
	for _, name := range []string{"journal.jsonl", "entra.txt", "smtp.txt", "screens.txt", "sheet.txt"} {
		one, err := os.ReadFile(filepath.Join(near, "setup", "exchange-online", name))
		require.NoError(t, err)
		two, err := os.ReadFile(filepath.Join(far, "setup", "exchange-online", name))
		require.NoError(t, err)
		require.Equal(t, string(one), string(two), name)
	}
}

func TestRunRefusesADeviceBeforeTheFirstCase(t *testing.T) {
	address := serveDevice(t, "--token", "geheim")
	for _, test := range []struct {
		name, address string
		args          []string
		says          string
	}{
		{"nobody is there", "http://127.0.0.1:1", nil, "nobody listens there"},
		{"no token", address, nil, "it wants a token"},
		{"a model that it has not", address, []string{"--device-token", "geheim", "--model", "LaserJet"}, `no model "LaserJet"`},
		{"no address for the bench", address, []string{"--device-outlet", "here"}, "name the address of this machine that the device reaches"},
		{"an open outlet", address, []string{"--device-outlet", "192.0.2.1"}, "--device-outlet takes a token"},
		{"a limit that is none", address, []string{"--answer-within", "2h"}, "--answer-within"},
	} {
		t.Run(test.name, func(t *testing.T) {
			code, _, told := runOn(test.address, append(test.args, "setup/exchange-online")...)
			require.Equal(t, exitUsage, code)
			require.Contains(t, told, test.says)
		})
	}
}

func TestADeviceOpensNoPortBeyondLoopbackWithoutAToken(t *testing.T) {
	for _, address := range []string{"0.0.0.0:0", "192.0.2.1:7040", ":7040"} {
		var told bytes.Buffer
		code := execute(context.Background(), []string{"device", "--listen", address}, io.Discard, &told)
		require.Equal(t, exitUsage, code)
		require.Contains(t, told.String(), "MFPSIM_DEVICE_TOKEN", address)
	}
}
