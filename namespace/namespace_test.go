package namespace_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/chance"
	"mfpsim/namespace"
)

// authority makes a certificate with a name.
func authority(t *testing.T, subject pkix.Name) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), chance.New(7, subject.String()))
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: subject, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2036, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	der, err := x509.CreateCertificate(chance.New(7, "signature"), template, template, key.Public(), key)
	require.NoError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func TestTheFileOfAnAuthorityIsNamedAsOpenSSLNamesIt(t *testing.T) {
	for name, subject := range map[string]pkix.Name{
		"a plain name":        {CommonName: "Bench"},
		"several attributes":  {CommonName: "The  Bench CA ", Organization: []string{"Ärzte GmbH"}, Country: []string{"DE"}},
		"two values at once":  {CommonName: "X", OrganizationalUnit: []string{"One", "TWO"}},
		"characters of India": {CommonName: "परीक्षण"},
	} {
		t.Run(name, func(t *testing.T) {
			text := authority(t, subject)
			trust, err := namespace.NewTrust(text)
			require.NoError(t, err)
			command := exec.CommandContext(t.Context(), "openssl", "x509", "-noout", "-subject_hash")
			command.Stdin = strings.NewReader(string(text))
			said, err := command.Output()
			require.NoError(t, err)
			require.Equal(t, strings.TrimSpace(string(said))+".0", trust.Hash)
			require.Equal(t, []byte{0xfe, 0xed, 0xfe, 0xed}, trust.JKS[:4])
		})
	}
	_, err := namespace.NewTrust([]byte("no certificate"))
	require.ErrorContains(t, err, "not in PEM")
}

func TestTheHostsFileIsAsBeforeAfterwards(t *testing.T) {
	for name, before := range map[string]string{
		"lines":   "127.0.0.1 localhost\n::1 localhost\n",
		"nothing": "",
		"what a killed run left": "127.0.0.1 localhost\n# begin of mfpsim exec --edit-hosts; taken out when it ends\n" +
			"1.2.3.4 x\n# end of mfpsim exec --edit-hosts\n",
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "hosts")
			require.NoError(t, os.WriteFile(path, []byte(before), 0o600))
			restore, err := namespace.EditHosts(path, []string{"127.18.0.1 login.example"})
			require.NoError(t, err)
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Contains(t, string(text), "\n127.18.0.1 login.example\n")
			require.NotContains(t, string(text), "1.2.3.4")
			added := "10.0.0.1 added-by-somebody-else\n"
			require.NoError(t, os.WriteFile(path, append(text, added...), 0o600))
			require.NoError(t, restore())
			text, err = os.ReadFile(path)
			require.NoError(t, err)
			kept, _, _ := strings.Cut(before, "# begin")
			require.Equal(t, kept+added, string(text))
		})
	}
}

func TestVariablesLetAProgramTrustTheBenchAlone(t *testing.T) {
	set := namespace.Variables([]string{
		"PATH=/bin", "HTTPS_PROXY=http://proxy", "no_proxy=x", "SSL_CERT_DIR=/mine", "NODE_EXTRA_CA_CERTS=/mine", "X=a=b",
	}, "/bundle.pem")
	require.Subset(t, set, []string{
		"PATH=/bin", "X=a=b", "NODE_EXTRA_CA_CERTS=/bundle.pem", "SSL_CERT_FILE=/bundle.pem",
	})
	for _, one := range set {
		require.NotContains(t, strings.ToLower(one), "proxy")
		require.NotContains(t, one, "/mine")
	}
}
