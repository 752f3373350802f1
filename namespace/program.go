package namespace

import (
	"debug/buildinfo"
	"debug/elf"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Exit codes of a program that was not begun, as env(1) has them.
const (
	ExitFailed        = 125 // it was not the program that failed
	ExitNotExecutable = 126
	ExitNotFound      = 127
)

// NotRun is why a program was not begun.
type NotRun struct {
	Code int // to exit with
	Err  error
}

func (e *NotRun) Error() string { return e.Err.Error() }
func (e *NotRun) Unwrap() error { return e.Err }

func notRun(code int, format string, values ...any) error {
	return &NotRun{Code: code, Err: fmt.Errorf(format, values...)}
}

// Program is an executable with its arguments.
type Program struct {
	Path string   // absolute
	Args []string // the first one is the name that it was called by
}

// Find looks a program up as a shell does. A [*NotRun] tells one that is not there from one that cannot be executed.
func Find(command []string) (Program, error) {
	name := command[0]
	path, err := exec.LookPath(name)
	if errors.Is(err, exec.ErrDot) { // it was meant: PATH names the folder
		err = nil
	}
	if err == nil {
		path, err = filepath.Abs(path)
	}
	switch {
	case err == nil:
		return Program{Path: path, Args: slices.Clone(command)}, nil
	case errors.Is(err, fs.ErrPermission):
		return Program{}, notRun(ExitNotExecutable, "%s is not executable", name)
	case !strings.Contains(name, "/") && inPath(name):
		return Program{}, notRun(ExitNotExecutable, "%s is not executable", name)
	}
	return Program{}, notRun(ExitNotFound, "%s: there is no such program", name)
}

// inPath reports whether PATH has a file of a name, which then is one that cannot be executed.
func inPath(name string) bool {
	return slices.ContainsFunc(filepath.SplitList(os.Getenv("PATH")), func(folder string) bool {
		info, err := os.Stat(filepath.Join(folder, name))
		return err == nil && !info.IsDir()
	})
}

// OwnClock says why a library that is loaded before others cannot change the date that a program sees; "" if it can.
// Scripts are as their interpreter.
func (p Program) OwnClock() string {
	path := interpreter(p.Path)
	if _, err := buildinfo.ReadFile(path); err == nil {
		return "it is written in Go, which reads the clock by itself"
	}
	file, err := elf.Open(path)
	if err != nil {
		return ""
	}
	defer func() { _ = file.Close() }() // it was only read
	if !slices.ContainsFunc(file.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP }) {
		return "it is linked statically"
	}
	return ""
}

// interpreter is the executable that runs a file: itself, or what the first line of a script names.
func interpreter(path string) string {
	for range 4 { // as many as the kernel follows
		file, err := os.Open(path)
		if err != nil {
			return path
		}
		head := make([]byte, 256)
		n, _ := file.Read(head)
		_ = file.Close() // it was only read
		line, _, _ := strings.Cut(string(head[:n]), "\n")
		words := strings.Fields(strings.TrimPrefix(line, "#!"))
		if !strings.HasPrefix(line, "#!") || len(words) == 0 {
			return path
		}
		path = words[0]
		if filepath.Base(path) == "env" {
			for _, word := range words[1:] {
				if strings.HasPrefix(word, "-") || strings.Contains(word, "=") {
					continue
				}
				if found, err := exec.LookPath(word); err == nil {
					path = found
				}
				break
			}
		}
	}
	return path
}
