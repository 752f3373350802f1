package phrase_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
	"mfpsim/fakesmtp"
	"mfpsim/faultnet"
	"mfpsim/phrase"
)

func split(t *testing.T, line string) []string {
	t.Helper()
	words, err := phrase.Split(line)
	require.NoError(t, err, line)
	return words
}

// parties are those of the faults here.
var parties = []string{"entra", "smtp", "printer"}

func TestWhatThePhrasesOfAFaultMean(t *testing.T) {
	for line, want := range map[string][]faultnet.Fault{
		"smtp ok":                        nil,
		"smtp unreachable":               {{To: "smtp", Kind: faultnet.Unreachable}},
		"smtp no-starttls times=1":       {{To: "smtp", Kind: faultnet.NoSTARTTLS, Times: 1}},
		"smtp reset after=100":           {{To: "smtp", Kind: faultnet.Reset, Bytes: 100}},
		"smtp silent after=2 from=x":     {{To: "smtp", Kind: faultnet.Silent, After: 2, From: "x"}},
		"entra reset at=write:3 after=1": {{To: "entra", Kind: faultnet.Reset, Write: 3, After: 1}},
		"entra slow at=read:2 delay=1m":  {{To: "entra", Kind: faultnet.Slow, Read: 2, Delay: faultnet.Delay(time.Minute)}},
		"entra no-intermediate times=1 then new-root": {
			{To: "entra", Kind: faultnet.NoIntermediate, Times: 1}, {To: "entra", Kind: faultnet.NewRoot},
		},
		"smtp dead-address from=printer":    {{To: "smtp", Kind: faultnet.DeadAddress, From: "printer"}},
		"entra trickle at=write:2 delay=4s": {{To: "entra", Kind: faultnet.Trickle, Write: 2, Delay: faultnet.Delay(4 * time.Second)}},
		"entra unreachable times=1 then reset times=2 then silent": {
			{To: "entra", Kind: faultnet.Unreachable, Times: 1}, {To: "entra", Kind: faultnet.Reset, Times: 2}, {To: "entra", Kind: faultnet.Silent},
		},
	} {
		t.Run(line, func(t *testing.T) {
			party, faults, err := phrase.Faults(split(t, line), parties)
			require.NoError(t, err)
			require.Equal(t, want, faults)
			require.True(t, strings.HasPrefix(line, party))
		})
	}
}

func TestWhatThePhrasesOfAnEntraAnswerMean(t *testing.T) {
	for line, want := range map[string][]fakeentra.Answer{
		"ok": nil, "html": {{Kind: "html"}},
		"status=503 retry-after=30":        {{Kind: "status", Status: 503, RetryAfter: "30"}},
		"html status=511":                  {{Kind: "html", Status: 511}},
		"error=AADSTS50196 client=x":       {{Kind: "error", AADSTS: 50196, Client: "x"}},
		"pending times=2 then empty":       {{Kind: "pending", Grant: "device_code", Times: 2}, {Kind: "empty"}},
		"body='<p>a b</p>' endpoint=token": {{Kind: "body", Body: "<p>a b</p>", Endpoint: "token"}}, "lifetime=1m interval=500ms": {{Kind: "code", Endpoint: "devicecode", Lifetime: time.Minute, Interval: 500 * time.Millisecond}}, "nothing until=2026-03-02 after=1": {{Kind: "nothing", Until: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), After: 1}},
		"latency=20s": {{Kind: "answer", Latency: 20 * time.Second}},
		"endless times=1 then gzip-bomb grant=refresh_token times=1 then header-flood endpoint=devicecode": {
			{Kind: "endless", Times: 1},
			{Kind: "gzip-bomb", Grant: "refresh_token", Times: 1},
			{Kind: "header-flood", Endpoint: "devicecode"},
		},
		"error=900439 text='A cloud, and blanks.' word=invalid_client": {
			{Kind: "error", AADSTS: 900439, Text: "A cloud, and blanks.", Word: "invalid_client"},
		},
		"error=70000 variant=consumers-token times=1": {
			{Kind: "error", AADSTS: 70000, Variant: "consumers-token", Times: 1},
		},
		"then=silent after=1":                {{Kind: "answer", Then: "silent", After: 1}},
		"html times=1 then=close then empty": {{Kind: "html", Times: 1, Then: "close"}, {Kind: "empty"}},
		"change scope 'Mail.Send openid' change expires_in 0 endpoint=token": {
			{
				Kind: "change", Endpoint: "token",
				Changes: []fakeentra.AnswerChange{{Member: "scope", Value: "Mail.Send openid"}, {Member: "expires_in", Value: "0"}},
			},
		},
	} {
		t.Run(line, func(t *testing.T) {
			answers, err := phrase.EntraAnswers(split(t, line))
			require.NoError(t, err)
			require.Equal(t, want, answers)
		})
	}
}

func TestWhatThePhrasesOfAnExchangeAnswerMean(t *testing.T) {
	for line, want := range map[string][]fakesmtp.Answer{
		"ok": nil,
		"at=mail reply='451 4.7.0 Try later' times=1": {{On: "MAIL", Reply: "451 4.7.0 Try later", Times: 1}},
		"at=connect silent":                           {{On: fakesmtp.OnConnect, Silent: true}},
		"at='End of data' reset carried-out":          {{On: fakesmtp.OnEndOfData, Then: fakesmtp.Reset, CarriedOut: true}},
		"at='auth response' disconnect after=1":       {{On: fakesmtp.OnResponse, Then: fakesmtp.Disconnect, After: 1}},
		"at=handshake garbled=abc from=printer":       {{On: fakesmtp.OnHandshake, Garbled: "abc", From: "printer"}},
		"at=EHLO split=4 pause=2s latency=1s times=1 then at=any half-close": {
			{On: "EHLO", Split: 4, Pause: 2 * time.Second, Delay: time.Second, Times: 1}, {On: fakesmtp.OnAny, Then: fakesmtp.HalfClose},
		},
	} {
		t.Run(line, func(t *testing.T) {
			answers, err := phrase.ExchangeAnswers(split(t, line))
			require.NoError(t, err)
			require.Equal(t, want, answers)
		})
	}
}

func TestWhatThePhrasesOfAPrinterMean(t *testing.T) {
	for line, want := range map[string]string{
		"off": "off", "cut": "cut", "cut at=write:3": "cut at=write:3", "cut byte=0 at=write:1": "cut at=write:1 byte=0",
	} {
		act, err := phrase.PowerAct(strings.Fields(line))
		require.NoError(t, err, line)
		require.Equal(t, want, act.String())
	}
	for line, want := range map[string]string{
		"half":                   `no power state "half" here`,
		"":                       `no power state "" here`,
		"on at=write:1":          "at= belongs to power cut",
		"cut byte=1":             "byte= needs at=write:N",
		"cut at=write:0":         "at=write:0 is no write",
		"cut at=read:1":          "at=read:1 is no write",
		"cut at=write:1 byte=-1": "byte=-1 is no number",
		"off now":                `"now" does not belong there`,
	} {
		_, err := phrase.PowerAct(strings.Fields(line))
		require.ErrorContains(t, err, want, line)
	}
	for line, want := range map[string]string{
		"refuses writes": "refuses writes", "refuses writes times=2 after=1": "refuses writes after=1 times=2",
	} {
		fault, err := phrase.MemoryFault(strings.Fields(line))
		require.NoError(t, err, line)
		require.Equal(t, want, fault.String())
	}
	fault, err := phrase.MemoryFault([]string{phrase.OK})
	require.NoError(t, err)
	require.Nil(t, fault)
	for line, want := range map[string]string{
		"refuses": "fault of a memory", "ok after=1": "ok takes no further words", "refuses writes times=x": "times=x is no number",
		"refuses writes times=0": "times=0 is none at all",
	} {
		_, err := phrase.MemoryFault(strings.Fields(line))
		require.ErrorContains(t, err, want, line)
	}
}

func TestWhatThePhraseOfASourceMeans(t *testing.T) {
	of, source, err := phrase.Source(split(t, "device address=203.0.113.7 country=DE platform=linux compliant=yes joined=no risk=low"))
	require.NoError(t, err)
	require.Equal(t, phrase.Device, of)
	require.Equal(
		t, fakeentra.Source{Address: "203.0.113.7", Country: "DE", Platform: "linux", Compliant: true, Risk: "low"},
		source,
	)
}

func TestAPolicyIsChangedInWhatIsSaidOnly(t *testing.T) {
	for line, want := range map[string]fakeentra.Policy{
		"state=off": {Name: "x", State: "off", Users: []string{"All"}, Grant: "block"}, "users=a@x.example,b@x.example": {Name: "x", State: "on", Users: []string{"a@x.example", "b@x.example"}, Grant: "block"}, "grant=mfa,compliant": {Name: "x", State: "on", Users: []string{"All"}, Grant: "mfa", Controls: []string{"mfa", "compliant"}},
		"exclude=": {Name: "x", State: "on", Users: []string{"All"}, Grant: "block"}, "sign-in-frequency=7d": {Name: "x", State: "on", Users: []string{"All"}, Grant: "block", SignInFrequency: 7 * 24 * time.Hour}, "Sign-In-Frequency=every-time": {Name: "x", State: "on", Users: []string{"All"}, Grant: "block", EveryTime: true}, "from=2026-04-15": {Name: "x", State: "on", Users: []string{"All"}, Grant: "block", From: time.Date(2026, 4, 15, 0, 0, 0, 0, time.UTC)},
	} {
		t.Run(line, func(t *testing.T) {
			change, err := phrase.Policy(split(t, line))
			require.NoError(t, err)
			p := fakeentra.Policy{Name: "x", State: "on", Users: []string{"All"}, Grant: "block"}
			change(&p)
			require.Equal(t, want, p)
		})
	}
}

// read reads a phrase whose first word says what it is about.
func read(what string, words []string) error {
	var err error
	switch what {
	case "fault":
		_, _, err = phrase.Faults(words, parties)
	case "entra":
		_, err = phrase.EntraAnswers(words)
	case "exchange":
		_, err = phrase.ExchangeAnswers(words)
	case "source":
		_, _, err = phrase.Source(words)
	case "policy":
		_, err = phrase.Policy(words)
	}
	return err
}

func TestAnErrorNamesTheWrongWordAndTheNearestRightOne(t *testing.T) {
	for line, c := range map[string]struct{ wrong, nearest string }{
		"fault smpt silent":                      {`no party "smpt" here`, "smtp"},
		"fault smtp silnt":                       {`no fault "silnt" here`, "silent"},
		"fault smtp strip-starttls":              {`no fault "strip-starttls" here`, "no-starttls"},
		"entra html tims=2":                      {`no word of an answer "tims=2" here`, "times=N"},
		"fault smtp silent time=1":               {`no word "time=" here`, "times="},
		"entra htm":                              {`no word of an answer "htm" here`, "html"},
		"entra html endpoint=tokn":               {`no endpoint "tokn" here`, "token"},
		"entra html grant=refresh":               {`no grant "refresh" here`, "refresh_token"},
		"exchange at=MALE silent":                {`no moment "MALE" here`, "MAIL"},
		"exchange at=MAIL slient":                {`no word of an answer "slient" here`, "silent"},
		"source devise address=203.0.113.7":      {`no party "devise" here`, "device"},
		"source device addrss=203.0.113.7":       {`no word "addrss=" here`, "address="},
		"source device address=x compliant=yess": {`no value of compliant "yess" here`, "yes"},
		"policy user=":                           {`no word of a policy "user=" here`, "users="},
	} {
		t.Run(line, func(t *testing.T) {
			what, words := phrase.First(split(t, line))
			err := read(what, words)
			require.ErrorContains(t, err, c.wrong)
			require.ErrorContains(t, err, "; the nearest is "+c.nearest)
		})
	}
}

func TestWhatNoPhraseCanSay(t *testing.T) {
	for line, want := range map[string]string{
		"fault":                                        "a fault has a party and a kind",
		"fault smtp":                                   `no fault "" here; there are: ok,`,
		"fault smtp ok times=1":                        "ok takes no further words",
		"fault smtp silent slow":                       "one kind; this one is silent and slow",
		"fault smtp silent times=often":                "times=often is no number",
		"fault smtp silent times=1 times=2":            "times= stands twice",
		"fault smtp silent from=":                      "from= has no value",
		"fault smtp silent at=write:0":                 "at=write:0 is no point",
		"fault smtp half-silent":                       "half-silent needs a point",
		"fault smtp silent then reset":                 `"smtp silent" never ends`,
		"fault smtp silent times=1 then":               `no fault "" here`,
		"entra":                                        `no kind of an answer "" here; there are: html,`,
		"entra html empty":                             "one kind; this one is html and empty",
		"fault smtp trickle at=read:1":                 "the server's words trickle: a write",
		"fault smtp trickle":                           "trickle needs a point",
		"fault smtp new-root at=write:1":               "new-root strikes whole connections",
		"fault smtp new-root delay=1s":                 "a delay belongs to the fault slow or trickle",
		"entra endless then=close":                     "endless closes the connection already",
		"entra gzip-bomb header-flood":                 "one kind; this one is gzip-bomb and header-flood",
		"entra error=1":                                "AADSTS1 is not in the catalogue",
		"entra error":                                  `no word of an answer "error" here`,
		"entra html then empty":                        `"html" never ends`,
		"entra html latency=0s":                        "none at all",
		"entra html latency=900000h0m0.1s":             `is no length of time`,
		"entra html until=soon":                        `"soon" is no date`,
		"entra html grant=":                            "no value",
		"exchange silent":                              "there is no such moment",
		"exchange at=MAIL reply=hello":                 "that is no reply",
		"exchange at=MAIL split=-1":                    "split=-1 is no number",
		"source":                                       "a source is told of the device or of the browser",
		"source device":                                "a source has an address",
		"policy state=":                                "state= has no value",
		"policy state":                                 `no word of a policy "state" here`,
		"policy from=soon":                             `from: "soon" is no date`,
		"policy sign-in-frequency=often":               `"often" is no duration such as 12h or 7d`,
		"entra error=70000 variant=x":                  "there are: consumers, consumers-abuse, consumers-expired,",
		"entra error=70000 variant=device_code text=x": "an error has one sentence",
		"entra html variant=consumers":                 "variant= is a sentence of an error",
		"entra html times=0":                           "times=0 is none at all; a count begins at 1",
		"exchange mail silent times=0":                 "times=0 is none at all",
		"fault smtp silent times=0":                    "times=0 is none at all",
		"exchange rcpt silent to=nobody":               "to=nobody is no e-mail address",
		"exchange data silent to=a@b@c d":              "no word of an answer",
	} {
		t.Run(line, func(t *testing.T) {
			what, words := phrase.First(split(t, line))
			require.ErrorContains(t, read(what, words), want)
		})
	}
}

func TestAPolicyOfAFileIsGraphsOrOurs(t *testing.T) {
	words, graph, err := phrase.PolicyFile([]byte(`{"users":["All"],"flow":"Device code flow","state":"on"}`))
	require.NoError(t, err)
	require.False(t, graph)
	require.Equal(t, []string{"flow=Device code flow", "state=on", "users=All"}, words)
	_, graph, err = phrase.PolicyFile([]byte(`{"displayName":"x"}`))
	require.NoError(t, err)
	require.True(t, graph)
	_, _, err = phrase.PolicyFile([]byte(`[]`))
	require.EqualError(t, err, "no JSON object")
	_, _, err = phrase.PolicyFile([]byte(`{"users":1}`))
	require.EqualError(t, err, `the value of "users" is neither a text nor a list of texts`)
}

// FuzzPhrase holds that every line is a phrase or a clear refusal, and that an answer is written as it is read.
func FuzzPhrase(f *testing.F) {
	for _, line := range []string{
		"smtp reset after=100 times=1 then silent", "pending times=2 then status=503 retry-after=30 times=1", "at=MAIL reply='451 4.7.0 Later' then ok",
		"device address=203.0.113.7 compliant=yes", "state=on users=All,None sign-in-frequency=7d", "error=99999999999999999999", "'open", "=x ''",
		"body=\x00 charset=; until=2026-03-02T10:00:00.5Z", "latency=1.5s approve=a",
	} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		words, err := phrase.Split(line)
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		for _, what := range []string{"fault", "exchange", "source", "policy"} {
			if err := read(what, words); err != nil {
				require.NotEmpty(t, err.Error())
			}
		}
		answers, err := phrase.EntraAnswers(words)
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		for _, a := range answers {
			if strings.ContainsAny(a.String(), "' #\t\r") {
				continue // would have to be quoted
			}
			again, err := phrase.EntraAnswers(split(t, a.String()))
			require.NoError(t, err, a.String())
			require.Equal(t, []fakeentra.Answer{a}, again)
		}
	})
}
