package remote_test

import (
	"encoding/json"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/device"
	"mfpsim/device/remote"
)

var update = flag.Bool("update", false, "rewrite openapi.json")

//go:generate go test -count=1 -run TestTheOpenAPIDocument -update .

func TestTheOpenAPIDocumentIsThatOfTheHandler(t *testing.T) {
	want, err := remote.OpenAPI()
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.WriteFile("openapi.json", want, 0o644))
	}
	stored, err := os.ReadFile("openapi.json")
	require.NoError(t, err)
	require.Equal(t, string(want), string(stored), "go generate ./device/remote")

	var document struct {
		Paths   map[string]map[string]any
		Methods map[string]any `json:"x-methods"`
	}
	require.NoError(t, json.Unmarshal(stored, &document))
	handler := remote.NewHandler(remote.HandlerConfig{})
	for path, operations := range document.Paths {
		for method := range operations {
			target := strings.Replace(path, "{id}", "1", 1)
			r := httptest.NewRequest(strings.ToUpper(method), target, strings.NewReader("{}"))
			answer := httptest.NewRecorder()
			handler.ServeHTTP(answer, r)
			require.NotEqual(t, http.StatusMethodNotAllowed, answer.Code, path)
			if answer.Code == http.StatusNotFound {
				require.Contains(t, answer.Body.String(), "no device was booted", path)
			}
		}
	}
	require.Len(t, document.Methods, len(remote.Methods()))
}

func TestEveryActOfADeviceGoesOverTheWire(t *testing.T) {
	known := map[string]bool{}
	for _, name := range remote.Methods() {
		known[strings.ToLower(name)] = true
	}
	for _, of := range []struct {
		prefix string
		t      reflect.Type
	}{{"", reflect.TypeFor[device.Device]()}, {"panel.", reflect.TypeFor[device.Panel]()}} {
		for m := range of.t.Methods() {
			switch m.Name {
			case "Panel", "WebConfig", "Close": // parts, and the end
			default:
				require.True(t, known[strings.ToLower(of.prefix+m.Name)], "%s has no method on the wire", m.Name)
			}
		}
	}
}
