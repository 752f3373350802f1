package core

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"mfpsim/core/outcome"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"mfpsim/core/internal/bench"
	"mfpsim/core/mail"
	"mfpsim/core/nvram"
)

const (
	clientID = "11111111-2222-3333-4444-555555555555"
	account  = "scanner@contoso.com"
	cloudAt  = "login.example.com:443"
	mailAt   = "smtp.example.com:587"
)

// rig is one device with a cloud and a mail server around it.
type rig struct {
	t      *testing.T
	clock  *bench.Clock
	dialer *bench.Dialer
	flash  *nvram.Memory
	roots  *x509.CertPool
	log    bytes.Buffer
	key    []byte
	again  bool // RefreshRefusedToken

	mu        sync.Mutex
	waiting   []func(context.Context) // background activities that have not run
	pending   int                     // polls to answer with authorization_pending
	person    string                  // who signs in
	nonce     string                  // of the page that he signs in on
	refusal   string                  // body of a 400 to the next token requests
	html      bool                    // the cloud answers with HTML
	noToken   bool                    // no refresh token is given
	tokens    int                     // access tokens given
	polls     int
	refreshes []string // refresh tokens that came
	onToken   func(form url.Values)
	onCode    func()
	accepted  map[string]bool // access tokens that the mail server takes; nil: all
	seen      []string        // XOAUTH2 responses
	mails     []string
}

func newRig(t *testing.T) *rig {
	r := &rig{
		t: t, clock: bench.NewClock(), dialer: &bench.Dialer{}, flash: &nvram.Memory{}, person: account,
		key: []byte("the device's own key, 32 bytes!!"),
	}
	cloud := httptest.NewTLSServer(http.HandlerFunc(r.serveCloud))
	t.Cleanup(cloud.Close)
	r.dialer.Route(cloudAt, cloud.Listener.Addr())
	certificate, roots := bench.Certificate()
	r.roots = roots
	server := smtp.NewServer(
		smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &mailSession{r: r}, nil }),
	)
	server.Domain, server.TLSConfig = "smtp.example.com", &tls.Config{Certificates: []tls.Certificate{certificate}}
	server.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	r.dialer.Route(mailAt, l.Addr())
	return r
}

// providers are the two services of the guide, at the rig's cloud.
func providers() []Provider {
	one := Provider{
		Service: mail.ServiceExchangeOnline, Authority: "https://login.example.com", Tenant: "organizations", ClientID: clientID,
		Scopes:      []string{"https://outlook.office.com/SMTP.Send", "offline_access", "openid", "profile"},
		SMTPAddress: "smtp.example.com", SMTPPort: 587, SecureConnection: mail.SecuritySTARTTLS,
	}
	two := one
	one.RedirectURI = "https://login.example.com/common/oauth2/nativeclient"
	two.Service, two.Tenant = mail.ServiceOutlook, "consumers"
	return []Provider{one, two}
}

// powered is a device that is on: its engine, and the printer's part of it.
type powered struct {
	*Engine
	*Mailer
}

// powerOn makes an engine on the rig's memory.
func (r *rig) powerOn() powered {
	r.t.Helper()
	e, err := Open(context.Background(), Options{
		Clock: r.clock, Dialer: r.dialer, Random: bench.Random(1), Flash: r.flash, SealingKey: r.key,
		Roots: func() *x509.CertPool { return r.roots }, Providers: func(nvram.Owner) []Provider { return providers() },
		Log: slog.New(slog.NewTextHandler(&r.log, &slog.HandlerOptions{Level: slog.LevelDebug})), RefreshRefusedToken: r.again,
		Go: func(_ string, f func(context.Context)) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.waiting = append(r.waiting, f)
		},
	})
	require.NoError(r.t, err)
	r.t.Cleanup(func() {
		e.Close()
		for _, hidden := range []string{"access-", "refresh-", "device-secret", "old password"} {
			require.NotContains(r.t, r.log.String(), hidden)
			require.NotContains(r.t, string(r.flash.Image()), hidden)
		}
	})
	return powered{e, e.For(nvram.Printer)}
}

// background runs the background activities that were started, to their end.
func (r *rig) background() {
	r.mu.Lock()
	run := r.waiting
	r.waiting = nil
	r.mu.Unlock()
	for _, f := range run {
		f(context.Background())
	}
}

// signIn signs in up to the point where OK is missing.
func (r *rig) signIn(e interface {
	BeginSignIn(context.Context, mail.Service) (Status, error)
	Status() Status
}, s mail.Service,
) {
	r.t.Helper()
	_, err := e.BeginSignIn(context.Background(), s)
	require.NoError(r.t, err)
	r.background()
	require.Equal(r.t, AwaitingOK, e.Status().Phase)
}

// signedIn is a device with a stored sign-in.
func signedIn(t *testing.T) (*rig, powered) {
	r := newRig(t)
	e := r.powerOn()
	r.signIn(e, mail.ServiceExchangeOnline)
	require.NoError(t, e.Save(context.Background(), e.Providers()[0].Preset()))
	require.Equal(t, Stored, e.Status().Phase)
	return r, e
}

func (r *rig) serveCloud(w http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(request.Body)
	form, _ := url.ParseQuery(string(body))
	if strings.HasSuffix(request.URL.Path, "/token") && r.onToken != nil {
		r.onToken(form)
	}
	if strings.HasSuffix(request.URL.Path, "/devicecode") && r.onCode != nil {
		r.onCode()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	answer := func(status int, format string, args ...any) {
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, format, args...)
	}
	switch {
	case r.html:
		w.Header().Set("Content-Type", "text/html")
		answer(200, "<html>Guest network</html>")
	case strings.HasSuffix(request.URL.Path, "/devicecode"):
		answer(200, `{"user_code":"FRWQDE7YL","device_code":"device-secret","verification_uri":"https://login.microsoft.com/device","expires_in":900,"interval":5}`)
	case form.Get("grant_type") == "refresh_token":
		r.refreshes = append(r.refreshes, form.Get("refresh_token"))
		fallthrough
	default:
		if form.Get("device_code") != "" {
			r.polls++
		}
		switch {
		case r.refusal != "":
			answer(400, "%s", r.refusal)
		case form.Get("device_code") != "" && r.pending > 0:
			r.pending--
			answer(400, `{"error":"authorization_pending","error_codes":[70016]}`)
		default:
			r.tokens++
			refresh := fmt.Sprintf(`"refresh_token":"refresh-%d",`, r.tokens)
			if r.noToken {
				refresh = ""
			}
			part := base64.RawURLEncoding.EncodeToString
			identity := part(
				[]byte(`{"alg":"RS256"}`),
			) + "." + part(
				[]byte(fmt.Sprintf(
					`{"aud":%q,"iss":"https://login.example.com/%s/v2.0","tid":%q,"nonce":%q,"preferred_username":%q}`,
					clientID, rigTenant, rigTenant, r.nonce, r.person,
				)),
			) + ".sig"
			answer(200, `{"token_type":"Bearer","expires_in":3599,"access_token":"access-%d",%s"id_token":%q}`, r.tokens, refresh, identity)
		}
	}
}

// refuse makes the cloud refuse token requests.
func (r *rig) refuse(code int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.refusal = fmt.Sprintf(`{"error":"invalid_grant","error_description":"AADSTS%d: words","error_codes":[%d]}`, code, code)
	if code == 0 {
		r.refusal = ""
	}
}

type mailSession struct{ r *rig }

func (s *mailSession) AuthMechanisms() []string             { return []string{"XOAUTH2", "PLAIN"} }
func (s *mailSession) Reset()                               {}
func (s *mailSession) Logout() error                        { return nil }
func (s *mailSession) Mail(string, *smtp.MailOptions) error { return nil }
func (s *mailSession) Rcpt(string, *smtp.RcptOptions) error { return nil }

func (s *mailSession) Auth(mechanism string) (sasl.Server, error) {
	if mechanism == "PLAIN" {
		return sasl.NewPlainServer(func(_, user, password string) error {
			if user != account || password != "old password" {
				return smtp.ErrAuthFailed
			}
			return nil
		}), nil
	}
	return &bearer{r: s.r}, nil
}

func (s *mailSession) Data(body io.Reader) error {
	b, err := io.ReadAll(body)
	s.r.mu.Lock()
	defer s.r.mu.Unlock()
	s.r.mails = append(s.r.mails, string(b))
	return err
}

type bearer struct{ r *rig }

func (b *bearer) Next(response []byte) (challenge []byte, done bool, err error) {
	if response == nil {
		return []byte{}, false, nil
	}
	b.r.mu.Lock()
	defer b.r.mu.Unlock()
	b.r.seen = append(b.r.seen, strings.ReplaceAll(string(response), "\x01", "|"))
	_, token, _ := strings.Cut(string(response), "Bearer ")
	if b.r.accepted != nil && !b.r.accepted[strings.Trim(token, "\x01")] {
		return nil, false, &smtp.SMTPError{
			Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 3}, Message: "Authentication unsuccessful",
		}
	}
	return nil, true, nil
}

func letter() mail.Message {
	return mail.Message{
		To: []string{"clerk@example.net"}, Subject: "Scan",
		Attachments: []mail.Attachment{{Name: "scan.pdf", Data: []byte("%PDF")}},
	}
}

// kind is the kind of an error's outcome; "" for none.
func kind(t *testing.T, err error) outcome.Kind {
	t.Helper()
	if err == nil {
		return ""
	}
	o := asOutcome(err)
	require.NotNil(t, o, "%v", err)
	return o.Kind
}

// asOutcome finds the outcome in an error; nil if there is none.
func asOutcome(err error) *outcome.Outcome {
	var o *outcome.Outcome
	if errors.As(err, &o) {
		return o
	}
	return nil
}
