package fakeentra

import (
	"crypto/tls"
	"fmt"
	"strings"

	"mfpsim/journal"
)

// lastExchanges draws the newest exchanges with the fake, for a failed test.
func (s *Server) lastExchanges(n int) string {
	var all []journal.Entry
	for _, e := range s.journal.Entries() {
		if e.Party == Party && (e.HTTP != nil || e.Kind == journal.KindNote) {
			all = append(all, e)
		}
	}
	if len(all) > n {
		all = all[len(all)-n:]
	}
	var b strings.Builder
	for _, e := range all {
		if e.HTTP == nil {
			fmt.Fprintf(&b, "%s note %s\n", e.At.UTC().Format("15:04:05"), e.Text)
			continue
		}
		fmt.Fprintf(&b, "%s %s %s%s -> %d\n", e.At.UTC().Format("15:04:05"), e.HTTP.Method, e.HTTP.Host, e.HTTP.Target, e.HTTP.Status)
		if body := e.HTTP.RequestBody.String(); body != "" {
			fmt.Fprintf(&b, "    %s\n", body)
		}
		if body := e.HTTP.ResponseBody.String(); strings.HasPrefix(body, "{") {
			fmt.Fprintf(&b, "    %s\n", body)
		}
	}
	return b.String()
}

// clientTLS trusts the network's authority; the client's time is the World's.
func (s *Server) clientTLS() *tls.Config {
	return &tls.Config{RootCAs: s.network.Authority().Pool(), Time: s.world.Now, MinVersion: tls.VersionTLS12}
}
