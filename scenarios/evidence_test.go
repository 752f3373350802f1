package scenarios_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/device"
	"mfpsim/journal"
	"mfpsim/lab"
	"mfpsim/scenarios"
)

// play runs scenarios and returns every file of their evidence.
func play(t *testing.T, o scenarios.Options) map[string][]byte {
	t.Helper()
	o.KeepFiles = true
	results, err := scenarios.Run(t.Context(), o)
	require.NoError(t, err)
	return filesOf(results)
}

func filesOf(results []scenarios.Result) map[string][]byte {
	files := map[string][]byte{}
	for _, r := range results {
		for name, content := range r.Files {
			files[r.Scenario.ID+"/"+name] = content
		}
	}
	return files
}

// some of the scenarios are compared here, one of each surface; `make determinism` compares all.
func some() []string {
	return []string{
		"setup", "status/sheet-of-now", "users/to-my-email-first-time", "fax/two-sign-ins", "trouble/expired-by-disuse", "exchange/silent",
	}
}

// equal compares two evidences and shows the first line that differs.
func equal(t *testing.T, a, b map[string][]byte) {
	t.Helper()
	require.Equal(t, names(a), names(b))
	for _, name := range names(a) {
		if bytes.Equal(a[name], b[name]) {
			continue
		}
		one, two := strings.Split(string(a[name]), "\n"), strings.Split(string(b[name]), "\n")
		for i := range one {
			require.Less(t, i, len(two), "%s ends early", name)
			require.Equal(t, one[i], two[i], "%s:%d", name, i+1)
		}
		require.Equal(t, len(one), len(two), name)
	}
}

func names(files map[string][]byte) []string {
	var list []string
	for name := range files {
		list = append(list, name)
	}
	sort.Strings(list)
	return list
}

// TestTheSameSeedGivesTheSameBytes compares a play on all processors with one on a single processor. `make determinism`
// plays beside a busy loop too.
func TestTheSameSeedGivesTheSameBytes(t *testing.T) {
	first := play(t, scenarios.Options{Seed: 7, Patterns: some()})
	size := 0
	for _, content := range first {
		size += len(content)
	}
	require.Greater(t, len(first), 20, "files of evidence")
	require.Greater(t, size, 100_000, "bytes of evidence")

	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	equal(t, first, play(t, scenarios.Options{Seed: 7, Patterns: some(), Parallel: 2}))
}

func TestTheSignInLogOfARunNamesThePolicyThatBlocked(t *testing.T) {
	files := play(t, scenarios.Options{Patterns: []string{"entra/compliant-device-demanded"}})
	page := string(files["entra/compliant-device-demanded/index.html"])
	require.Contains(t, page, "Conditional Access: <b translate=\"no\">Require a compliant device</b>, refused the sign-in")
}

// TestNoSecretIsInAFolderOfEvidence looks for every secret of the bench in every file that `run --evidence` leaves.
func TestNoSecretIsInAFolderOfEvidence(t *testing.T) {
	folder := t.TempDir()
	var secrets []string
	results, err := scenarios.Run(t.Context(), scenarios.Options{
		Seed: 7, Evidence: folder, Parallel: 1, Patterns: []string{"trouble/expired-by-disuse", "setup/exchange-online", "users/to-my-email-in-the-guides-words"},
		Inspect: func(_ scenarios.Result, l *lab.Lab) { secrets = append(secrets, l.Secrets()...) },
	})
	require.NoError(t, err)
	require.Len(t, results, 3)
	files := map[string][]byte{}
	require.NoError(t, filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files[path], err = os.ReadFile(path)
		return err
	}))
	require.Greater(t, len(secrets), 20)
	require.Contains(t, files, filepath.Join(folder, "trouble", "expired-by-disuse", "index.html"))
	require.Empty(t, lab.FindLeaks(files, secrets))
	for name, text := range files {
		if strings.HasSuffix(name, "index.html") {
			require.LessOrEqual(t, len(text), 1<<20, name)
		}
	}
}

// identifiers are the forms that seeded ids, tokens and codes take in evidence.
var identifiers = []*regexp.Regexp{
	regexp.MustCompile(`CERTIFICATE-----[0-9A-Za-z+/=\\]+-----END`), // in PEM, within JSON
	regexp.MustCompile(`--seed \d+`),
	regexp.MustCompile(`\(\d+ (?:bytes|KB)\)<br>`),                       // octets of a part that has identifiers
	regexp.MustCompile(`\b(?:2603|fe80)(?::[0-9a-f]{0,4}){2,7}(?:%\d)?`), // addresses of the service's machines
	regexp.MustCompile(`\bin 0\.\d{3}, [\d.]+`),
	regexp.MustCompile(`\b00:00:0\d\.\d{7}\b`), // how long the service took
	regexp.MustCompile(`[0-9A-Za-z]{8}-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}-[0-9A-Za-z]{12}`),
	regexp.MustCompile(`[0-9A-Za-z_+/=.-]{20,}`),
	regexp.MustCompile(`\b[0-9A-F]{8,}\b`),
	regexp.MustCompile(`\b[0-9a-f]{12}\b`), // by which a mail server of another provider calls a mail
	regexp.MustCompile(`\b[A-Z0-9]{2,7}P[A-Z0-9]*\d{2,}[A-Z0-9]*\b`),
	regexp.MustCompile(`\b[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}\b`), // a user code of a fax provider
	regexp.MustCompile(`\b[A-Z0-9]{8,9}\b`),
}

// withoutIDs is a line with ID in place of each identifier.
func withoutIDs(line string) string {
	for _, form := range identifiers {
		line = form.ReplaceAllString(line, "ID")
	}
	return line
}

// differing cuts off what two lines begin and end with alike, up to a space. No identifier reaches over it: --seed,
// which could, is cut off with its number.
func differing(a, b string) (restOfA, restOfB string) {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	begin := strings.LastIndexByte(a[:n], ' ') + 1
	begin = len(strings.TrimSuffix(a[:begin], "--seed "))
	a, b = a[begin:], b[begin:]
	n = 0
	for n < min(len(a), len(b)) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	end := strings.IndexByte(a[len(a)-n:], ' ')
	if end < 0 {
		return a, b
	}
	n -= end
	return a[:len(a)-n], b[:len(b)-n]
}

func TestAnotherSeedChangesIdsAndNothingElse(t *testing.T) {
	one := play(t, scenarios.Options{Seed: 7, Patterns: some()})
	two := play(t, scenarios.Options{Seed: 8, Patterns: some()})
	require.Equal(t, names(one), names(two))
	different := 0
	for _, name := range names(one) {
		if bytes.Equal(one[name], two[name]) {
			continue
		}
		different++
		// Lines of quoted-printable text are broken anywhere, in the middle of an id too; HTML writes + as &#43;.
		plain := strings.NewReplacer("=\r\n", "", "&#43;", "+")
		unbroken := func(content []byte) []string { return strings.Split(plain.Replace(string(content)), "\n") }
		left, right := unbroken(one[name]), unbroken(two[name])
		require.Equal(t, len(left), len(right), name)
		for i := range left {
			if left[i] != right[i] {
				one, two := differing(left[i], right[i])
				require.Equal(t, withoutIDs(one), withoutIDs(two), "%s:%d", name, i+1)
			}
		}
	}
	require.NotZero(t, different, "another seed must change something")
}

// TestAPlantedLeakIsSeen writes each kind of secret into the journal as a careless party would, and wants it found.
func TestAPlantedLeakIsSeen(t *testing.T) {
	_, err := scenarios.Run(t.Context(), scenarios.Options{
		Seed: 7, Patterns: []string{"setup/exchange-online", "setup/outlook-com"}, KeepFiles: true,
		Inspect: func(r scenarios.Result, l *lab.Lab) {
			all := l.Secrets()
			require.NotEmpty(t, all)
			require.Empty(t, lab.FindLeaks(r.Files, all))
			for i, secret := range all {
				careless := journal.New(l.World.Now)
				careless.Append(
					journal.Entry{Party: "printer", Kind: journal.KindNote, Text: journal.Plain("token " + secret)},
				)
				text, err := json.Marshal(careless.Entries())
				require.NoError(t, err)
				leaks := lab.FindLeaks(map[string][]byte{"journal.jsonl": text}, all)
				if len(secret) >= 4 && !strings.ContainsRune(secret, '�') && isText(secret) {
					require.NotEmpty(t, leaks, "secret number %d of %s", i+1, r.Scenario.ID)
				}
				redacted := journal.New(l.World.Now)
				redacted.Append(
					journal.Entry{
						Party: "printer", Kind: journal.KindNote,
						Text: journal.Plain("token ").Add(journal.Hidden(secret)),
					},
				)
				text, err = json.Marshal(redacted.Entries())
				require.NoError(t, err)
				require.Empty(t, lab.FindLeaks(map[string][]byte{"journal.jsonl": text}, all))
			}
		},
	})
	require.NoError(t, err)
}

// careless is a printer that writes what it knows into the record when somebody scans.
type careless struct {
	device.Device
	bench **lab.Lab
}

func (c *careless) Scan(ctx context.Context, request device.ScanRequest) (device.Screen, error) {
	for _, secret := range (*c.bench).Entra.Secrets() {
		blob := base64.StdEncoding.EncodeToString(
			[]byte("user=admin@contoso.com\x01auth=Bearer " + secret + "\x01\x01"),
		)
		(*c.bench).Journal.Append(
			journal.Entry{Party: "printer", Kind: journal.KindNote, Text: journal.Plain("AUTH XOAUTH2 " + blob)},
		)
	}
	return c.Device.Scan(ctx, request)
}

// TestACarelessPrinterIsSeen plants a leak in a running bench and wants the evidence to be red.
func TestACarelessPrinterIsSeen(t *testing.T) {
	var bench *lab.Lab
	found := 0
	_, err := scenarios.Run(t.Context(), scenarios.Options{
		Seed: 7, Patterns: []string{"setup/exchange-online"}, KeepFiles: true,
		Configure: func(c *lab.Config) {
			c.Defect.Lab = func(l *lab.Lab) { bench = l }
			c.Defect.Device = func(d device.Device) device.Device { return &careless{Device: d, bench: &bench} }
		},
		Inspect: func(r scenarios.Result, l *lab.Lab) { found = len(lab.FindLeaks(r.Files, l.Secrets())) },
	})
	require.NoError(t, err)
	require.Greater(t, found, 3, "password, device code, access token, refresh token")
}

// TestAFailureTellsNoSecret looks into what a failed run leaves, its failure included.
func TestAFailureTellsNoSecret(t *testing.T) {
	for _, d := range planted[:6] {
		results, err := scenarios.Run(t.Context(), scenarios.Options{
			Seed: 7, Patterns: d.caught, Configure: d.plant, KeepFiles: true,
			Inspect: func(r scenarios.Result, l *lab.Lab) {
				require.Contains(t, r.Files, "failure.txt")
				for _, leak := range lab.FindLeaks(r.Files, l.Secrets()) {
					t.Errorf("%s: %s", r.Scenario.ID, leak)
				}
			},
		})
		require.NoError(t, err)
		require.Len(t, results, len(d.caught))
	}
}

// isText reports whether a secret is text: raw keys are looked for in hexadecimal and base64 too.
func isText(s string) bool {
	for _, r := range s {
		if r < 0x20 || r > 0x7e {
			return false
		}
	}
	return true
}
