package sim

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"mfpsim/device"
)

// timeServer is what the printer knows of its time server, since power on.
type timeServer struct {
	mu     sync.Mutex
	asked  time.Time // by the printer's clock; zero: never
	failed bool
	cancel context.CancelFunc // of the activity that asks
}

// The time server speaks SNTP (RFC 4330): a client's packet and the answer, 48 bytes each. On the bench they go over a
// connection to port 123, because its network carries no datagrams.
const (
	timePort       = "123"
	timePacket     = 48
	timeClientMode = 0x23 // version 4, mode 3
	timeServerMode = 4
	timeWait       = 15 * time.Second // ours
)

// secondsTo1970 lie between the beginning of SNTP's time (1900) and of Unix time.
const secondsTo1970 = 2_208_988_800

var errTimeServer = errors.New("the time server gives no time")

// AskTime sets the date by the time server.
func (p *Printer) AskTime(ctx context.Context) error {
	live := p.on()
	if live == nil {
		return device.ErrPoweredOff
	}
	now, err := p.askTime(ctx, live)
	if err == nil {
		err = p.SetDate(now)
	}
	live.clock.mu.Lock()
	live.clock.asked, live.clock.failed = p.config.Clock.Now(), err != nil
	live.clock.mu.Unlock()
	return err
}

func (p *Printer) askTime(ctx context.Context, live *powered) (time.Time, error) {
	limited, cancel := p.config.Clock.WithTimeout(ctx, timeWait)
	defer cancel()
	server := live.memory.settings().Date.Server
	conn, err := lit{p, live.life, live.memory}.DialContext(limited, "tcp", net.JoinHostPort(server, timePort))
	if err != nil {
		return time.Time{}, err
	}
	defer func() { _ = conn.Close() }()
	stop := context.AfterFunc(limited, func() { _ = conn.Close() })
	defer stop()
	packet := make([]byte, timePacket)
	packet[0] = timeClientMode
	if _, err := conn.Write(packet); err != nil {
		return time.Time{}, err
	}
	if _, err := io.ReadFull(conn, packet); err != nil {
		return time.Time{}, err
	}
	seconds := binary.BigEndian.Uint32(packet[40:])
	if stratum := packet[1]; packet[0]&7 != timeServerMode || stratum == 0 || seconds < secondsTo1970 {
		return time.Time{}, errTimeServer // stratum 0: the server says itself that it has none
	}
	return time.Unix(int64(seconds)-secondsTo1970, 0).UTC(), nil
}

// TimeServer says when the time server was asked last, by the printer's clock, and whether it failed; asked is zero if
// it never was.
func (p *Printer) TimeServer() (asked time.Time, failed bool) {
	live := p.on()
	if live == nil {
		return time.Time{}, false
	}
	live.clock.mu.Lock()
	defer live.clock.mu.Unlock()
	return live.clock.asked, live.clock.failed
}

// KeepTime goes by the time server that is set from now on: it is asked at each interval.
func (p *Printer) KeepTime() {
	if live := p.on(); live != nil {
		p.keepTime(live)
	}
}

func (p *Printer) keepTime(live *powered) {
	live.clock.mu.Lock()
	defer live.clock.mu.Unlock()
	if live.clock.cancel != nil {
		live.clock.cancel()
		live.clock.cancel = nil
	}
	set := live.memory.settings().Date
	if !set.UseServer {
		return
	}
	ctx, cancel := p.config.World.WithCancel(context.Background())
	live.clock.cancel = cancel
	every := time.Duration(set.Interval) * time.Minute
	p.config.World.Go(p.config.Name+": time server", func(turn context.Context) {
		own, end := p.config.World.WithCancel(turn)
		defer end()
		defer context.AfterFunc(ctx, end)()
		for {
			if p.on() != live || context.Cause(own) != nil {
				return
			}
			_ = p.AskTime(own) // the page says how it ended
			if p.config.Clock.Sleep(own, every) != nil {
				return
			}
		}
	})
}

// stopTime ends the activity that asks the time server.
func (t *timeServer) stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.cancel != nil {
		t.cancel()
		t.cancel = nil
	}
}
