package outcome

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestNetworkErrorsByTheirClass(t *testing.T) {
	dial := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	read := func(err error) error { return &net.OpError{Op: "read", Net: "tcp", Err: err} }
	for _, test := range []struct {
		name string
		err  error
		kind Kind
	}{
		{"nothing", nil, ""},
		{"something that is no network", errors.New("connection refused"), ""},
		{"no such name", dial(&net.DNSError{IsNotFound: true}), NameNotResolved},
		{"the name server does not answer", dial(&net.DNSError{IsTimeout: true}), NameNotResolved},
		{"refused", dial(os.NewSyscallError("connect", syscall.ECONNREFUSED)), Unreachable},
		{"no route", dial(os.NewSyscallError("connect", syscall.EHOSTUNREACH)), Unreachable},
		{"dialling, for a reason unknown", dial(errors.New("x")), Unreachable},
		{"connecting takes too long", dial(os.ErrDeadlineExceeded), TimedOut},
		{"a deadline", read(os.ErrDeadlineExceeded), TimedOut},
		{"a context's deadline, wrapped by net/http", &url.Error{Op: "Post", Err: context.DeadlineExceeded}, TimedOut},
		{"cancelled", &url.Error{Op: "Post", Err: context.Canceled}, Interrupted},
		{"reset", read(os.NewSyscallError("read", syscall.ECONNRESET)), ConnectionLost},
		{"closed by ourselves", read(net.ErrClosed), ConnectionLost},
		{"end of the stream", fmt.Errorf("x: %w", io.EOF), ConnectionLost},
		{"cut off", io.ErrUnexpectedEOF, ConnectionLost},
		{"reading, for a reason unknown", read(errors.New("x")), ConnectionLost},
		{"untrusted", &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, CertificateUntrusted},
		{"dates", &tls.CertificateVerificationError{Err: x509.CertificateInvalidError{Reason: x509.Expired}}, CertificateDate},
		{"another fault of a certificate", &tls.CertificateVerificationError{Err: x509.CertificateInvalidError{Reason: x509.NotAuthorizedToSign}}, CertificateUntrusted},
		{"name", &tls.CertificateVerificationError{Err: x509.HostnameError{Certificate: &x509.Certificate{}, Host: "x"}}, CertificateName},
		{"not TLS", tls.RecordHeaderError{}, SecureConnection},
		{"an alert of the server", &net.OpError{Op: "remote error", Err: errors.New("x")}, SecureConnection},
	} {
		require.Equal(t, test.kind, Network(context.Background(), test.err), test.name)
	}
}

func TestWhatEndedTheContextCountsFirst(t *testing.T) {
	over, cancel := context.WithCancelCause(context.Background())
	cancel(context.DeadlineExceeded)
	require.Equal(t, TimedOut, Network(over, net.ErrClosed), "closed by our own time-out")
	require.Equal(t, TimedOut, Network(over, context.Canceled), "net/http may hand us either")
	require.Equal(t, TimedOut, Network(over, nil))
	gone, stop := context.WithCancel(context.Background())
	stop()
	require.Equal(t, Interrupted, Network(gone, net.ErrClosed))
	require.Equal(t, Interrupted, Network(gone, os.ErrDeadlineExceeded))
}

func TestOutcomesInWords(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	o := New(PolicyBlocked, Cloud, StageRefresh, at)
	o.AADSTS, o.HTTPStatus = 53003, 400
	require.Equal(t, "A policy of the organization blocks the sign-in (AADSTS53003).", o.Error())
	o = New(AuthenticationRefused, MailServer, StageAuthentication, at)
	o.SMTPCode, o.Enhanced = 535, "5.7.139"
	require.Equal(t, "The mail server refuses the authentication (535 5.7.139).", o.Error())
	o = New(CloudError, Cloud, StageToken, at)
	o.HTTPStatus = 503
	require.Equal(t, "The cloud service reports a temporary error (HTTP 503).", o.Error())
	require.True(t, o.Retry)
	require.Equal(t, "The message is too large.", New(TooLarge, Device, StageNone, at).Error())
}

func TestKindsAreListedOnce(t *testing.T) {
	seen := map[Kind]bool{}
	for _, k := range Kinds() {
		require.False(t, seen[k], k)
		seen[k] = true
	}
	require.Len(t, seen, 42)
}
