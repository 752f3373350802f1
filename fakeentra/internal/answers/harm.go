package answers

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"strings"
)

// Bounds of what means harm: more than any client may take, and not more than the bench bears.
const (
	endlessBody  = 64 << 20
	endlessPiece = 32 << 10
	bombBody     = 32 << 20
	packedBody   = 40 << 10
	floodFields  = 512
	floodField   = 1 << 10
)

// continuer is the network's writer, which can go on after the body.
type continuer interface{ Continue(piece []byte, most int) }

// endless lets blanks follow the body, as JSON may have them. Without the network's writer the answer is whole.
func endless(w http.ResponseWriter) {
	if c, ok := w.(continuer); ok {
		c.Continue(bytes.Repeat([]byte{' '}, endlessPiece), endlessBody)
	}
}

// compressed is a body in gzip (RFC 1952), with an empty member behind it that makes all answers of one length: how
// well tokens can be packed is a matter of chance.
func compressed(body []byte) []byte {
	packed := gzipMember(body, nil)
	const least = 1
	if missing := packedBody - len(packed) - len(gzipMember(nil, make([]byte, least))); missing > 0 {
		packed = append(packed, gzipMember(nil, make([]byte, least+missing))...)
	}
	return packed
}

func gzipMember(body, extra []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Extra = extra
	_, _ = w.Write(body) // into memory
	_ = w.Close()
	return b.Bytes()
}

// flood adds header fields.
func flood(h http.Header) {
	value := strings.Repeat("x", floodField)
	for i := range floodFields {
		h.Set(fmt.Sprintf("X-Flood-%d", i), value)
	}
}
