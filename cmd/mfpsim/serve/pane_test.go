package serve

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// What a frame shows stands in the record as at the real door: with cookies of the real names, whose values are
// secrets, and with the rules of the real door about frames.
func TestTheRecordOfAFrameIsThatOfItsDoor(t *testing.T) {
	s := live(t, Config{})
	var now nowAnswer
	s.object("/bench/now", &now)
	for name, address := range map[string]string{
		"Microsoft's pages": now.Panes.Browser + "/common/oauth2/deviceauth", "Web Config": now.Panes.WebConfig + "/login",
	} {
		t.Run(name, func(t *testing.T) {
			answer, _ := s.with(http.MethodGet, address, "")
			require.Contains(t, answer.Header.Get("Content-Security-Policy"), "frame-ancestors http://")
			_, record := s.get(s.Control + "/journal")
			require.Contains(t, record, "frame-ancestors 'none'")
			require.NotContains(t, record, "frame-ancestors http://")
			require.NotContains(t, record, "-pane-", "cookies of a frame have names of their own")
		})
	}
}
