package oauth

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestDeviceCodeAnswersThatAreRefused(t *testing.T) {
	_, good := decodeDeviceCode([]byte(goodCode))
	require.True(t, good)
	change := func(old, new string) string { return strings.Replace(goodCode, old, new, 1) }
	for name, body := range map[string]string{
		"empty":                       "",
		"HTML":                        "<html><body>Sign in</body></html>",
		"truncated":                   goodCode[:40],
		"a list":                      "[" + goodCode + "]",
		"something after it":          goodCode + "{}",
		"doubled key":                 change(`"interval":5`, `"interval":5,"device_code":"other"`),
		"no device code":              change(`"device_code"`, `"devicecode"`),
		"device code in another case": change(`"device_code"`, `"Device_Code"`),
		"user code with a line break": change(`FRWQDE7YL`, `FRW\nDE7YL`),
		"no life":                     change(`"expires_in":900,`, ``),
		"life of nothing":             change(`900`, `0`),
		"negative life":               change(`900`, `-1`),
		"life of thousands of years":  change(`900`, `99999999999999999999`),
		"life of 500 days":            change(`900`, `43200000`),
		"life as a fraction":          change(`900`, `9e2`),
		"interval that is a list":     change(`"interval":5`, `"interval":[5]`),
		"address that is a script":    change(`https://login.microsoft.com/device`, `javascript:alert(1)`),
		"address without TLS":         change(`https://login`, `http://login`),
		"address without host":        change(`https://login.microsoft.com/device`, `https:///device`),
		"address with a password":     change(`https://login`, `https://a:b@login`),
		"address with a blank":        change(`/device"`, `/device onclick=x"`),
	} {
		_, ok := decodeDeviceCode([]byte(body))
		require.False(t, ok, name)
	}
}

func TestTheIntervalDefaultsToFiveSeconds(t *testing.T) {
	code, ok := decodeDeviceCode([]byte(strings.Replace(goodCode, `,"interval":5`, "", 1)))
	require.True(t, ok)
	require.Equal(t, DefaultInterval, code.Interval)
}

func TestTokenAnswersThatAreRefused(t *testing.T) {
	_, good := decodeToken([]byte(goodToken()), clientID)
	require.True(t, good)
	change := func(old, new string) string { return strings.Replace(goodToken(), old, new, 1) }
	for name, body := range map[string]string{
		"empty": "", "null": "null", "truncated": goodToken()[:100],
		"no access token":               change(`"access_token":"access-1",`, ``),
		"access token that is a number": change(`"access-1"`, `1`),
		"access token with a control A": change(`access-1`, `access\u0001auth=Bearer other`),
		"access token of 1 MiB":         change(`access-1`, strings.Repeat("a", 1<<20)), "not Bearer": change(`Bearer`, `mac`),
		"no type":              change(`"token_type":"Bearer",`, ``),
		"doubled access token": change(`"scope"`, `"access_token":"x","scope"`),
		"huge life":            change(`3599`, strings.Repeat("9", 400)), "negative life": change(`3599`, `-3599`),
		"an error as well":                change(`"scope"`, `"error":"x","scope"`),
		"refresh token with a line break": change(`0.refresh-1`, `0.refresh\r\n`),
		"id_token of two parts":           change(goodIdentity, `a.b`),
		"id_token that is no base64":      change(goodIdentity, `a.***.c`),
		"id_token for another client":     change(goodIdentity, idToken(`{"aud":"other","preferred_username":"a@b"}`)),
		"id_token without audience":       change(goodIdentity, idToken(`{"preferred_username":"a@b"}`)),
		"id_token without a name":         change(goodIdentity, idToken(`{"aud":"`+clientID+`","name":"Scanner"}`)), "name with a control A": change(goodIdentity, idToken(`{"aud":"`+clientID+`","upn":"a@b\u0001auth=x"}`)),
		"deep nesting": change(`3599`, strings.Repeat("[", 20000)+strings.Repeat("]", 20000)),
	} {
		token, ok := decodeToken([]byte(body), clientID)
		require.False(t, ok, name)
		require.Zero(t, token, name)
	}
}

func TestTheAccountIsTheFirstNameThatLooksLikeOne(t *testing.T) {
	for payload, want := range map[string]string{
		`{"aud":"C","preferred_username":"p@x","upn":"u@x","email":"e@x"}`:          "p@x",
		`{"aud":["other","C"],"preferred_username":"Scanner","upn":"u@x"}`:          "u@x",
		`{"aud":"C","email":"e@x"}`:                                                 "e@x",
		`{"aud":"C","preferred_username":null,"upn":"","email":"mail@outlook.com"}`: "mail@outlook.com",
	} {
		who, ok := readIdentity(idToken(payload), "C")
		require.True(t, ok, payload)
		require.Equal(t, want, who.account())
	}
}

func TestATokenWithoutALifeIsForOneUse(t *testing.T) {
	token, ok := decodeToken([]byte(`{"token_type":"bearer","access_token":"a"}`), clientID)
	require.True(t, ok)
	require.Zero(t, token.ExpiresIn)
}

func TestRefusalsKeepOnlyWhatIsWellFormed(t *testing.T) {
	r, ok := decodeRefusal([]byte(`{"error":"invalid_grant","suberror":"<b>","error_codes":["x"],"error_description":"AADSTS50173 x","trace_id":"not a guid","correlation_id":7}`))
	require.True(t, ok)
	require.Equal(t, refusal{word: "invalid_grant", aadsts: 50173}, r)
	for name, body := range map[string]string{
		"no error":              `{"error_codes":[50173]}`,
		"an error that is text": `{"error":"all is \"well\", said the server"}`,
		"doubled error":         `{"error":"invalid_grant","error":"authorization_pending"}`,
	} {
		_, ok := decodeRefusal([]byte(body))
		require.False(t, ok, name)
	}
	for digits, want := range map[string]int{
		"50173": 50173, "7000218": 7000218, "1": 0, "99999999999": 0, "-5017": 0, "5e100": 0, "00001": 0, "050173": 0, "+50173": 0,
	} {
		require.Equal(t, want, aadsts(digits), digits)
	}
}

func FuzzTokenAnswer(f *testing.F) {
	f.Add([]byte(goodToken()))
	f.Add([]byte(goodCode))
	f.Add([]byte(`{"token_type":"Bearer","access_token":"a","expires_in":"1"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if token, ok := decodeToken(body, clientID); ok {
			require.True(t, visible(token.Access.Reveal(), maxAccessToken))
			require.True(t, json.Valid(body))
			require.LessOrEqual(t, token.ExpiresIn, maxLife)
			require.NotContains(t, token.Account, "\x01")
		}
		if code, ok := decodeDeviceCode(body); ok {
			require.True(t, strings.HasPrefix(strings.ToLower(code.VerificationURI), "https://"))
			require.Greater(t, code.ExpiresIn, time.Duration(0))
			require.Greater(t, code.Interval, time.Duration(0))
		}
	})
}

func FuzzErrorAnswer(f *testing.F) {
	f.Add([]byte(pending.body))
	f.Add([]byte(`{"error":"invalid_grant","error_description":"AADSTS700082: x","suberror":"bad_token"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		r, ok := decodeRefusal(body)
		if !ok {
			require.Zero(t, r)
			return
		}
		require.True(t, isErrorWord(r.word))
		require.NotEmpty(t, r.kind())
		require.True(t, r.aadsts == 0 || r.aadsts >= 10000 && r.aadsts < 100000000)
	})
}

func FuzzIDToken(f *testing.F) {
	f.Add(goodIdentity, clientID)
	f.Add(idToken(`{"aud":["a","b"],"email":"a@b"}`), "b")
	f.Fuzz(func(t *testing.T, token, client string) {
		if who, ok := readIdentity(token, client); ok {
			require.True(t, visible(who.account(), maxAccount))
			require.Contains(t, who.account(), "@")
		}
	})
}
