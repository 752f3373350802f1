package fakeentra_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
)

// fuzzServer is a fake without a listener: requests are handed to it.
func fuzzServer(f *testing.F) *fakeentra.Server {
	f.Helper()
	s, err := fakeentra.New(fakeentra.Config{Start: start, ShowTestAccounts: true})
	require.NoError(f, err)
	f.Cleanup(func() { require.NoError(f, s.Close()) })
	return s
}

// healthy demands an answer that Entra could give: never a panic, a 500 or an empty body.
func healthy(t *testing.T, s *fakeentra.Server, method, path, query, contentType, body string) {
	t.Helper()
	r := httptest.NewRequest(method, "https://login.microsoftonline.com/", strings.NewReader(body))
	r.URL.Path, r.URL.RawQuery = path, query
	r.Header.Set("Content-Type", contentType)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	require.Less(t, w.Code, http.StatusInternalServerError)
	if w.Code != http.StatusFound {
		require.NotEmpty(t, w.Body.String())
	}
}

const formType = "application/x-www-form-urlencoded"

func FuzzForm(f *testing.F) {
	s := fuzzServer(f)
	for _, body := range []string{
		"", "grant_type=refresh_token&client_id=x", "%", "a=%zz", "grant_type=device_code&device_code=&client_id=" + fakeentra.ClientID, "=&=&&",
		"client_id=" + fakeentra.ClientID + "&scope=https://outlook.office.com//SMTP.Send", "client_id=" + fakeentra.ClientID + "&scope=://", "otc=\x00\xff", "scope=%00",
		"grant_type=refresh_token&refresh_token=1.a.AgABAwEAAAD&client_id=" + fakeentra.ClientID,
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		for _, path := range []string{
			"/common/oauth2/v2.0/token", "/consumers/oauth2/v2.0/devicecode", "/common/oauth2/deviceauth",
			"/common/login",
		} {
			healthy(t, s, http.MethodPost, path, "", formType, body)
		}
	})
}

func FuzzQueryAndPath(f *testing.F) {
	s := fuzzServer(f)
	f.Add("/common/discovery/instance", "authorization_endpoint=https://login.microsoftonline.com/common/oauth2/v2.0/authorize")
	f.Add("/common/oauth2/v2.0/devicecode", "client_id=x&scope=y")
	f.Add("/error", "code=53003")
	f.Add("/device", "otc=%3Cscript%3E")
	f.Add("/\xff/v2.0/.well-known/openid-configuration", "?")
	f.Add("", "")
	f.Fuzz(func(t *testing.T, path, query string) {
		healthy(t, s, http.MethodGet, "/"+path, query, "", "")
	})
}

func FuzzRefreshToken(f *testing.F) {
	s := fuzzServer(f)
	f.Add("1.AAAA.AgABAwEAAADAAAA")
	f.Add("M.C536_BAY.0.U.-AAAA")
	f.Fuzz(func(t *testing.T, token string) {
		r := httptest.NewRequest(
			http.MethodPost,
			"https://login.microsoftonline.com/common/oauth2/v2.0/token",
			strings.NewReader(
				"grant_type=refresh_token&client_id="+fakeentra.ClientID+"&refresh_token="+strings.NewReplacer(
					"&", "%26", "%", "%25", "+", "%2B", ";", "%3B",
				).Replace(
					token,
				),
			),
		)
		r.Header.Set("Content-Type", formType)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		require.Equal(t, http.StatusBadRequest, w.Code, "nobody guesses a refresh token")
	})
}

func FuzzOpaqueToken(f *testing.F) {
	s := fuzzServer(f)
	f.Add("EwB")
	f.Add("a.b.c")
	f.Add("a.eyJ1dGkiOiJBQUFBQUFBQUFBQUFBQUFBQUFBQUFBIn0.c")
	f.Fuzz(func(t *testing.T, token string) {
		_, known := s.Opaque(token)
		require.False(t, known)
		_ = s.Expired(token) // must not panic
	})
}
