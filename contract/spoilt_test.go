package contract_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"time"

	"mfpsim/contract"
	"mfpsim/vtime"
)

// spoilt are cores that are the own one but for what a function makes of its answer; nil: the process ends.
var spoilt = map[string]func(e contract.Event, line, answer []byte) []byte{
	"right": func(_ contract.Event, _, answer []byte) []byte { return answer },
	"held":  held,

	"hangs": func(_ contract.Event, _, answer []byte) []byte {
		<-make(chan struct{})
		return answer
	},
	"dies":        at("send", nil),
	"says words":  at("send", []byte("sending\n")),
	"says a list": at("send", []byte("[]\n")),
	"says too much": func(e contract.Event, _, answer []byte) []byte {
		if e.Event != "send" {
			return answer
		}
		return append(bytes.Repeat([]byte("x"), 65<<20), '\n') // only now: each core of the tests has this table
	},
	"another number": change("send", func(a *contract.Answer) { a.Number = 4 }),
	"fetches":        change("send", func(a *contract.Answer) { a.Actions[0].Do = "fetch" }),
	"wants nothing":  change("send", func(a *contract.Answer) { a.Actions = nil }),
	"waits for nothing": change("send", func(a *contract.Answer) {
		a.Actions = []contract.Action{{Do: "rest"}}
	}),
	"waits twice": change("send", func(a *contract.Answer) { a.Actions = append(a.Actions, a.Actions...) }),
	"wants much": change("send", func(a *contract.Answer) {
		a.Actions = append(make([]contract.Action, 40), a.Actions...)
	}),
	"another connection": change("send", func(a *contract.Answer) {
		a.Actions = []contract.Action{{Do: "receive", Connection: 2}}
	}),
	"another kind": change("send", func(a *contract.Answer) {
		a.Actions = []contract.Action{{Do: "outcome", Result: contract.Result{Kind: "Tired"}}}
	}),
	"sign-in ends": change("begin_sign_in", func(a *contract.Answer) {
		a.Actions = []contract.Action{{Do: "outcome", Result: contract.Result{Kind: "NotConfigured", Stage: "token"}}}
	}),
	"even number": change("begin_sign_in", func(a *contract.Answer) {
		a.Actions = []contract.Action{
			{Do: "background", Operation: 2}, {Do: "outcome", Result: contract.Result{OK: true}},
		}
	}),
	"network in a check": change("check", func(a *contract.Answer) {
		a.Actions = []contract.Action{{Do: "connect", Host: "smtp-mail.outlook.com", Port: 587}}
	}),
	"stores beyond the end": change("save", func(a *contract.Answer) {
		a.Actions[len(a.Actions)-1].At = 8 << 20
	}),
	"no phase": change("send", func(a *contract.Answer) {
		a.State = map[string]*contract.State{"printer": {Phase: "Sleeping"}}
	}),
	"sleeps for ever": func(e contract.Event, _, answer []byte) []byte {
		if e.Event == "send" || e.Event == "woke" {
			return fmt.Appendf(nil, `{"n":%d,"do":[{"do":"wake_at","up_ms":0}]}`+"\n", e.Number)
		}
		return answer
	},
	"sent without sending": change("send", func(a *contract.Answer) {
		a.Actions = []contract.Action{{Do: "outcome", Result: contract.Result{OK: true, MessageID: "a@b"}}}
	}),
	"signed in without asking": change("begin_sign_in", func(a *contract.Answer) {
		a.Actions = []contract.Action{{Do: "outcome", Result: contract.Result{OK: true}}}
		a.State = map[string]*contract.State{"printer": {
			Phase: "AwaitingOK", Service: "Microsoft Exchange Online", Account: "admin@contoso.com",
		}}
	}),

	"contract 2":  change("boot", func(a *contract.Answer) { a.Contract = 2 }),
	"contradicts": change("boot", func(a *contract.Answer) { a.TLS, a.Dial = "harness", "own" }),
	"other TLS":   change("boot", func(a *contract.Answer) { a.TLS = "none" }),
	"own clock":   change("boot", func(a *contract.Answer) { a.Clock = "mine" }),
	"other store": change("boot", func(a *contract.Answer) { a.Store = "tape" }),
	"boasts":      change("boot", func(a *contract.Answer) { a.Capabilities = append(a.Capabilities, "coffee") }),
	"can little":  change("boot", func(a *contract.Answer) { a.Capabilities = nil }),

	"asks for HTTP": change("begin_sign_in", func(a *contract.Answer) {
		a.Actions = []contract.Action{{Do: "http", Method: "GET", URL: "https://a.example/", TLS: &contract.TLS{}}}
	}),
	"stores an octet": change("save", func(a *contract.Answer) {
		a.Actions = []contract.Action{{Do: "store", Data: "AAAA"}}
	}),
	"stores a value": change("save", func(a *contract.Answer) {
		a.Actions = []contract.Action{{Do: "store", Key: "a", Data: "AAAA"}}
	}),
	"is another later": func(e contract.Event, line, answer []byte) []byte {
		if e.Event != "boot" || *e.Flash == "" {
			return answer
		}
		return changed(answer, func(a *contract.Answer) { a.TLS = "own" })
	},
	"answers twice": func(e contract.Event, _, answer []byte) []byte {
		if e.Event == "boot" {
			return append(answer, answer...)
		}
		return answer
	},
	"says what is no text":          at("send", []byte("{\"n\":1,\"core\":\"\xff\"}\n")),
	"says a word that is no number": at("send", []byte("{\"n\":\"one\"}\n")),
	"works without end": func(_ contract.Event, _, answer []byte) []byte {
		for i := 0; ; i++ {
			answer[i%len(answer)]++
		}
	},
	"asks a name server": func(e contract.Event, _, answer []byte) []byte {
		if e.Event == "send" {
			if _, err := net.Dial("udp", "127.0.0.53:53"); err != nil {
				panic(err)
			}
		}
		return answer
	},
	"connects after its outcome": connectsLater(),
	"claims a connection test": change("connection_test", func(a *contract.Answer) {
		a.Actions = []contract.Action{{Do: "outcome", Result: contract.Result{Kind: "Interrupted"}}}
	}),
	"connects in a check":   connects("check"),
	"connects in configure": connects("configure"),

	"does not verify the cloud": wish("http", func(a *contract.Action) { *a.TLS.Verify = false }),
	"does not verify the mail":  wish("starttls", func(a *contract.Action) { *a.TLS.Verify = false }),
	"another name":              wish("starttls", func(a *contract.Action) { a.TLS.ServerName = "smtp.office365.com" }),
	"old TLS":                   wish("starttls", func(a *contract.Action) { a.TLS.MinVersion = "1.0" }),
	"another endpoint":          wish("http", func(a *contract.Action) { a.URL += "/more" }),
	"another server":            wish("connect", func(a *contract.Action) { a.Host = "smtp.office365.com" }),
	"logs in in clear": wish("starttls", func(a *contract.Action) {
		*a = contract.Action{Do: "receive", Connection: a.Connection, TimeoutMS: 1000}
	}, contract.Action{Do: "send", Connection: 1, Text: "AUTH XOAUTH2\r\n"}),
	"polls at once":     wish("wake_at", func(a *contract.Action) { a.UpMS -= 4500 }),
	"sleeps a while":    sleeps(3 * time.Second),
	"sleeps for long":   sleeps(time.Hour),
	"hears of a cancel": hears,
	"polls too fast":    func(_ contract.Event, _, answer []byte) []byte { return answer },
	"wants to be woken": change("send", func(a *contract.Answer) {
		a.Actions = []contract.Action{{Do: "wake_at", UpMS: 1}}
	}),
	"stores early": func(e contract.Event, _, answer []byte) []byte {
		if e.Event != "run" {
			return answer
		}
		return fmt.Appendf(nil, `{"n":%d,"do":[{"do":"store","at":0,"data":"AAAA"}]}`+"\n", e.Number)
	},
	"drops a store": dropsStore(),
}

// at says something else at an event.
func at(event string, said []byte) func(contract.Event, []byte, []byte) []byte {
	return func(e contract.Event, _, answer []byte) []byte {
		if e.Event == event {
			return said
		}
		return answer
	}
}

// change changes the answer to an event.
func change(event string, f func(*contract.Answer)) func(contract.Event, []byte, []byte) []byte {
	return func(e contract.Event, _, answer []byte) []byte {
		if e.Event != event {
			return answer
		}
		return changed(answer, f)
	}
}

func changed(answer []byte, f func(*contract.Answer)) []byte {
	var a contract.Answer
	if err := json.Unmarshal(answer, &a); err != nil {
		panic(err)
	}
	f(&a)
	text, err := json.Marshal(a)
	if err != nil {
		panic(err)
	}
	return append(text, '\n')
}

// wish changes each wish of a kind, and puts others before it.
func wish(do string, f func(*contract.Action), before ...contract.Action) func(contract.Event, []byte, []byte) []byte {
	return func(_ contract.Event, _, answer []byte) []byte {
		return changed(answer, func(a *contract.Answer) {
			for i := range a.Actions {
				if a.Actions[i].Do == do {
					f(&a.Actions[i])
					a.Actions = append(append(a.Actions[:i:i], before...), a.Actions[i:]...)
					return
				}
			}
		})
	}
}

// dropsStore sleeps for an instant in place of each write of a send, and tells the core that it was stored.
func dropsStore() func(contract.Event, []byte, []byte) []byte {
	sending := 0
	return func(e contract.Event, _, answer []byte) []byte {
		if e.Event == "send" {
			sending = e.Operation
		}
		if e.Operation != sending {
			return answer
		}
		return changed(answer, func(a *contract.Answer) {
			if last := len(a.Actions) - 1; last >= 0 && a.Actions[last].Do == "store" {
				// the own core takes what comes for a failure, and does not send: so it connects itself
				a.Actions[last] = contract.Action{
					Do: "connect", Host: "smtp-mail.outlook.com", Port: 587, TimeoutMS: time.Minute.Milliseconds(),
				}
			}
		})
	}
}

// connects makes a connection of its own to the mail server at an event.
func connects(event string) func(contract.Event, []byte, []byte) []byte {
	var resolve map[string]string
	return func(e contract.Event, _, answer []byte) []byte {
		if e.Event == "configure" {
			resolve = e.Resolve
		}
		if e.Event == event && len(resolve) > 0 {
			if _, err := net.Dial("tcp", resolve["smtp-mail.outlook.com:587"]); err != nil {
				panic(err)
			}
		}
		return answer
	}
}

// connectsLater connects to the mail server by itself, beside the answer that a mail has been sent.
func connectsLater() func(contract.Event, []byte, []byte) []byte {
	var resolve map[string]string
	return func(e contract.Event, _, answer []byte) []byte {
		if e.Event == "configure" {
			resolve = e.Resolve
		}
		if bytes.Contains(answer, []byte(`"message_id"`)) {
			to := resolve["smtp-mail.outlook.com:587"]
			go func() {
				conn, err := net.Dial("tcp", to)
				if err != nil {
					return
				}
				_, _ = conn.Write([]byte("EHLO printer\r\n"))
			}()
		}
		return answer
	}
}

// misled are cores that hear something else than the bench says.
var misled = map[string]func(line []byte) []byte{
	"polls too fast": func(line []byte) []byte {
		return bytes.ReplaceAll(line, []byte(`\"interval\":3`), []byte(`\"interval\":1`))
	},
}

// toBob reports whether a line begins such a mail.
func toBob(e contract.Event) bool {
	return e.Event == "send" && strings.HasPrefix(e.Message.To[0], "bob@")
}

// sleeps sleeps before a mail to Bob is sent, whatever comes.
func sleeps(d time.Duration) func(contract.Event, []byte, []byte) []byte {
	return func(e contract.Event, _, answer []byte) []byte {
		if toBob(e) {
			slept := make(chan struct{})
			vtime.Alarm(d, func() { close(slept) })
			<-slept
		}
		return answer
	}
}

// hears sleeps before a mail to Bob is sent, and wakes when it hears that the operation is cancelled.
func hears(e contract.Event, _, answer []byte) []byte {
	if !toBob(e) {
		return answer
	}
	<-interrupted
	return changed(answer, func(a *contract.Answer) {
		a.Actions = []contract.Action{{Do: "outcome", Result: contract.Result{Kind: "Interrupted"}}}
	})
}
