// Package legacy is an old mail relay, as many offices still have, for programs that submit mail: an SMTP server of the
// years before OAuth that takes LOGIN, PLAIN and CRAM-MD5, with STARTTLS or without any TLS, by POP before SMTP, or by
// the client's address alone. It knows no tokens: a device that is set to OAuth 2.0 fails here, and has to report it.
// It is mhale/smtpd's server, unmodified.
//
//	s := legacy.RunT(t, legacy.Config{})
//	send(s.Addr(), legacy.DefaultAccount, legacy.DefaultPassword)
//	message, err := s.AwaitMessage(ctx, "bob@fabrikam.com")
//
// POP before SMTP joins it to a server of package pop3:
//
//	pop := pop3.RunT(t, pop3.Config{Profile: pop3.ProfilePlain, Maildrops: …})
//	relay := legacy.RunT(t, legacy.Config{POPBeforeSMTP: pop, Security: legacy.InClear})
//
// The journal is written in the order of turns, although the server is another's: the commands reach it one at a time.
// Three things that the library takes from the machine are replaced on the way, so that the same seed gives the same
// bytes: the time in its Received field, the process id and time in its CRAM-MD5 challenge, and the order of the
// mechanisms in its EHLO reply, which is that of a map.
//
// What is the library's own and left as it is: it takes no parameter of MAIL without SIZE, and it reads its replies as
// formats, so that a percent sign in EHLO's argument comes back garbled.
//
// What it refuses to be: it relays nothing out of the process.
package legacy
