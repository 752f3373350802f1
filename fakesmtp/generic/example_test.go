package generic_test

import (
	"context"
	"fmt"
	"net"
	"strings"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"mfpsim/fakesmtp/generic"
)

// A program starts the provider on a listener, points a client at it, and reads what arrived. In a test, [generic.RunT]
// does the first part.
func Example() {
	server, err := generic.New(generic.Config{})
	if err != nil {
		panic(err)
	}
	defer server.Close()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() { _ = server.Serve(listener) }()

	send := func(token string) error {
		trust := server.Network().ClientTLS(server.Network().World().Now)
		trust.ServerName = "smtp.example.com"
		client, err := smtp.DialStartTLS(listener.Addr().String(), trust)
		if err != nil {
			return err
		}
		defer client.Close()
		bearer := sasl.NewOAuthBearerClient(&sasl.OAuthBearerOptions{Username: generic.DefaultAccount, Token: token})
		if err := client.Auth(bearer); err != nil {
			return err
		}
		return client.SendMail(
			generic.DefaultAccount, []string{"bob@fabrikam.com"}, strings.NewReader("Subject: Scan\r\n\r\nHello\r\n"),
		)
	}
	token := server.Token(generic.DefaultAccount)
	fmt.Println(send(token))
	message, err := server.AwaitMessage(context.Background(), "bob@fabrikam.com")
	fmt.Println(message.Subject, err)

	server.Revoke(generic.DefaultAccount)
	fmt.Println(send(token) != nil, server.Refusals()[0].Reason)
	// Output:
	// <nil>
	// Scan <nil>
	// true the token has been revoked
}
