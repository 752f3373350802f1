package fakeentra_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
)

// benchSignIn makes a fake and a refresh token without openid, so that one refresh is one signature.
func benchSignIn(b *testing.B) (s *fakeentra.Server, form string) {
	b.Helper()
	s, err := fakeentra.New(fakeentra.Config{Start: start})
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, s.Close()) })
	const scope = "https://outlook.office.com/SMTP.Send offline_access"
	a := benchPost(s, devicecode, url.Values{"client_id": {fakeentra.ClientID}, "scope": {scope}}.Encode())
	require.NoError(b, s.Approve(between(a, `"user_code":"`), "admin@contoso.com"))
	a = benchPost(s, token, url.Values{"grant_type": {"device_code"}, "client_id": {fakeentra.ClientID}, "device_code": {between(a, `"device_code":"`)}}.Encode())
	return s, url.Values{"grant_type": {"refresh_token"}, "client_id": {fakeentra.ClientID}, "refresh_token": {between(a, `"refresh_token":"`)}, "scope": {scope}}.Encode()
}

func benchPost(s *fakeentra.Server, endpoint, form string) string {
	r := httptest.NewRequest(http.MethodPost, "https://login.microsoftonline.com/organizations"+endpoint, strings.NewReader(form))
	r.Header.Set("Content-Type", formType)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	text, _ := io.ReadAll(w.Body)
	return string(text)
}

func between(text, mark string) string {
	_, rest, _ := strings.Cut(text, mark)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

// BenchmarkBareSignature is the physical limit of a refresh: the same key, nothing else.
func BenchmarkBareSignature(b *testing.B) {
	der, err := os.ReadFile("internal/signing/keys/insecure-test-key-1.der")
	require.NoError(b, err)
	key, err := x509.ParsePKCS1PrivateKey(der)
	require.NoError(b, err)
	digest := sha256.Sum256([]byte("x"))
	for b.Loop() {
		_, err = rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
	}
	require.NoError(b, err)
}

// BenchmarkRefresh is a refresh without a network.
func BenchmarkRefresh(b *testing.B) {
	s, form := benchSignIn(b)
	b.ReportAllocs()
	for b.Loop() {
		if a := benchPost(s, token, form); !strings.HasPrefix(a, `{"token_type"`) {
			b.Fatal(a)
		}
	}
}

// BenchmarkDeviceAuthorization is the first request of a sign-in.
func BenchmarkDeviceAuthorization(b *testing.B) {
	s, _ := benchSignIn(b)
	form := url.Values{"client_id": {fakeentra.ClientID}, "scope": {fakeentra.Scope}}.Encode()
	b.ReportAllocs()
	for b.Loop() {
		benchPost(s, devicecode, form)
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
