package fakeentra

import (
	"strconv"
	"time"

	"mfpsim/fakeentra/internal/access"
	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/resources"
)

// conditional turns a verdict into the refusal that a device hears, at issuance or at a refresh (entra.md §4.3, §5.1): a block
// first, then what only another device could meet, then what a person could; under s.mu.
func (s *Server) conditional(g *grant, scope resources.Request, v access.Verdict, refresh bool) *catalogue.Problem {
	remote := g.flow == access.FlowDeviceCode && !refresh
	device := func(p *access.Policy, code int) *catalogue.Problem {
		if remote {
			code = 530033 // what a remote device is cannot be asserted
		}
		refusal := catalogue.Fail(code).With("state", deviceState(s.device))
		refusal.Claims = capolids(p.ID)
		return refusal
	}
	switch {
	case v.Defaults:
		return catalogue.Fail(530035)
	case v.Block != nil && refresh && len(v.Block.Flows) > 0 && v.Block.AllApplications():
		return catalogue.Fail(530036) // protocol tracking
	case v.Block != nil:
		p := catalogue.Fail(53003)
		p.Claims = capolids(v.Block.ID)
		return p
	case v.Compliant != nil:
		return device(v.Compliant, 53000)
	case v.Joined != nil:
		return device(v.Joined, 53001)
	case v.MFA != nil:
		p := catalogue.Fail(50076).With("resource", scope.API.ID)
		if g.user.SecondFactor == SecondFactorToEnrol && !g.user.enrolled {
			p = catalogue.Fail(50079).With("identifier", scope.API.ID)
		}
		if v.MFA != access.ByDefaults {
			p.Claims = capolids(v.MFA.ID)
		}
		return p
	case v.Stale != nil && refresh && v.Stale.EveryTime:
		return catalogue.Fail(70046)
	case v.Stale != nil && refresh:
		return catalogue.Fail(70043).With("issued", catalogue.SevenDigits(g.signedIn)).
			With("seconds", strconv.FormatInt(int64(v.Stale.SignInFrequency/time.Second), 10))
	case v.MFAStale != nil && refresh:
		return catalogue.Fail(50078).With("resource", scope.API.ID)
	}
	return nil
}

func deviceState(s access.Source) string {
	switch {
	case s.Compliant:
		return "compliant"
	case s.DomainJoined:
		return "domainJoined"
	}
	return "unregistered"
}

// notes say where sources disagree about a refusal, for the sign-in log (entra.md §5.3, §13).
var notes = map[int]string{
	53003: "a block is seen to fall in the browser (the device waits until its code dies) as well as at issuance " +
		"(one final invalid_grant, azure-cli#32809)",
	530036: "documented at a refresh for a policy over all applications; no answer with this number was ever captured",
	530033: "captured on the page; at issuance 50097 and 530003 were reported as well",
	530035: "new tenants' security defaults are reported to refuse the device code flow since 2026; no answer was captured",
	50078:  "number and text are documented, field reports only",
	70046:  "text documented; that 'every time' meets it at a refresh is inferred",
	65004:  "how a refused consent reaches the device is not known: declined, or pending until the code dies",
}

// noteOf is the differential note of a refusal, or nothing.
func noteOf(code int, refresh bool) string {
	if code == 53003 && refresh {
		return "" // captured (public log, 2025-03-07)
	}
	return notes[code]
}
