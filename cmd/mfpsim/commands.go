package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"mfpsim/cmd/mfpsim/serve"
	"mfpsim/core"
	"mfpsim/journal"
	"mfpsim/sim/models"
)

// version is that of the next release.
const version = "0.1.0"

// Exit codes: all is well; something was found (a failed scenario, a rule without proof) or could not be written; the
// command was not understood or could not begin. A run that Ctrl-C has broken off ends with 130.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// commands is the command line.
type commands struct {
	Run      runCommand      `cmd:"" help:"Play scenarios and print a table of verdicts."`
	List     listCommand     `cmd:"" help:"List the scenarios."`
	New      newCommand      `cmd:"" help:"Write a scenario to begin with: mfpsim new own/power-fails-twice --folder DIR."`
	Check    checkCommand    `cmd:"" help:"Find the mistakes in scenario files without playing them, all of them, with their lines."`
	Coverage coverageCommand `cmd:"" help:"Show which scenario proves which rule of the guide; fail if a rule has none."`
	Laws     lawsCommand     `cmd:"" help:"Show the laws: what every scenario checks besides its own lines."`
	Explain  explainCommand  `cmd:"" help:"Explain a code (360), AADSTS53003, '535 5.7.139' or a message."`
	Exec     execCommand     `cmd:"" help:"Run a program, unmodified, on a bench that it takes for Microsoft's (Linux)."`
	Device   deviceCommand   `cmd:"" help:"Serve simulated printers to a bench in another process (run --device): docs/devices.md."`
	Core     coreCommand     `cmd:"" help:"Run mfpsim's own mail core as a program that speaks the core contract, for 'run --core \"mfpsim core\"'."`
	Serve    serveCommand    `cmd:"" help:"Run a live bench on loopback: Web Config, panel, Entra, SMTP and a control API."`

	About   versionCommand   `cmd:"" name:"version" help:"Print the version, the commit that it was built from, and the date of the reference."`
	Version kong.VersionFlag `help:"Print the version and exit."`
}

// streams are where a command writes to.
type streams struct {
	ctx      context.Context // ends with Ctrl-C
	out, err *terminal
}

// exit is an error that only carries an exit code; what is to be said has been said.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// usageError is a command that could not begin: exit code 2.
type usageError struct{ error }

func usage(format string, values ...any) error { return usageError{fmt.Errorf(format, values...)} }

func (e usageError) Unwrap() error { return e.error }

// left is what kong panics with when it wants the program to end.
type left int

// execute runs a command line and returns the exit code. A command whose words nobody could get has failed.
func execute(ctx context.Context, args []string, out, errs io.Writer) int {
	shown, told := &terminal{to: out}, &terminal{to: errs}
	code := command(ctx, args, shown, told)
	if err := shown.flush(); err != nil {
		_, _ = fmt.Fprintf(told, "mfpsim: standard output cannot be written: %v; what was to be said there is lost\n", cause(err))
		if code == exitOK {
			code = exitFailed
		}
	}
	_ = told.flush() // nobody is left to be told
	return code
}

func command(ctx context.Context, args []string, out, errs *terminal) (code int) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case left:
			code = int(p)
		default:
			panic(p)
		}
	}()
	known, err := models.Embedded()
	if err != nil {
		return complain(errs, usageError{err})
	}
	standard, err := known.Get("")
	if err != nil {
		return complain(errs, usageError{err})
	}
	var cli commands
	parser, err := kong.New(&cli,
		kong.Name("mfpsim"),
		kong.Description("Test how an office printer signs in to Microsoft 365 and sends mail: a simulated printer, "+
			"a fake Entra ID and a fake Exchange Online on one bench with one simulated clock. "+
			"Exit codes: 0 success, 1 something failed, 2 the command was not understood or could not start."),
		kong.Writers(out, errs),
		kong.Exit(func(code int) { panic(left(code)) }),
		kong.Vars{
			"version": "mfpsim " + buildVersion(),
			"models":  strings.Join(known.Names(), ", "), "default_model": standard.Name, "refresh_margin": core.DefaultRefreshMargin.String(),
			"languages": strings.Join(known.Languages(), ", "),
			"keep":      strconv.Itoa(journal.DefaultKeep.Entries),
			"relatives": strings.Join(serve.Relatives(), ", "),
		},
	)
	if err != nil {
		panic("mfpsim: the command line is wrong: " + err.Error())
	}
	for _, arg := range args {
		if arg == "--" { // what follows is another program's
			break
		}
		if arg == "" {
			return complain(errs, usage("an empty argument"))
		}
	}
	if err := forgetEmpty(); err != nil {
		return complain(errs, err)
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		return complain(errs, usage("%w; mfpsim --help shows what there is", err))
	}
	return complain(errs, parsed.Run(&streams{ctx: ctx, out: out, err: errs}))
}

// forgetEmpty makes an empty variable of ours one that is not there: files for containers name variables that nobody
// has filled in.
func forgetEmpty() error {
	for _, variable := range os.Environ() {
		if name, value, _ := strings.Cut(variable, "="); value == "" && strings.HasPrefix(name, "MFPSIM_") {
			if err := os.Unsetenv(name); err != nil {
				return usage("%s is empty: %w", name, err)
			}
		}
	}
	return nil
}

// complain prints an error and returns its exit code.
func complain(errs io.Writer, err error) int {
	var code exit
	var broken interrupted
	var misuse usageError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &code):
		return int(code)
	case errors.As(err, &broken):
		_, _ = fmt.Fprintf(errs, "mfpsim: %s\n", strings.TrimSpace(err.Error()))
		return broken.code()
	case errors.As(err, &misuse):
		_, _ = fmt.Fprintf(errs, "mfpsim: %s\n", strings.TrimSpace(err.Error()))
		return exitUsage
	default:
		_, _ = fmt.Fprintf(errs, "mfpsim: %s\n", strings.TrimSpace(err.Error()))
		return exitFailed
	}
}
