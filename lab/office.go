package lab

import (
	"bufio"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"

	"mfpsim/chance"
	"mfpsim/faultnet"
	"mfpsim/journal"
)

// The servers of the office that a printer can be told to use.
const (
	TimeServer  = "time.office.example"  // SNTP, true time
	ProxyServer = "proxy.office.example" // HTTPS only
	ProxyPort   = 8080
	ProxyUser   = "printers" // who may use it after [Lab.CloseProxy]; before, everybody may
)

// startOffice puts time server and proxy server on the network.
func (l *Lab) startOffice() error {
	for _, server := range []struct {
		party, address string
		serve          func(raw net.Conn, peer *faultnet.Peer)
	}{
		{PartyTime, TimeServer + ":123", l.tellTime},
		{PartyProxy, fmt.Sprintf("%s:%d", ProxyServer, ProxyPort), l.proxy},
	} {
		listener, err := l.Network.Listen(server.party, server.address)
		if err != nil {
			return errors.New(server.party + ": no port to listen on")
		}
		l.listeners = append(l.listeners, listener)
		faultnet.Expect(listener)
		l.office.Go(func() {
			for {
				raw, err := listener.Accept()
				if err != nil {
					return // the bench ends
				}
				l.office.Go(func() {
					peer := l.Network.Peer(raw)
					peer.Guard(raw, func() { server.serve(raw, peer) })
				})
			}
		})
	}
	return nil
}

// secondsTo1970 lie between the beginning of SNTP's time (1900) and of Unix time.
const secondsTo1970 = 2_208_988_800

// tellTime answers a client of the time server (RFC 4330) with true time.
func (l *Lab) tellTime(raw net.Conn, peer *faultnet.Peer) {
	defer func() { _ = raw.Close() }()
	packet := make([]byte, 48)
	if _, err := io.ReadFull(raw, packet); err != nil {
		return
	}
	visit := peer.Visit("SNTP")
	now := l.World.Now()
	l.Journal.Append(journal.Entry{
		Party: PartyTime, Connection: peer.Connection(), Kind: journal.KindNote,
		Text: journal.Plain("tells the time: " + now.UTC().Format("2006-01-02 15:04:05")),
	})
	visit.End()
	answer := make([]byte, 48)
	answer[0], answer[1] = 0x24, 1 // version 4, server; stratum 1: a reference clock
	copy(answer[24:32], packet[40:48])
	for _, at := range []int{16, 32, 40} {
		binary.BigEndian.PutUint32(answer[at:], uint32(now.Unix()+secondsTo1970))
	}
	_, _ = raw.Write(answer) // a printer that has gone needs none
}

// CloseProxy makes the proxy ask for [ProxyUser] and his password, which is returned; without closed it lets everybody
// through again.
func (l *Lab) CloseProxy(closed bool) (password string) {
	password = chance.New(l.config.Seed, PartyProxy+" password").Letters(passwordLetters, 12)
	l.remember(password)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.proxyClosed, l.proxyPassword = closed, password
	return password
}

// proxy is a client's CONNECT (RFC 9110 §9.3.6), and the connection that comes of it.
func (l *Lab) proxy(raw net.Conn, peer *faultnet.Peer) {
	request, err := http.ReadRequest(bufio.NewReader(raw))
	if err != nil {
		_ = raw.Close()
		return
	}
	visit := peer.Visit("CONNECT " + request.Host)
	status, carry := l.connect(peer, request)
	l.Journal.Append(journal.Entry{
		Party: PartyProxy, Connection: peer.Connection(), Kind: journal.KindNote,
		Text: journal.Plain(fmt.Sprintf("%s %s: %d", request.Method, request.Host, status)),
	})
	visit.End()
	_, err = fmt.Fprintf(raw, "HTTP/1.1 %d %s\r\n\r\n", status, http.StatusText(status))
	if err != nil || carry == nil {
		_ = raw.Close()
	}
	if carry != nil {
		carry()
	}
}

// connect leads a connection on, or says why not.
func (l *Lab) connect(peer *faultnet.Peer, request *http.Request) (status int, carry func()) {
	l.mu.Lock()
	closed, password := l.proxyClosed, l.proxyPassword
	l.mu.Unlock()
	_, port, err := net.SplitHostPort(request.Host)
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte(ProxyUser+":"+password))
	switch {
	case request.Method != http.MethodConnect || err != nil:
		return http.StatusMethodNotAllowed, nil
	case closed && request.Header.Get("Proxy-Authorization") != want:
		return http.StatusProxyAuthRequired, nil
	case port != "443":
		return http.StatusForbidden, nil // HTTPS only
	}
	if carry, err = peer.Tunnel(request.Host); err != nil {
		return http.StatusBadGateway, nil
	}
	return http.StatusOK, carry
}
