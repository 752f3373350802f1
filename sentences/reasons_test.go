package sentences

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A reason also stands alone, in the sign-in log of a report: it has no pronoun for what is named before it.
func TestReasonsStandAlone(t *testing.T) {
	for _, r := range read().reasons {
		require.NotRegexp(t, `^(το|τον|την|τα|τους) \p{Greek}+(ει|ουν) |από αυτό$`, r.Greek)
		require.NotRegexp(t, `\b(blocks?|before) it\b`, r.English)
		require.NotRegexp(t, `(नीति|डिफॉल्ट) रोकत|^इससे`, r.Hindi)
		require.NotContains(t, r.Greek, ";", "it ends a question in Greek")
	}
}
