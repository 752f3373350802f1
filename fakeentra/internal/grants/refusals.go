package grants

import (
	"strconv"
	"time"

	"mfpsim/fakeentra/internal/access"
	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/resources"
	"mfpsim/fakeentra/internal/tokens"
)

// conditional turns a verdict into the refusal that a device hears, at issuance or at a refresh
// (docs/reference/entra.md §4.3, §5.1): a block first, then what only another device could meet, then what a person
// could.
func conditional(
	s directory.Standing, g tokens.Grant, scope resources.Request, v access.Verdict, source access.Source, refresh bool,
) *catalogue.Problem {
	remote := g.Flow == access.FlowDeviceCode && !refresh
	device := func(p *access.Policy, code int) *catalogue.Problem {
		if remote {
			code = 530033 // what a remote device is cannot be asserted
		}
		refusal := catalogue.Fail(code).With("state", source.State())
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
	case v.Unmet != nil:
		p := catalogue.Fail(access.RefusalOf(v.Control)).Say("invalid_grant").With("state", source.State())
		p.Claims = capolids(v.Unmet.ID)
		return p
	case v.MFA != nil:
		p := catalogue.Fail(50076).With("resource", scope.API.ID)
		if s.SecondFactor == directory.SecondFactorToEnrol && !s.Enrolled {
			p = catalogue.Fail(50079).With("identifier", scope.API.ID)
		}
		if v.MFA != access.ByDefaults {
			p.Claims = capolids(v.MFA.ID)
		}
		return p
	case v.Stale != nil && refresh && v.Stale.EveryTime:
		return catalogue.Fail(70046)
	case v.Stale != nil && refresh:
		return catalogue.Fail(70043).With("issued", catalogue.SevenDigits(g.SignedIn)).
			With("seconds", strconv.FormatInt(int64(v.Stale.SignInFrequency/time.Second), 10))
	case v.MFAStale != nil && refresh:
		return catalogue.Fail(50078).With("resource", scope.API.ID)
	}
	return nil
}
