package serve

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzControl holds that the control API answers any request in JSON, and in words where it refuses: whatever path,
// query and body are.
func FuzzControl(f *testing.F) {
	f.Add(true, "clock/advance", `{"duration":"2160h"}`)
	f.Add(true, "clock/printer", `{"date":"9999-12-31","drift":"-48h"}`)
	f.Add(true, "network/fault", `{"words":"smtp reset at=write:1 times=1 then silent"}`)
	f.Add(true, "user", `{"words":"'a b@contoso.com' mailbox"}`)
	f.Add(true, "tenant", `{"words":"contoso.com\u0000 smtp-auth="}`)
	f.Add(true, "entra/answer", `{"words":["error=50196","times=1"]}`)
	f.Add(true, "exchange/cmdlet", `{"name":"Set-CASMailbox","arguments":["-Identity",null]}`)
	f.Add(true, "printer/panel/press", `{"path":"Scan > > Email"}`)
	f.Add(true, "printer/power", `{"state":"off"}`)
	f.Add(true, "case/do", `{"line":-9223372036854775808}`)
	f.Add(false, "mailbox/bob@contoso.com?from=-1&limit=99999999999999999999", "")
	f.Add(false, "journal?since=9223372036854775807&party=%00", "")
	f.Add(false, "graph/v1.0/users?$filter=startswith(", "")
	f.Add(true, "", `[{"a":1e999}`)
	s := live(f, Config{Keep: 100})
	f.Fuzz(func(t *testing.T, post bool, path, body string) {
		method := http.MethodGet
		if post {
			method = http.MethodPost
		}
		r, err := http.NewRequest(method, s.Control+"/", strings.NewReader(body))
		require.NoError(t, err)
		r.URL.Path, r.URL.RawQuery, _ = strings.Cut("/"+path, "?")
		response, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Skip("no request: ", err) // a query that HTTP cannot carry
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.Less(t, response.StatusCode, http.StatusInternalServerError, "%s", text)
		if strings.HasPrefix(response.Header.Get("Content-Type"), "application/json") {
			require.True(t, json.Valid(text), "%s", text)
		}
		if response.StatusCode >= http.StatusBadRequest {
			require.NotEmpty(t, text)
		}
	})
}
