package tokens

import (
	"encoding/base64"
	"encoding/binary"
	"strings"
	"time"
)

// Shapes of refresh tokens (docs/reference/entra.md §3, §10): captured shapes, invented contents.
const (
	workTokenBody     = "AgABAwEAAAD" // begins the third part
	personalTokenHead = "M.C536_BAY.0.U.-"
	tokenSecret       = 24 // bytes of meaning in a token: grant, number, time of issue
	tokenPadding      = 720
)

// makeRefreshToken seals a new refresh token of a grant.
func (m *Mint) makeRefreshToken(h Holder, g Grant, at time.Time) (token string, number uint64) {
	var plain [tokenSecret]byte
	number = m.count()
	binary.BigEndian.PutUint64(plain[0:], g.Number)
	binary.BigEndian.PutUint64(plain[8:], number)
	binary.BigEndian.PutUint64(plain[16:], uint64(at.UnixNano()))
	aead := m.seal
	drawn := aead.NonceSize() + tokenPadding + paddingFor(h.Account.Home.RefreshTokenLength)
	data := make([]byte, drawn, drawn+tokenSecret+aead.Overhead())
	m.random.Draw(data)
	nonce, padding := data[:aead.NonceSize()], data[aead.NonceSize():]
	data = aead.Seal(data, nonce, plain[:], padding)
	text := make([]byte, 0, 64+len(workTokenBody)+base64.RawURLEncoding.EncodedLen(len(data)))
	if h.Account.Personal {
		text = append(text, personalTokenHead...)
	} else {
		text = append(text, "1."...)
		text = base64.RawURLEncoding.AppendEncode(text, append([]byte{0, 0x40}, h.Application.ID[:34]...))
		text = append(append(text, '.'), workTokenBody...)
	}
	token = string(base64.RawURLEncoding.AppendEncode(text, data))
	m.secrets.Add(token)
	return token, number
}

// paddingFor is how much longer than usual the padding is in a token of so many characters; a token of the usual length
// needs none.
func paddingFor(length int) int {
	return max(0, base64.RawURLEncoding.DecodedLen(length)-tokenPadding)
}

// Refresh is what a refresh token means.
type Refresh struct {
	Grant Grant
	At    time.Time // when it was issued
	Void  bool      // by [Mint.ExpireRefresh]
	Dead  bool      // by [Mint.Bury]
	Spent bool      // by [Mint.Spend]

	number uint64
}

// Redeem opens a refresh token; ok is false for anything that is not whole and ours.
func (m *Mint) Redeem(text string) (r Refresh, ok bool) {
	number, issued, at, ok := m.read(text)
	m.mu.Lock()
	defer m.mu.Unlock()
	g, known := m.grants[number]
	return Refresh{
		Grant: g, At: at, Void: issued <= m.refreshMark, Dead: m.dead[issued], Spent: m.spent[issued],
		number: issued,
	}, ok && known
}

// Bury makes one refresh token dead for good.
func (m *Mint) Bury(r Refresh) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.dead == nil {
		m.dead = map[uint64]bool{}
	}
	m.dead[r.number] = true
}

// Spend makes a refresh token one that was used where one use is all.
func (m *Mint) Spend(r Refresh) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.spent == nil {
		m.spent = map[uint64]bool{}
	}
	m.spent[r.number] = true
}

// ExpireRefresh makes every refresh token given out so far count as unused for too long.
func (m *Mint) ExpireRefresh() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.refreshMark = m.issued
}

func (m *Mint) read(text string) (number, issued uint64, at time.Time, ok bool) {
	body, isPersonal := strings.CutPrefix(text, personalTokenHead)
	if !isPersonal {
		i := strings.LastIndexByte(text, '.')
		if body, ok = strings.CutPrefix(text[i+1:], workTokenBody); !ok || !strings.HasPrefix(text, "1.") {
			return 0, 0, time.Time{}, false
		}
	}
	data, err := base64.RawURLEncoding.Strict().DecodeString(body)
	aead := m.seal
	sealed := len(data) - tokenSecret - aead.Overhead() // where it begins
	if err != nil || sealed < aead.NonceSize()+tokenPadding {
		return 0, 0, time.Time{}, false
	}
	nonce, padding := data[:aead.NonceSize()], data[aead.NonceSize():sealed]
	plain, err := aead.Open(nil, nonce, data[sealed:], padding)
	if err != nil {
		return 0, 0, time.Time{}, false
	}
	at = time.Unix(0, int64(binary.BigEndian.Uint64(plain[16:]))).UTC()
	return binary.BigEndian.Uint64(plain), binary.BigEndian.Uint64(plain[8:]), at, true
}
