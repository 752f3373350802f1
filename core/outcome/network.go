package outcome

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
)

// Network classifies a failure of the network or of TLS. ctx is the context under which it was tried: what ended it
// counts before the error, because a library may report either. It returns "" for an error that is neither; the caller
// knows what else it can be.
func Network(ctx context.Context, err error) Kind {
	if kind := Ended(ctx); kind != "" {
		return kind
	}
	if err == nil {
		return ""
	}
	var known *Outcome // of a host that has found out itself
	if errors.As(err, &known) {
		return known.Kind
	}
	var name *net.DNSError
	if errors.As(err, &name) {
		return NameNotResolved
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) {
		return TimedOut
	}
	if errors.Is(err, context.Canceled) {
		return Interrupted
	}
	if kind := certificate(err); kind != "" {
		return kind
	}
	var record tls.RecordHeaderError
	var alert tls.AlertError
	if errors.As(err, &record) || errors.As(err, &alert) {
		return SecureConnection
	}
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return TimedOut
	}
	for _, refused := range []syscall.Errno{
		syscall.ECONNREFUSED, syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.ENETDOWN, syscall.EHOSTDOWN,
	} {
		if errors.Is(err, refused) {
			return Unreachable
		}
	}
	for _, lost := range []error{
		io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe, net.ErrClosed,
		syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE,
	} {
		if errors.Is(err, lost) {
			return ConnectionLost
		}
	}
	var operation *net.OpError
	if errors.As(err, &operation) {
		switch operation.Op {
		case "dial":
			return Unreachable
		case "remote error", "local error": // crypto/tls reports alerts so
			return SecureConnection
		}
		return ConnectionLost
	}
	return ""
}

// Ended classifies a context that has ended: TimedOut or Interrupted; "" while it has not.
func Ended(ctx context.Context) Kind {
	switch cause := context.Cause(ctx); {
	case cause == nil:
		return ""
	case errors.Is(cause, context.DeadlineExceeded):
		return TimedOut
	default:
		return Interrupted
	}
}

// certificate classifies what is wrong with a server's certificate; "" if nothing of the kind.
func certificate(err error) Kind {
	var host x509.HostnameError
	if errors.As(err, &host) {
		return CertificateName
	}
	var invalid x509.CertificateInvalidError
	if errors.As(err, &invalid) {
		if invalid.Reason == x509.Expired { // also: not yet valid
			return CertificateDate
		}
		return CertificateUntrusted
	}
	var unknown x509.UnknownAuthorityError
	var roots x509.SystemRootsError
	var verification *tls.CertificateVerificationError
	if errors.As(err, &unknown) || errors.As(err, &roots) || errors.As(err, &verification) {
		return CertificateUntrusted
	}
	return ""
}
