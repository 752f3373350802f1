package transit

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"strings"

	lru "github.com/hashicorp/golang-lru/v2"

	"mfpsim/fakesmtp/internal/identity"
	"mfpsim/fakesmtp/internal/mail"
)

// This file signs messages (DKIM, RFC 6376; ARC, RFC 8617) with a key that is public: a signature is a true one to who
// asks LookupTXT for the key, and a false one to everybody who asks the Internet.

// Who signs. The names of selectors are those of public mails (EXO-DKIM, EXO-MAIL, EXO-OUTLOOK).
const (
	arcDomain, arcSelector = "microsoft.com", "arcselector10001"
	personalSelector       = "selector1"
)

// LookupTXT answers for the DNS with the key that all signatures are made with, at every name of a key.
func LookupTXT(name string) ([]string, error) {
	if selector, _, found := strings.Cut(strings.TrimSuffix(name, "."), "._domainkey."); !found || selector == "" {
		return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
	}
	public, err := x509.MarshalPKIXPublicKey(identity.TestKey().Public())
	if err != nil {
		return nil, fmt.Errorf("the public half of the test key: %w", err)
	}
	return []string{"v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(public)}, nil
}

// signatureOf signs the hash of a text. Signatures of this kind have no randomness, so that the same text has the same.
func signatureOf(text []byte, blank bool) string {
	key := identity.TestKey()
	if blank {
		return base64.StdEncoding.EncodeToString(make([]byte, key.Size()))
	}
	sum := sha256.Sum256(text)
	if made, known := signatures.Get(sum); known {
		return made
	}
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	if err != nil {
		panic("transit: the test key does not sign: " + err.Error())
	}
	made := base64.StdEncoding.EncodeToString(signature)
	signatures.Add(sum, made)
	return made
}

// signatures are the newest by their hash: a mail is read more than once, and its signatures are made when it is read.
var signatures = func() *lru.Cache[[sha256.Size]byte, string] {
	cache, err := lru.New[[sha256.Size]byte, string](1024)
	if err != nil {
		panic(err) // of a size that is none
	}
	return cache
}()

// signed completes a field that ends with an empty b=: it signs the fields of a header that are named, and the field
// itself.
func signed(field string, header mail.Header, names []string, blank bool) mail.Field {
	var text bytes.Buffer
	if !blank {
		for _, name := range names {
			if f := header.Last(name); f != nil {
				text.WriteString(relaxed(f))
			}
		}
		text.WriteString(strings.TrimSuffix(relaxed(mail.Field(field)), "\r\n"))
	}
	return mail.Field(strings.TrimSuffix(field, "\r\n") + signatureOf(text.Bytes(), blank) + "\r\n")
}

// relaxed is a field as the canonicalization of that name has it (RFC 6376 §3.4.2).
func relaxed(f mail.Field) string {
	name, value, _ := strings.Cut(string(f), ":")
	words := strings.FieldsFunc(value, isBlank)
	return strings.ToLower(strings.TrimSpace(name)) + ":" + strings.Join(words, " ") + "\r\n"
}

// isBlank reports whether a sign is a blank of a header, or a part of a line end.
func isBlank(r rune) bool { return r == ' ' || r == '\t' || r == '\r' || r == '\n' }

// bodyHash is the hash of a body in the relaxed canonicalization (RFC 6376 §3.4.4).
func bodyHash(body [][]byte, blank bool) string {
	if blank {
		return base64.StdEncoding.EncodeToString(make([]byte, sha256.Size))
	}
	sum := sha256.New()
	w := &relaxing{to: sum}
	for _, piece := range body {
		w.write(piece)
	}
	w.end()
	return base64.StdEncoding.EncodeToString(sum.Sum(nil))
}

// relaxing hands on a body without what the relaxed canonicalization leaves out: runs of blanks become one, those at
// the end of a line and empty lines at the end of the body go.
type relaxing struct {
	to      io.Writer
	line    []byte // of the line under way, canonical but for a blank at its end
	blank   bool   // one is owed
	empty   int    // empty lines that are owed
	returns bool   // a CR was the last octet
}

func (r *relaxing) write(piece []byte) {
	for _, c := range piece {
		if r.returns {
			r.returns = false
			if c == '\n' {
				r.lineEnd()
				continue
			}
			r.octet('\r')
		}
		switch c {
		case '\r':
			r.returns = true
		case ' ', '\t':
			r.blank = true
		default:
			r.octet(c)
		}
	}
}

func (r *relaxing) octet(c byte) {
	if r.blank {
		r.line, r.blank = append(r.line, ' '), false
	}
	r.line = append(r.line, c)
}

func (r *relaxing) lineEnd() {
	r.blank = false
	if len(r.line) == 0 {
		r.empty++
		return
	}
	for ; r.empty > 0; r.empty-- {
		_, _ = io.WriteString(r.to, "\r\n") // a hash takes everything
	}
	_, _ = r.to.Write(append(r.line, "\r\n"...))
	r.line = r.line[:0]
}

// end closes a last line without a line end.
func (r *relaxing) end() {
	if r.returns {
		r.returns = false
		r.octet('\r')
	}
	if len(r.line) > 0 {
		r.lineEnd()
	}
}

// Which fields are signed, in this order (EXO-MAIL).
var (
	signedFields = []string{
		"From", "Date", "Subject", "Message-ID", "Content-Type", "MIME-Version", "X-MS-Exchange-SenderADCheck",
	}
	sealedFields = []string{
		"From", "Date", "Subject", "Message-ID", "Content-Type", "MIME-Version",
		"X-MS-Exchange-AntiSpam-MessageData-ChunkCount", "X-MS-Exchange-AntiSpam-MessageData-0",
		"X-MS-Exchange-AntiSpam-MessageData-1",
	}
)

// signer is the domain that signs, and its selector. An organization that has set up nothing signs with its initial
// domain (EXO-DKIM), personal accounts with that of their address (EXO-OUTLOOK).
func (l *letter) signer() (domain, selector string) {
	if l.Sender.Personal {
		return strings.ToLower(l.from()), personalSelector
	}
	initial := strings.ToLower(l.Sender.Initial)
	return initial, "selector2-" + strings.ReplaceAll(initial, ".", "-")
}

// signatures are the fields that sign the header so far and the body.
func (l *letter) signatures(blank bool) mail.Header {
	hash := bodyHash(l.carried.Body, blank)
	domain, selector := l.signer()
	own := signed("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n d="+domain+"; s="+selector+";\r\n h="+
		strings.Join(signedFields, ":")+";\r\n bh="+hash+";\r\n b=\r\n", l.header, signedFields, blank)

	from := l.from()
	results := "spf=pass\r\n smtp.mailfrom=" + domainOf(l.carried.Message.EnvelopeFrom, from) +
		"; dmarc=pass action=none header.from=" + from + ";\r\n dkim=pass header.d=" + from + "; arc=none"
	if l.Sender.Personal {
		results = "spf=none; dmarc=none;\r\n dkim=none; arc=none"
	}
	authenticated := mail.Field("ARC-Authentication-Results: i=1; mx.microsoft.com 1; " + results + "\r\n")
	message := signed("ARC-Message-Signature: i=1; a=rsa-sha256; c=relaxed/relaxed; d="+arcDomain+";\r\n s="+arcSelector+
		";\r\n h="+strings.Join(sealedFields, ":")+";\r\n bh="+hash+";\r\n b=\r\n", l.header, sealedFields, blank)
	set := mail.Header{authenticated, message}
	seal := signed("ARC-Seal: i=1; a=rsa-sha256; s="+arcSelector+"; d="+arcDomain+"; cv=none;\r\n b=\r\n", set,
		[]string{"ARC-Authentication-Results", "ARC-Message-Signature"}, blank)
	return mail.Header{seal, message, authenticated, own}
}
