package lab_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/lab"
)

func TestALeakIsFoundInEveryForm(t *testing.T) {
	const token = `eyJ0eXAiOiJKV1Qi+/"LCJhbGciOiJSUzI1NiIsIng1dCI6Ik_-9.payload.signature`
	const short = `Pa"s+7/wö`
	blob := func(s string) string { return "user=alice@contoso.com\x01auth=Bearer " + s + "\x01\x01" }
	for _, secret := range []string{token, short} {
		quoted, err := json.Marshal(secret)
		require.NoError(t, err)
		for name, text := range map[string]string{
			"plain": "x" + secret + "y", "base64": base64.StdEncoding.EncodeToString([]byte(secret)),
			"base64 for URLs, no padding": base64.RawURLEncoding.EncodeToString([]byte(secret)),
			"URL-encoded":                 "a=" + url.QueryEscape(secret) + "&b=c", "escaped for JSON": string(quoted),
			"hexadecimal": hex.EncodeToString([]byte(secret)), "in an XOAUTH2 response": "AUTH XOAUTH2 " + base64.StdEncoding.EncodeToString([]byte(blob(secret))),
			"in an XOAUTH2 response, shifted": base64.StdEncoding.EncodeToString([]byte("u" + blob(secret))),
			"in an XOAUTH2 response, by two":  base64.StdEncoding.EncodeToString([]byte("uu" + blob(secret))),
		} {
			t.Run(name, func(t *testing.T) {
				leaks := lab.FindLeaks(
					map[string][]byte{"file": []byte("before " + text + " after")},
					[]string{"another secret of no use", secret},
				)
				require.Len(t, leaks, 1)
				require.Equal(t, 2, leaks[0].Secret)
				require.NotContains(t, leaks[0].String(), secret)
			})
		}
	}
	require.Empty(t, lab.FindLeaks(map[string][]byte{"file": []byte("nothing of that kind")}, []string{token, short}))
}
