package secret

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestASecretShowsItselfToRevealOnly(t *testing.T) {
	s := New("hunter2")
	holder := struct{ Password Secret }{s}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "password", s, "settings", holder)
	encoded, err := json.Marshal(holder)
	require.NoError(t, err)
	shown := log.String() + string(encoded)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t"} {
		shown += fmt.Sprintf(verb+verb+verb, s, &s, holder)
	}
	require.NotContains(t, shown, "hunter2")
	require.NotContains(t, shown, "68756e74657232")
	require.Contains(t, shown, Redacted)
	require.Equal(t, "hunter2", s.Reveal())
	require.Equal(t, "", Secret{}.String())
	require.True(t, Secret{}.Empty())
}
