package fakeentra

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"mfpsim/fakeentra/internal/directory"
)

// ours says in an error whose it is; a refusal is Entra's.
func ours(err error) error {
	if err == nil {
		return nil
	}
	var refusal *Refusal
	if errors.As(err, &refusal) {
		return err
	}
	return &Error{Cause: err}
}

// Error is what the fake says of a call that it refuses. Its text names the package; that of its Cause does not.
type Error struct{ Cause error }

// Error gives the text of the cause with the package's name.
func (e *Error) Error() string { return "fakeentra: " + e.Cause.Error() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// EnterCode types a code into the page "Enter code to allow access" and reports how the page takes it; nothing is
// approved by it. The error is a [*Refusal].
func (s *Server) EnterCode(code string) error {
	_, err := s.codes.Live(code, s.now())
	return err
}

// PendingCode returns the user code that was given out last and still waits for a person; ok is false if none does.
func (s *Server) PendingCode() (code string, ok bool) { return s.codes.Waiting(s.now()) }

// Decline presses Cancel on "Are you trying to sign in to …?": the device hears authorization_declined.
func (s *Server) Decline(code string) error {
	c, err := s.codes.Live(code, s.now())
	if err != nil {
		return err
	}
	s.codes.Decline(c.Device)
	return nil
}

// Approve signs a user in with a code, as all the pages together would: password, second factor, confirmation, and
// consent for as many people as the user may consent for. What a page would refuse is refused, with a [*Refusal], and
// logged.
func (s *Server) Approve(code, principal string) error {
	return ours(s.browser.Approve(code, principal))
}

// Authorize goes through an authorization request as a person would who says yes to everything, in a browser of its
// own: the address is what a client opens, the answer is the address that the browser is sent back to (by form_post:
// with the posted values as query). What a page would refuse is refused, with a [*Refusal].
func (s *Server) Authorize(address, principal string) (redirect string, err error) {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, address, http.NoBody)
	if err != nil {
		return "", fmt.Errorf("fakeentra: authorize: %w", err)
	}
	redirect, err = s.browser.Authorize(request, principal)
	return redirect, ours(err)
}

// AdminConsent opens the address at which an administrator consents for the organization, as a person would who says
// yes to everything, in a browser of its own: https://login.microsoftonline.com/contoso.com/adminconsent?client_id=…
// It returns the address that the browser is sent to. What a page would refuse is refused, with a [*Refusal].
func (s *Server) AdminConsent(address, principal string) (redirect string, err error) {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, address, http.NoBody)
	if err != nil {
		return "", fmt.Errorf("fakeentra: admin consent: %w", err)
	}
	redirect, err = s.browser.AdminConsentAs(request, principal)
	return redirect, ours(err)
}

// ChangePassword gives a user a new password, which it returns, as the user himself does. What was signed in with the
// old one is revoked.
func (s *Server) ChangePassword(principal string) (Password, error) {
	return s.NewPassword(principal, string(directory.ResetByUser), "")
}

// SignOut is a person's single sign-out: browsers forget him, refresh tokens live on (docs/reference/entra.md §4.2).
func (s *Server) SignOut(principal string) error {
	return s.onPerson(principal, s.desk.SignOut)
}

// SetDeviceSource says where the device that asks for tokens is.
func (s *Server) SetDeviceSource(source Source) error { return ours(s.places.SetDevice(source)) }

// SetBrowserSource says where the person's browser is.
func (s *Server) SetBrowserSource(source Source) error { return ours(s.places.SetBrowser(source)) }

// Sources returns where the device and the browser are.
func (s *Server) Sources() (device, browser Source) { return s.places.Device(), s.places.Browser() }
