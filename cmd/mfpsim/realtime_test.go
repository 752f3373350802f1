package main

import (
	"os"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRunPlaysOnADeviceThatGoesByTheMachinesClock(t *testing.T) {
	folder := cases(t, map[string]string{
		"hours":    "clock +2h\npanel shows Copy\n",
		"days":     "clock +91d\npanel shows Copy\n",
		"minutes":  "clock +15m\npanel shows Copy\n",
		"calendar": "clock to 2030-01-01\npanel shows Copy\n",
		"patient":  "panel shows Copy within=10m\n",
		"lives":    "entra answer change expires_in 86400 times=1\nclock +2h\npanel shows Copy\n",
	})
	address := serveDevice(t, "--clock", "real")
	code, out, told := runOn(address, "--folder", folder, "--longest-wait", "12s")
	require.Equal(t, exitOK, code, out)
	require.Contains(t, told, "clock: real")
	require.Contains(t, told, "and the clock", "its clock is compared")
	require.Contains(t, out, "6 scenarios: 0 passed, 0 failed, 6 skipped")
	for _, reason := range []string{
		"it lets 2h pass: the device takes a new access token 5m before the old one ends, so that a short one would live for 5m 20s, and this run waits for 12s at most",
		"it lets 91d pass: the device takes a new access token 5m before",
		"it lets 15m pass, in which nothing ends that could be cut short, and this run waits for 12s at most",
		"it goes by dates of the bench's calendar",
		"it waits for up to 10m, and this run for 12s at most",
		"it lets 2h pass, and an answer of its own says how long a token lives",
	} {
		require.Contains(t, out, reason)
	}
	code, out, _ = runOn(serveDevice(t, "--clock", "real"), "--folder", cases(t, map[string]string{
		"plays": "panel press Copy\npanel shows Copy\nclock +1s\npanel shows Copy\n",
	}))
	require.Equal(t, exitOK, code, out)
	require.Regexp(t, `passed +MUST +chapter/plays`, out)
}

func TestWhatDoesNotFitTheMachinesClockIsRefused(t *testing.T) {
	address := serveDevice(t, "--clock", "real")
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"repeating":             {[]string{"--repeat", "2"}, "no two runs are the same"},
		"latency":               {[]string{"--latency", "20ms"}, "no two runs are the same"},
		"a wait that is none":   {[]string{"--longest-wait", "0s"}, "time does not go back"},
		"a limit beyond reason": {[]string{"--answer-within", "2h"}, "at most 1h0m0s"},
	} {
		t.Run(name, func(t *testing.T) {
			code, _, errs := runOn(address, c.args...)
			require.Equal(t, exitUsage, code)
			require.Contains(t, errs, c.says)
		})
	}
	code, _, errs := run("device", "--refresh-margin", "0s")
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "--refresh-margin 0s")
}

// sleeper is our own core in another process, which sleeps itself.
func sleeper(flags string) string {
	return "env " + asProgram + "=none '" + os.Args[0] + "' core --clock real " + flags
}

func TestRunPlaysOnACoreThatGoesByTheMachinesClock(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there is no env")
	}
	folder := cases(t, map[string]string{
		"hours":    "clock +2h\npanel shows Copy\n",
		"days":     "clock +91d\npanel shows Copy\n",
		"minutes":  "clock +15m\npanel shows Copy\n",
		"calendar": "clock to 2030-01-01\npanel shows Copy\n",
		"plays":    "panel press Copy\nclock +1s\npanel shows Copy\n",
	})
	code, out, told := run("run", "--core", sleeper(""), "--folder", folder, "--longest-wait", "12s")
	require.Equal(t, exitOK, code, out)
	require.Contains(t, told, "core: mfpsim's own core (tls: harness, dial: harness, clock: real, store: flash)")
	require.Contains(t, out, "5 scenarios: 1 passed, 0 failed, 4 skipped")
	for _, reason := range []string{
		"it lets 2h pass: the device takes a new access token 5m before the old one ends, so that a short one would live for 5m 20s, and this run waits for 12s at most",
		"it lets 91d pass: the device takes a new access token 5m before",
		"it lets 15m pass, in which nothing ends that could be cut short, and this run waits for 12s at most",
		"it goes by dates of the bench's calendar",
	} {
		require.Contains(t, out, reason)
	}
	for flags, says := range map[string]string{
		"--repeat=2": "no two runs are the same", "--latency=20ms": "no two runs are the same",
		"--longest-wait=0s": "--longest-wait 0s: time does not go back",
	} {
		code, _, errs := run("run", "--core", sleeper("--refresh-margin 1s"), "--folder", folder, flags)
		require.Equal(t, exitUsage, code)
		require.Contains(t, errs, says)
	}
}
