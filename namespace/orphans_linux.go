package namespace

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// grace is how long a process has to end after it was asked to, in milliseconds of the machine's clock.
const grace = 2000

// Orphans ends the processes that the program has left behind, and returns what they were, "sleep (4711)". With wait it
// lets them end by themselves.
func Orphans(wait bool) ([]string, error) {
	var names []string
	var failed error
	for { // those that end leave their own children behind
		left := children()
		if len(left) == 0 {
			return names, failed
		}
		for _, process := range left {
			named := fmt.Sprintf("%s (%d)", nameOf(process), process)
			if !slices.Contains(names, named) {
				names = append(names, named)
			}
		}
		for _, process := range left {
			if !wait {
				_ = unix.Kill(process, unix.SIGTERM) // it may have ended
			}
		}
		for _, process := range left {
			failed = errors.Join(failed, reap(process, wait))
		}
	}
}

// reap waits for a child, and kills one that has been asked to end and does not.
func reap(process int, wait bool) error {
	if descriptor, err := unix.PidfdOpen(process, 0); err == nil {
		patience := grace
		if wait {
			patience = -1
		}
		ended := []unix.PollFd{{Fd: int32(descriptor), Events: unix.POLLIN}}
		for {
			_, err := unix.Poll(ended, patience)
			if !errors.Is(err, unix.EINTR) {
				break
			}
		}
		_ = unix.Close(descriptor)
	}
	if !wait {
		_ = unix.Kill(process, unix.SIGKILL)
	}
	for {
		switch _, err := unix.Wait4(process, nil, 0, nil); {
		case err == nil, errors.Is(err, unix.ECHILD):
			return nil
		case !errors.Is(err, unix.EINTR):
			return fmt.Errorf("process %d, left behind by the program: %w", process, err)
		}
	}
}

// children are the processes whose parent this one is.
func children() []int {
	var found []int
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is a good one
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		// "pid (name) state parent …"; the name may hold anything.
		fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
		if len(fields) < 2 || fields[1] != strconv.Itoa(os.Getpid()) {
			continue
		}
		if process, err := strconv.Atoi(filepath.Base(filepath.Dir(path))); err == nil {
			found = append(found, process)
		}
	}
	return found
}

func nameOf(process int) string {
	name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", process))
	if err != nil {
		return "a process"
	}
	return strings.TrimSpace(string(name))
}
