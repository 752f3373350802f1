package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/device/manual"
)

// handRun is a run with a person as adapter.
type handRun struct {
	t       *testing.T
	address string
	stop    context.CancelFunc
	code    chan int
	out     bytes.Buffer
	errs    bytes.Buffer // after the address
	told    chan struct{}
}

// runByHand begins a run whose instructions somebody is to answer.
func runByHand(t *testing.T, args ...string) *handRun {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	r := &handRun{t: t, stop: stop, code: make(chan int, 1), told: make(chan struct{})}
	from, to := io.Pipe()
	go func() {
		r.code <- execute(ctx, append([]string{"run", "--device", "manual"}, args...), &r.out, to)
		_ = to.Close()
	}()
	reader := bufio.NewReader(from)
	line, err := reader.ReadString('\n')
	require.NoError(t, err, line)
	go func() { _, _ = io.Copy(&r.errs, reader); close(r.told) }()
	_, r.address, _ = strings.Cut(strings.TrimSpace(line), "program: ")
	require.NotEmpty(t, r.address, line)
	t.Cleanup(stop)
	return r
}

// end waits for the end of the run.
func (r *handRun) end() (code int, out, errs string) {
	code = <-r.code
	<-r.told
	return code, r.out.String(), r.errs.String()
}

// next fetches the instruction after one.
func (r *handRun) next(after int) (i manual.Instruction, text string, expected []string) {
	r.t.Helper()
	response, err := http.Get(fmt.Sprintf("%sv1/instruction?after=%d", r.address, after))
	require.NoError(r.t, err)
	defer response.Body.Close()
	require.Equal(r.t, http.StatusOK, response.StatusCode)
	var shown struct {
		manual.Instruction
		Text     string
		Expected []string
	}
	require.NoError(r.t, json.NewDecoder(response.Body).Decode(&shown))
	return shown.Instruction, shown.Text, shown.Expected
}

// say answers an instruction and returns the status and what is said to it.
func (r *handRun) say(id int, reply string) (status int, said string) {
	r.t.Helper()
	at := fmt.Sprintf("%sv1/instructions/%d/answer", r.address, id)
	response, err := http.Post(at, "application/json", strings.NewReader(reply))
	require.NoError(r.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(r.t, err)
	return response.StatusCode, string(text)
}

// cases writes scenarios into a source folder.
func cases(t *testing.T, scripts map[string]string) string {
	t.Helper()
	root := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(root, "chapter"), 0o700))
	for name, script := range scripts {
		text := "# id: chapter/" + name + "\n# title: A title\n# guide: Cannot Send Email\n# proves: R39\n# level: MUST\n\n" + script
		require.NoError(t, os.WriteFile(filepath.Join(root, "chapter", name+".txtar"), []byte(text), 0o600))
	}
	return root
}

const signInByHand = `tenant contoso.com smtp-auth=enabled security-defaults=off
user admin@contoso.com role='Cloud Application Administrator' mailbox
printer sign-in admin@contoso.com
scan email bob@fabrikam.com subject=Hand
jobs shows Email Completed
jobs count 1
mailbox bob@fabrikam.com shows subject=Hand
wire shows smtp 'AUTH XOAUTH2'
`

func TestAnotherProgramAnswersForARealPrinterWhoseTrafficReachesTheBench(t *testing.T) {
	evidence, junit := filepath.Join(t.TempDir(), "evidence"), filepath.Join(t.TempDir(), "junit.xml")
	r := runByHand(t, "--evidence", evidence, "--junit", junit, "--folder", cases(t, map[string]string{
		"by-hand": signInByHand, "its-clock": "clock to 2030-01-01\npanel shows Ready\n",
	}))
	program := exec.CommandContext(t.Context(), os.Args[0])
	program.Env = append(os.Environ(), asAnswerer+"="+r.address)
	said, err := program.CombinedOutput()
	require.NoError(t, err, string(said))
	code, out, errs := r.end()
	require.Equal(t, exitOK, code, "%s\n%s\n%s", out, errs, said)
	require.Contains(t, out, "chapter/by-hand")
	require.Contains(t, out, "This device can take 1 of these 2 scenarios")
	require.Contains(t, out, "it goes by dates of the bench's calendar")
	record, err := os.ReadFile(filepath.Join(evidence, "chapter", "by-hand", "journal.jsonl"))
	require.NoError(t, err)
	require.Contains(t, string(record), `"said by":"a person"`)
	require.Contains(t, string(record), `"connection":"printer#`)
	verdicts, err := os.ReadFile(junit)
	require.NoError(t, err)
	require.Contains(t, string(verdicts), `name="by-hand"`)
}

func TestWhatAPersonCanAnswer(t *testing.T) {
	r := runByHand(t, "--folder", cases(t, map[string]string{
		"a-fails":  "panel press 'Scan > Email'\npanel shows 'The email server is not set.'\n",
		"b-absent": "panel press Copy\npanel shows Ready\n",
		"c-locked": "panel refuses 'Settings > General Settings'\n! panel shows Ready\n",
	}))
	i, text, _ := r.next(0)
	require.Equal(t, "begin", i.Method)
	require.Contains(t, text, "Make the printer “printer” as new")
	status, said := r.say(i.ID, `{"answer":"as-shown"}`)
	require.Equal(t, http.StatusUnprocessableEntity, status)
	require.Contains(t, said, `does not fit; there are [\"done\"]`)
	_, _ = r.say(i.ID, `{"answer":"done"}`)
	status, said = r.say(i.ID, `{"answer":"done"}`)
	require.Equal(t, http.StatusConflict, status, said)

	i, text, _ = r.next(i.ID)
	require.Equal(t, "On the panel, press: Scan > Email", text)
	_, _ = r.say(i.ID, `{"answer":"done"}`)
	i, text, expected := r.next(i.ID)
	require.Equal(t, "Look at the panel. Does it show this?", text)
	require.Equal(t, []string{"The email server is not set."}, expected)
	status, said = r.say(i.ID, `{"answer":"otherwise"}`)
	require.Equal(t, http.StatusUnprocessableEntity, status)
	require.Contains(t, said, "how?")
	_, _ = r.say(i.ID, `{"answer":"otherwise","text":"Enter an address."}`)

	i, _, _ = r.next(i.ID)
	require.Equal(t, "chapter/b-absent", i.Case)
	_, _ = r.say(i.ID, `{"answer":"done"}`)
	i, _, _ = r.next(i.ID)
	_, _ = r.say(i.ID, `{"answer":"not-on-this-device"}`)

	i, _, _ = r.next(i.ID)
	_, _ = r.say(i.ID, `{"answer":"done"}`)
	i, _, _ = r.next(i.ID)
	_, _ = r.say(i.ID, `{"answer":"refused"}`)
	i, _, _ = r.next(i.ID)
	_, _ = r.say(i.ID, `{"answer":"as-shown"}`)
	code, out, _ := r.end()
	require.Equal(t, exitFailed, code)
	require.Contains(t, out, "    | Enter an address.\n    | (said by a person)\n")
	require.Regexp(t, `failed +MUST +chapter/a-fails`, out)
	require.Regexp(t, `skipped +MUST +chapter/b-absent`, out)
	require.Regexp(t, `passed +MUST +chapter/c-locked`, out)
	require.Contains(t, out, "panel: a person says: this device does not have that: panel.press")
}

func TestARunByHandStopsAndGoesOnLater(t *testing.T) {
	folder := cases(t, map[string]string{
		"first": "panel press Copy\npanel shows Ready\n", "second": "panel press Scan\npanel shows Ready\n",
	})
	state := filepath.Join(t.TempDir(), "state.json")
	args := []string{"--folder", folder, "--state", state}
	r := runByHand(t, args...)
	i, _, _ := r.next(0)
	_, _ = r.say(i.ID, `{"answer":"done"}`)
	i, _, _ = r.next(i.ID)
	_, _ = r.say(i.ID, `{"answer":"otherwise","text":"it beeps"}`)
	i, _, _ = r.next(i.ID)
	require.Equal(t, "chapter/second", i.Case)
	r.stop() // in the middle of the second
	_, out, _ := r.end()
	require.NotContains(t, out, "chapter/second")

	r = runByHand(t, args...)
	i, _, _ = r.next(0)
	require.Equal(t, "chapter/second", i.Case, "the first is not asked again")
	_, _ = r.say(i.ID, `{"answer":"done"}`)
	i, _, _ = r.next(i.ID)
	_, _ = r.say(i.ID, `{"answer":"done"}`)
	i, _, _ = r.next(i.ID)
	_, _ = r.say(i.ID, `{"answer":"as-shown"}`)
	code, out, _ := r.end()
	require.Equal(t, exitFailed, code)
	require.Contains(t, out, "a person says: it beeps")
	require.Regexp(t, `failed +MUST +chapter/first`, out)
	require.Regexp(t, `passed +MUST +chapter/second`, out)

	code, _, errs := run(append([]string{"run", "--device", "manual", "--seed", "9"}, args...)...)
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "was begun with --seed 0 --lang en")
}

func TestThePageOfARunByHand(t *testing.T) {
	r := runByHand(t, "--lang", "el", "--folder", cases(t, map[string]string{
		"one": "panel press 'Scan > Email'\n! panel shows Ready\n",
	}))
	client := &http.Client{}
	fetch := func(path string) string {
		response, err := client.Get(r.address + path)
		require.NoError(t, err)
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, response.StatusCode)
		return string(text)
	}
	post := func(values url.Values) (int, string) {
		response, err := client.PostForm(r.address+"answer", values)
		require.NoError(t, err)
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		return response.StatusCode, string(text)
	}
	i, _, _ := r.next(0)
	page := fetch("")
	require.Contains(t, page, `<html lang="el">`)
	require.Contains(t, page, "Αρχίζει νέα περίπτωση.")
	require.Contains(t, fetch("?lang=hi"), "नया मामला शुरू होता है।")
	_, page = post(url.Values{"id": {fmt.Sprint(i.ID)}, "answer": {"done"}})
	require.Contains(t, page, "Στον πίνακα, πατήστε: Σάρωση &gt; ", "the page goes on to the next instruction")
	status, page := post(url.Values{"id": {fmt.Sprint(i.ID + 1)}, "answer": {"otherwise"}})
	require.Equal(t, http.StatusUnprocessableEntity, status)
	require.Contains(t, page, `role="alert"`)
	_, page = post(url.Values{"id": {fmt.Sprint(i.ID + 1)}, "answer": {"done"}})
	require.Contains(t, page, "Δεν πρέπει να υπάρχει")
	_, _ = r.say(i.ID+2, `{"answer":"as-shown"}`)
	code, out, _ := r.end()
	require.Equal(t, exitOK, code, out)
}

func TestARunByHandIsRefusedBeforeItBegins(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"a page beyond loopback":       {[]string{"--device", "manual", "--person", "0.0.0.0:0"}, "set MFPSIM_DEVICE_TOKEN"},
		"no address of the page":       {[]string{"--device", "manual", "--person", "here"}, "write HOST:PORT"},
		"what no person can stand for": {[]string{"--device", "manual", "--has", "memory"}, "a person can stand for panel, web-config"},
		"a network that is none":       {[]string{"--device", "manual", "--lan", "here"}, "name the IPv4 address"},
		"names without a network":      {[]string{"--device", "manual", "--lan-dns", "192.168.1.1:53"}, "without --lan there is no name server"},
		"a state without a person":     {[]string{"--state", "state.json"}, "are for --device manual"},
		"repeating":                    {[]string{"--device", "manual", "--repeat", "2"}, "no two runs are the same"},
	} {
		t.Run(name, func(t *testing.T) {
			code, _, errs := run(append([]string{"run"}, c.args...)...)
			require.Equal(t, exitUsage, code, errs)
			require.Contains(t, errs, c.says)
		})
	}
}
