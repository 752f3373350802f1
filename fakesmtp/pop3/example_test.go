package pop3_test

import (
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"net"
	"net/textproto"

	"mfpsim/fakesmtp"
	"mfpsim/fakesmtp/pop3"
)

// A mail is put into a mailbox of Exchange Online and read over POP3, with a token in the two lines that Microsoft asks
// for.
func Example() {
	server, err := pop3.New(pop3.Config{})
	if err != nil {
		panic(err)
	}
	defer server.Close()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() { _ = server.Serve(listener) }()
	user := fakesmtp.DefaultMailbox
	fmt.Println(server.Exchange().Deliver(user, []byte("Subject: Scan\r\n\r\nHello\r\n")))

	trust := server.Network().ClientTLS(server.Network().World().Now)
	trust.ServerName = "outlook.office365.com"
	connection, err := tls.Dial("tcp", listener.Addr().String(), trust)
	if err != nil {
		panic(err)
	}
	defer connection.Close()
	text := textproto.NewConn(connection)
	_, _ = text.ReadLine() // the greeting
	blob := base64.StdEncoding.EncodeToString(
		[]byte("user=" + user + "\x01auth=Bearer " + server.Token(user) + "\x01\x01"),
	)
	for _, line := range []string{"AUTH XOAUTH2", blob, "STAT", "QUIT"} {
		_ = text.PrintfLine("%s", line)
		reply, err := text.ReadLine()
		fmt.Println(reply, err)
	}
	// Output:
	// <nil>
	// +  <nil>
	// +OK User successfully authenticated. <nil>
	// +OK 1 24 <nil>
	// +OK Microsoft Exchange Server POP3 server signing off. <nil>
}
