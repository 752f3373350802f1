// Package turnstile puts a mail server that somebody else wrote on a bench, unmodified.
//
// Such a server reads and writes when it likes. On a bench a server acts only while it holds the turn: between a
// request that has come in full and the reply, which goes out when the turn is given back. The turnstile stands between
// the client and the library: it reads one command (or one message, one chunk, one answer to a challenge), opens a
// visit, journals it, hands it to the library over a pipe in memory, waits until the library asks for more, journals
// what the library has said, ends the visit, and writes that to the client. So the order of the journal is the order of
// turns, as in a server of our own. STARTTLS is made on both sides: the library sees TLS.
package turnstile
