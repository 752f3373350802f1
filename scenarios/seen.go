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

	number  int // of the last entry that was read
	printed device.Page
	online  device.Page
}

func (s *seenPages) webConfig() device.Page { s.read(); return s.printed }
func (s *seenPages) microsoft() device.Page { s.read(); return s.online }

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

// readPage reads a recorded page as the scripted browser reads one. A page that it cannot read is an empty one.
func readPage(shown *journal.Exchange) device.Page {
	body := shown.ResponseBody.String()
	b := browser.New(browser.Config{Transport: recorded{body}})
	if b.Open(context.Background(), "https://"+shown.Host+"/") != nil {
		return device.Page{}
	}
	return b.Page()
}

// recorded answers every request with a page.
type recorded struct{ page string }

func (r recorded) RoundTrip(request *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: request,
		Header: http.Header{"Content-Type": {"text/html; charset=utf-8"}}, Body: io.NopCloser(strings.NewReader(r.page)),
	}, nil
}
