package fax_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"mfpsim/fakesmtp/fax"
	"mfpsim/fakesmtp/generic"
)

// A scan is sent as a fax; the line is busy, and a mail says so.
func Example() {
	server, err := fax.New(
		fax.Config{Security: generic.ImplicitTLS, Duration: -1, Line: func(string) error { return errors.New("busy") }},
	)
	if err != nil {
		panic(err)
	}
	defer server.Close()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() { _ = server.Serve(listener) }()

	trust := server.Network().ClientTLS(server.Network().World().Now)
	trust.ServerName = "smtp.fax.example.com"
	client, err := smtp.DialTLS(listener.Addr().String(), trust)
	if err != nil {
		panic(err)
	}
	defer client.Close()
	fmt.Println(client.Auth(sasl.NewPlainClient("", fax.DefaultAccount, generic.DefaultPassword)))
	scan := "Content-Type: application/pdf; name=scan.pdf\r\nContent-Disposition: attachment; filename=scan.pdf\r\n\r\n%PDF-1.7\r\n"
	fmt.Println(client.SendMail(fax.DefaultAccount, []string{"+49301234567@fax.example.com"}, strings.NewReader(scan)))
	receipt, err := server.AwaitMessage(context.Background(), fax.DefaultAccount)
	fmt.Println(receipt.Subject, err)
	// Output:
	// <nil>
	// <nil>
	// Fax to +49301234567: failed, busy <nil>
}
