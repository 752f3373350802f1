package scenarios

import (
	"context"
	"io"
	"net/http"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"mfpsim/browser"
	"mfpsim/device"
	"mfpsim/journal"
	"mfpsim/lab"
)

// seenPages are the pages that a person at browsers of their own was shown last, read out of the record.
type seenPages struct {
	lab     *lab.Lab
	printer string
	from    int // number of the entry after which the person plays

	number          int // of the last entry that was read
	printed, online window
}

// window is what a person's browser shows of one site.
type window struct {
	browser *browser.Browser // shows the page; nil: none was shown
	bare    *browser.Browser // shows of it what it is about: without menu, title and what the bench says beside it
	shown   shownPage
	target  string    // path of its address
	number  int       // of the entry that showed it
	at      time.Time // true time then
}

func (s *seenPages) webConfig() window { s.read(); return s.printed }
func (s *seenPages) microsoft() window { s.read(); return s.online }

func (w window) page() device.Page { return pageIn(w.browser) }

// choices are those of a list of Web Config's page.
func (s *seenPages) choices(label string) ([]string, error) {
	s.read()
	if s.printed.browser == nil {
		return nil, browser.ErrNoPage
	}
	return s.printed.browser.Options(label)
}

func pageIn(b *browser.Browser) device.Page {
	if b == nil {
		return device.Page{}
	}
	return b.Page()
}

// read takes in what was shown since it was called last.
func (s *seenPages) read() {
	entries := s.lab.Journal.Since(max(s.number, s.from))
	var printed, online bool
	for i := len(entries) - 1; i >= 0 && (!printed || !online); i-- {
		e := entries[i]
		if !isPageShown(e) {
			continue
		}
		switch {
		case e.Party == s.printer && !printed:
			s.printed, printed = openIn(e), true
		case e.Party == "entra" && !online:
			s.online, online = openIn(e), true
		}
	}
	if len(entries) > 0 {
		s.number = entries[len(entries)-1].Number
	}
}

// openIn is a window that shows the page of an entry.
func openIn(e journal.Entry) window {
	text := e.HTTP.ResponseBody.String()
	target, _, _ := strings.Cut(e.HTTP.Target.String(), "?")
	return window{
		browser: readPage(e.HTTP.Host, text), bare: readPage(e.HTTP.Host, bared(text)), shown: readShown(text),
		target: target, number: e.Number, at: e.At,
	}
}

// bared is a page without what stands on many: its title, menus, and what the bench says on Microsoft's pages.
func bared(text string) string {
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		return text
	}
	microsoft := false
	var drop []*html.Node
	each(root, func(n *html.Node) {
		microsoft = microsoft || n.DataAtom == atom.Main && attribute(n, "data-page") != ""
		switch n.DataAtom {
		case atom.Title, atom.Nav, atom.Aside, atom.Header:
			drop = append(drop, n)
		}
	})
	for _, n := range drop {
		if n.DataAtom != atom.Header || microsoft {
			n.Parent.RemoveChild(n)
		}
	}
	var b strings.Builder
	if html.Render(&b, root) != nil {
		return text
	}
	return b.String()
}

// isPageShown reports whether an entry is a page that a person's browser shows.
func isPageShown(e journal.Entry) bool {
	return e.Kind == journal.KindHTTP && e.HTTP != nil && e.HTTP.Status < 600 && e.HTTP.Status/100 != 3 &&
		journal.IsPage([]byte(e.HTTP.ResponseBody.String())) && !strings.HasPrefix(e.Connection, "printer")
}

// readPage reads a recorded page as the scripted browser reads one; nil: it cannot be read.
func readPage(host, text string) *browser.Browser {
	b := browser.New(browser.Config{Transport: recorded{text}})
	if b.Open(context.Background(), "https://"+host+"/") != nil {
		return nil
	}
	return b
}

// recorded answers every request with a page.
type recorded struct{ page string }

func (r recorded) RoundTrip(request *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: request,
		Header: http.Header{"Content-Type": {"text/html; charset=utf-8"}}, Body: io.NopCloser(strings.NewReader(r.page)),
	}, nil
}
