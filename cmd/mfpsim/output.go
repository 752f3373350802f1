package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"unicode/utf8"

	"mfpsim/report"
)

// outputFile is what a report is written to, whatever its name leads to: a file, a link to one, a pipe, a device. It is
// opened before the work begins, so that a wrong name is told at once, and written when the report is complete.
type outputFile struct {
	path string
	file *os.File  // nil: made when it is written
	to   io.Writer // set if it is one of our own streams, which stay open
}

// openOutput makes the folders that are missing. A pipe that nobody reads from is waited for, as a shell does.
func openOutput(s *streams, path string) (*outputFile, error) {
	failed := func(err error) (*outputFile, error) { return nil, fmt.Errorf("cannot write %s: %w", path, cause(err)) }
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		if err := os.MkdirAll(filepath.Dir(report.Real(path)), 0o755); err != nil { // also where a link leads
			return failed(err)
		}
		// Tried, and taken away: nothing is left where the run ends early.
		probe, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o644)
		if err != nil {
			return failed(err)
		}
		if err := errors.Join(probe.Close(), removeProbe(path)); err != nil {
			return failed(err)
		}
		return &outputFile{path: path}, nil
	case err != nil:
		return failed(err)
	case info.IsDir():
		return nil, fmt.Errorf("%s is a folder, not a file", path)
	}
	if own := s.sameAs(info); own != nil {
		return &outputFile{path: path, to: own}, nil
	}
	file, err := open(s.ctx, path)
	if err != nil {
		return failed(err)
	}
	return &outputFile{path: path, file: file}, nil
}

// removeProbe removes what a probe has made; where path is a link, what it led to.
func removeProbe(path string) error {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	return os.Remove(real)
}

// open opens what is there for writing. Opening a pipe waits for its reader; the end of ctx ends the wait.
func open(ctx context.Context, path string) (*os.File, error) {
	type opened struct {
		file *os.File
		err  error
	}
	done := make(chan opened, 1)
	go func() {
		file, err := os.OpenFile(path, os.O_WRONLY, 0)
		done <- opened{file, err}
	}()
	select {
	case o := <-done:
		return o.file, o.err
	case <-ctx.Done():
		return nil, errors.New("nobody reads from it")
	}
}

// write writes a report over what is there.
func (o *outputFile) write(report func(io.Writer) error) error {
	var text bytes.Buffer
	err := report(&text)
	if err == nil {
		err = o.put(text.Bytes())
	}
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", o.path, cause(err))
	}
	return nil
}

func (o *outputFile) put(text []byte) (err error) {
	if o.to != nil {
		_, err := o.to.Write(text)
		return err
	}
	if o.file == nil {
		if o.file, err = os.OpenFile(o.path, os.O_WRONLY|os.O_CREATE, 0o644); err != nil {
			return err
		}
	}
	if info, err := o.file.Stat(); err == nil && info.Mode().IsRegular() {
		if err := o.file.Truncate(0); err != nil {
			return err
		}
	}
	if _, err = o.file.Write(text); err != nil {
		return err
	}
	err = o.file.Close()
	o.file = nil
	return err
}

func (o *outputFile) close() {
	if o.file != nil {
		_ = o.file.Close() // nothing was written, or a failed write was told
	}
}

// cause takes the path out of a file system's error; the message names it already.
func cause(err error) error {
	var path *os.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	default:
		return err
	}
}

// sameAs is the stream that a file is, if it is one of ours: /dev/stdout, /dev/fd/2, or the file that the shell has led
// it to. Standard output is then for that file alone.
func (s *streams) sameAs(info os.FileInfo) io.Writer {
	if null, err := os.Stat(os.DevNull); err == nil && os.SameFile(null, info) {
		return nil
	}
	if s.out.is(info) {
		raw := s.out.to
		s.out = s.err
		return raw
	}
	if s.err.is(info) {
		return s.err.to
	}
	return nil
}

// terminal is a stream that people read. What is written to it is made visible. The first failure is kept and told at
// the end; a command that prints need not look for it.
type terminal struct {
	to     io.Writer
	half   []byte // a character of which the rest is to come
	failed error
}

func (t *terminal) Write(text []byte) (int, error) {
	whole := append(t.half, text...)
	end := len(whole)
	for back := 1; back < utf8.UTFMax && back <= len(whole); back++ {
		if c := whole[len(whole)-back]; utf8.RuneStart(c) {
			if c >= utf8.RuneSelf && !utf8.FullRune(whole[len(whole)-back:]) {
				end = len(whole) - back
			}
			break
		}
	}
	t.half = append([]byte(nil), whole[end:]...)
	t.put(whole[:end])
	return len(text), nil
}

func (t *terminal) put(text []byte) {
	if t.failed == nil {
		_, t.failed = io.WriteString(t.to, report.Visible(string(text)))
	}
}

// flush writes what is left, and returns the first failure.
func (t *terminal) flush() error {
	t.put(t.half)
	t.half = nil
	return t.failed
}

// strict is a terminal for what goes on for long: it stops where nobody hears of it.
type strict struct{ *terminal }

func (t strict) Write(text []byte) (int, error) {
	if _, err := t.terminal.Write(text); err != nil || t.failed != nil {
		return 0, errors.Join(err, t.failed)
	}
	return len(text), nil
}

// is reports whether the stream leads to a file that is no terminal's.
func (t *terminal) is(info os.FileInfo) bool {
	file, isFile := t.to.(*os.File)
	if !isFile {
		return false
	}
	own, err := file.Stat()
	return err == nil && os.SameFile(own, info)
}

// interrupted ends a context: the signal that has ended the program.
type interrupted struct{ signal syscall.Signal }

func (e interrupted) Error() string {
	return "interrupted: what was played so far is told, the rest was not played"
}

// code is what a shell makes of a program that a signal has ended: 130 after Ctrl-C.
func (e interrupted) code() int { return 128 + int(e.signal) }

// interruption adds to what a run has returned that it was broken off, if that does not say so itself.
func interruption(ctx context.Context, err error) error {
	var by interrupted
	switch {
	case errors.As(err, &by):
		return err
	case errors.As(context.Cause(ctx), &by):
		return by
	}
	return interrupted{syscall.SIGINT}
}
