package legacy_test

import (
	"context"
	"fmt"
	"net"
	"strings"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"mfpsim/fakesmtp/legacy"
)

// A relay without TLS, as it stands in many an office: it takes the password in clear.
func Example() {
	server, err := legacy.New(legacy.Config{Security: legacy.InClear})
	if err != nil {
		panic(err)
	}
	defer server.Close()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() { _ = server.Serve(listener) }()

	client, err := smtp.Dial(listener.Addr().String())
	if err != nil {
		panic(err)
	}
	defer client.Close()
	fmt.Println(client.Auth(sasl.NewPlainClient("", legacy.DefaultAccount, legacy.DefaultPassword)))
	fmt.Println(
		client.SendMail(
			legacy.DefaultAccount, []string{"bob@fabrikam.com"}, strings.NewReader("Subject: Scan\r\n\r\nHello\r\n"),
		),
	)
	message, err := server.AwaitMessage(context.Background(), "bob@fabrikam.com")
	fmt.Println(message.Subject, err)
	// Output:
	// <nil>
	// <nil>
	// Scan <nil>
}
