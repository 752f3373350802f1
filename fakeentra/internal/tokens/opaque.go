package tokens

import (
	"encoding/base64"
	"encoding/binary"
	"strings"
	"time"

	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/resources"
	"mfpsim/fakeentra/internal/wire"
)

// Shape of access tokens of personal accounts: reported EwB…, invented contents (docs/reference/entra.md §10).
const (
	opaqueHead   = "EwB"
	opaqueLength = 702 // bytes, in base64; a multiple of it if there are many permissions
)

// bearer is what an access token of a personal account means. It is sealed in the token, so that nothing has to be
// remembered of it.
type bearer struct {
	number      uint64
	issued      time.Time
	seconds     int64
	user        directory.UserKey
	application string
	audience    string
	scopes      []string
}

// makeOpaque makes an access token of a personal account: not a JWT.
func (m *Mint) makeOpaque(a *wire.Request, h Holder, scope resources.Request, seconds int64, number uint64) string {
	meaning := bearer{
		number: number, issued: a.At, seconds: seconds, user: h.Account.Key, application: h.Application.ID,
		audience: scope.Audience, scopes: h.Decision.Permissions,
	}.bytes()
	length := opaqueLength
	for length < len(meaning)+m.seal.NonceSize()+m.seal.Overhead() {
		length += opaqueLength // names of permissions can be anybody's
	}
	data := m.random.Bytes(length)
	nonce, rest := data[:m.seal.NonceSize()], data[m.seal.NonceSize():]
	plain := rest[:len(rest)-m.seal.Overhead()]
	copy(plain, meaning) // what is left of the random bytes fills it up
	m.seal.Seal(plain[:0], nonce, plain, []byte(opaqueHead))
	token := opaqueHead + base64.StdEncoding.EncodeToString(data)
	m.secrets.Add(token)
	return token
}

// bytes writes a bearer: numbers, then texts that say how long they are.
func (b bearer) bytes() []byte {
	data := binary.BigEndian.AppendUint64(nil, b.number)
	data = binary.BigEndian.AppendUint64(data, uint64(b.issued.UnixNano()))
	data = binary.BigEndian.AppendUint64(data, uint64(b.seconds))
	data = binary.BigEndian.AppendUint64(data, uint64(b.user))
	for _, text := range []string{b.application, b.audience, strings.Join(b.scopes, " ")} {
		data = append(binary.BigEndian.AppendUint16(data, uint16(len(text))), text...)
	}
	return data
}

// openOpaque reads a token; ok is false for anything that is not whole and ours.
func (m *Mint) openOpaque(token string) (b bearer, ok bool) {
	text, ok := strings.CutPrefix(token, opaqueHead)
	if !ok || len(text) == 0 || len(text)%base64.StdEncoding.EncodedLen(opaqueLength) != 0 {
		return bearer{}, false
	}
	data, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil {
		return bearer{}, false
	}
	nonce, sealed := data[:m.seal.NonceSize()], data[m.seal.NonceSize():]
	plain, err := m.seal.Open(nil, nonce, sealed, []byte(opaqueHead))
	if err != nil {
		return bearer{}, false
	}
	number := func() uint64 {
		n := binary.BigEndian.Uint64(plain)
		plain = plain[8:]
		return n
	}
	word := func() string {
		n := binary.BigEndian.Uint16(plain)
		text := string(plain[2 : 2+n])
		plain = plain[2+n:]
		return text
	}
	b.number, b.issued = number(), time.Unix(0, int64(number())).UTC()
	b.seconds, b.user = int64(number()), directory.UserKey(number())
	b.application, b.audience, b.scopes = word(), word(), strings.Fields(word())
	return b, true
}

// Claims is what an access token says of its bearer.
type Claims struct {
	Audience      string // resource, for example https://outlook.office.com
	Issuer        string
	Scopes        []string // short names, for example SMTP.Send
	Principal     string   // the user's principal name
	ObjectID      string
	Tenant        string // tenant id
	ApplicationID string
	IssuedAt      time.Time
	NotBefore     time.Time
	Expires       time.Time
}

// Opaque returns what an access token of a personal account stands for; ok is false if it was not issued here. Tokens
// made void by [Mint.ExpireAccess] have expired.
func (m *Mint) Opaque(token string, now time.Time) (claims Claims, ok bool) {
	b, ok := m.openOpaque(token)
	if !ok {
		return Claims{}, false
	}
	u := m.directory.AccountBy(b.user)
	claims = Claims{
		Audience: b.audience, Issuer: "https://login.microsoftonline.com/" + u.Home.ID + "/v2.0", Scopes: b.scopes,
		Principal: u.Principal, ObjectID: u.ID, Tenant: u.Home.ID, ApplicationID: b.application,
		IssuedAt: b.issued, NotBefore: b.issued, Expires: b.issued.Add(time.Duration(b.seconds) * time.Second),
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if b.number <= m.accessMark && claims.Expires.After(now) {
		claims.Expires = now
	}
	return claims, true
}

// Expired reports whether an access token was made void by [Mint.ExpireAccess], although its exp claim lies ahead.
func (m *Mint) Expired(token string, now time.Time) bool {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		claims, ok := m.Opaque(token, now)
		return ok && !claims.Expires.After(now)
	}
	number, ok := m.numberOf(parts[1])
	m.mu.Lock()
	defer m.mu.Unlock()
	return ok && number <= m.accessMark
}

// ExpireAccess makes every access token given out so far count as expired.
func (m *Mint) ExpireAccess() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.accessMark = m.issued
}
