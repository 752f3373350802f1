package generic

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/fakesmtp/internal/wire"
)

// FuzzBearer: whatever comes as a response of XOAUTH2 or OAUTHBEARER, it is refused or it has a token that was in it.
func FuzzBearer(f *testing.F) {
	f.Add("user=a@b.c\x01auth=Bearer token\x01\x01")
	f.Add("n,a=a@b.c,\x01host=h\x01port=587\x01auth=Bearer token\x01\x01")
	f.Add("n,,\x01auth=bearer token\x01\x01")
	f.Add("y,a==2C=3D,\x01=\x01\x01")
	f.Fuzz(func(t *testing.T, response string) {
		for _, parse := range []func(string) (string, string, bool){wire.BearerResponse, parseOAuthBearer} {
			_, token, ok := parse(response)
			if ok {
				require.NotEmpty(t, token)
			}
			require.True(t, strings.Contains(response, token))
			require.NotContains(t, token, "\x01")
		}
	})
}
