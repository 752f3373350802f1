package remote

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"mfpsim/faultnet"
	"mfpsim/journal"
)

// requestOf is a request to the web page for the wire.
func requestOf(r *http.Request) (PageRequest, error) {
	q := PageRequest{Method: r.Method, Target: r.URL.RequestURI(), Host: r.Host, Header: r.Header, TLS: r.TLS != nil}
	body, err := io.ReadAll(r.Body)
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &long):
		q.Long = true
	case err != nil:
		return q, fmt.Errorf("read the request: %w", err)
	}
	q.Body = body
	return q, nil
}

// request is the request as the device's page gets it.
func (q PageRequest) request(ctx context.Context) (*http.Request, error) {
	target, err := url.ParseRequestURI(q.Target)
	if err != nil {
		return nil, fmt.Errorf("the target %q is none: %w", q.Target, err)
	}
	r := &http.Request{
		Method: q.Method, URL: target, Host: q.Host, Header: q.Header, RequestURI: q.Target,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, ContentLength: int64(len(q.Body)), RemoteAddr: "browser",
	}
	if r.Header == nil {
		r.Header = http.Header{}
	}
	if q.TLS {
		r.TLS = &tls.ConnectionState{HandshakeComplete: true, ServerName: q.Host, Version: tls.VersionTLS13}
	}
	r.Body = io.NopCloser(bytes.NewReader(q.Body))
	if q.Long {
		r.Body = io.NopCloser(longBody{})
		if n, err := strconv.ParseInt(r.Header.Get("Content-Length"), 10, 64); err == nil {
			r.ContentLength = n
		}
	}
	return r.WithContext(ctx), nil
}

// longBody is the body of a request that was too long to be handed on.
type longBody struct{}

func (longBody) Read([]byte) (int, error) { return 0, &http.MaxBytesError{} }

// pageWriter is an http.ResponseWriter into memory.
type pageWriter struct {
	header     http.Header
	status     int
	body       bytes.Buffer
	unrecorded bool
}

// Header implements [http.ResponseWriter].
func (w *pageWriter) Header() http.Header { return w.header }

// WriteHeader implements [http.ResponseWriter].
func (w *pageWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

// Write implements [http.ResponseWriter].
func (w *pageWriter) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(p)
}

// Unrecord implements [faultnet.Unrecorder].
func (w *pageWriter) Unrecord() { w.unrecorded = true }

// serve lets a page answer and reports whether it broke the connection off. Another panic goes on.
func (w *pageWriter) serve(page http.Handler, r *http.Request) (aborted bool) {
	defer func() {
		switch p := recover(); p {
		case nil:
		case http.ErrAbortHandler:
			aborted = true
		default:
			panic(p)
		}
	}()
	page.ServeHTTP(w, r)
	w.WriteHeader(http.StatusOK)
	return false
}

// exchangeOf is a record for the wire: what is hidden in it stays so.
func exchangeOf(x *journal.Exchange) *Exchange {
	if x == nil {
		return nil
	}
	return &Exchange{
		Method: x.Method, Host: x.Host, Target: x.Target.String(), RequestHeader: fieldsOf(x.RequestHeader),
		RequestBody: x.RequestBody.String(), Status: x.Status, ResponseHeader: fieldsOf(x.ResponseHeader),
		ResponseBody: x.ResponseBody.String(),
	}
}

func fieldsOf(list []journal.Field) []Field {
	var fields []Field
	for _, f := range list {
		fields = append(fields, Field{Name: f.Name, Value: f.Value.String()})
	}
	return fields
}

// record is the exchange for the journal.
func (x *Exchange) record() *journal.Exchange {
	fields := func(list []Field) []journal.Field {
		var all []journal.Field
		for _, f := range list {
			all = append(all, journal.Field{Name: f.Name, Value: journal.Plain(f.Value)})
		}
		return all
	}
	return &journal.Exchange{
		Method: x.Method, Host: x.Host, Target: journal.Plain(x.Target), RequestHeader: fields(x.RequestHeader),
		RequestBody: journal.Plain(x.RequestBody), Status: x.Status, ResponseHeader: fields(x.ResponseHeader),
		ResponseBody: journal.Plain(x.ResponseBody),
	}
}

// bareRecord is the record of an exchange that the device has made none of: nobody here knows what is secret in it.
func bareRecord(r *http.Request, _ []byte, response *faultnet.Response) *journal.Exchange {
	return &journal.Exchange{
		Method: r.Method, Host: r.Host, Target: journal.Plain(r.URL.Path), Status: response.Status,
	}
}
