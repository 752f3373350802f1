package mail

import (
	"errors"

	"github.com/emersion/go-sasl"

	"mfpsim/core/secret"
)

var errChallenge = errors.New("mail: one challenge too many")

// xoauth2 is Microsoft's and Google's XOAUTH2 mechanism: one response, "user=…^Aauth=Bearer …^A^A". It is sent after
// the empty challenge, not with the command: with a token in it the command would exceed 512 octets (RFC 4954 §4).
type xoauth2 struct {
	user   string
	token  secret.Secret
	answer int // challenges answered
}

// Start names the mechanism.
func (x *xoauth2) Start() (mechanism string, initial []byte, err error) { return "XOAUTH2", nil, nil }

// Next answers a challenge. The second one holds the reason of a refusal and is answered with an empty line, upon which
// the server sends its 535. The slice must not be nil: go-smtp's client takes nil for the end of a successful exchange.
func (x *xoauth2) Next([]byte) ([]byte, error) {
	x.answer++
	switch x.answer {
	case 1:
		return []byte("user=" + x.user + "\x01auth=Bearer " + x.token.Reveal() + "\x01\x01"), nil
	case 2:
		return []byte{}, nil
	default:
		return nil, errChallenge
	}
}

// login is the LOGIN mechanism, with the answers by order: servers word the challenges differently.
type login struct {
	answers []secret.Secret
}

func newLogin(account string, password secret.Secret) sasl.Client {
	return &login{answers: []secret.Secret{secret.New(account), password}}
}

// Start names the mechanism.
func (l *login) Start() (mechanism string, initial []byte, err error) { return "LOGIN", nil, nil }

// Next answers with the account, then with the password.
func (l *login) Next([]byte) ([]byte, error) {
	if len(l.answers) == 0 {
		return nil, errChallenge
	}
	answer := []byte(l.answers[0].Reveal())
	l.answers = l.answers[1:]
	return answer, nil
}
