package faultnet

import (
	"bytes"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"mfpsim/journal"
)

// recorder is an http.ResponseWriter into memory.
type recorder struct {
	header   http.Header
	status   int
	body     bytes.Buffer
	shared   []byte // the whole body, in the place of body; see [Sharer]
	complete func(body []byte)

	unrecorded bool
	described  *journal.Exchange
	leaving    Leaving

	piece []byte // of an answer without an end
	most  int
}

// Continue implements [Continuer].
func (r *recorder) Continue(piece []byte, most int) { r.piece, r.most = piece, most }

// Leave implements [Leaver].
func (r *recorder) Leave(how Leaving) { r.leaving = how }

// Describe implements [Describer].
func (r *recorder) Describe(record *journal.Exchange) { r.described = record }

// Unrecord implements [Unrecorder].
func (r *recorder) Unrecord() { r.unrecorded = true }

// Finish implements [Finisher].
func (r *recorder) Finish(complete func(body []byte)) { r.complete = complete }

func (r *recorder) Header() http.Header { return r.header }

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}

func (r *recorder) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	if r.shared != nil {
		r.body.Write(r.shared)
		r.shared = nil
	}
	return r.body.Write(p)
}

// WriteShared implements [Sharer]. A body that was begun goes on as any other.
func (r *recorder) WriteShared(body []byte) {
	if r.body.Len() > 0 || r.shared != nil || len(body) == 0 {
		_, _ = r.Write(body) // into memory
		return
	}
	r.WriteHeader(http.StatusOK)
	r.shared = body
}

// written is the body.
func (r *recorder) written() []byte {
	if r.shared != nil {
		return r.shared
	}
	return r.body.Bytes()
}

// finish fills in what net/http would otherwise decide while writing. A length that the handler set itself
// stays: a
// longer one than its body makes a truncated answer.
func (r *recorder) finish() {
	r.WriteHeader(http.StatusOK)
	bodiless := r.status < 200 || r.status == http.StatusNoContent || r.status == http.StatusNotModified
	if r.piece != nil {
		delete(r.header, "Content-Length")
	} else if r.header.Get("Content-Length") == "" && !bodiless {
		r.header.Set("Content-Length", strconv.Itoa(len(r.written())))
	}
	if r.header["Content-Type"] == nil && len(r.written()) > 0 {
		r.header.Set("Content-Type", http.DetectContentType(r.written()))
	}
}

// stamp keeps the newest Date that it has written: many answers have the same.
type stamp struct{ last atomic.Pointer[dated] }

type dated struct {
	second int64
	text   []string
}

// at is the value of Date for an instant. It must not be changed.
func (s *stamp) at(now time.Time) []string {
	second := now.Unix()
	if last := s.last.Load(); last != nil && last.second == second {
		return last.text
	}
	made := &dated{second, []string{now.UTC().Format(http.TimeFormat)}}
	s.last.Store(made)
	return made.text
}
