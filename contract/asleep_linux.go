package contract

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"
)

// look takes a sample.
func look(pid int) sample {
	s := sample{asleep: true}
	s.add(pid, 0)
	return s
}

// deepest bounds how far down processes that processes have started are followed.
const deepest = 8

func (s *sample) add(pid, depth int) {
	tasks := fmt.Sprintf("/proc/%d/task", pid)
	entries, err := os.ReadDir(tasks)
	if err != nil || depth > deepest {
		return // it has ended
	}
	for _, task := range entries {
		s.threads++
		status, err := os.ReadFile(tasks + "/" + task.Name() + "/status")
		if err != nil {
			continue
		}
		for line := range bytes.Lines(status) {
			name, value, _ := bytes.Cut(line, []byte(":"))
			switch text := bytes.TrimSpace(value); string(name) {
			case "State":
				s.asleep = s.asleep && bytes.IndexAny(text, "SZXI") == 0
				s.works = s.works || bytes.IndexAny(text, "RD") == 0
			case "voluntary_ctxt_switches", "nonvoluntary_ctxt_switches":
				n, _ := strconv.ParseUint(string(text), 10, 64)
				s.switches += n
			}
		}
		children, err := os.ReadFile(tasks + "/" + task.Name() + "/children")
		if err != nil {
			continue
		}
		for _, word := range bytes.Fields(children) {
			if child, err := strconv.Atoi(string(word)); err == nil {
				s.add(child, depth+1)
			}
		}
	}
}

// family is a process and those that it has started.
func family(pid int) []int {
	all := []int{pid}
	for i := 0; i < len(all) && len(all) < 1<<10; i++ {
		children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", all[i], all[i]))
		if err != nil {
			continue
		}
		for _, word := range bytes.Fields(children) {
			if child, err := strconv.Atoi(string(word)); err == nil {
				all = append(all, child)
			}
		}
	}
	return all
}

// used is for how long a process and those that it has started have had a processor.
func used(pid int) (all time.Duration) {
	const tick = time.Second / 100 // as /proc counts on every machine (USER_HZ)
	for _, member := range family(pid) {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", member))
		if err != nil {
			continue
		}
		_, rest, _ := bytes.Cut(stat, []byte(") ")) // behind the name, which can have anything
		words := bytes.Fields(rest)
		for i := 11; i <= 12 && i < len(words); i++ {
			n, _ := strconv.ParseInt(string(words[i]), 10, 64)
			all += time.Duration(n) * tick
		}
	}
	return all
}
