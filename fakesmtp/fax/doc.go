// Package fax is an Internet fax provider for devices that send a fax as a mail: an SMTP server that takes messages for
// number@domain, with a document in the attachment, and answers with a mail that says what became of it.
//
//	s := fax.RunT(t, fax.Config{})
//	send(s.Addr(), fax.DefaultAccount, s.Token(fax.DefaultAccount), "+49301234567@fax.example.com", scan)
//	receipt, err := s.AwaitMessage(ctx, fax.DefaultAccount)
//	sent := s.Faxes()
//
// How a device reaches it, by OAuth 2.0 or by a password, and what it hears of a bad token is as in package generic,
// whose server this is. Which values a device needs for a provider's server is for the provider to say; no provider's
// texts are modelled.
//
// What it refuses to be: it calls nobody. Not modelled: faxes that come in, cover pages, several documents in several
// calls.
package fax
