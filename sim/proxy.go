package sim

import (
	"bufio"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"

	"mfpsim/sim/settings"
)

// dialProxy connects through the proxy server by CONNECT (RFC 9110 §9.3.6). What the proxy refuses looks like a server
// that cannot be reached.
func (p *Printer) dialProxy(ctx context.Context, s settings.Settings, network, address string) (net.Conn, error) {
	if !p.resolves(s.Network, s.Proxy.Server) {
		return nil, noAnswer(s.Proxy.Server)
	}
	conn, err := p.config.Dialer.DialContext(ctx, network, net.JoinHostPort(s.Proxy.Server, strconv.Itoa(s.Proxy.Port)))
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	var request strings.Builder
	fmt.Fprintf(&request, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n", address, address)
	if s.Proxy.User != "" {
		password, _ := p.unseal(s.Proxy.Password, sealProxy)
		credentials := base64.StdEncoding.EncodeToString([]byte(s.Proxy.User + ":" + password))
		fmt.Fprintf(&request, "Proxy-Authorization: Basic %s\r\n", credentials)
	}
	request.WriteString("\r\n")
	fail := func(err error) (net.Conn, error) {
		_ = conn.Close()
		if ended := context.Cause(ctx); ended != nil {
			return nil, ended
		}
		return nil, err
	}
	if _, err := conn.Write([]byte(request.String())); err != nil {
		return fail(err)
	}
	reader := bufio.NewReader(conn)
	response, err := http.ReadResponse(reader, &http.Request{Method: http.MethodConnect})
	switch {
	case err != nil:
		return fail(err)
	case response.StatusCode != http.StatusOK || reader.Buffered() > 0:
		return fail(&net.OpError{
			Op: "dial", Net: network, Err: fmt.Errorf("the proxy answers %d: %w", response.StatusCode, syscall.ECONNREFUSED),
		})
	}
	return conn, nil
}

// sealProxy is what the proxy's password is sealed for.
const sealProxy = "proxy password"

// aead is the sealing of the printer's own records, with a key derived from the device's own.
func (p *Printer) aead() (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, p.sealing, nil, "mfp records 1 seal", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// seal returns a secret as the memory may hold it; "" for none.
func (p *Printer) seal(secret, purpose string) (string, error) {
	if secret == "" {
		return "", nil
	}
	aead, err := p.aead()
	if err != nil {
		return "", err
	}
	nonce := p.random.Bytes(aead.NonceSize())
	return base64.StdEncoding.EncodeToString(aead.Seal(nonce, nonce, []byte(secret), []byte(purpose))), nil
}

// unseal is the reverse of seal; ok is false if the text was sealed by another printer, or for another purpose.
func (p *Printer) unseal(text, purpose string) (secret string, ok bool) {
	if text == "" {
		return "", true
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return "", false
	}
	aead, err := p.aead()
	if err != nil || len(raw) < aead.NonceSize() {
		return "", false
	}
	plain, err := aead.Open(nil, raw[:aead.NonceSize()], raw[aead.NonceSize():], []byte(purpose))
	return string(plain), err == nil
}

// SealProxyPassword returns a proxy's password as [settings.Proxy] holds it.
func (p *Printer) SealProxyPassword(password string) (string, error) {
	if password != "" && p.config.Hide != nil {
		p.config.Hide(password)
	}
	return p.seal(password, sealProxy)
}
