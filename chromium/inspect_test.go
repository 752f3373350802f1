package chromium

import (
	"context"
	_ "embed"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

//go:embed testdata/inspect.js
var inspection string

// widths are those of the windows in which every page is looked at, in CSS pixels: a desk's and a telephone's.
var widths = []int64{1280, 390}

var keepAll = flag.Bool("keep", false, "keep a picture of every page that is looked at, in .build/chromium")

// inspector looks at pages one after the other, and tells all that is wrong with them.
type inspector struct {
	*person
	seen  int
	place string // selector of what changes from page to page, if the rest was looked at before; empty: all of it

	sizes      []int64 // widths of the windows
	everywhere bool    // axe-core looks at each width in each language
}

func newInspector(t *testing.T, language string) *inspector {
	t.Helper()
	axe, err := os.ReadFile("node_modules/axe-core/axe.min.js")
	require.NoError(t, err, "tools/browser fetches axe-core")
	p := newPerson(t, language)
	_, err = chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: string(axe),
	})
	require.NoError(t, err)
	return &inspector{person: p, sizes: widths}
}

// inspects looks at what the tab shows, in each width. The pages of a language differ from the English ones in their
// words: axe-core looks at those where they have the least room.
func (p *inspector) inspects(what string) {
	p.t.Helper()
	p.seen++
	for _, width := range p.sizes {
		p.looks(what, width, p.everywhere || p.language == "en" || width == p.sizes[len(p.sizes)-1])
	}
}

func (p *inspector) looks(what string, width int64, axe bool) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	require.NoError(p.t, chromedp.Do(ctx, chromedp.EmulateViewport(width, 900)))
	problems, err := chromedp.Run(ctx, chromedp.Evaluate[string](
		fmt.Sprintf("(%s)(%t, %q)", inspection, axe, p.place), chromedp.EvalAwaitPromise,
	))
	require.NoError(p.t, err, what)
	if *keepAll {
		p.keep(fmt.Sprintf("%s-%d-%s-%d", p.language, p.seen, what, width))
	}
	if problems != "" {
		p.t.Errorf("%s in %s, %d px wide:\n  %s", what, p.language, width, strings.ReplaceAll(problems, "\n", "\n  "))
	}
}
