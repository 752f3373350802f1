// Package core is the e-mail heart of an office printer: it signs in to an email service by OAuth 2.0, keeps the
// sign-in, and sends messages.
//
// [Engine] is all that a device needs. It holds the sign-ins of several owners, the printer's own, the fax server's and
// those of users, and gives each of them a [Mailer]. It is safe for concurrent use, starts no goroutine of its own,
// reads no clock and no randomness but what it is given, and reports every failure as one [*outcome.Outcome]. Two rules
// are special to it:
//
//   - Nothing is stored before OK. A completed sign-in waits in volatile memory until [Mailer.Save] stores it together
//     with the settings; power off, [Mailer.SignOut] and a newer [Mailer.BeginSignIn] drop it (guide rules R23, R40,
//     R41).
//   - Not reachable is not signed out. Only a refusal by the identity provider drops a stored sign-in.
package core
