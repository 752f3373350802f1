//go:build interop

package serve

import (
	"encoding/json"
	"net/http"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAHelperForMailpitReadsTheMailsOfABench runs mailpit-api, unmodified, against a bench: only its address is ours.
func TestAHelperForMailpitReadsTheMailsOfABench(t *testing.T) {
	s := signedIn(t, Config{})
	status, answer := s.ask(
		http.MethodPost, "/printer/scan", `{"to":["bob@fabrikam.com"],"subject":"Scan","file":"invoice"}`,
	)
	require.Equal(t, http.StatusOK, status, answer)
	output, err := exec.Command("node", "../../../interop/mailpit/read.mjs", s.Control).CombinedOutput()
	require.NoError(t, err, string(output))
	var seen map[string]any
	require.NoError(t, json.Unmarshal(output, &seen), string(output))
	for name, want := range map[string]any{
		"from": "admin@contoso.com", "to": []any{"bob@fabrikam.com"}, "bcc": []any{}, "username": "admin@contoso.com",
		"attachment": "invoice.pdf", "type": "application/pdf", "content": "%PDF-", "raw": true, "header": []any{"Scan"},
		"listed": []any{1.0, 0.0, 1.0, true, 1.0}, "unread": 1.0, "none": 0.0, "info": 1.0, "tags": []any{},
		"deleted": "ok", "left": 0.0, "all": "ok",
	} {
		require.Equal(t, want, seen[name], name)
	}
	require.Contains(t, seen["gone"], "Mailpit API Error: 404")
}
