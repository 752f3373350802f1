package scenarios_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/scenarios"
)

// TestWhatALineLacksIsToldBeforeItIsPlayed has one line and more for each verb. None of them is reached: a line before
// it would fail.
func TestWhatALineLacksIsToldBeforeItIsPlayed(t *testing.T) {
	for line, want := range map[string]string{
		"cmp": "the words are: cmp stdout|FILE FILE", "cmp stdout": "the words are: cmp stdout|FILE FILE",
		"cmp stdout stdout": "stdout is compared with itself",
		"env":               "nothing is set; write env NAME=value", "env X": `"X" sets nothing`, "env =x": `"=x" sets nothing`,
		"tenant": "", "tenant a.com smtp-auth=perhaps": "perhaps", "user": "a user has an address", "user a@b.com mailbix": "mailbix",
		"entra": "the words are: entra set", "entra set X": "the words are: entra set", "entra revoke": "the words are: entra set",
		"entra strict-doors perhaps": "the words are: entra set", "entra policy Block": "the words are: entra set",
		"entra answer": "", "entra answer purple": "purple", "entra as-of soon": "soon",
		"entra source moon": "moon", "entra log shows": "the words are: entra set", "entra purple": "the words are: entra set",
		"exchange": "the words are: exchange", "exchange answer": "", "exchange restrict a@b.com": "",
		"printer purple": "the words are: printer", "printer use": "the words are: printer", "printer sign-in": "the words are: printer",
		"printer set firmware": "the words are: printer",
		"webconfig":            "the words are: webconfig", "webconfig shows": "shows what?", "webconfig open": "the words are: webconfig",
		"webconfig set Field": "the words are: webconfig", "webconfig forge OK friend": "friend", "webconfig copy": "the words are: webconfig",
		"webconfig choices Field shows": "shows what?",
		"browser":                       "the words are: browser", "browser shows": "shows what?", "browser click": "the words are: browser",
		"browser enter account": "the words are: browser", "browser enter code right": "the words are: browser",
		"panel": "the words are: panel", "panel press": "the words are: panel", "panel shows": "shows what?",
		"panel shows x within=soon": "soon", "panel home now": "the words are: panel",
		"scan": "the words are: scan", "scan email": "the words are: scan", "scan copy pages=0": "pages=0 is no number of pages",
		"scan originals": "the words are: scan", "sheet": "the words are: sheet", "sheet print now": "the words are: sheet",
		"jobs": "the words are: jobs", "jobs shows": "shows what?", "jobs count": "the words are: jobs",
		"jobs count many": `"many" is no number`, "jobs 1 count 1": "the words are: jobs",
		"mailbox": "the words are: mailbox", "mailbox a@b.com": "the words are: mailbox", "mailbox a@b.com count -1": `"-1" is no number`,
		"mailbox a@b.com shows": "the words are: mailbox", "mailbox a@b.com shows colour=red": "colour",
		"clock": "the words are: clock", "clock +soon": "soon", "clock +300000d": "is more than 100 years", "clock to soon": "soon",
		"clock printer drift=x": "x", "clock printer time-difference=x": "x",
		"power": "the words are: power", "power cut at=write:0": "write:0", "power cut at=read:1": "read:1",
		"power cut byte=1": "", "power off now": "",
		"memory": "the words are: memory", "memory has": "the words are: memory", "memory has secrets": "the words are: memory",
		"memory refuses": "", "memory refuses writes times=0": "times=0",
		"network browser on": "browser on office|additional|elsewhere", "network browser on moon": `no network "moon"`,
		"printer event": "NAME [times=N]", "printer event paper-out times=0": "times=0", "printer event paper-out times=1001": "1000 at most",
		"network": "the words are: network", "network smtp": "the words are: network", "network smtp purple": "purple",
		"network smtp reset at=write:0": "write:0", "network smtp unreachable times=0": "times=0", "entra answer html times=0": "times=0",
		"wire": "the words are: wire", "wire shows moon x": "moon", "wire shows smtp": "shows what?", "wire dialogue smtp x": "the words are: wire", "wire count smtp x": "the words are: wire",
		"wire count smtp x many": `"many" is no number`, "lang": "the words are: lang", "handover now": "the words are: handover",
	} {
		t.Run(line, func(t *testing.T) {
			_, err := scenarios.Run(t.Context(), scenarios.Options{
				Folder: folder(t, header+"panel shows 'a line that fails'\n"+line+"\n"),
			})
			require.ErrorContains(t, err, "chapter/name.txtar:8: ")
			require.ErrorContains(t, err, want)
		})
	}
	_, err := scenarios.Run(t.Context(), scenarios.Options{
		Folder: folder(t, header+"env N=few\npanel shows Scan\njobs count $N\n"),
	})
	require.ErrorContains(t, err, `chapter/name.txtar:9: "few" is no number`)
}

func TestEachVerbIsJudgedBeforeItIsPlayed(t *testing.T) { require.Empty(t, scenarios.Unjudged()) }
