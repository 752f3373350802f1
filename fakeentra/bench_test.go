package fakeentra_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
)

// One refresh with this scope is one signature: without openid there is no id_token.
const oneSignature = "https://outlook.office.com/SMTP.Send offline_access"

// benchSignIn makes a fake as mfpsim serve has it, on a World that flows, and the form of a refresh.
func benchSignIn(b *testing.B, scope string) (s *fakeentra.Server, form string) {
	b.Helper()
	s, err := fakeentra.New(fakeentra.Config{MaxDeviceCodes: -1})
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, s.Close()) })
	return s, signInAs(b, s, "organizations", "admin@contoso.com", scope)
}

// signInAs signs somebody in by device code and returns the form of a refresh.
func signInAs(b *testing.B, s *fakeentra.Server, tenant, principal, scope string) (form string) {
	b.Helper()
	begun := benchPost(s, tenant+devicecode, url.Values{"client_id": {fakeentra.ClientID}, "scope": {scope}}.Encode())
	require.NoError(b, s.Approve(between(begun, `"user_code":"`), principal))
	given := benchPost(s, tenant+token, url.Values{
		"grant_type": {"device_code"}, "client_id": {fakeentra.ClientID}, "device_code": {between(begun, `"device_code":"`)},
	}.Encode())
	return url.Values{
		"grant_type": {"refresh_token"}, "client_id": {fakeentra.ClientID}, "scope": {scope},
		"refresh_token": {between(given, `"refresh_token":"`)},
	}.Encode()
}

// benchPost sends a form without a network.
func benchPost(s *fakeentra.Server, path, form string) string {
	r := httptest.NewRequest(http.MethodPost, authority+"/"+path, strings.NewReader(form))
	r.Header.Set("Content-Type", formType)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Body.String()
}

func between(text, mark string) string {
	_, rest, _ := strings.Cut(text, mark)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

// BenchmarkRefresh is a refresh without a network.
func BenchmarkRefresh(b *testing.B) {
	s, form := benchSignIn(b, oneSignature)
	b.ReportAllocs()
	for b.Loop() {
		if a := benchPost(s, "organizations"+token, form); !strings.HasPrefix(a, `{"token_type"`) {
			b.Fatal(a)
		}
	}
}

// BenchmarkDeviceAuthorization is the first request of a sign-in.
func BenchmarkDeviceAuthorization(b *testing.B) {
	s, _ := benchSignIn(b, oneSignature)
	form := url.Values{"client_id": {fakeentra.ClientID}, "scope": {fakeentra.Scope}}.Encode()
	b.ReportAllocs()
	for b.Loop() {
		if a := benchPost(s, "organizations"+devicecode, form); !strings.HasPrefix(a, `{"user_code"`) {
			b.Fatal(a)
		}
	}
}

// BenchmarkStart is how long a new instance takes.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		s, err := fakeentra.New(fakeentra.Config{Start: start})
		require.NoError(b, err)
		require.NoError(b, s.Close())
	}
}
