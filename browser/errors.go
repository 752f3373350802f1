package browser

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
)

// Reason says in a few words why a page could not be loaded.
type Reason string

// The reasons that a person can tell apart in a browser's error page.
const (
	ReasonNoName      Reason = "the name of the server was not found"
	ReasonRefused     Reason = "the server refused the connection"
	ReasonTimeout     Reason = "the server took too long to answer"
	ReasonCertificate Reason = "the server's certificate is not trusted"
	ReasonLost        Reason = "the connection was lost"
	ReasonRedirects   Reason = "too many redirects"
	ReasonAddress     Reason = "the address is not a web address"
	ReasonTooLarge    Reason = "the page is too large"
	ReasonInsecure    Reason = "the connection would not be secure"
)

// LoadError says that a page could not be loaded. Its text carries no library's words, because those name ports.
type LoadError struct {
	Host   string
	Reason Reason
	cause  error
}

// Error names the host and the reason.
func (e *LoadError) Error() string { return fmt.Sprintf("cannot open %s: %s", e.Host, e.Reason) }

// Unwrap gives the error beneath, for errors.Is and errors.As.
func (e *LoadError) Unwrap() error { return e.cause }

// loadError classifies a transport's error by its class, never by its text.
func loadError(ctx context.Context, host string, err error) *LoadError {
	var (
		name      *net.DNSError
		authority x509.UnknownAuthorityError
		hostname  x509.HostnameError
		invalid   x509.CertificateInvalidError
		verify    *tls.CertificateVerificationError
	)
	reason := ReasonLost
	switch {
	case errors.As(err, &name):
		reason = ReasonNoName
	case errors.As(err, &authority), errors.As(err, &hostname), errors.As(err, &invalid), errors.As(err, &verify):
		reason = ReasonCertificate
	case errors.Is(err, syscall.ECONNREFUSED),
		errors.Is(err, syscall.EHOSTUNREACH),
		errors.Is(err, syscall.ENETUNREACH):
		reason = ReasonRefused
	case errors.Is(context.Cause(ctx), context.DeadlineExceeded),
		errors.Is(err, context.DeadlineExceeded),
		errors.Is(err, os.ErrDeadlineExceeded):
		reason = ReasonTimeout
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET):
		reason = ReasonLost
	}
	return &LoadError{Host: host, Reason: reason, cause: err}
}

// Error is a constant error of this package.
type Error string

func (e Error) Error() string { return string(e) }

const (
	// ErrNoPage: nothing is open.
	ErrNoPage Error = "no page is open"
	// ErrNoScript: the button works by a script, which this browser does not run.
	ErrNoScript Error = "the button does nothing without a script"
	// ErrReadOnly: the field is shown but cannot be changed.
	ErrReadOnly Error = "the field cannot be changed"
	// ErrNoForm: the button belongs to no form.
	ErrNoForm Error = "the button belongs to no form"
)
