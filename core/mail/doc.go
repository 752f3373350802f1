// Package mail is the mail side of the core: the settings of the email server, the message, and its submission by SMTP.
//
// Submission follows RFC 6409 with STARTTLS (RFC 3207) or implicit TLS (RFC 8314), and authenticates by XOAUTH2, LOGIN
// or PLAIN, by POP before SMTP, or not at all. Every failure is one [*outcome.Outcome].
package mail
