// Package faultnet is the network of a bench: host names that lead to loopback listeners, a lab's certificate
// authority, numbered connections that carry the turn from one party to the other, latency in virtual time, and faults.
//
// The dialling side ([Dialer]) numbers its connections ("printer#3") and notes whose turn it is, under the addresses of
// the connection. The serving side ([Network.Peer]) finds the note by the remote address, so nothing is added to the
// wire. A connection without a note belongs to a client from outside ("outside#1").
//
// A server opens a visit ([Peer.Visit]) when a request is complete, acts, ends the visit and only then replies.
// [Network.Handler] does that for HTTP; a line-based server does it line by line:
//
//	listener, _ := network.Listen("smtp", "smtp.office365.com:587")
//	connection, _ := listener.Accept()
//	peer := network.Peer(connection)
//	stream := peer.Application(connection) // after STARTTLS once more, with the *tls.Conn over connection
//	visit := peer.Visit("EHLO")            // the line has been read; sleep and journal under visit.Context
//	visit.End()                            // and only then write to stream
//
// Deadlines that libraries set on the machine's clock become time-outs of the World, to whole seconds
// ([Conn.SetReadDeadline]). Write deadlines are ignored: a write to loopback does not block.
//
// Faults ([Network.Arm]) are carried out on the dialling side, in application bytes, so that the same fault gives the
// same error at the same byte every time. Clients from outside get what a socket can give them: a reset from the
// kernel, silence, the certificate of another server.
//
// No entry in the journal and no error of this package contains a loopback port.
package faultnet
