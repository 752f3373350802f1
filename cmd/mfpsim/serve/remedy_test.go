package serve

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/explain"
)

// Each page of Web Config to which the box of a remedy leads is there.
func TestThePagesOfTheRemediesAreThere(t *testing.T) {
	ctx := context.Background()
	pages := map[string]string{}
	for _, cause := range explain.AllCauses("en") {
		places := explain.PlacesOf(cause.Scenario)
		require.NotEmpty(t, places, "the box of %s leads nowhere", cause.ID)
		for _, at := range places {
			if path, is := strings.CutPrefix(at, "webconfig "); is {
				pages[path] = cause.ID
			}
		}
	}
	require.Greater(t, len(pages), 5)
	p := taken(t, "exchange/wrong-port")
	_, err := p.web.LogIn(ctx, "", false)
	require.NoError(t, err)
	for path, cause := range pages {
		_, err := p.web.Open(ctx, path)
		require.NoError(t, err, "%s: %s", cause, path)
	}
	var c caseAnswer
	p.object("/case?language=en", &c)
	require.Equal(t, []placeRow{
		{Place: "web-config", Path: "Network > Email Server > Basic"},
		{Place: "web-config", Path: "Network > Email Server > Connection Test"},
	}, c.OwnAt)
}

// The company's certificate is there to be imported, as the remedy says: the printer then trusts the server.
func TestTheCompanysCertificateIsImported(t *testing.T) {
	ctx := context.Background()
	p := taken(t, "exchange/untrusted-certificate")
	scans := func() string {
		t.Helper()
		p.scanned("bob@fabrikam.com")
		var jobs []struct{ Result, Code string }
		p.object("/printer/jobs", &jobs)
		return jobs[0].Result + jobs[0].Code
	}
	require.Contains(t, scans(), "313")
	_, err := p.web.LogIn(ctx, "", false)
	require.NoError(t, err)
	_, err = p.web.Open(ctx, "Network Security > CA Certificate")
	require.NoError(t, err)
	answer, err := http.Get(p.Control + "/network/stranger.pem")
	require.NoError(t, err)
	file, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	_, err = p.web.Set(ctx, "Certificate File", string(file))
	require.NoError(t, err)
	_, err = p.web.Click(ctx, "Import CA Certificate")
	require.NoError(t, err)
	require.NotContains(t, scans(), "313")
}
