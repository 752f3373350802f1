//go:build linux

package main

import (
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

// byHandInLAN is inLAN for a run with a person as adapter, whose page is named on standard error.
const byHandInLAN = `set -e
ip link set lo up; ip addr add 10.77.0.1/24 dev lo
echo nameserver 10.77.0.1 >"$TMPDIR/resolv.conf"; mount --bind "$TMPDIR/resolv.conf" /etc/resolv.conf
echo "127.0.0.1 localhost" >"$TMPDIR/hosts"; mount --bind "$TMPDIR/hosts" /etc/hosts
mkfifo "$TMPDIR/line"
"$0" "$@" 2>"$TMPDIR/line" & bench=$!
set +e
exec 3<"$TMPDIR/line"; read -r line <&3; export line
python3 -c "$DEVICE" || kill $bench
wait $bench`

// handDevice answers the instructions, and meanwhile asks the servers of the bench as a printer of the network does.
const handDevice = `
import json, os, smtplib, ssl, urllib.request as u
page = os.environ["line"].split("program: ")[1].strip()
def get(path): return u.urlopen(page + path).read()
def answer(i, what):
    body = json.dumps({"answer": what}).encode()
    u.urlopen(u.Request(page + "v1/instructions/%d/answer" % i["id"], body, {"Content-Type": "application/json"}))
i = json.loads(get("v1/instruction?after=0"))
trust = ssl.create_default_context(cadata=get("authority.der"))
u.urlopen("https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration", context=trust)
s = smtplib.SMTP("smtp.office365.com", 587); s.starttls(context=trust); s.ehlo(); s.quit()
smtplib.SMTP("contoso-com.mail.protection.outlook.com", 25).quit()
for _ in range(3):
    answer(i, "done" if "done" in i["answers"] else "as-shown")
    if i["method"] == "look": break
    i = json.loads(get("v1/instruction?after=%d" % i["id"]))
`

func TestARunByHandServesTheNetworkOfThePrinter(t *testing.T) {
	folder := cases(t, map[string]string{"lan": `panel press Copy
panel shows Ready
wire shows entra openid-configuration
wire shows smtp STARTTLS
`})
	command, out, errs := program(t, "none", "run", "--device", "manual", "--lan", "10.77.0.1", "--folder", folder)
	path, err := exec.LookPath("unshare")
	require.NoError(t, err)
	command.Args = append([]string{path, "-Urnm", "sh", "-c", byHandInLAN}, command.Args...)
	command.Path = path
	command.Env = append(command.Env, "DEVICE="+handDevice)
	require.NoError(t, command.Run(), "%s\n%s", out, errs)
	require.Regexp(t, `passed +MUST +chapter/lan`, out.String())
}
