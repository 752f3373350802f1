//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

const configuration = "https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration"

// executed runs `mfpsim exec` in a process of its own, without any variable that could help, and looks that nothing of
// it is left on the machine.
func executed(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	return executedBy(t, nil, args...)
}

func executedBy(t *testing.T, wrapper []string, args ...string) (code int, out, errs string) {
	t.Helper()
	before := hosts(t)
	command, output, complaints := program(t, "none", append([]string{"exec"}, args...)...)
	if wrapper != nil {
		path, err := exec.LookPath(wrapper[0])
		require.NoError(t, err)
		command.Args = append(append([]string{}, wrapper...), command.Args...)
		command.Path = path
	}
	command.Env = []string{
		"PATH=" + os.Getenv("PATH"),
		asProgram + "=none",
		"TMPDIR=" + t.TempDir(),
		"https_proxy=http://127.0.0.1:1",
	}
	code = exitCode(t, command.Run())
	require.Equal(t, before, hosts(t))
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	require.NoError(t, err)
	require.NotContains(t, string(mounts), "mfpsim")
	return code, output.String(), complaints.String()
}

func hosts(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("/etc/hosts")
	require.NoError(t, err)
	return string(text)
}

func TestAnUnmodifiedProgramTakesTheBenchForMicrosofts(t *testing.T) {
	python := func(lines ...string) []string { return []string{"python3", "-c", strings.Join(lines, "\n")} }
	for name, c := range map[string]struct {
		program []string
		shown   string
	}{
		"curl asks Entra": {
			[]string{"curl", "-sS", "-o", "/dev/null", "-w", "%{http_code} %{remote_ip}", configuration}, "200 198.18.0.1",
		},
		"curl with a proxy in its environment goes to no proxy": {
			[]string{"sh", "-c", `curl -sS -o /dev/null -w "%{http_code}" ` + configuration + `; env | grep -ci proxy; true`}, "2000",
		},
		"Python speaks to Exchange over TLS": {
			python("import smtplib, ssl", "s = smtplib.SMTP('smtp.office365.com', 587)",
				"s.starttls(context=ssl.create_default_context())",
				"print(s.ehlo()[0], 'XOAUTH2' in s.esmtp_features['auth'])"), "250 True",
		},
		"the door for direct send": {
			python("import smtplib", "s = smtplib.SMTP('contoso-com.mail.protection.outlook.com', 25)",
				"print(s.ehlo()[0], s.mail('a@b.example')[0], s.rcpt('alice@contoso.com')[0], s.rcpt('x@elsewhere.example'))"),
			"250 250 250 (550, b'5.7.64 TenantAttribution; Relay Access Denied",
		},
		"Node fetches, looks names up and resolves them": {
			[]string{"node", "-e", `const dns = require('dns').promises
fetch("` + configuration + `").then(async r => console.log(r.status, (await dns.lookup('smtp.office365.com')).address,
	(await dns.resolve4('graph.microsoft.com'))[0]))`}, "200 198.18.0.2 198.18.0.1",
		},
		"msmtp asks the mail server what it can": {
			[]string{"msmtp", "--serverinfo", "--tls=on", "--host=smtp.office365.com", "--port=587"}, "XOAUTH2",
		},
		"a program in Go": {
			[]string{"go", "run", "./testdata/goclient", configuration}, "200 OK",
		},
		"other names lead nowhere": {
			[]string{"sh", "-c", "curl -sS https://example.com/ 2>&1; curl -sS --connect-timeout 2 http://8.8.8.8/ 2>&1; true"},
			"Could not resolve host: example.com",
		},
		"its working directory, streams and arguments are its own": {
			[]string{"sh", "-c", `cat; printf '<%s>' "$0" "$@"; ls go.mod 2>&1 | head -c 2`, "a b", "", "--json"}, "<a b><><--json>ls",
		},
		"placeholders are the bench's": {[]string{"echo", "{tenant}", "x{client}x"}, "-"},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "a program in Go" {
				built := filepath.Join(t.TempDir(), "client")
				command := exec.CommandContext(t.Context(), "go", "build", "-o", built, "./testdata/goclient")
				command.Env = append(os.Environ(), "CGO_ENABLED=0")
				said, err := command.CombinedOutput()
				require.NoError(t, err, "%s", said)
				c.program = []string{built, configuration}
			}
			code, out, errs := executed(t, append([]string{"--tarpit", "0s", "--"}, c.program...)...)
			require.Zero(t, code, errs)
			require.Contains(t, out, c.shown, errs)
			require.Contains(
				t,
				errs,
				"mfpsim: sign in at https://127.0.0.1:",
				"what is outside is said, and not on standard output",
			)
		})
	}
}

func TestExecEndsAsItsProgramDoes(t *testing.T) {
	notExecutable := filepath.Join(t.TempDir(), "plain")
	require.NoError(t, os.WriteFile(notExecutable, []byte("text"), 0o600))
	noInterpreter := filepath.Join(t.TempDir(), "script")
	require.NoError(
		t,
		os.WriteFile(noInterpreter, []byte("#!/nowhere/interpreter\n"), 0o700),
	) //nolint:gosec // it is executed
	for name, c := range map[string]struct {
		args []string
		code int
		said string
	}{
		"success":                    {[]string{"--", "true"}, 0, ""},
		"its own code":               {[]string{"--", "sh", "-c", "exit 7"}, 7, ""},
		"a signal":                   {[]string{"--", "sh", "-c", "kill -9 $$"}, 137, ""},
		"no such program":            {[]string{"--", "no-such-program"}, 127, "no-such-program: there is no such program"},
		"no such file":               {[]string{"--", "./no-such-program"}, 127, "there is no such program"},
		"a file without the right":   {[]string{"--", notExecutable}, 126, "is not executable"},
		"an interpreter that is not": {[]string{"--", noInterpreter}, 127, "the interpreter that it names"},
		"no program at all":          {nil, 2, "no program; write it behind --"},
		"an unknown scenario":        {[]string{"--scenario", "trouble/nothing", "--", "true"}, 2, "trouble/nothing"},
		"a missing file of trust":    {[]string{"--trust-file", "/nowhere/cacert.pem", "--", "true"}, 125, "/nowhere/cacert.pem"},
		"processes that it leaves":   {[]string{"--", "sh", "-c", "sleep 1000 & exit 3"}, 3, "left processes behind, which were ended: s"},
		"one that will not end":      {[]string{"--", "sh", "-c", "(trap '' TERM; while :; do sleep 1000; done) & exit 4"}, 4, "left processes behind"},
		"processes waited for":       {[]string{"--wait", "--", "sh", "-c", "sleep 0.1 & exit 3"}, 3, "which were waited for: sleep ("},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errs := executed(t, c.args...)
			require.Equal(t, c.code, code, errs)
			require.Contains(t, errs, c.said)
			require.Empty(t, out)
		})
	}
}

func TestASignalReachesTheProgramAndTheBenchStaysUntilItEnds(t *testing.T) {
	command, out, errs := program(
		t,
		"none",
		"exec",
		"--",
		"sh",
		"-c",
		`trap 'curl -s -o /dev/null -w "%{http_code}" `+configuration+`; exit 9' TERM
echo ready; while :; do sleep 0.05; done`,
	)
	command.Stdout = nil
	lines, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	ready := make([]byte, len("ready\n"))
	_, err = lines.Read(ready)
	require.NoError(t, err)
	require.NoError(t, command.Process.Signal(syscall.SIGTERM))
	_, err = out.ReadFrom(lines)
	require.NoError(t, err)
	require.Equal(t, 9, exitCode(t, command.Wait()), errs)
	require.Equal(t, "200", out.String())
}

func TestEveryWayToTheBench(t *testing.T) {
	asked := []string{"--", "curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", configuration}
	t.Run("as root in a user namespace", func(t *testing.T) {
		code, out, errs := executed(t, append([]string{"--user-namespace"}, asked...)...)
		require.Zero(t, code, errs)
		require.Equal(t, "200", out)
	})
	t.Run("as a user, who has no rights more than before", func(t *testing.T) {
		if os.Getuid() != 0 {
			t.Log("this is a user already")
		}
		binary := filepath.Join(shared(t), "mfpsim.test")
		text, err := os.ReadFile(os.Args[0])
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(binary, text, 0o755)) //nolint:gosec // another user executes it
		command := exec.CommandContext(
			t.Context(),
			"setpriv",
			"--reuid",
			"65534",
			"--regid",
			"65534",
			"--clear-groups",
			binary,
			"exec",
			"--",
			"sh",
			"-c",
			`id -u; grep CapEff /proc/self/status; curl -sS -o /dev/null -w "%{http_code}" `+configuration,
		)
		if os.Getuid() != 0 {
			command.Args, command.Path = command.Args[5:], binary
		}
		command.Dir = "/"
		command.Env = []string{"PATH=" + os.Getenv("PATH"), asProgram + "=none"}
		var errs bytes.Buffer
		command.Stderr = &errs
		out, err := command.Output()
		require.NoError(t, err, errs.String())
		lines := strings.Split(string(out), "\n")
		require.NotEqual(t, "0", lines[0])
		require.Equal(t, "CapEff:\t0000000000000000", lines[1])
		require.Equal(t, "200", lines[2])
	})
	denied := func(what string) []string { return []string{"env", denying + "=" + what} }
	for name, refused := range map[string]string{
		"by connections that are turned":                         "namespaces",
		"by connections that are turned, without ptrace's right": "namespaces,pidfd_getfd",
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errs := executedBy(t, denied(refused), append([]string{"--control"}, turned...)...)
			require.Zero(t, code, "%s\n%s", out, errs)
			require.Contains(t, errs, "new namespaces are refused: this user has not the right, or a filter of the container "+
				"forbids it; connections are turned to the bench one by one\n")
			require.Equal(t, "200 250 200 200 unreachable /dev/null 127.0.0.1 nobody\n", out)
		})
	}
	// A namespace in which no other may be made, with ports, mounts and a hosts file of its own.
	refusing := []string{"unshare", "-Urnm", "sh", "-c", `set -e
cp /etc/hosts "$TMPDIR/hosts"; mount --bind "$TMPDIR/hosts" /etc/hosts; ip link set lo up
echo 0 >/proc/sys/user/max_user_namespaces
set +e; "$0" "$@"; code=$?; cat /etc/hosts >&2; exit $code`}
	t.Run("refused, and it is said why", func(t *testing.T) {
		code, _, errs := executedBy(
			t, append(refusing, denied("seccomp")...), append([]string{"--user-namespace"}, asked...)...,
		)
		require.Equal(t, 125, code, errs)
		require.Contains(
			t,
			errs,
			"new namespaces are refused: no more of them are allowed here (user.max_user_namespaces)",
		)
		require.Contains(t, errs, "connections cannot be turned: a filter of the container forbids it (seccomp)")
		require.Contains(t, errs, "--print-env")
	})
	t.Run("by the hosts file, which is as before afterwards", func(t *testing.T) {
		wrapper := append(refusing, denied("seccomp")...)
		code, out, errs := executedBy(t, wrapper, "--user-namespace", "--edit-hosts", "--", "sh", "-c",
			`grep -c mfpsim /etc/hosts; curl -sS -o /dev/null -w "%{http_code}" `+configuration)
		require.Zero(t, code, errs)
		require.Equal(t, "2\n200", out)
		require.Contains(t, errs, "the hosts file is edited for the time of the run")
		require.NotContains(t, errs, "begin of mfpsim")
	})
	t.Run("by hand", func(t *testing.T) {
		code, out, errs := run("exec", "--print-env")
		require.Zero(t, code, errs)
		for _, line := range []string{
			"mfpsim serve --ready --entra-port 443", "127.0.0.1 graph.microsoft.com", "export NODE_EXTRA_CA_CERTS=/",
		} {
			require.Contains(t, out, line)
		}
	})
}

// turned is a program, in Python, that looks at all that it can reach.
var turned = []string{"--", "python3", "-c", strings.TrimSpace(`
import socket, smtplib, ssl, subprocess, urllib.request, os
said = []
said.append(urllib.request.urlopen("` + configuration + `").status)
s = smtplib.SMTP("smtp.office365.com", 587); s.starttls(context=ssl.create_default_context()); said.append(s.ehlo()[0])
curl = ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "` + configuration + `"]
said.append(subprocess.check_output(curl, text=True))
said.append(urllib.request.urlopen(os.environ["MFPSIM_CONTROL"] + "/clock").status)
try: socket.create_connection(("8.8.8.8", 53), 2); said.append("reached")
except OSError as e: said.append("unreachable" if e.errno == 101 else e)
said.append(open("/dev/null").name)
l = socket.create_server(("127.0.0.1", 0)); said.append(socket.create_connection(l.getsockname()).getpeername()[0])
try: socket.getaddrinfo("example.com", 443); said.append("found")
except socket.gaierror: said.append("nobody")
print(*said)`)}

// shared is a folder that every user may read.
func shared(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("/tmp", "mfpsim-test-")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(folder)) })
	require.NoError(t, os.Chmod(folder, 0o755)) //nolint:gosec // see above
	return folder
}

func TestTheProgramHasTheDateOfTheBench(t *testing.T) {
	t.Run("91 days on", func(t *testing.T) {
		code, out, errs := executed(t, "--shift", "2184h", "--", "sh", "-c", "date +%s")
		require.Zero(t, code, errs)
		program, err := strconv.ParseInt(strings.TrimSpace(out), 10, 64)
		require.NoError(t, err)
		here, err := exec.CommandContext(t.Context(), "date", "+%s").Output()
		require.NoError(t, err)
		now, err := strconv.ParseInt(strings.TrimSpace(string(here)), 10, 64)
		require.NoError(t, err)
		require.InDelta(t, now+2184*3600, program, 120)
	})
	t.Run("a chosen one", func(t *testing.T) {
		code, out, errs := executed(t, "--at", "2026-03-02", "--", "date", "-u", "+%F")
		require.Zero(t, code, errs)
		require.Equal(t, "2026-03-02\n", out)
	})
	t.Run("it follows the bench's clock", func(t *testing.T) {
		code, out, errs := executed(t, "--at", "2026-03-02", "--control", "--", "python3", "-c", strings.Join([]string{
			"import datetime, os, urllib.request as u",
			"day = lambda: datetime.datetime.now(datetime.timezone.utc).strftime('%F')",
			"first = day()",
			"u.urlopen(os.environ['MFPSIM_CONTROL'] + '/clock/advance', b'{\"duration\":\"91d\"}').read()",
			"while day() == first: pass", // libfaketime looks again within a second
			"print(first, day())",
		}, "\n"))
		require.Zero(t, code, errs)
		require.Equal(t, "2026-03-02 2026-06-01\n", out)
	})
	t.Run("that of a scenario", func(t *testing.T) {
		code, out, errs := executed(t, "--scenario", "trouble/expired-by-disuse", "--", "date", "+%F")
		require.Zero(t, code, errs)
		require.NotContains(t, errs, "keeps the machine's date")
		require.True(t, strings.HasPrefix(out, "2026-0"), out)
	})
	t.Run("a program in Go cannot, and is not begun", func(t *testing.T) {
		code, out, errs := executed(t, "--at", "2026-03-02", "--", os.Args[0], "version")
		require.Equal(t, 2, code)
		require.Empty(t, out)
		require.Contains(t, errs, "it is written in Go, which reads the clock by itself")
	})
	t.Run("two ways at once", func(t *testing.T) {
		code, _, errs := executed(t, "--at", "2026-03-02", "--shift", "1h", "--", "true")
		require.Equal(t, 2, code)
		require.Contains(t, errs, "name one")
	})
}

func TestFaultsOfTheNetworkReachTheProgram(t *testing.T) {
	script := filepath.Join(t.TempDir(), "faults.txt")
	require.NoError(t, os.WriteFile(script, []byte(strings.Join([]string{
		"tenant contoso.com", "network entra no-name times=1", "network smtp no-starttls",
	}, "\n")), 0o600))
	code, out, errs := executed(t, "--script", script, "--control", "--", "sh", "-c", `
curl -sS `+configuration+`; curl -sS -o /dev/null -w "%{http_code}\n" `+configuration+`
python3 -c "import smtplib; s = smtplib.SMTP('smtp.office365.com', 587); s.ehlo(); print(s.has_extn('starttls'))"
curl -sS -d '{"words":"entra no-name times=1"}' "$MFPSIM_CONTROL/network/fault"; curl -sS `+configuration+` 2>&1`)
	require.Equal(t, 6, code, errs)
	require.Contains(t, errs, "Could not resolve host: login.microsoftonline.com")
	require.Contains(t, out, "200\nFalse\n")
	require.Contains(t, out, "Could not resolve host: login.microsoftonline.com")
}

func TestTheEvidenceTellsOfTheProgramAndNotOfItsSecrets(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "evidence")
	code, out, errs := executed(
		t,
		"--evidence",
		folder,
		"--control",
		"--password",
		"alice@contoso.com=Correct-horse-1",
		"--",
		"sh",
		"-c",
		`curl -sS "$MFPSIM_CONTROL/clock" -o /dev/null -w "%{http_code}"; curl -s https://nobody.example/; : Correct-horse-1; exit 5`,
	)
	require.Equal(t, 5, code, errs)
	require.Equal(t, "200", out)
	text, err := os.ReadFile(filepath.Join(folder, "exec", "journal.jsonl"))
	require.NoError(t, err)
	var said []string
	for line := range strings.Lines(string(text)) {
		var shown struct{ Party, Text string }
		require.NoError(t, json.Unmarshal([]byte(line), &shown))
		if shown.Party == programParty {
			said = append(said, shown.Text)
		}
	}
	all := strings.Join(said, "\n")
	require.Contains(t, all, "sh with 2 arguments begins")
	require.Contains(t, all, "asks for A of nobody.example: no such name")
	require.Contains(t, all, "has ended with exit code 5")
	require.NoError(t, filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		require.NotContains(t, string(text), "Correct-horse-1", path)
		return err
	}))
}
