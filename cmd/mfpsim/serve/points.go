package serve

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"mfpsim/choice"
	"mfpsim/cmd/mfpsim/serve/routes"
)

// point is a state of the bench that it can go back to: its start, and what its owner did since. The zero point is the
// start. A bench is the same bytes from the same seed, so it is made anew and told the same at the same times.
type point struct {
	name  string
	calls []call
	at    time.Duration // since the start
	moved time.Duration // how much of that is no time of the machine's
}

// startPoint is the name of the start.
const startPoint = "start"

type pointRequest struct {
	Name string `json:"name" doc:"under which it is to be saved, 64 characters at most; a point of this name is replaced"`
}

type resetRequest struct {
	To string `json:"to,omitempty" doc:"start, or the name of a saved point; without it the start"`
}

type pointsAnswer struct {
	Points []string `json:"points" doc:"to which the bench can be reset; start is always one"`
}

func pointRoutes() group {
	return group{
		Title: "Back to the start",
		About: "A bench can be reset to its start (what the command line asked for, or the case that was loaded since) or to a saved point. It is built anew from the same seed, the requests that were sent to it " +
			"since its start are made again at their times, and it stands behind the same addresses: accounts, ids and passwords are the same, tokens and connections of clients are not. " +
			"So only what came through this API, through `/graph` or through the panel's page can be saved, not what a client did. A point that would be incomplete is refused, and the " +
			"answer says why: a client has been at Entra, at SMTP or at Web Config, or two requests were under way at once. " +
			"What a client must have done before each test belongs into the start: `serve --script FILE` can sign the printer in. " +
			"With `--flash` there is no reset, because the printers' memory outlives the bench. The record and the evidence begin anew.",
		Routes: []route{
			{
				Request: "POST /reset", Example: `{"to":"start"}`, About: "Resets the whole bench, and tells where it is.",
				Act: routes.Tells(func(ctx context.Context, b *bench, in resetRequest) (Endpoints, error) {
					return b.server.reset(ctx, or(in.To, startPoint))
				}),
			},
			{
				Request: "POST /points", Example: `{"name":"with carol"}`, About: "Saves the bench as it is now.",
				Act: tells(func(b *bench, in pointRequest) (pointsAnswer, error) { return b.server.save(b, in.Name) }),
			},
			{
				Request: "GET /points", About: "Lists the points that the bench can be reset to.",
				Act: shows(func(b *bench) (pointsAnswer, error) {
					b.server.resetting.Lock()
					defer b.server.resetting.Unlock()
					return pointsAnswer{b.server.names()}, nil
				}),
			},
		},
	}
}

// names are those of the points. Under s.resetting.
func (s *server) names() []string {
	names := []string{startPoint}
	for _, p := range s.points {
		names = append(names, p.name)
	}
	return names
}

// mostPoints and longestPoint bound what is kept of points, and how long a name may be, in characters.
const (
	mostPoints   = 100
	longestPoint = 64
)

// checkPoint looks at the name of a point. It stands in lists and in answers, so it is one line that can be read.
func checkPoint(name string) error {
	switch {
	case name == startPoint:
		return routes.Refuse("the start is always there; choose another name")
	case utf8.RuneCountInString(name) > longestPoint:
		return routes.Refuse("the name of a point has %d characters at most", longestPoint)
	case !utf8.ValidString(name) || strings.TrimSpace(name) != name ||
		strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError }):
		return routes.Refuse("%q cannot be the name of a point: it is letters, digits, signs, and blanks between them", name)
	}
	return nil
}

// save keeps what a bench was told since its start.
func (s *server) save(b *bench, name string) (pointsAnswer, error) {
	if err := checkPoint(name); err != nil {
		return pointsAnswer{}, err
	}
	s.resetting.Lock()
	defer s.resetting.Unlock()
	made, err := b.calls.all()
	if err == nil {
		err = s.visited()
	}
	if err != nil {
		return pointsAnswer{}, fmt.Errorf("this bench cannot be saved: %w", err)
	}
	known := slices.ContainsFunc(s.points, func(p point) bool { return p.name == name })
	if !known && len(s.points) >= mostPoints {
		return pointsAnswer{}, fmt.Errorf("there are %d saved points, and no more are kept; save under one of their names", mostPoints)
	}
	elapsed := b.world.Elapsed()
	saved := point{name: name, calls: made, at: elapsed, moved: b.moved()}
	s.points = append(slices.DeleteFunc(s.points, func(p point) bool { return p.name == name }), saved)
	return pointsAnswer{s.names()}, nil
}

// visited says which clients have been at the bench: what they did cannot be done again.
func (s *server) visited() error {
	var places []string
	for _, place := range []struct{ flag, name string }{
		{entraPort, "Entra"},
		{smtpPort, "SMTP"},
		{mxPort, "the MX door"},
		{webConfigPort, "Web Config"},
	} {
		if s.doors[place.flag].visited() || s.paneVisited(place.flag) {
			places = append(places, place.name)
		}
	}
	for _, name := range s.config.Relatives {
		if s.doors[relativeDoor(name)].visited() {
			places = append(places, "the relative "+name)
		}
	}
	if len(places) == 0 {
		return nil
	}
	return fmt.Errorf("a client has been at %s, and what it did cannot be done again", strings.Join(places, ", "))
}

var errFlash = errors.New("with --flash the printers' memory outlives the bench, so there is no way back")

// reset puts a new bench in the place of the one that stands.
func (s *server) reset(ctx context.Context, to string) (Endpoints, error) {
	if s.config.Flash != "" {
		return Endpoints{}, errFlash
	}
	s.resetting.Lock()
	defer s.resetting.Unlock()
	var wanted point
	if to != startPoint {
		i := slices.IndexFunc(s.points, func(p point) bool { return p.name == to })
		if i < 0 {
			return Endpoints{}, &choice.Error{What: "point", Wanted: to, Present: s.names()}
		}
		wanted = s.points[i]
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.rebuild(ctx, wanted); err != nil {
		return Endpoints{}, err
	}
	return s.bench.endpoints, nil
}

// rebuild ends the bench that stands and builds another. Under s.resetting and s.mu.
func (s *server) rebuild(ctx context.Context, wanted point) error {
	if err := s.bench.close(); err != nil {
		return err
	}
	b, err := s.build(context.WithoutCancel(ctx), wanted)
	if err == nil {
		err = b.serve()
	}
	s.bench = b
	if err != nil {
		return fmt.Errorf("the bench could not be built anew: %w", err)
	}
	if s.config.Lab != nil {
		s.config.Lab(b.lab)
	}
	return nil
}
