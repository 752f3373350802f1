package transit

import (
	"encoding/base64"
	"strings"
)

// How many octets are behind the fields that only the service can read, about as many as in EXO-OUTLOOK.
const (
	messageInfo   = 960
	messageData   = 1140
	principalName = 64
)

// sealed is what only the service can read: octets from the seed.
func (l *letter) sealed(size int) string {
	return base64.StdEncoding.EncodeToString(l.random.Bytes(size))
}

// encoded is the same in encoded-words of 60 signs (RFC 2047), as the service writes it to the Internet.
func (l *letter) encoded(size int) string {
	text := strings.ReplaceAll(l.sealed(size), "=", "=3D")
	var words []string
	for len(text) > 60 {
		cut := 60
		if at := strings.IndexByte(text[cut-2:cut], '='); at >= 0 {
			cut += at - 2 // an encoded octet is not parted
		}
		words = append(words, "=?us-ascii?Q?"+text[:cut]+"?=")
		text = text[cut:]
	}
	return strings.Join(append(words, "=?us-ascii?Q?"+text+"?="), "\r\n ")
}
