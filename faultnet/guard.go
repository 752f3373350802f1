package faultnet

import "net"

// Guard runs what a server does for one connection. If it panics, the conversation ends and nothing else: the panic is
// kept in the World ([vtime.World.Panics]), the dialler gets its turn back, and the connection is closed.
func (p *Peer) Guard(conn net.Conn, serve func()) {
	l := p.link
	defer func() {
		value := recover()
		if value == nil {
			return
		}
		p.network.world.Panicked(l.to+" for "+l.name, value)
		l.mu.Lock()
		open := l.visits
		l.mu.Unlock()
		for _, v := range open {
			v.End()
		}
		_ = conn.Close()
	}()
	serve()
}
