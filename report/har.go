package report

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"mfpsim/journal"
)

// The members of HTTP Archive 1.2 that a recorded exchange has. The format is plain JSON; the libraries that know it
// belong to browsers.
type archive struct {
	Log archiveLog `json:"log"`
}

type archiveLog struct {
	Version string         `json:"version"`
	Creator archiveCreator `json:"creator"`
	Entries []archiveEntry `json:"entries"`
}

type archiveCreator struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type archiveEntry struct {
	Started    string          `json:"startedDateTime"`
	Time       float64         `json:"time"`
	Request    archiveRequest  `json:"request"`
	Response   archiveResponse `json:"response"`
	Cache      struct{}        `json:"cache"`
	Timings    archiveTimings  `json:"timings"`
	Connection string          `json:"connection,omitempty"`
	Comment    string          `json:"comment,omitempty"`
}

type archiveTimings struct {
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
}

type archivePair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type archiveBody struct {
	Size     int    `json:"size"`
	MimeType string `json:"mimeType"`
	Text     string `json:"text"`
}

type archivePosted struct {
	MimeType string        `json:"mimeType"`
	Params   []archivePair `json:"params"`
	Text     string        `json:"text"`
}

type archiveRequest struct {
	Method      string         `json:"method"`
	URL         string         `json:"url"`
	HTTPVersion string         `json:"httpVersion"`
	Cookies     []archivePair  `json:"cookies"`
	Headers     []archivePair  `json:"headers"`
	Query       []archivePair  `json:"queryString"`
	Posted      *archivePosted `json:"postData,omitempty"`
	HeadersSize int            `json:"headersSize"`
	BodySize    int            `json:"bodySize"`
}

type archiveResponse struct {
	Status      int           `json:"status"`
	StatusText  string        `json:"statusText"`
	HTTPVersion string        `json:"httpVersion"`
	Cookies     []archivePair `json:"cookies"`
	Headers     []archivePair `json:"headers"`
	Content     archiveBody   `json:"content"`
	RedirectURL string        `json:"redirectURL"`
	HeadersSize int           `json:"headersSize"`
	BodySize    int           `json:"bodySize"`
}

// har writes the exchanges of HTTP in the format of browsers' developer tools (HTTP Archive 1.2). Times are those of
// the bench; what an exchange took is not recorded, and is 0. Secrets are redacted.
func har(entries []journal.Entry, version string) ([]byte, error) {
	a := archive{archiveLog{"1.2", archiveCreator{"mfpsim", version}, []archiveEntry{}}}
	for _, e := range entries {
		x := e.HTTP
		if e.Kind != journal.KindHTTP || x == nil {
			continue
		}
		one := archiveEntry{
			Started: e.At.UTC().Format(time.RFC3339Nano), Connection: e.Connection, Comment: e.Party,
			Request: archiveRequest{
				Method: x.Method, URL: "https://" + x.Host + x.Target.String(), HTTPVersion: "HTTP/1.1",
				Cookies: []archivePair{}, Headers: pairsOf(x.RequestHeader), Query: queryOf(x.Target.String()),
				HeadersSize: -1, BodySize: len(x.RequestBody.String()),
			},
			Response: archiveResponse{
				Status: x.Status, StatusText: http.StatusText(x.Status), HTTPVersion: "HTTP/1.1",
				Cookies: []archivePair{}, Headers: pairsOf(x.ResponseHeader), HeadersSize: -1,
				BodySize: len(x.ResponseBody.String()), RedirectURL: field(x.ResponseHeader, "Location"),
				Content: archiveBody{
					len(x.ResponseBody.String()), field(x.ResponseHeader, "Content-Type"), x.ResponseBody.String(),
				},
			},
		}
		if body := x.RequestBody.String(); body != "" {
			one.Request.Posted = &archivePosted{field(x.RequestHeader, "Content-Type"), []archivePair{}, body}
		}
		a.Log.Entries = append(a.Log.Entries, one)
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // pages stay legible
	encoder.SetIndent("", " ")
	err := encoder.Encode(a)
	return text.Bytes(), err
}

func pairsOf(fields []journal.Field) []archivePair {
	pairs := []archivePair{}
	for _, f := range fields {
		pairs = append(pairs, archivePair{f.Name, f.Value.String()})
	}
	return pairs
}

func queryOf(target string) []archivePair {
	pairs := []archivePair{}
	_, query, _ := strings.Cut(target, "?")
	for _, pair := range strings.Split(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		name, badName := url.QueryUnescape(name)
		value, badValue := url.QueryUnescape(value)
		if name != "" && badName == nil && badValue == nil {
			pairs = append(pairs, archivePair{name, value})
		}
	}
	return pairs
}

func field(fields []journal.Field, name string) string {
	for _, f := range fields {
		if strings.EqualFold(f.Name, name) {
			return f.Value.String()
		}
	}
	return ""
}
