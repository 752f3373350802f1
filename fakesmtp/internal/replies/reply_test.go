package replies

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEveryReplySaysHowItIsKnown(t *testing.T) {
	for _, row := range All() {
		name := string(row.Profile) + " " + string(row.Event)
		require.Contains(t, []Mark{Seen, Documented, Reported, Inferred}, row.Mark, name)
		require.NotEmpty(t, row.Source, name)
		require.Equal(t, row.Code == 421 || row.Event == Quit, row.Closes, name)
		if row.Mark == Seen && row.Date == "" {
			require.Contains(t, row.Source, "public log", "%s: a sighting without a date must say so", name)
		}
		lines := strings.Split(row.Text, "\n")
		class := strconv.Itoa(row.Code)[:1]
		if class == "4" || class == "5" {
			// RFC 2034 asks for the class of the code; 451 5.7.3 is Exchange's own exception (§1.6).
			require.True(t, strings.HasPrefix(row.Text, class+".") || row.Event == MailNoTLS, name)
			require.NotEqual(t, NoTail, row.Tail, name)
			require.Len(t, lines, 1, name)
		}
		for _, line := range lines {
			require.NotContains(t, line, "\r", name)
		}
	}
}

func TestRepliesAreACopy(t *testing.T) {
	All()[0].Code = 999
	require.NotEqual(t, 999, All()[0].Code)
}

func TestAnEventWithoutAReplyIsABug(t *testing.T) {
	require.Panics(t, func() { LookUp(ProfileOutlook, "no such event") })
	require.Equal(t, ProfileExchange, LookUp(ProfileOutlook, Quit).Profile)
	require.Equal(t, ProfileOutlook, LookUp(ProfileOutlook, Accepted).Profile)
}

func TestPlacesInTheTextAreFilledIn(t *testing.T) {
	require.Equal(t, "a b {c}", Expand("a {x} {c}", Values{"x", "b"}.Find))
	require.Equal(t, "as it is", Expand("as it is", Values(nil).Find))
}
