package contract_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/contract"
	"mfpsim/report"
)

// misspelt are cores that are right but for some octets of their answers, with what is said of them.
var misspelt = map[string]struct{ event, old, new, says string }{
	"a member of the line":       {"boot", `"core":`, `"name":"x","core":`, `the line: no member "name" here; there are: n, do, state`},
	"a member of a state":        {"boot", `"phase":`, `"colour":1,"phase":`, `: no member "colour" here; there are: phase, service`},
	"a member of settings":       {"boot", `"method":`, `"methods":1,"method":`, `no member "methods" here; there are: method,`},
	"DO":                         {"send", `"do":"connect"`, `"DO":"connect"`, `do[0]: no member "DO" here; there are: do, op`},
	"a member of connect":        {"send", `"timeout_ms"`, `"time_out_ms"`, `do[0]: no member "time_out_ms" here; there are: do, host, port, tls, timeout_ms; the nearest is timeout_ms`},
	"a member of another action": {"connected", `"do":"receive"`, `"do":"receive","url":"x"`, `do[0]: no member "url" here; there are: do, conn, timeout_ms`},
	"a member of http":           {"begin_sign_in", `"do":"http"`, `"do":"http","retries":1`, `do[0]: no member "retries" here; there are: do, method, url`},
	"a member of tls":            {"", `"verify":`, `"verfy":true,"verify":`, `do[0].tls: no member "verfy" here; there are: server_name, verify, min_version; the nearest is verify`},
	"a member of an outcome":     {"", `"message_id":`, `"mesage_id":"x","message_id":`, `no member "mesage_id" here`},
	"a version of TLS":           {"", `"min_version":"1.2"`, `"min_version":"1.4"`, `with the unknown min_version "1.4"; there are: 1.0, 1.1, 1.2, 1.3`},
	"CR LF in a header":          {"", `"headers":{`, `"headers":{"X-A":"b\r\nX-C: d",`, `with a character in the header "X-A" that none can have, such as CR or LF`},
	"a name of a header":         {"", `"headers":{`, `"headers":{"X A":"b",`, `with the header "X A": that is no name of a header`},
	"Host":                       {"", `"headers":{`, `"headers":{"Host":"evil.example",`, `with the header Host: evil.example, and the URL has login.microsoftonline.com`},
	"cancel of nothing":          {"send", `"do":[`, `"do":[{"do":"cancel","op":77},`, `"cancel" of the operation 77, which there never was`},
	"background twice":           {"", `{"do":"background","op":1}`, `{"do":"background","op":1},{"do":"background","op":1}`, `"background" of the operation 1, which has not ended`},
	"an owner without an ID":     {"boot", `"printer":{`, `"user:":{"phase":"SignedOut"},"printer":{`, `the state of an unknown owner "user:"`},
	"a password":                 {"", `"password_set":true`, `"password":"x"`, `the state of "printer" says a password; a core never says one`},
	"a method":                   {"boot", `"method":"Off"`, `"method":"none"`, `has the unknown method "none"; there are: Off, SMTP AUTH, POP before SMTP, OAuth2`},
	"a time before power on":     {"", `"up_ms":`, `"up_ms":-`, `"wake_at" at up_ms -`},
	"a time-out":                 {"send", `"timeout_ms":`, `"timeout_ms":-`, `"connect" with timeout_ms -`},
}

func init() {
	for name, m := range misspelt {
		spoilt["misspelt "+name] = func(e contract.Event, _, answer []byte) []byte {
			if m.event != "" && m.event != e.Event {
				return answer
			}
			return bytes.Replace(answer, []byte(m.old), []byte(m.new), 1)
		}
	}
	spoilt["a stage"] = change("send", func(a *contract.Answer) {
		a.Actions = []contract.Action{{Do: "outcome", Result: contract.Result{Kind: "NoSignIn", Stage: "EHLO2"}}}
	})
	spoilt["http without tls"] = change("begin_sign_in", func(a *contract.Answer) {
		a.Actions[len(a.Actions)-1].TLS = nil
	})
	spoilt["answers later"] = func(e contract.Event, _, answer []byte) []byte {
		if e.Event == "begin_sign_in" {
			return append(answer, answer...)
		}
		return answer
	}
	spoilt["no state"] = change("boot", func(a *contract.Answer) { a.State = nil })
	spoilt["no name"] = change("boot", func(a *contract.Answer) { a.Core = "" })
	spoilt["a name of two lines"] = change("boot", func(a *contract.Answer) { a.Core = "a\nb" })
	spoilt["no contract"] = change("boot", func(a *contract.Answer) { a.Contract = 0 })
	spoilt["another phase"] = change("boot", func(a *contract.Answer) { a.State["printer"].Phase = "Sleeping" })
}

func TestWhatTheContractDoesNotHaveIsRefusedWithItsPlace(t *testing.T) {
	for name, m := range misspelt {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if m.event == "boot" {
				_, err := contract.Probe(command("misspelt " + name))
				require.ErrorContains(t, err, m.says)
				return
			}
			scenario := guide
			if name == "a password" {
				scenario = "exchange/password-dialogue"
			}
			r := play(t, "misspelt "+name, nil, scenario)[0]
			require.Equal(t, report.Failed, r.Verdict)
			require.Contains(t, r.Failure, m.says)
		})
	}
	for core, says := range map[string]string{
		"a stage":          `an outcome of the unknown stage "EHLO2"; there are: authorization, device authorization,`,
		"http without tls": `"http" without tls: add "tls":{"verify":true}`,
		"answers later":    `is answered a second time; line`,
	} {
		r := play(t, core, nil, guide)[0]
		require.Equal(t, report.Failed, r.Verdict)
		require.Contains(t, r.Failure, says)
	}
}

func TestACoreThatDoesNotSayWhatItMustAtBootIsNotPlayed(t *testing.T) {
	for core, says := range map[string]string{
		"no state":            `the answer to "boot" has no state of the owner "printer"`,
		"no name":             `the answer to "boot" has no name in one line`,
		"a name of two lines": `the answer to "boot" has no name in one line`,
		"no contract":         `the answer to "boot" has no contract: add "contract":1`,
		"another phase":       `the state of "printer" has no phase of the contract; there are: SignedOut, AwaitingUser, AwaitingOK, Stored`,
	} {
		_, err := contract.Probe(command(core))
		require.ErrorContains(t, err, says, core)
	}
}

func TestBesideALineThatFailsStandsTheLastOutcomeOfTheCore(t *testing.T) {
	r := play(t, "sign-in ends", nil, guide)[0]
	require.Equal(t, report.Failed, r.Verdict)
	require.Contains(t, r.Failure, "the core's last outcome that was not ok: begin_sign_in of printer: NotConfigured, stage token\n")
}
