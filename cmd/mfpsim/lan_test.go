//go:build linux

package main

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// inLAN runs the program in a network of its own, in which the machine has the address 10.77.0.1 and asks itself for
// names, and beside it a device in Python, which gets the line with the bench's addresses.
const inLAN = `set -e
ip link set lo up; ip addr add 10.77.0.1/24 dev lo
echo nameserver 10.77.0.1 >"$TMPDIR/resolv.conf"; mount --bind "$TMPDIR/resolv.conf" /etc/resolv.conf
echo "127.0.0.1 localhost" >"$TMPDIR/hosts"; mount --bind "$TMPDIR/hosts" /etc/hosts
mkfifo "$TMPDIR/line"
"$0" "$@" >"$TMPDIR/line" & bench=$!
set +e
read -r line <"$TMPDIR/line"; export line
python3 -c "$DEVICE"; code=$?
kill $bench; wait $bench
exit $code`

const lanDevice = `
import json, os, smtplib, socket, ssl, urllib.request as u
e = json.loads(os.environ["line"])
def fetch(path): return u.urlopen(u.Request(e["control"] + path, headers={"Authorization": "Bearer " + e["token"]}))
pem, der = fetch("/authority.pem").read().decode(), fetch("/authority.der").read()
assert ssl.PEM_cert_to_DER_cert(pem) == der
trust = ssl.create_default_context(cadata=der)
print(u.urlopen("https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration", context=trust).status)
s = smtplib.SMTP("smtp.office365.com", 587); s.starttls(context=trust); print(s.ehlo()[0])
print(smtplib.SMTP("contoso-com.mail.protection.outlook.com", 25).noop()[0])
for where in (("printer.example", 443), ("smtp.office365.com", 465)):
    try: socket.create_connection(where, 2); print("reached")
    except OSError as why: print(type(why).__name__)
try: u.urlopen(e["control"] + "/authority.der"); print("open")
except u.HTTPError as why: print(why.code)
`

func TestDevicesOfANetworkFindTheBenchUnderMicrosoftsNames(t *testing.T) {
	command, out, errs := program(t, "none", "serve", "--ready", "--json", "--lan", "10.77.0.1")
	path, err := exec.LookPath("unshare")
	require.NoError(t, err)
	command.Args = append([]string{path, "-Urnm", "sh", "-c", inLAN}, command.Args...)
	command.Path = path
	command.Env = append(command.Env, "DEVICE="+lanDevice)
	require.NoError(t, command.Run(), "%s\n%s", out, errs)
	require.Equal(t, "200\n250\n250\ngaierror\nConnectionRefusedError\n401\n", out.String())
	require.Contains(t, errs.String(), "1. DNS server                10.77.0.1, and no other")
}

func TestALANThatCannotBeServedIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"no address":             {[]string{"--lan", "here"}, "--lan here: name the IPv4 address of this machine"},
		"every address":          {[]string{"--lan", "0.0.0.0"}, "name the IPv4 address of this machine"},
		"version 6":              {[]string{"--lan", "fd00::1"}, "name the IPv4 address of this machine"},
		"not this machine's":     {[]string{"--lan", "192.0.2.77"}, "this machine does not have that address"},
		"another server":         {[]string{"--lan", "127.0.0.1", "--lan-dns", "dns.example"}, "write address and port, as in 192.168.1.1:53"},
		"another server, no LAN": {[]string{"--lan-dns", "192.168.1.1:53"}, "without --lan there is no name server"},
	} {
		t.Run(name, func(t *testing.T) {
			code, _, errs := run(append([]string{"serve"}, c.args...)...)
			require.Equal(t, exitUsage, code, errs)
			require.Contains(t, errs, c.says)
		})
	}
	t.Run("as nobody", func(t *testing.T) {
		command := exec.CommandContext(t.Context(), "unshare", "-U", os.Args[0], "serve", "--lan", "127.0.0.1")
		command.Env = append(os.Environ(), asProgram+"=none")
		var errs bytes.Buffer
		command.Stderr = &errs
		require.Equal(t, exitUsage, exitCode(t, command.Run()), errs.String())
		require.True(t, strings.Contains(errs.String(), "one of root's ports"), errs.String())
	})
}
