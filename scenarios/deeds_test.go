package scenarios

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/device"
	"mfpsim/lab"
)

// A page of Web Config is known by the path that leads to it, and by no other.
func TestAPageIsKnownByItsPathAlone(t *testing.T) {
	all, err := All()
	require.NoError(t, err)
	l := lab.RunT(t, lab.Config{Seed: 7})
	d, err := l.Device(lab.DefaultPrinter)
	require.NoError(t, err)
	p, err := newPlay(Scenario{Name: "x", File: "x/x.txtar"}, l, l.Language())
	require.NoError(t, err)
	p.printer = lab.DefaultPrinter
	p.pages = &seenPages{lab: l, printer: p.printer}
	shown := map[string]shownPage{}
	require.NoError(t, l.World.Do("by hand", 0, func(ctx context.Context) {
		_, err = d.WebConfig().LogIn(ctx, "", false)
		require.NoError(t, err)
		for _, s := range all {
			lines, err := s.lines()
			require.NoError(t, err)
			for _, line := range lines { // a page that the default model lacks is not opened
				if line.words[0] != "webconfig" || line.words[1] != "open" ||
					line.words[2] == "Network > Email Server > Network" || shown[line.words[2]].heading != "" {
					continue
				}
				var page device.Page
				if page, err = d.WebConfig().Open(ctx, line.words[2]); err == nil {
					require.NotEmpty(t, page.Title)
					p.readDeeds()
					shown[line.words[2]] = p.deeds.w.web
				}
			}
		}
	}))
	require.Greater(t, len(shown), 20)
	for path, page := range shown {
		require.True(t, p.isPage(path, page), "%s: %s %v", path, page.heading, page.path)
	}
	require.False(t, p.isPage("Network > Email Server > Basic", shown["Network > Basic"]))
	require.False(t, p.isPage("Network > Basic", shown["Network > Email Server > Basic"]))
}
