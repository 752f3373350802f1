// Package chance is the seeded randomness of a bench: the same seed and party give the same bytes, on any machine.
package chance

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"sync"
)

// Reader is an endless source of bytes for one party (ChaCha8). It is safe for concurrent use; who draws first is a
// matter of the turn. Its bytes are predictable and fit for tests only.
type Reader struct {
	mu     sync.Mutex
	source *rand.ChaCha8
}

// New returns the source of one party, for example "printer" or "entra", under a seed.
func New(seed uint64, party string) *Reader {
	var head [8]byte
	binary.BigEndian.PutUint64(head[:], seed)
	key := sha256.Sum256(append(head[:], party...))
	return &Reader{source: rand.NewChaCha8(key)}
}

// Read fills p. It never fails.
func (r *Reader) Read(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.source.Read(p)
}

// Draw fills p, as Read does.
func (r *Reader) Draw(p []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, _ = r.source.Read(p) // never fails
}

// Bytes returns n bytes.
func (r *Reader) Bytes(n int) []byte {
	b := make([]byte, n)
	r.Draw(b)
	return b
}

// Hex returns n lower-case hexadecimal digits.
func (r *Reader) Hex(n int) string { return hex.EncodeToString(r.Bytes((n + 1) / 2))[:n] }

// UUID returns a random UUID (version 4, RFC 9562 section 5.4) in its usual text form.
func (r *Reader) UUID() string { return r.UUIDEnding("") }

// UUIDEnding is [Reader.UUID] whose last characters are given.
func (r *Reader) UUIDEnding(end string) string {
	var b [16]byte
	r.Draw(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	var text [36]byte
	at := 0
	for i, part := range b {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			text[at] = '-'
			at++
		}
		hex.Encode(text[at:], []byte{part})
		at += 2
	}
	copy(text[len(text)-len(end):], end)
	return string(text[:])
}

// Intn returns a number from 0 up to but not including n, which must be positive.
func (r *Reader) Intn(n int) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return rand.New(r.source).IntN(n)
}

// Letters returns n letters drawn from alphabet.
func (r *Reader) Letters(alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[r.Intn(len(alphabet))]
	}
	return string(b)
}
