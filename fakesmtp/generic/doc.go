// Package generic is a mail provider of today that is not Microsoft, for programs that submit mail: an SMTP server
// (client submission, port 587, STARTTLS) that takes OAUTHBEARER (RFC 7628), XOAUTH2 and PLAIN. It is
// emersion/go-smtp's server, unmodified, whose replies are other than Exchange Online's: a client that only works with
// one provider's words fails here.
//
//	s := generic.RunT(t, generic.Config{})
//	send(s.Addr(), generic.DefaultAccount, s.Token(generic.DefaultAccount))
//	message, err := s.AwaitMessage(ctx, "bob@fabrikam.com")
//
// A bad token is refused in one of two shapes, so that a client can be tried against both: at once with 535, as
// Microsoft does, or with Google's challenge 334 that holds the reason in JSON, which the client has to answer before
// it hears the 535 ([Config.Challenge]). OAUTHBEARER always has the challenge: RFC 7628 §3.2.2 demands it.
//
// The journal is written in the order of turns, although the server is another's: the commands reach it one at a time.
//
// What it refuses to be: it delivers nothing outside the process. Not modelled: limits of rate, policies, the texts of
// any one provider.
package generic
