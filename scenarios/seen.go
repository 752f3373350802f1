package scenarios

import (
	"context"
	"io"
	"net/http"
	"strings"

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

	number  int              // of the last entry that was read
	printed *browser.Browser // shows the page; nil: none was shown
	online  *browser.Browser
}

func (s *seenPages) webConfig() device.Page { s.read(); return pageIn(s.printed) }
func (s *seenPages) microsoft() device.Page { s.read(); return pageIn(s.online) }

// choices are those of a list of Web Config's page.
func (s *seenPages) choices(label string) ([]string, error) {
	s.read()
	if s.printed == nil {
		return nil, browser.ErrNoPage
	}
	return s.printed.Options(label)
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
	var printed, online *journal.Exchange
	for i := len(entries) - 1; i >= 0 && (printed == nil || online == nil); i-- {
		e := entries[i]
		if !isPageShown(e) {
			continue
		}
		switch {
		case e.Party == s.printer && printed == nil:
			printed = e.HTTP
		case e.Party == "entra" && online == nil:
			online = e.HTTP
		}
	}
	if len(entries) > 0 {
		s.number = entries[len(entries)-1].Number
	}
	if printed != nil {
		s.printed = readPage(printed)
	}
	if online != nil {
		s.online = readPage(online)
	}
}

// isPageShown reports whether an entry is a page that a person's browser shows.
func isPageShown(e journal.Entry) bool {
	return e.Kind == journal.KindHTTP && e.HTTP != nil && e.HTTP.Status < 600 && e.HTTP.Status/100 != 3 &&
		journal.IsPage([]byte(e.HTTP.ResponseBody.String())) && !strings.HasPrefix(e.Connection, "printer")
}

// readPage reads a recorded page as the scripted browser reads one; nil: it cannot be read.
func readPage(shown *journal.Exchange) *browser.Browser {
	b := browser.New(browser.Config{Transport: recorded{shown.ResponseBody.String()}})
	if b.Open(context.Background(), "https://"+shown.Host+"/") != nil {
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
