package codes

import (
	"crypto/sha256"
	"time"

	"mfpsim/fakeentra/internal/expiry"
)

// Keep is how long a dead code is told from an invented one (docs/reference/entra.md §2.2: 70020 and 70000 at the token
// endpoint, 70019 and 70018 on the page). How long Entra does it is not known: a day is enough for a device that was
// switched off overnight [I].
const Keep = 24 * time.Hour

// grave is what is left of a dead device authorization.
type grave struct {
	device      digest
	user        string
	application string
	correlation string
	expired     time.Time
	personal    bool
	state       State
}

// digest stands for a device code, which is long.
type digest [16]byte

func digestOf(code string) digest {
	sum := sha256.Sum256([]byte(code))
	return digest(sum[:])
}

// graves are what the dead have left, until it goes too.
type graves struct {
	devices map[digest]*grave
	users   map[string]*grave
	ends    expiry.Queue[*grave]
}

func newGraves() graves { return graves{devices: map[digest]*grave{}, users: map[string]*grave{}} }

// add keeps what is needed of a dead code.
func (g *graves) add(c *Request) {
	left := &grave{
		device: digestOf(c.Device), user: c.User, application: c.Application, correlation: c.Correlation,
		expired: c.Expires, personal: c.Personal, state: c.State,
	}
	g.devices[left.device], g.users[left.user] = left, left
	g.ends.Add(left, c.Expires.Add(Keep+1))
}

// sweep lets go of what is not needed any more.
func (g *graves) sweep(now time.Time) {
	for left, over := g.ends.Over(now); over; left, over = g.ends.Over(now) {
		delete(g.devices, left.device)
		delete(g.users, left.user)
		if len(g.devices) == 0 { // a map that was large stays large
			g.devices, g.users = map[digest]*grave{}, map[string]*grave{}
		}
	}
}

// device finds what is left of a dead device code.
func (g *graves) device(code string) (Request, bool) {
	if len(g.devices) == 0 {
		return Request{}, false
	}
	left := g.devices[digestOf(code)]
	if left == nil {
		return Request{}, false
	}
	return Request{
		Device: code, User: left.user, Application: left.application, Personal: left.personal,
		Correlation: left.correlation, Expires: left.expired, State: left.state,
	}, true
}
