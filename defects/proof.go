package defects

import (
	"io/fs"
	"slices"

	"mfpsim/scenarios"
)

// Proof is a defect that breaks a rule, with the scenarios that claim the rule and turn red at an assertion.
type Proof struct {
	Defect    string
	Scenarios []string
	Stale     bool // the defect's file, or one of the scenarios that turned red, has changed since
}

// Proofs gives for each rule what proves it, by the verdicts. A rule is proved by a defect that breaks it and a
// scenario that claims it and turns red; others that follow from it may fall too. Source is the module's source,
// in which the defects are planted; nil: it is not at hand, and only the scenarios are compared.
func Proofs(list []Defect, verdicts []Verdict, played []scenarios.Scenario, source fs.FS) map[string][]Proof {
	verdict := map[string]Verdict{}
	for _, v := range verdicts {
		verdict[v.ID] = v
	}
	proves := map[string][]string{} // by scenario
	texts := map[string]string{}
	for _, s := range played {
		proves[s.ID], texts[s.ID] = s.Proofs(), s.Text
	}
	proofs := map[string][]Proof{}
	for _, d := range list {
		v, planted := verdict[d.ID]
		if !planted {
			continue
		}
		stale := v.Stale(d, texts, source)
		for _, rule := range d.Breaks {
			proof := Proof{Defect: d.ID, Stale: stale}
			for _, id := range v.Red {
				if slices.Contains(proves[id], rule) {
					proof.Scenarios = append(proof.Scenarios, id)
				}
			}
			if len(proof.Scenarios) > 0 {
				proofs[rule] = append(proofs[rule], proof)
			}
		}
	}
	return proofs
}

// SourceHash is that of what a verdict rests on: the defect, and the file in which it was planted.
func (d Defect) SourceHash(source string) string {
	return Hash(essence(d.File, d.Old), essence(d.File, d.New), essence(d.File, source))
}

// ScenariosHash is that of the scenarios that turned red, by their texts.
func (v Verdict) ScenariosHash(texts map[string]string) string {
	var red []string
	for _, id := range v.Red {
		red = append(red, texts[id])
	}
	return Hash(red...)
}

// Stale reports whether something that the verdict rests on has changed since. A source that is nil is not looked
// at.
func (v Verdict) Stale(d Defect, texts map[string]string, source fs.FS) bool {
	if v.Scenarios != v.ScenariosHash(texts) {
		return true
	}
	if source == nil {
		return false
	}
	text, err := fs.ReadFile(source, d.File)
	return err != nil || v.Source != d.SourceHash(string(text))
}
