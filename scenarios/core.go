package scenarios

import (
	"errors"
	"strings"

	"mfpsim/contract"
	"mfpsim/lab"
	"mfpsim/report"
)

// fit puts the core that is tested into the printers of a bench; nil: they have the project's own.
func (o Options) fit(config *lab.Config) *contract.Session {
	if len(o.Core) == 0 {
		return nil
	}
	session := contract.NewSession(o.Core)
	if o.RealTime != nil { // a step gives up first, and names the job
		session.Flows(o.RealTime.Longest + max(o.bearance(), 0))
	}
	config.Core = session.Open
	return session
}

// ofCore adds to a verdict what is to be said of the core: a fault is one of the scenario, whatever its lines say; laws
// are named beside a line that fails. A scenario that asked the core for what it says that it lacks is not for it.
func (p *play) ofCore(result *Result, o Options) {
	if p.core == nil || result.Verdict == report.Skipped {
		return
	}
	broken, faults, lacks := p.core.Breaches(), p.core.Faults(), p.core.Lacks()
	var says []string
	for _, b := range broken {
		says = append(says, b.String())
	}
	switch {
	case len(faults) > 0:
		says = append(faults, says...)
	case len(p.core.Undecided()) > 0 && len(broken) == 0 && result.Verdict != report.Errored:
		said := result.Failure
		result.Verdict, result.Passed = report.Undecided, false
		f := p.fail(errors.New(strings.Join(p.core.Undecided(), "\n")))
		f.undecided = true
		result.Failure = tell(p.scenario, result.Line, "the core", f, o) + said
		return
	case len(lacks) > 0 && result.Verdict != report.Errored:
		result.Verdict, result.Passed, result.Line = report.Skipped, false, 0
		result.Failure = "needs " + strings.Join(lacks, ", ") + ", which this core does not have"
		return
	case len(p.core.Unshown()) > 0 && len(broken) == 0 && !result.Passed && result.Verdict != report.Errored:
		result.Verdict, result.Passed, result.Line = report.Skipped, false, 0
		result.Failure = strings.Join(p.core.Unshown(), "; ")
		return
	}
	if last := p.core.LastOutcome(); last != "" && !result.Passed && result.Failure != "" {
		result.Failure += "  the core's last outcome that was not ok: " + last + "\n"
	}
	if len(says) == 0 {
		return
	}
	said := result.Failure
	result.Verdict, result.Passed = report.Failed, false
	result.Broken = append(result.Broken, broken...)
	result.Failure = tell(p.scenario, result.Line, "the core", p.fail(errors.New(strings.Join(says, "\n"))), o) + said
}
