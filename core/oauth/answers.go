package oauth

import (
	"net/url"
	"strings"
	"time"

	"mfpsim/core/secret"
)

// DefaultInterval is the wait between polls when the server names none (RFC 8628 §3.2).
const DefaultInterval = 5 * time.Second

// Limits of what a server may hand us. An AUTH line may have 12,288 octets (RFC 4954 §4), base64 included.
const (
	maxAccessToken  = 16 << 10
	maxRefreshToken = 16 << 10
	maxDeviceCode   = 4 << 10
	maxUserCode     = 64
	maxURI          = 2 << 10
	maxAccount      = 255
)

// DeviceCode is the answer of the device authorization endpoint (RFC 8628 §3.2).
type DeviceCode struct {
	UserCode        string
	VerificationURI string // https
	ExpiresIn       time.Duration
	Interval        time.Duration
	Expires         time.Time     // by the device's clock, to be shown; the loop counts elapsed time
	Code            secret.Secret // exported, so that printing a DeviceCode redacts it
}

// decodeDeviceCode reads the answer's body; ok is false if it is not what RFC 8628 says.
func decodeDeviceCode(body []byte) (DeviceCode, bool) {
	o, ok := decodeObject(body)
	if !ok {
		return DeviceCode{}, false
	}
	user, ok1 := o.text("user_code")
	device, ok2 := o.text("device_code")
	uri, ok3 := o.text("verification_uri")
	life, there, ok4 := o.seconds("expires_in")
	interval, _, ok5 := o.seconds("interval")
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || !there || life == 0 {
		return DeviceCode{}, false
	}
	if !visible(user, maxUserCode) || !visible(device, maxDeviceCode) || !secureAddress(uri) {
		return DeviceCode{}, false
	}
	if interval == 0 {
		interval = DefaultInterval
	}
	return DeviceCode{
		UserCode: user, VerificationURI: uri, ExpiresIn: life, Interval: interval, Code: secret.New(device),
	}, true
}

// secureAddress: the address becomes a link on a page of the device, so it must be https and nothing else.
func secureAddress(address string) bool {
	if !visible(address, maxURI) {
		return false
	}
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil
}

// Token is the answer of the token endpoint (RFC 6749 §5.1).
type Token struct {
	Access    secret.Secret
	Refresh   secret.Secret // empty if none was given
	ExpiresIn time.Duration // 0 if not said: for one use
	Expires   time.Time     // by the device's clock
	Account   string        // of the id_token; empty without one
	identity  identity
}

// decodeToken reads the answer's body; ok is false if it is no token answer. clientID is whose id_token it must be.
func decodeToken(body []byte, clientID string) (Token, bool) {
	o, ok := decodeObject(body)
	if !ok {
		return Token{}, false
	}
	if _, refused := o["error"]; refused {
		return Token{}, false
	}
	kind, ok1 := o.text("token_type")
	access, ok2 := o.text("access_token")
	refresh, ok3 := o.text("refresh_token")
	life, _, ok4 := o.seconds("expires_in")
	identity, ok5 := o.text("id_token")
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || !strings.EqualFold(kind, "Bearer") || !visible(access, maxAccessToken) {
		return Token{}, false
	}
	if refresh != "" && !visible(refresh, maxRefreshToken) {
		return Token{}, false
	}
	t := Token{Access: secret.New(access), Refresh: secret.New(refresh), ExpiresIn: life}
	if identity != "" {
		if t.identity, ok = readIdentity(identity, clientID); !ok {
			return Token{}, false
		}
		t.Account = t.identity.account()
	}
	return t, true
}
