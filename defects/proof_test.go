package defects_test

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"mfpsim/defects"
	"mfpsim/scenarios"
)

func TestARuleIsProvedByADefectThatBreaksItAndAScenarioThatClaimsIt(t *testing.T) {
	played := []scenarios.Scenario{
		{ID: "a/claims", Proves: []string{"R1"}, Text: "one"},
		{ID: "a/other", Proves: []string{"R2"}, Text: "two"},
	}
	source := fstest.MapFS{"core/x.go": {Data: []byte("old text")}}
	defect := defects.Defect{ID: "wrong", File: "core/x.go", Old: "old", New: "new", Breaks: []string{"R1", "R3"}}
	verdict := defects.Verdict{ID: "wrong", Red: []string{"a/claims", "a/other"}, Source: defect.SourceHash("old text")}
	verdict.Scenarios = verdict.ScenariosHash(map[string]string{"a/claims": "one", "a/other": "two"})

	proofs := defects.Proofs([]defects.Defect{defect}, []defects.Verdict{verdict}, played, source)
	require.Equal(t, map[string][]defects.Proof{"R1": {{Defect: "wrong", Scenarios: []string{"a/claims"}}}}, proofs)

	source["core/x.go"] = &fstest.MapFile{Data: []byte("old text, changed elsewhere")}
	require.True(t, defects.Proofs([]defects.Defect{defect}, []defects.Verdict{verdict}, played, source)["R1"][0].Stale)
	require.False(t, defects.Proofs([]defects.Defect{defect}, []defects.Verdict{verdict}, played, nil)["R1"][0].Stale)

	played[1].Text = "two, changed"
	require.True(t, defects.Proofs([]defects.Defect{defect}, []defects.Verdict{verdict}, played, nil)["R1"][0].Stale)
	require.Empty(t, defects.Proofs([]defects.Defect{defect}, nil, played, source), "it was not planted")

	played[0].Text = "# a header\n\nentra policy X x.json\n-- x.json --\n" +
		`{"displayName":"X","conditions":{"devices":{"deviceFilter":{"mode":"include","rule":"x"}}}}` + "\n"
	require.Empty(t, defects.Proofs([]defects.Defect{defect}, []defects.Verdict{verdict}, played, source),
		"the scenario sets a policy that is unknown")
}

func TestAVerdictOutlivesABrokenLineAndAComment(t *testing.T) {
	defect := defects.Defect{ID: "wrong", File: "core/x.go", Old: "f(a, b)", New: "f(b, a)"}
	hash := defect.SourceHash("package x\n\nfunc g() { f(a, b) }\n")
	for name, text := range map[string]string{
		"a broken line": "package x\n\nfunc g() {\n\tf(\n\t\ta, b,\n\t)\n}\n",
		"a comment":     "package x\n\n// g calls f.\nfunc g() { f(a, b) }\n",
	} {
		require.Equal(t, hash, defect.SourceHash(text), name)
	}
	require.NotEqual(t, hash, defect.SourceHash("package x\n\nfunc g() { f(a, c) }\n"))
	require.NotEqual(t, hash, defect.SourceHash("package x\n\nfunc g() { f(a, b); f(a, b) }\n"))
	defect.New = "f(a)"
	require.NotEqual(t, hash, defect.SourceHash("package x\n\nfunc g() { f(a, b) }\n"))
}
