package namespace

import (
	"fmt"
	"os"
	"os/exec"

	"golang.org/x/sys/unix"
)

// Beside begins a program in the machine's own namespaces, with an environment to which [Variables] is applied.
func Beside(program Program, environment []string, bundle string) (*Run, error) {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return nil, fmt.Errorf("what the program leaves behind could not be seen: %w", err)
	}
	r := &Run{ended: make(chan struct{}), command: &exec.Cmd{
		Path: program.Path, Args: program.Args, Env: Variables(environment, bundle),
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
	}}
	if err := r.start(); err != nil {
		return nil, notRun(ExitNotExecutable, "%s: %v", program.Path, err)
	}
	return r, nil
}
