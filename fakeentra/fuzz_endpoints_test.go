package fakeentra_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
	"mfpsim/fakeentra/internal/endpoints"
	"mfpsim/phrase"
)

// withHeader is healthy for a request with header fields of its own.
func withHeader(
	t *testing.T, s *fakeentra.Server, method, target, body string, header map[string]string,
) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, "https://login.microsoftonline.com"+target, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", formType)
	}
	for name, value := range header {
		r.Header[name] = []string{value}
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	require.Less(t, w.Code, http.StatusInternalServerError)
	if w.Code != http.StatusFound {
		require.NotEmpty(t, w.Body.String())
	}
	return w
}

// FuzzEveryEndpoint sends any query and any body, of any kind, to a row of the table of endpoints.
func FuzzEveryEndpoint(f *testing.F) {
	s := fuzzServer(f)
	rows := endpoints.All()
	for i := range rows {
		f.Add(
			uint8(i), "client_id="+fakeentra.ClientID+"&scope=openid", "client_id="+fakeentra.ClientID+"&scope=openid",
			formType,
		)
		f.Add(uint8(i), "%zz&=&a=%00", `{"username":"x"}`, "application/json")
		f.Add(
			uint8(i),
			"response_type=code+id_token&redirect_uri=http%3A%2F%2Flocalhost%3A99999&response_mode=form_post&state=%22",
			"\xff\xfe", "multipart/form-data; boundary=",
		)
	}
	f.Fuzz(func(t *testing.T, row uint8, query, body, contentType string) {
		endpoint := rows[int(row)%len(rows)]
		path := strings.NewReplacer("{tenant}", "contoso.com", "{name}", "x").Replace(endpoint.Path)
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			healthy(t, s, method, path, query, contentType, body)
		}
	})
}

// FuzzCookies sends any cookies to the pages.
func FuzzCookies(f *testing.F) {
	s := fuzzServer(f)
	for _, text := range []string{
		"", "esctx=", "esctx=x; ESTSAUTH=y; fpc=z", "ESTSAUTH=1.AAAA", "=;;=", "esctx=\"", strings.Repeat("a=b; ", 500),
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, cookies string) {
		for _, path := range []string{
			"/common/login", "/appverify", "/common/Consent/Set", "/common/oauth2/v2.0/logout",
			"/common/oauth2/v2.0/authorize?client_id=" + fakeentra.ClientID,
		} {
			withHeader(t, s, http.MethodGet, path, "", map[string]string{"Cookie": cookies})
		}
		withHeader(t, s, http.MethodPost, "/common/login", "loginfmt=x&canary=y", map[string]string{"Cookie": cookies})
	})
}

// FuzzAuthorizationCode and its like: nobody guesses what leads to a token.
func FuzzAuthorizationCode(f *testing.F) {
	s := fuzzServer(f)
	f.Add("1.AAAA.AgABAAIAAAA", "verifier", "http://localhost")
	f.Add("", "", "")
	f.Add("\x00", strings.Repeat("v", 129), "://")
	f.Fuzz(func(t *testing.T, code, verifier, redirect string) {
		body := url.Values{
			"grant_type": {"authorization_code"}, "client_id": {fakeentra.ClientID}, "code": {code}, "code_verifier": {verifier},
			"redirect_uri": {redirect},
		}
		w := withHeader(t, s, http.MethodPost, "/common/oauth2/v2.0/token", body.Encode(), nil)
		require.NotEqual(t, http.StatusOK, w.Code)
	})
}

// FuzzClientProof: secrets, assertions and HTTP Basic of any form are read, and refused.
func FuzzClientProof(f *testing.F) {
	s := fuzzServer(f)
	f.Add("secret", "", "Basic eDp5")
	f.Add("", "a.b.c", "Basic %")
	f.Add("", "eyJhbGciOiJub25lIn0.eyJpc3MiOiJ4In0.", "Bearer x")
	f.Fuzz(func(t *testing.T, secret, assertion, authorization string) {
		for _, grant := range []string{"client_credentials", "refresh_token"} {
			body := url.Values{
				"grant_type": {grant}, "client_id": {fakeentra.ClientID},
				"scope": {"https://graph.microsoft.com/.default"}, "refresh_token": {"x"},
			}
			if secret != "" {
				body.Set("client_secret", secret)
			}
			if assertion != "" {
				body.Set("client_assertion", assertion)
				body.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
			}
			w := withHeader(
				t, s, http.MethodPost, "/contoso.com/oauth2/v2.0/token", body.Encode(),
				map[string]string{"Authorization": authorization},
			)
			require.NotEqual(t, http.StatusOK, w.Code)
		}
	})
}

// FuzzBearerToken: the userinfo endpoint takes no token but its own.
func FuzzBearerToken(f *testing.F) {
	s := fuzzServer(f)
	for _, text := range []string{
		"", "Bearer", "Bearer ", "Bearer a.b.c", "Bearer eyJhbGciOiJub25lIn0.e30.", "bearer \x00", "Basic eDp5",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, authorization string) {
		r := httptest.NewRequest(http.MethodGet, "https://graph.microsoft.com/oidc/userinfo", nil)
		r.Header["Authorization"] = []string{authorization}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		require.GreaterOrEqual(t, w.Code, 400)
		require.Less(t, w.Code, 500)
	})
}

func FuzzLanguage(f *testing.F) {
	s := fuzzServer(f)
	f.Add("el-GR, hi;q=0.5", "hi-IN", "fr el")
	f.Add(";q=;,,*", "-", strings.Repeat("x ", 300))
	f.Fuzz(func(t *testing.T, accept, market, locales string) {
		query := url.Values{"mkt": {market}, "ui_locales": {locales}}.Encode()
		w := withHeader(
			t, s, http.MethodGet, "/common/oauth2/deviceauth?"+query, "", map[string]string{"Accept-Language": accept},
		)
		require.Contains(t, w.Body.String(), `<html lang="`)
		for _, tag := range fakeentra.Languages() {
			_, _ = fakeentra.Words(tag, accept)
			_, _ = fakeentra.English(tag, locales)
		}
		_ = fakeentra.Catalogue().Search(accept)
	})
}

// FuzzPlantedAnswers: what is read as an answer is written as one, and read again the same.
func FuzzPlantedAnswers(f *testing.F) {
	for _, words := range []string{
		"html", "error=53003 times=2 then status=429", "latency=1h lifetime=1s", "body=\x00 charset=;",
		"until=2026-03-02 empty", "approve= after=99999999999999999999",
	} {
		f.Add(words)
	}
	f.Fuzz(func(t *testing.T, words string) {
		planted, err := phrase.EntraAnswers(strings.Fields(words))
		if err != nil {
			return
		}
		for _, k := range planted {
			again, err := parseOne(strings.Split(k.String(), " ")...)
			require.NoError(t, err, k.String())
			require.Equal(t, k, again)
		}
	})
}
