package defects_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/defects"
)

// TestAPrinterWithAllDefectsOfASetIsRed rests on what `make defects` has written: planting takes minutes.
func TestAPrinterWithAllDefectsOfASetIsRed(t *testing.T) {
	all, err := defects.All()
	require.NoError(t, err)
	sets, err := defects.SetVerdicts()
	require.NoError(t, err)
	alone, err := defects.Verdicts()
	require.NoError(t, err)
	red, planted := map[string]defects.Verdict{}, map[string]defects.Verdict{}
	for _, v := range sets {
		red[v.ID] = v
	}
	for _, v := range alone {
		planted[v.ID] = v
	}
	require.NotEmpty(t, defects.Sets())
	for _, name := range defects.Sets() {
		list, err := defects.Set(name, all)
		require.NoError(t, err)
		require.NotEmpty(t, list)
		require.NotEmpty(t, red[name].Red, "the set %s was not planted, or nothing turned red: make defects", name)
		require.Equal(t, defects.HashOfSet(list), red[name].Source, "the set %s is not the one that was planted", name)
		for _, d := range list {
			require.Empty(t, d.Escapes, "%s of the set %s", d.ID, name)
			if v, known := planted[d.ID]; known {
				require.NotEmpty(t, v.Red, "%s alone turns nothing red", d.ID)
			}
		}
	}
}

func TestAnUnknownSetIsRefused(t *testing.T) {
	_, err := defects.Set("carefree", nil)
	require.EqualError(t, err, `no set of defects "carefree"; there are: careless`)
	_, err = defects.Set("careless", nil)
	require.ErrorContains(t, err, "defects/sets/careless.yaml: there is no defect ")
}
