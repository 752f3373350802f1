package fakesmtp_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"strings"

	"github.com/emersion/go-smtp"

	"mfpsim/fakesmtp"
	"mfpsim/faultnet"
	"mfpsim/vtime"
)

// xoauth2 is what the mail client under test has of its own.
type xoauth2 struct{ user, token string }

func (x xoauth2) Start() (string, []byte, error) {
	return "XOAUTH2", []byte("user=" + x.user + "\x01auth=Bearer " + x.token + "\x01\x01"), nil
}

func (xoauth2) Next([]byte) ([]byte, error) { return []byte{}, nil }

// A program starts the server on a listener, points a client at it, and reads what arrived. In a test, [fakesmtp.RunT]
// does the first part.
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
		client, err := smtp.DialStartTLS(
			listener.Addr().String(),
			&tls.Config{RootCAs: server.Network().Authority().Pool(), ServerName: "smtp.office365.com"},
		)
		if err != nil {
			return err
		}
		defer client.Close()
		if err := client.Auth(xoauth2{fakesmtp.DefaultMailbox, server.Token(fakesmtp.DefaultMailbox)}); err != nil {
			return err
		}
		return client.SendMail(
			fakesmtp.DefaultMailbox, []string{"bob@fabrikam.com"}, strings.NewReader("Subject: Scan\r\n\r\nHello\r\n"),
		)
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

// An answer is planted: the server says or does something against its nature. Here the first message is refused for the
// moment, and the second is taken although its sender hears nothing of it: a good client sends it again.
func ExampleServer_Arm() {
	server, err := fakesmtp.New(fakesmtp.Config{Tarpit: -1, Open: true})
	if err != nil {
		panic(err)
	}
	defer server.Close()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() { _ = server.Serve(listener) }()
	err = server.Arm(
		fakesmtp.Answer{
			Name: "greylisted", On: fakesmtp.OnEndOfData,
			Reply: "451 4.3.111 Temporary server error. Please try again later MRH1", Times: 1,
		},
		fakesmtp.Answer{
			Name: "the line drops", On: fakesmtp.OnEndOfData, CarriedOut: true, Silent: true, Then: fakesmtp.Disconnect,
			Times: 1,
		},
	)
	if err != nil {
		panic(err)
	}
	for range 3 {
		client, err := smtp.Dial(listener.Addr().String())
		if err != nil {
			panic(err)
		}
		err = client.SendMail(
			fakesmtp.DefaultMailbox, []string{"bob@fabrikam.com"}, strings.NewReader("Subject: Scan\r\n\r\nHello\r\n"),
		)
		fmt.Println(err)
		_ = client.Close()
	}
	fmt.Println(
		len(server.Mailbox("bob@fabrikam.com")), "messages,", len(server.Sessions()), "sessions,",
		len(server.UnmetAnswers()), "answers unmet",
	)
	// Output:
	// SMTP error 451: Temporary server error. Please try again later MRH1
	// EOF
	// <nil>
	// 2 messages, 3 sessions, 0 answers unmet
}

// A switch of the administrator takes effect when it has reached the front ends, by the World's clock.
func ExampleServer_Cmdlet() {
	world := vtime.NewStepped(vtime.DefaultStart)
	defer world.Close()
	server, err := fakesmtp.New(fakesmtp.Config{World: world, Network: faultnet.New(faultnet.Config{World: world})})
	if err != nil {
		panic(err)
	}
	defer server.Close()
	_, err = server.Cmdlet(
		"Set-CASMailbox",
		[]string{fakesmtp.DefaultMailbox, "-SmtpClientAuthenticationDisabled", "$true", "propagation=30m"},
	)
	fmt.Println(err)
	shown, err := server.Cmdlet("Get-CASMailbox", []string{fakesmtp.DefaultMailbox})
	fmt.Print(shown, err)
	// Output:
	// <nil>
	// PrimarySmtpAddress               : alice@contoso.com
	// SmtpClientAuthenticationDisabled : True
	// <nil>
}
