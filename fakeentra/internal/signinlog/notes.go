package signinlog

// notes say where sources disagree about a refusal, for the sign-in log (docs/reference/entra.md §5.3, §13).
var notes = map[int]string{
	53003: "a block is seen to fall in the browser (the device waits until its code dies) as well as at issuance " +
		"(one final invalid_grant, azure-cli#32809)",
	530036: "documented at a refresh for a policy over all applications; no answer with this number was ever captured",
	530033: "captured on the page; at issuance 50097 and 530003 were reported as well",
	530035: "new tenants' security defaults are reported to refuse the device code flow since 2026; no answer was captured",
	53002:  "the demand for an approved application counts as not satisfied: no application is one here",
	53005: "the demand for a protected application counts as not satisfied: no application is one here; at issuance and " +
		"at a refresh the number is inferred from its sentence",
	50158: "terms of use and third-party controls count as not satisfied; that terms of use are refused with this number is " +
		"inferred",
	50078: "number and text are documented, field reports only",
	70046: "text documented; that 'every time' meets it at a refresh is inferred",
	65004: "how a refused consent reaches the device is not known: declined, or pending until the code dies",
}

// Note is the differential note of a refusal, or nothing.
func Note(code int, refresh bool) string {
	if code == 53003 && refresh {
		return "" // reported (public log, 2025-03-07)
	}
	return notes[code]
}
