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

// compressed is a body in gzip (RFC 1952).
func compressed(body []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
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
