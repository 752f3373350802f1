package serve

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/net/netutil"
)

// server has the ports, and one bench at a time behind them.
type server struct {
	config Config           // of the bench that stands
	first  Config           // what the command line asked for
	doors  map[string]*door // by flag
	https  []*http.Server   // of the control API and of the panel's page, which outlive a bench

	resetting sync.Mutex // held by who puts a bench in the place of another
	points    []point    // that were saved; under resetting
	temporary *temporary // folder of the authority's file; nil: there is none

	built int64        // how many benches there have been; under mu or before the first
	mu    sync.RWMutex // written to while one bench takes the place of another
	bench *bench
}

// openServer opens all ports.
func openServer(c Config) (*server, error) {
	s := &server{config: c, first: c, doors: map[string]*door{}}
	for _, d := range doors {
		opened, err := openDoor(d.flag, c.Host, d.port(c.Ports))
		if err != nil {
			return nil, errors.Join(err, s.close())
		}
		s.doors[d.flag] = opened
	}
	for _, name := range c.Relatives {
		opened, err := openDoor(relativeDoor(name), c.Host, 0)
		if err != nil {
			return nil, errors.Join(err, s.close())
		}
		s.doors[relativeDoor(name)] = opened
	}
	if err := s.openPanes(); err != nil {
		return nil, errors.Join(err, s.close())
	}
	s.adoptFurther()
	return s, nil
}

// host is the address that a door is reached under, with its port: the first name, else this machine's.
func (s *server) host(flag string) string {
	_, port, _ := net.SplitHostPort(s.doors[flag].tcp.Addr().String())
	host := s.config.Host
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	if len(s.config.Names) > 0 {
		host = s.config.Names[0]
	}
	return net.JoinHostPort(host, port)
}

// now is the bench that stands. It waits while one takes the place of another.
func (s *server) now() *bench {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.bench
}

// start builds the first bench and opens its owner's pages.
func (s *server) start(ctx context.Context) error {
	b, err := s.build(ctx, point{})
	s.bench = b
	if err != nil || ctx.Err() != nil {
		return err
	}
	if err := b.serve(); err != nil {
		return err
	}
	s.open(controlPort, ownersPlane)
	s.openFurther()
	s.open(panelPort, func(*http.Request) string { return inPanel })
	return nil
}

// forHeader and betweenRequests are times of the machine's clock, which the owner's pages are served by: a client that
// is slower than that, or has nothing to ask, makes room for another.
const (
	forHeader       = 10 * time.Second
	betweenRequests = 2 * time.Minute
)

// open serves pages of the bench's owner; plane says which ones a request is for.
func (s *server) open(flag string, plane func(r *http.Request) string) {
	served := &http.Server{
		ErrorLog: log.New(io.Discard, "", 0), ReadHeaderTimeout: forHeader, IdleTimeout: betweenRequests, MaxHeaderBytes: 64 << 10,
		Handler: s.guard(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			b := s.now()
			if page := s.pageFile(r, plane(r)); page != nil {
				page.ServeHTTP(w, r)
				return
			}
			b.call(b.world.Elapsed(), plane(r), w, r)
		}), flag == controlPort),
	}
	s.https = append(s.https, served)
	bounded := netutil.LimitListener(s.doors[flag].tcp, clientsAt(len(s.doors)))
	go func() { _ = served.Serve(bounded) }() // ends when it is closed
}

// authorityName is what the temporary file is called.
const authorityName = "ca.pem"

// authorityFile is a temporary file for the authority's certificate, which outlives a reset.
func (s *server) authorityFile() (string, error) {
	if s.temporary == nil {
		folder, err := newTemporary()
		if err != nil {
			return "", errors.New("no temporary folder for the certificate authority; name a file with --ca")
		}
		s.temporary = folder
	}
	return filepath.Join(s.temporary.path, authorityName), nil
}

// close ends the bench and closes all ports.
func (s *server) close() error {
	var failed error
	for _, served := range s.https {
		failed = errors.Join(failed, served.Close())
	}
	if s.bench != nil {
		failed = errors.Join(failed, s.bench.close())
	}
	for _, d := range s.doors {
		if err := d.tcp.Close(); !errors.Is(err, net.ErrClosed) {
			failed = errors.Join(failed, err)
		}
	}
	if s.temporary != nil {
		failed = errors.Join(failed, s.temporary.remove())
		s.temporary = nil
	}
	return failed
}
