//go:build pictures

package chromium

import (
	"bytes"
	"context"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"mfpsim/guide"
)

// images is where the pictures go.
const images = "../docs/images"

// photographer takes pictures of a bench.
type photographer struct {
	*panelWalk
}

// TestPictures takes the pictures of docs/images: eight states in each language of the guide (`make screenshots`).
func TestPictures(t *testing.T) {
	for _, language := range guide.Languages() {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			b := serve(t, language, "--script", "testdata/bench.txt", "--start", "2026-03-02 09:14")
			p := &photographer{&panelWalk{newInspector(t, language), b, map[string]bool{}}}
			p.do("a desk's window", chromedp.EmulateViewport(1000, 900))
			p.ofThePanel()
			p.ofThePages()
		})
	}
}

// takes writes a picture of an element.
func (p *photographer) takes(name, selector string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	// The caret and what has the focus are of the moment.
	require.NoError(p.t, chromedp.Do(ctx, chromedp.MouseEvent("mouseMoved", 1, 1)))
	p.script(`document.activeElement.blur(); document.fonts.ready.then(() => ""); ""`)
	shot, err := chromedp.Run(ctx, chromedp.Screenshot(selector))
	require.NoError(p.t, err)
	picture, err := png.Decode(bytes.NewReader(shot))
	require.NoError(p.t, err)
	var small bytes.Buffer
	require.NoError(p.t, (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&small, picture))
	require.NoError(p.t, os.MkdirAll(images, 0o755))
	require.NoError(p.t, os.WriteFile(filepath.Join(images, name+"-"+p.language+".png"), small.Bytes(), 0o644))
}

// panel takes a picture of the panel, whose clock is set for it.
func (p *photographer) panel(name string) {
	p.t.Helper()
	p.bench.post("/clock/printer", map[string]string{"date": "2026-03-02T09:14:00Z"})
	p.opens(p.bench.Panel)
	p.takes(name, ".bezel")
}

// reaches presses keys by their places on the screens, from home on.
func (p *photographer) reaches(places ...int) {
	p.t.Helper()
	p.home()
	for _, n := range places {
		p.presses(item, n)
	}
}

func (p *photographer) ofThePanel() {
	p.t.Helper()
	p.bench.post("/printer/originals", map[string]any{"pages": 3})
	p.home()
	p.panel("panel-home")
	p.reaches(1, 0)
	p.presses(way, 2)
	p.presses(item, 0)
	p.presses(item, 3)
	p.presses(mainly, 0)
	p.panel("panel-scan")
	p.presses(tab, 1)
	p.presses(item, 0)
	for _, letter := range map[string]string{"en": "invoice", "hi": "स्कैन", "el": "προς"}[p.language] {
		p.presses(`#glass .kb button[data-k="letter:`+string(letter)+`"]`, 0)
	}
	p.panel("panel-keyboard")
	p.reaches(2, 0, 1, 0, 2)
	p.panel("panel-email-server-status")
	p.reaches(3, 0, 1)
	p.panel("panel-job-361")
}

func (p *photographer) ofThePages() {
	p.t.Helper()
	p.opens(p.bench.Panel + "/sheet/1")
	p.takes("status-sheet", "html > body")
	logsIn(p.person, p.bench)
	p.opens(p.bench.WebConfig + "/network/email-server/basic")
	p.takes("web-config-basic", "html > body")
	p.bench.post("/entra/withdraw-consent", map[string]any{})
	m := &microsoft{p.inspector, p.bench}
	m.begins(administrator)
	m.clicks(`main[data-page="confirm"] button.primary`)
	m.clicks(`main[data-page="permissions"] .box label`)
	p.takes("microsoft-permissions", "html > body")
}
