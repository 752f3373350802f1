package discovery

import (
	"net/http"
	"sync"

	"mfpsim/fakeentra/internal/wire"
)

// document is all that a document's bytes depend on; the tenant's id is what the directory knows of it at the request,
// so that a change of the directory asks for another document.
type document struct {
	kind            string
	host, authority string
	alias, id       string
	day             wire.Fact
}

// shelf keeps the bytes of documents. It is safe for concurrent use.
type shelf struct {
	mu    sync.Mutex
	bytes map[document][]byte
}

// shelfSize bounds the documents that are kept: host names and the spelling of tenants are the client's choice.
const shelfSize = 1000

// send answers with a document, which is made if it is asked for in this form for the first time.
func (e *Endpoint) send(w http.ResponseWriter, a *wire.Request, kind string, make func(a *wire.Request) []byte) {
	d := document{kind: kind, host: a.Host, authority: a.Authority, alias: a.Alias.Text, id: a.Alias.ID, day: a.Day}
	e.Front.SetDiscoveryHeaders(w, a)
	wire.WriteShared(w, http.StatusOK, e.shelf.find(d, func() []byte { return make(a) }))
}

func (s *shelf) find(d document, write func() []byte) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if kept, ok := s.bytes[d]; ok {
		return kept
	}
	if s.bytes == nil || len(s.bytes) >= shelfSize {
		s.bytes = map[document][]byte{}
	}
	s.bytes[d] = write()
	return s.bytes[d]
}
