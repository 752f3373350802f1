package contract_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.uber.org/goleak"

	"mfpsim/contract"
	"mfpsim/contract/own"
)

// TestMain makes the test's own program a core where its command line says which.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "core" {
		os.Exit(serveAs(os.Args[2]))
	}
	contract.Grace(time.Second)
	// Benches come and go: with Go's own setting a fifth of the time is spent on freeing a few megabytes.
	debug.SetGCPercent(400)
	goleak.VerifyTestMain(m)
}

// command starts the core with a name.
func command(name string) []string { return []string{os.Args[0], "core", name} }

// serveAs is the own core, with something wrong in what it says.
func serveAs(name string) int {
	name, kinds := kindsOf(name)
	spoil, known := spoilt[name]
	if !known {
		_, _ = fmt.Fprintf(os.Stderr, "there is no core %q\n", name)
		return 2
	}
	fromBench, toOwn := io.Pipe()
	fromOwn, answers := io.Pipe()
	go func() { _ = answers.CloseWithError(own.Serve(fromBench, answers, kinds)) }()
	back := bufio.NewReaderSize(fromOwn, 1<<20)
	lines := make(chan []byte)
	go read(bufio.NewReaderSize(os.Stdin, 1<<20), toOwn, misled[name], lines)
	for line := range lines {
		var event contract.Event
		if err := json.Unmarshal(line, &event); err != nil {
			return 1
		}
		answer, err := back.ReadBytes('\n')
		if err != nil {
			return 1
		}
		said := spoil(event, line, answer)
		if said == nil {
			return 3
		}
		if _, err := os.Stdout.Write(said); err != nil {
			return 1
		}
	}
	return 0
}

// read hands on what comes, and passes on to lines what wants an answer.
func read(in *bufio.Reader, to io.Writer, mislead func([]byte) []byte, lines chan<- []byte) {
	defer close(lines)
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return
		}
		if mislead != nil {
			line = mislead(line)
		}
		if _, err := to.Write(line); err != nil {
			return
		}
		if bytes.Contains(line, []byte(`"event":"interrupt"`)) {
			select {
			case interrupted <- struct{}{}:
			default:
			}
			continue
		}
		lines <- line
	}
}

// interrupted has what came while a line had no answer.
var interrupted = make(chan struct{}, 1)

// kindsOf takes the kinds off the name of a core: "right, dial: own".
func kindsOf(name string) (core string, kinds own.Kinds) {
	words := strings.Split(name, ", ")
	for _, word := range words[1:] {
		switch kind, has, _ := strings.Cut(word, ": "); kind {
		case "tls":
			kinds.TLS = has
		case "dial":
			kinds.Dial = has
		case "store":
			kinds.Store = has
		case "clock":
			kinds.Clock = has
		case "margin":
			kinds.RefreshMargin, _ = time.ParseDuration(has)
		}
	}
	return words[0], kinds
}

// held checks both lines against the schema, and says on standard error what does not fit.
func held(_ contract.Event, line, answer []byte) []byte {
	for place, text := range map[string][]byte{"event": line, "answer": answer} {
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err == nil {
			err = schemas()[place].Validate(value)
		}
		if err != nil {
			_, _ = fmt.Fprintln(os.Stderr, strings.Join(strings.Fields(err.Error()), " "))
			return nil
		}
	}
	return answer
}

// schemas are compiled by the cores that are held to them only.
var schemas = sync.OnceValue(func() map[string]*jsonschema.Schema {
	return map[string]*jsonschema.Schema{"event": compiled("event"), "answer": compiled("answer")}
})

func compiled(place string) *jsonschema.Schema {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(contract.Schema))
	if err != nil {
		panic(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("contract.json", document); err != nil {
		panic(err)
	}
	return c.MustCompile("contract.json#/$defs/" + place)
}
