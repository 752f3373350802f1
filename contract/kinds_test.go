package contract_test

import (
	"bytes"
	"crypto/tls"
	"net"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/contract"
	"mfpsim/report"
)

// kindsThatThereAre are those beside a core of which the bench does everything.
func kindsThatThereAre() []string {
	kinds := []string{"tls: own", "store: kv"}
	if runtime.GOOS == "linux" {
		kinds = append(kinds, "dial: own", "dial: own, store: kv")
	}
	return kinds
}

func TestACoreOfEachKindHasTheSameVerdictsAndBytesLinesThatFitTheSchemaAndATraceWithoutSecrets(t *testing.T) {
	for _, kind := range kindsThatThereAre() {
		t.Run(kind, func(t *testing.T) {
			s := playTwice(
				"held, "+kind, guide, "trouble/power-fails-while-storing", "exchange/no-starttls",
				"entra/one-token-an-hour", "users/to-my-email-first-time",
			)
			s.requirePassed(t)
			trace := s.trace(t)
			require.Greater(t, len(s.secrets), 10)
			for _, secret := range s.secrets {
				found := bytes.Contains(trace, []byte(secret))
				require.False(t, found, "a secret of %d letters is in the trace", len(secret))
			}
			require.NotContains(t, string(trace), "BEGIN CERTIFICATE")
		})
	}
}

func TestACoreThatActsAgainstItsKindIsNamed(t *testing.T) {
	cores := map[string]string{
		"asks for HTTP, tls: own":       `"http" with TLS of the bench from a core that says tls: own`,
		"stores an octet, store: kv":    `"store" without a key from a core that says store: kv`,
		"stores a value":                `"store" of the key "a" from a core that says store: flash`,
		"is another later":              "and said tls: harness, dial: harness, clock: bench, store: flash with ",
		"answers twice":                 `line 1 is answered a second time; line 2 (`,
		"says what is no text":          "it is not UTF-8",
		"says a word that is no number": "cannot be a string",
	}
	if runtime.GOOS == "linux" {
		cores["asks for HTTP, dial: own"] = `"http" from a core that says dial: own; it uses its own sockets`
		cores["asks a name server, dial: own"] = "the core has a connection to a name server, 127.0.0.53:53, which is none of the bench's"
		cores["connects in a check, dial: own"] = `"check" can store something, and nothing else`
		cores["connects in configure, dial: own"] = `in the answer to "configure", which has no operation`
	}
	for core, says := range cores {
		t.Run(core, func(t *testing.T) {
			t.Parallel()
			scenario := guide
			if core == "is another later" {
				scenario = "trouble/power-fails-while-storing"
			}
			r := play(t, core, nil, scenario)[0]
			require.Equal(t, report.Failed, r.Verdict)
			require.Contains(t, r.Failure, says)
		})
	}
}

// When such a connection comes is the machine's affair: before the next line the core is told so, and in it the
// connection counts as one of that operation.
func TestACoreThatConnectsAfterItsOutcomeIsNamedOrJudgedAndHoldsNothingUp(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("dial: own is for Linux")
	}
	r := play(t, "connects after its outcome, dial: own", nil, "entra/one-token-an-hour")[0]
	if r.Verdict != report.Passed {
		require.Equal(t, report.Failed, r.Verdict, r.Failure)
		require.Contains(t, r.Failure, "the core uses its connection to smtp-mail.outlook.com:587 before", r.Failure)
	}
}

func TestTwoOperationsAtOnceOnACoreThatBlocksBothEnd(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("dial: own is for Linux")
	}
	patterns := []string{"trouble/second-job", "trouble/power-off-while-sending", "entra/slow"}
	for _, r := range play(t, "right, dial: own", nil, patterns...) {
		require.Equal(t, report.Passed, r.Verdict, r.Failure)
	}
}

func TestACoreThatIsStartedByAnotherProgramIsEndedWithIt(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there is no sh")
	}
	_, err := contract.ProbeWithin([]string{"sh", "-c", "sleep 100; true"}, 300*time.Millisecond)
	require.EqualError(t, err, `no answer to "boot" within 300ms of machine time; killed`)
}

func TestACoreThatWorksWithoutEndIsEnded(t *testing.T) {
	_, err := contract.ProbeWithin(command("works without end"), 300*time.Millisecond)
	require.EqualError(t, err, `no answer to "boot" within 300ms of machine time; killed`)
}

func TestWhatAClientHelloSays(t *testing.T) {
	for name, test := range map[string]struct {
		config *tls.Config
		server string
		oldest uint16
	}{
		"a name, and two versions": {&tls.Config{ServerName: "smtp.office365.com"}, "smtp.office365.com", tls.VersionTLS12},
		"an old version": {
			&tls.Config{ServerName: "smtp.office365.com", MinVersion: tls.VersionTLS10}, "smtp.office365.com", tls.VersionTLS10,
		},
		"no name": {&tls.Config{InsecureSkipVerify: true}, "", tls.VersionTLS12},
	} {
		t.Run(name, func(t *testing.T) {
			near, far := net.Pipe()
			go func() {
				_ = tls.Client(near, test.config).Handshake() // the other end closes
			}()
			said := make([]byte, 8<<10)
			n, err := far.Read(said)
			require.NoError(t, err)
			require.NoError(t, far.Close())
			hello := contract.HelloOf(said[:n])
			require.NotNil(t, hello)
			require.Equal(t, test.server, hello.ServerName)
			require.Equal(t, test.oldest, hello.SupportedVersions[len(hello.SupportedVersions)-1])
			require.Nil(t, contract.HelloOf(said[:n/2]), "half of it")
			require.Nil(t, contract.HelloOf([]byte("EHLO a\r\n")))
		})
	}
}

func FuzzHelloOf(f *testing.F) {
	f.Add([]byte{0x16, 3, 1, 0, 5, 1, 0, 0, 1, 3})
	f.Fuzz(func(_ *testing.T, said []byte) { contract.HelloOf(said) })
}
