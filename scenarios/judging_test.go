package scenarios_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/scenarios"
)

// TestWhatALineLacksIsToldBeforeItIsPlayed has one line and more for each verb. None of them is reached: a line before
// it would fail.
func TestWhatALineLacksIsToldBeforeItIsPlayed(t *testing.T) {
	for line, want := range map[string]string{
		"cmp": "words of cmp", "cmp stdout": "words of cmp",
		"cmp stdout stdout": "stdout is compared with itself",
		"env":               "nothing is set; write env NAME=value", "env X": `"X" sets nothing`, "env =x": `"=x" sets nothing`,
		"tenant": "", "tenant a.com smtp-auth=perhaps": "perhaps", "user": "a user has an address", "user a@b.com mailbix": "mailbix",
		"entra": "words of entra", "entra set X": "words of entra", "entra revoke": "words of entra",
		"entra strict-doors perhaps": "words of entra", "entra policy Block": "words of entra",
		"entra answer": "", "entra answer purple": "purple", "entra as-of soon": "soon",
		"entra source moon": "moon", "entra log shows": "words of entra", "entra purple": "words of entra",
		"exchange": "words of exchange", "exchange answer": "", "exchange restrict a@b.com": "",
		"printer purple": "words of printer", "printer use": "words of printer", "printer sign-in": "words of printer",
		"printer set firmware": "words of printer",
		"webconfig":            "words of webconfig", "webconfig shows": "shows what?", "webconfig open": "words of webconfig",
		"webconfig set Field": "words of webconfig", "webconfig forge OK friend": "friend", "webconfig copy": "words of webconfig",
		"webconfig choices Field shows": "shows what?",
		"browser":                       "words of browser", "browser shows": "shows what?", "browser click": "words of browser",
		"browser enter account": "words of browser", "browser enter code right": "words of browser",
		"panel": "words of panel", "panel press": "words of panel", "panel shows": "shows what?",
		"panel shows x within=soon": "soon", "panel home now": "words of panel",
		"scan": "words of scan", "scan email": "words of scan", "scan copy pages=0": "pages=0 is no number of pages",
		"scan originals": "words of scan", "sheet": "words of sheet", "sheet print now": "words of sheet",
		"jobs": "words of jobs", "jobs shows": "shows what?", "jobs count": "words of jobs",
		"jobs count many": `"many" is no number`, "jobs 1 count 1": "words of jobs",
		"mailbox": "words of mailbox", "mailbox a@b.com": "words of mailbox", "mailbox a@b.com count -1": `"-1" is no number`,
		"mailbox a@b.com shows": "words of mailbox", "mailbox a@b.com shows colour=red": "colour",
		"clock": "words of clock", "clock +soon": "soon", "clock +300000d": "is more than 100 years", "clock to soon": "soon",
		"clock printer drift=x": "x", "clock printer time-difference=x": "x",
		"power": "words of power", "power cut at=write:0": "write:0", "power cut at=read:1": "read:1",
		"power cut byte=1": "", "power off now": "",
		"memory": "words of memory", "memory has": "words of memory", "memory has secrets": "words of memory",
		"memory refuses": "", "memory refuses writes times=0": "times=0",
		"network browser on": "browser on office|additional|elsewhere", "network browser on moon": `no network "moon"`,
		"printer event": "NAME [times=N]", "printer event paper-out times=0": "times=0", "printer event paper-out times=1001": "1000 at most",
		"network": "words of network", "network smtp": "words of network", "network smtp purple": "purple",
		"network smtp reset at=write:0": "write:0", "network smtp unreachable times=0": "times=0", "entra answer html times=0": "times=0",
		"wire": "words of wire", "wire shows moon x": "moon", "wire shows smtp": "shows what?", "wire dialogue smtp x": "words of wire", "wire count smtp x": "words of wire",
		"wire count smtp x many": `"many" is no number`, "lang": "words of lang", "handover now": "words of handover",
	} {
		t.Run(line, func(t *testing.T) {
			_, err := scenarios.Run(t.Context(), scenarios.Options{
				Folder: folder(t, header+"panel shows 'a line that fails'\n"+line+"\n"),
			})
			require.ErrorContains(t, err, "chapter/name.txtar:8: ")
			if verb, of := strings.CutPrefix(want, "words of "); of { // as many as may be meant
				require.Regexp(t, `(the words are: |write |no word of )`+verb+`\b`, err.Error())
				return
			}
			require.ErrorContains(t, err, want)
		})
	}
	_, err := scenarios.Run(t.Context(), scenarios.Options{
		Folder: folder(t, header+"env N=few\npanel shows Scan\njobs count $N\n"),
	})
	require.ErrorContains(t, err, `chapter/name.txtar:9: "few" is no number`)
}

func TestEachVerbIsJudgedBeforeItIsPlayed(t *testing.T) { require.Empty(t, scenarios.Unjudged()) }
