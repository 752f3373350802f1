package contract

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unicode/utf8"

	"mfpsim/choice"
	"mfpsim/vtime"
)

// patience is how long a core may take for one line, by the machine's clock: less than a stepped World waits for who
// holds the turn, so that it is the core that is named.
const patience = 30 * time.Second

// process is a core that runs. It is used by one party at a time.
type process struct {
	command  *exec.Cmd
	input    io.WriteCloser
	output   *bufio.Reader
	patience time.Duration
	errors   *tail
	hung     atomic.Bool
	// of one that may sleep: it did so for too long, or through a cancel
	sleptLong, sleptOn atomic.Bool
	writing            sync.Mutex
	lines              io.Closer    // of output
	pipe               syscall.Conn // likewise
	ended              sync.Once
	gone               atomic.Bool
	how                error // it has ended
}

// start runs a command. Its environment is the same on every machine, as far as a program can do without more.
func start(command []string, patience time.Duration) (*process, error) {
	if len(command) == 0 {
		return nil, errors.New("no command is named")
	}
	p := &process{command: exec.Command(command[0], command[1:]...), patience: patience, errors: &tail{}}
	p.command.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "LANG=C.UTF-8", "TZ=UTC", "PYTHONHASHSEED=0",
		"PYTHONDONTWRITEBYTECODE=1",
	}
	p.command.Stderr = p.errors
	ownGroup(p.command)
	p.command.WaitDelay = time.Second // what it has started may hold its standard error
	output, err := p.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.lines = output
	p.pipe, _ = output.(syscall.Conn)
	p.output = bufio.NewReaderSize(output, 64<<10)
	if p.input, err = p.command.StdinPipe(); err != nil {
		return nil, err
	}
	if err := p.command.Start(); err != nil {
		var missing *exec.Error
		if errors.As(err, &missing) {
			return nil, fmt.Errorf("%q cannot be started: %w", missing.Name, missing.Err)
		}
		return nil, err
	}
	return p, nil
}

// exchange sends a line and reads the one that answers it.
func (p *process) exchange(e Event) (Answer, error) {
	defer p.watch()()
	unsent, err := p.send(e)
	if err != nil {
		return Answer{}, err
	}
	return p.receive(e, unsent)
}

// watch ends a process that takes too long, unless it is stopped before: one that waits for something else than its
// line, or has had the processor for so long. One that has waited for a processor goes on.
func (p *process) watch() (stop func()) {
	w := &watchdog{p: p}
	w.arm(p.patience)
	return w.stop
}

// exchangeAsleep is [process.exchange] for a core that may sleep, whom somebody else watches. sent is closed when it
// has its line.
func (p *process) exchangeAsleep(e Event, sent chan struct{}) (Answer, error) {
	unsent, err := p.send(e)
	close(sent)
	if err != nil {
		return Answer{}, err
	}
	return p.receive(e, unsent)
}

// watchAsleep ends a process that sleeps for longer than limit, or works for as long as others may take for a line.
func (p *process) watchAsleep(limit time.Duration) (stop func()) {
	w := &watchdog{p: p, sleeps: true}
	w.arm(p.patience)
	calm := vtime.Alarm(limit, func() { p.giveUp(&p.sleptLong) })
	return func() {
		w.stop()
		calm()
	}
}

// giveUp ends it, and notes why.
func (p *process) giveUp(why *atomic.Bool) {
	why.Store(true)
	p.destroy()
}

// sample is what the machine tells of a process and of those that it has started.
type sample struct {
	asleep   bool   // all their threads wait for something, or have ended
	works    bool   // one has a processor, or would if there was one
	switches uint64 // how often they have given up a processor
	threads  int
}

// watchdog is for one line.
type watchdog struct {
	p    *process
	mu   sync.Mutex
	over bool
	call func() // that stops the alarm
	late int    // alarms so far, at the end of the time that it may take

	used   time.Duration // of the processor, at the first
	before sample        // at the last one
	again  bool          // it is looked at once more
	sleeps bool          // that it waits is right
}

// Of a process that is late.
const (
	mostAlarms = 20                     // how often one that works is given the time again
	soon       = 200 * time.Millisecond // after which one that did not work is looked at once more
)

func (w *watchdog) arm(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.over {
		w.call = vtime.Alarm(d, w.alarm)
	}
}

func (w *watchdog) alarm() {
	pid := w.p.command.Process.Pid
	now := look(pid)
	waits := now.asleep || !now.works
	if waits && !w.again && !w.sleeps {
		w.again, w.before = true, now
		w.arm(min(soon, w.p.patience))
		return
	}
	w.again = false
	if w.late == 0 {
		w.used = used(pid)
	}
	w.late++
	if w.sleeps {
		w.judge(w.late > 1 && used(pid)-w.used >= w.p.patience)
		return
	}
	hangs := waits && now == w.before || w.late >= mostAlarms || w.late > 1 && used(pid)-w.used >= w.p.patience
	w.judge(hangs)
}

// judge ends a process that hangs; another one is given the time again.
func (w *watchdog) judge(hangs bool) {
	if !hangs {
		w.arm(w.p.patience)
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.over {
		w.p.hung.Store(true)
		w.p.destroy()
	}
}

func (w *watchdog) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over = true
	w.call()
}

// send sends a line. Who has ended is found out when the answer is read, with the reason.
func (p *process) send(e Event) (unsent, err error) {
	line, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	p.writing.Lock()
	defer p.writing.Unlock()
	_, unsent = p.input.Write(append(line, '\n'))
	return unsent, nil
}

// receive reads the line that answers one.
func (p *process) receive(e Event, unsent error) (Answer, error) {
	read, err := readLine(p.output)
	switch {
	case p.hung.Load():
		return Answer{}, fmt.Errorf(
			"no answer to %q within %s of machine time; killed%s", e.Event, p.patience, p.errors.last(),
		)
	case errors.Is(err, errLongLine):
		return Answer{}, fmt.Errorf("the answer to %q is longer than %d octets", e.Event, maximumLine)
	case err != nil || unsent != nil && len(read) == 0:
		return Answer{}, fmt.Errorf(
			"the process ended while %q waited for an answer: %s%s", e.Event, p.end(), p.errors.last(),
		)
	}
	var a Answer
	if err := decode(read, &a); errors.As(err, new(*choice.Error)) {
		return Answer{}, fmt.Errorf("the answer to %q is not of the contract: %w", e.Event, err)
	} else if err != nil {
		return Answer{}, fmt.Errorf(
			"the answer to %q is no JSON object of the contract (%w): %q", e.Event, err, beginning(read),
		)
	}
	if a.Number == e.Number-1 && a.Number > 0 {
		return Answer{}, fmt.Errorf(
			"line %d is answered a second time; line %d (%q) waits", a.Number, e.Number, e.Event,
		)
	}
	if a.Number != e.Number {
		return Answer{}, fmt.Errorf("the answer to %q has number %d; the line has %d", e.Event, a.Number, e.Number)
	}
	return a, nil
}

// decode reads one JSON object.
func decode(line []byte, a *Answer) error {
	if trimmed := bytes.TrimSpace(line); len(trimmed) == 0 || trimmed[0] != '{' {
		return errors.New("it does not begin with {")
	}
	if !utf8.Valid(line) {
		return errors.New("it is not UTF-8")
	}
	err := json.Unmarshal(line, a)
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return fmt.Errorf("%s cannot be a %s", strings.ReplaceAll(kind.Field, "Result.", ""), kind.Value)
	}
	if err != nil {
		return err
	}
	return strangeMember(line, reflect.TypeFor[Answer](), wholeLine)
}

func beginning(line []byte) string {
	const most = 120
	if len(line) > most {
		return string(line[:most]) + "…"
	}
	return string(line)
}

var errLongLine = errors.New("contract: the line is too long")

// readLine reads a line of at most maximumLine octets.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		piece, err := r.ReadSlice('\n')
		line = append(line, piece...)
		switch {
		case len(line) > maximumLine:
			return nil, errLongLine
		case errors.Is(err, bufio.ErrBufferFull):
		case err != nil:
			return line, err
		default:
			return line, nil
		}
	}
}

// end waits for a process that has ended, and says how.
func (p *process) end() string {
	stop := vtime.Alarm(time.Second, p.destroy) // it has closed its output and goes on
	defer stop()
	if err := p.wait(); err != nil {
		return err.Error()
	}
	return "exit status 0"
}

// destroy ends it and what it has started, and closes its lines, which somebody else may hold open.
func (p *process) destroy() {
	if !p.gone.Load() { // else its number may be somebody else's
		killGroup(p.command.Process)
	}
	_ = p.input.Close()
	_ = p.lines.Close()
}

// kill is power off.
func (p *process) kill() {
	p.destroy()
	_ = p.wait() // that it was killed is known
}

// wait waits until it has ended, whoever asks.
func (p *process) wait() error {
	p.ended.Do(func() {
		p.how = p.command.Wait()
		p.gone.Store(true)
	})
	return p.how
}

// tail keeps the end of what a program writes.
type tail struct {
	mu   sync.Mutex
	text []byte
}

// Write keeps it.
func (t *tail) Write(b []byte) (int, error) {
	const most = 400
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, b...)
	if len(t.text) > most {
		t.text = append([]byte("…"), t.text[len(t.text)-most:]...)
	}
	return len(b), nil
}

func (t *tail) last() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	words := strings.TrimSpace(string(t.text))
	if words == "" {
		return ""
	}
	return "; its last words on standard error: " + words
}

// Split splits a command line into words, at blanks; ' and " hold words together.
func Split(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	quote, open := rune(0), false
	for _, r := range line {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, open = r, true
		case r == ' ' || r == '\t' || r == '\n':
			if open {
				words = append(words, word.String())
				word.Reset()
			}
			open = false
		default:
			word.WriteRune(r)
			open = true
		}
	}
	switch {
	case quote != 0:
		return nil, fmt.Errorf("a %c is not closed", quote)
	case open:
		words = append(words, word.String())
	}
	if len(words) == 0 {
		return nil, errors.New("no command is named")
	}
	return words, nil
}
