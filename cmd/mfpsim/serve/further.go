package serve

import (
	"fmt"
	"net"
	"net/http"
	"strings"

	"mfpsim/fakeentra"
	"mfpsim/fakesmtp"
	"mfpsim/faultnet"
)

// Service is what stands behind a door.
type Service string

// The services that further doors can lead to.
const (
	EntraService      Service = "entra"
	SubmissionService Service = "smtp"
	ExchangerService  Service = "mx"
	ControlService    Service = "control"
)

// Further is a door that somebody else has opened, for example in a network namespace. The bench owns it from then on.
type Further struct {
	Service  Service
	Listener *net.TCPListener
	Names    []string // host names that its certificate holds for, beside those of the service
}

// furtherDoor names a further door among those of a server.
func furtherDoor(number int) string { return fmt.Sprint("further ", number) }

// adoptFurther takes the doors over.
func (s *server) adoptFurther() {
	for i, f := range s.config.Further {
		s.doors[furtherDoor(i)] = &door{tcp: f.Listener}
	}
}

// openFurther opens the owner's pages at the doors that lead to them.
func (s *server) openFurther() {
	for i, f := range s.config.Further {
		if f.Service == ControlService {
			s.open(furtherDoor(i), ownersPlane)
		}
	}
}

// serveFurther lets clients in through the further doors.
func (b *bench) serveFurther() error {
	for i, f := range b.config.Further {
		switch f.Service {
		case EntraService:
			server, err := b.lab.Network.ServeHTTP(
				b.adopt(fakeentra.Party, furtherDoor(i)), b.lab.Entra.TLSConfig(f.Names...), b.lab.Entra,
			)
			if err != nil {
				return err
			}
			b.servers = append(b.servers, server)
		case SubmissionService, ExchangerService:
			serve := b.lab.SMTP.Serve
			if f.Service == ExchangerService {
				serve = b.lab.SMTP.ServeExchanger
			}
			listener := b.adopt(fakesmtp.Party, furtherDoor(i))
			faultnet.Expect(listener)
			b.further = append(b.further, listener)
			b.serving.Go(func() { _ = serve(listener) }) // ends when the bench is closed
		}
	}
	return nil
}

// ownersPlane says which of the owner's pages a request to the control API's port is for.
func ownersPlane(r *http.Request) string {
	if strings.HasPrefix(r.URL.Path, graphPath+"/") {
		return inGraph
	}
	return inControl
}
