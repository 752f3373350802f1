package chromium

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// A browser has six connections to one server. A panel that is open in more tabs than that goes on in each.
func TestThePanelGoesOnInTheEighthTabOfABrowser(t *testing.T) {
	b := serve(t, "en")
	p := newPerson(t, "en")
	p.opens(b.Panel)
	last := p
	for range 7 {
		ctx, leave := chromedp.NewContext(p.ctx)
		t.Cleanup(leave)
		last = &person{t: t, ctx: ctx, language: "en"}
		last.attend()
		within, cancel := context.WithTimeout(ctx, 20*time.Second)
		err := chromedp.Do(within, chromedp.Navigate(b.Panel))
		cancel()
		require.NoError(t, err, "the page does not open")
		last.sees("#glass .lcd")
	}
	last.clicks("//*[@id='glass']" + named("button", "Settings"))
	last.sees("//*[@id='glass']" + named("button", "General Settings"))
	_, err := chromedp.Call(p.ctx, page.BringToFront, cdp.Empty{})
	require.NoError(t, err)
	p.sees("//*[@id='glass']" + named("button", "General Settings"))
}
