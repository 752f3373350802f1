//go:build interop

package rfc8628

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/faultnet"
)

func init() { others = append(others, oidcProvider) }

// oidcProvider starts oidc-provider (npm) with a certificate of a bench's own authority: one process, one thread.
func oidcProvider(b *testing.B, network *faultnet.Network) peer {
	b.Helper()
	certificate, err := network.Authority().Certificate("localhost")
	require.NoError(b, err)
	folder := b.TempDir()
	var chain []byte
	for _, der := range certificate.Certificate {
		chain = append(chain, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	key, err := x509.MarshalECPrivateKey(certificate.PrivateKey.(*ecdsa.PrivateKey))
	require.NoError(b, err)
	certFile, keyFile := filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	require.NoError(b, os.WriteFile(certFile, chain, 0o600))
	require.NoError(b, os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: key}), 0o600))
	command := exec.Command("node", "server.mjs")
	command.Dir = filepath.Join("..", "oidc-provider")
	command.Env = append(os.Environ(), "TLS_CERT="+certFile, "TLS_KEY="+keyFile, "NODE_ENV=production")
	out, err := command.StdoutPipe()
	require.NoError(b, err)
	require.NoError(b, command.Start())
	b.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(b, err)
	base := "https://localhost:" + strings.TrimSpace(line)
	return peer{
		name: "oidc-provider", elsewhere: true,
		device: request{target: base + "/device/auth", form: "client_id=device&scope=openid+offline_access"},
		keys:   request{target: base + "/jwks"}, configuration: request{target: base + "/.well-known/openid-configuration"},
	}
}
