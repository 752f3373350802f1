package fakesmtp_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"strings"

	"github.com/emersion/go-smtp"

	"mfpsim/fakesmtp"
)

// xoauth2 is what the mail client under test has of its own.
type xoauth2 struct{ user, token string }

func (x xoauth2) Start() (string, []byte, error) {
	return "XOAUTH2", []byte("user=" + x.user + "\x01auth=Bearer " + x.token + "\x01\x01"), nil
}

func (xoauth2) Next([]byte) ([]byte, error) { return []byte{}, nil }

// A program starts the server on a listener, points a client at it, and reads what arrived. In a test, [fakesmtp.RunT] does the first part.
func Example() {
	server, err := fakesmtp.New(fakesmtp.Config{Tarpit: -1})
	if err != nil {
		panic(err)
	}
	defer server.Close()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() { _ = server.Serve(listener) }()

	send := func() error {
		client, err := smtp.DialStartTLS(listener.Addr().String(), &tls.Config{RootCAs: server.Network().Authority().Pool(), ServerName: "smtp.office365.com"})
		if err != nil {
			return err
		}
		defer client.Close()
		if err := client.Auth(xoauth2{fakesmtp.DefaultMailbox, server.Token(fakesmtp.DefaultMailbox)}); err != nil {
			return err
		}
		return client.SendMail(fakesmtp.DefaultMailbox, []string{"bob@fabrikam.com"}, strings.NewReader("Subject: Scan\r\n\r\nHello\r\n"))
	}
	fmt.Println(send())
	message, err := server.AwaitMessage(context.Background(), "bob@fabrikam.com")
	fmt.Println(message.Subject, err)

	_, err = server.Cmdlet("Set-TransportConfig", []string{"-SmtpClientAuthenticationDisabled", "$true"})
	fmt.Println(err)
	fmt.Println(strings.Contains(send().Error(), "SmtpClientAuthentication is disabled for the Tenant"))
	fmt.Println(server.Refusals()[0].Reason)
	// Output:
	// <nil>
	// Scan <nil>
	// <nil>
	// true
	// SMTP AUTH is disabled for the tenant
}
