package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"github.com/google/renameio/v2/maybe"

	"mfpsim/laws"
	"mfpsim/report"
	"mfpsim/scenarios"
)

// runState keeps what has been played, so that a run that was stopped goes on later: cases that have ended are not
// played again.
type runState struct {
	path string

	mu     sync.Mutex
	saved  savedRun
	failed error // of writing, the first
}

// savedRun is the file.
type savedRun struct {
	Seed     uint64               `json:"seed"`
	Language string               `json:"language"`
	Cases    map[string]savedCase `json:"cases"`
}

type savedCase struct {
	Verdict     report.Verdict    `json:"verdict"`
	Failure     string            `json:"failure,omitempty"`
	Known       string            `json:"known,omitempty"`
	Line        int               `json:"line,omitempty"`
	Step        string            `json:"step,omitempty"`
	Broken      []laws.Breach     `json:"broken,omitempty"`
	Warnings    []string          `json:"warnings,omitempty"`
	VirtualTime time.Duration     `json:"virtualTime"`
	MachineTime time.Duration     `json:"machineTime"`
	Files       map[string][]byte `json:"files,omitempty"`
}

// openState reads the file of a run that was stopped, or begins one; nil for no path. A file of another run is refused.
func openState(path string, seed uint64, language string) (*runState, error) {
	if path == "" {
		return nil, nil
	}
	s := &runState{path: path, saved: savedRun{Seed: seed, Language: language, Cases: map[string]savedCase{}}}
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return s, s.write() // so that a path that cannot be written is told before a person has worked
	case err != nil:
		return nil, usage("--state %s: %w", path, cause(err))
	}
	var saved savedRun
	if err := json.Unmarshal(text, &saved); err != nil || saved.Cases == nil {
		return nil, usage("--state %s is no state of a run; name another file", path)
	}
	if saved.Seed != seed || saved.Language != language {
		return nil, usage(
			"--state %s was begun with --seed %d --lang %s: go on with those, or name another file", path, saved.Seed, saved.Language,
		)
	}
	s.saved = saved
	return s, nil
}

// known gives the result of a case that has ended.
func (s *runState) known(of scenarios.Scenario) (scenarios.Result, bool) {
	if s == nil {
		return scenarios.Result{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c, known := s.saved.Cases[of.ID]
	return scenarios.Result{
		Scenario: of, Seed: s.saved.Seed, Verdict: c.Verdict, Passed: c.Verdict == report.Passed, Failure: c.Failure,
		Known: c.Known, Line: c.Line, Step: c.Step, Broken: c.Broken, Warnings: c.Warnings, VirtualTime: c.VirtualTime,
		MachineTime: c.MachineTime, Files: c.Files,
	}, known
}

// keep notes how a case has ended.
func (s *runState) keep(r scenarios.Result) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.saved.Cases[r.Scenario.ID] = savedCase{
		Verdict: r.Verdict, Failure: r.Failure, Known: r.Known, Line: r.Line, Step: r.Step, Broken: r.Broken,
		Warnings: r.Warnings, VirtualTime: r.VirtualTime, MachineTime: r.MachineTime, Files: r.Files,
	}
	s.failed = errors.Join(s.failed, s.write())
}

// write replaces the file when the new one is whole; on Windows it is written over. Under s.mu, or before
// anybody else has s.
func (s *runState) write() error {
	text, err := json.MarshalIndent(s.saved, "", " ")
	if err == nil {
		err = maybe.WriteFile(s.path, text, 0o600)
	}
	if err != nil {
		return fmt.Errorf("--state %s: %w", s.path, cause(err))
	}
	return nil
}

// err is what kept the state from being written; nil: nothing did.
func (s *runState) err() error {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed
}
