package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestThePythonClientOfTheExamplesRuns(t *testing.T) {
	const client = "../../examples/client.py"
	source, err := os.ReadFile(client)
	require.NoError(t, err)
	require.LessOrEqual(t, strings.Count(string(source), "\n"), 60, "a client is short")
	program, err := os.Executable()
	require.NoError(t, err)
	command := exec.Command("python3", client, program, "serve", "--ready", "--json")
	command.Env = append(os.Environ(), asProgram+"=none")
	output, err := command.CombinedOutput()
	require.NoError(t, err, string(output))
	require.Equal(
		t, "arrived: Scan from admin@contoso.com\nrefresh: [50057]\nafter the reset: 0 mails\n", string(output),
	)
}

func TestPortsComeFromTheEnvironmentToo(t *testing.T) {
	t.Setenv("MFPSIM_SMTP_PORT", "99999")
	code, _, errs := run("serve")
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "--smtp-port 99999: a port is a number from 0 to 65535")
	code, _, errs = run("serve", "--smtp-port", "99998")
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "--smtp-port 99998")
	t.Setenv("MFPSIM_CONTROL_PORT", "many")
	code, _, errs = run("serve", "--smtp-port", "0")
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "MFPSIM_CONTROL_PORT")
}
