package fakesmtp

import (
	"crypto/tls"
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/fakesmtp/refusal"
	"mfpsim/faultnet"
	"mfpsim/vtime"
)

const (
	relayDenied = "550 5.7.64 TenantAttribution; Relay Access Denied" + tail
	unknownHere = "550 5.4.1 Recipient address rejected: Access denied." + tail
	noDirect    = "550 5.7.68 TenantInboundAttribution; Direct Send not allowed for this organization from unauthorized sources" + tail
)

// atTheMXDoor is a talker at the MX door that has greeted.
func atTheMXDoor(t *testing.T, s *Server) *talker {
	t.Helper()
	conn, err := net.Dial("tcp", s.ExchangerAddr())
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	c := &talker{t: t, server: s, conn: conn, reader: newReader(conn), words: noWords}
	require.Regexp(
		t, `^220 BMXPEPF000[0-9A-F]{5}\.mail\.protection\.outlook\.com Microsoft ESMTP MAIL Service ready at `, c.line(),
	)
	c.send("EHLO printer.contoso.com\r\n")
	require.Contains(t, c.reply(), "250-STARTTLS")
	return c
}

// shows brings a talker at the MX door to TLS, with a certificate for a name of an authority; nil: without one.
func (c *talker) shows(authority *faultnet.Authority, name string) *talker {
	c.t.Helper()
	require.Equal(c.t, "220 2.0.0 SMTP server ready", c.say("STARTTLS"))
	config := &tls.Config{
		RootCAs: c.server.Network().Authority().Pool(), ServerName: "contoso-com.mail.protection.outlook.com",
		Time: c.server.shell.Clock.Now,
	}
	if authority != nil {
		certificate, err := authority.Certificate(name)
		require.NoError(c.t, err)
		config.Certificates = []tls.Certificate{*certificate}
	}
	secure := tls.Client(c.conn, config)
	require.NoError(c.t, secure.Handshake())
	c.conn, c.reader = secure, newReader(secure)
	c.send("EHLO printer.contoso.com\r\n")
	require.NotRegexp(c.t, "AUTH|STARTTLS", strings.Join(c.reply(), " "), "nobody authenticates here")
	return c
}

func (c *talker) to(from, recipient string) string {
	c.t.Helper()
	c.say("RSET")
	require.Equal(c.t, "250 2.1.0 Sender OK", c.say("MAIL FROM:<"+from+">"))
	return loosely(c.say("RCPT TO:<" + recipient + ">"))
}

func TestTheMXDoorTakesMailForItsOwnRecipientsOnly(t *testing.T) {
	s := prompt(t, Config{})
	c := atTheMXDoor(t, s)
	require.Equal(t, "504 5.7.4 Unrecognized authentication type"+tail, loosely(c.say("AUTH LOGIN")))
	require.Equal(t, relayDenied, c.to("printer@contoso.com", "bob@fabrikam.com"))
	require.Equal(t, unknownHere, c.to("printer@contoso.com", "nobody@contoso.com"))
	require.Equal(t, refusal.NoConnector, s.Refusals()[1].Reason)
	for _, sender := range []string{"printer@contoso.com", "news@fabrikam.com", ""} {
		require.Equal(t, "250 2.1.5 Recipient OK", c.to(sender, DefaultMailbox))
	}
	require.Equal(t, "354 Start mail input; end with <CRLF>.<CRLF>", c.say("DATA"))
	require.Equal(t, notCompliant, loosely(c.say("From: Printer\r\n\r\nHello\r\n.")), "X1 holds here too")
	c.to("printer@contoso.com", DefaultMailbox)
	c.say("DATA")
	require.Regexp(t,
		`^250 2\.6\.0 <1@printer> \[InternalId=\d{14}, Hostname=BMXPR01MB\d{4}\.INDPRD01\.PROD\.OUTLOOK\.COM\] 46 bytes in 0\.\d{3}, [\d.]+ KB/sec Queued mail for delivery$`,
		c.say("Subject: x\r\nMessage-ID: <1@printer>\r\n\r\nHello\r\n."))
	arrived := s.Mailbox(DefaultMailbox)
	require.Len(t, arrived, 1)
	require.Equal(t, "printer@contoso.com", arrived[0].From, "X2 holds here too")
	require.Empty(t, s.SentItems(DefaultMailbox))

	_, err := s.Cmdlet("Set-OrganizationConfig", []string{"-RejectDirectSend", "$true"})
	require.NoError(t, err)
	require.Equal(t, noDirect, c.to("printer@contoso.com", DefaultMailbox))
	require.Equal(
		t, "250 2.1.5 Recipient OK", c.to("news@fabrikam.com", DefaultMailbox), "mail from elsewhere is no direct send",
	)
}

func TestASenderOnTheInternetIsToldWhatTheMXDoorCouldNotDeliver(t *testing.T) {
	s := prompt(t, Config{})
	require.NoError(t, s.Restrict(DefaultMailbox, "5.2.122"))
	c := atTheMXDoor(t, s)
	sends := func(from string) {
		t.Helper()
		require.Equal(t, "250 2.1.5 Recipient OK", c.to(from, DefaultMailbox))
		c.say("DATA")
		require.Regexp(t, "^250 ", c.say("From: news@fabrikam.com\r\nSubject: x\r\n\r\nHello\r\n."))
	}
	sends("")
	require.Empty(t, s.Mailbox("news@fabrikam.com"), "nobody is told of a report")
	sends("nobody@contoso.com")
	require.Empty(t, s.Mailbox("nobody@contoso.com"), "nor an address of the organization that nobody has")
	for n := 1; n <= 2; n++ {
		sends("news@fabrikam.com")
		require.Len(t, s.Mailbox("news@fabrikam.com"), n)
	}
	require.Empty(t, s.Mailbox(DefaultMailbox))
	report := s.Mailbox("news@fabrikam.com")[0]
	raw := string(report.Delivered())
	require.True(t, report.NonDelivery)
	require.Contains(t, raw, "From: Microsoft Outlook <postmaster@contoso.com>\r\nTo: <news@fabrikam.com>\r\n")
	require.Contains(t, raw, "Diagnostic-Code: smtp;550 5.2.122 Recipient's per hour message receive limit exceeded\r\n")
	require.Regexp(t, "(?s)Content-Type: message/rfc822\r\n\r\nReceived: .*\r\nSubject: x\r\n\r\nHello\r\n", raw, "the whole original")
}

func TestAConnectorLetsTheOrganizationsOwnRelay(t *testing.T) {
	const ours, bob = "printer@contoso.com", "bob@fabrikam.com"
	taken := "250 2.1.5 Recipient OK"
	for name, b := range map[string]struct {
		connector Connector
		from      string
		stranger  bool   // who has signed the certificate
		shown     string // the name in it; empty: no TLS
		reply     string
	}{
		"by address":                                  {Connector{Addresses: []string{"127.0.0.1"}}, ours, false, "", taken},
		"by network":                                  {Connector{Addresses: []string{"203.0.113.0/24", "127.0.0.0/8"}}, ours, false, "", taken},
		"by another address":                          {Connector{Addresses: []string{"203.0.113.9"}}, ours, false, "", relayDenied},
		"by address, from another domain":             {Connector{Addresses: []string{"127.0.0.1"}}, "a@fabrikam.com", false, "", relayDenied},
		"by address, of a partner":                    {Connector{Addresses: []string{"127.0.0.1"}, Partner: true}, ours, false, "", relayDenied},
		"by address, switched off":                    {Connector{Addresses: []string{"127.0.0.1"}, Disabled: true}, ours, false, "", relayDenied},
		"by address, for other senders":               {Connector{Addresses: []string{"127.0.0.1"}, SenderDomains: []string{"woodgrove.com"}}, ours, false, "", relayDenied},
		"by address, TLS is required and there":       {Connector{Addresses: []string{"127.0.0.1"}, RequireTLS: true}, ours, false, "any.example", taken},
		"by address, TLS is required and not there":   {Connector{Addresses: []string{"127.0.0.1"}, RequireTLS: true}, ours, false, "", relayDenied},
		"by certificate":                              {Connector{Certificate: "relay.contoso.com"}, ours, false, "relay.contoso.com", taken},
		"by certificate, from another domain":         {Connector{Certificate: "relay.contoso.com"}, "a@fabrikam.com", false, "relay.contoso.com", taken},
		"by certificate of any host of a domain":      {Connector{Certificate: "*.contoso.com"}, ours, false, "relay.contoso.com", taken},
		"by certificate, another is shown":            {Connector{Certificate: "relay.contoso.com"}, ours, false, "relay.fabrikam.com", relayDenied},
		"by certificate, nobody knows who signed it":  {Connector{Certificate: "relay.contoso.com"}, ours, true, "relay.contoso.com", relayDenied},
		"by certificate, in clear":                    {Connector{Certificate: "relay.contoso.com"}, ours, false, "", relayDenied},
		"by certificate of others, from their domain": {Connector{Certificate: "relay.example"}, "a@fabrikam.com", false, "relay.example", relayDenied},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := prompt(t, Config{})
			b.connector.Name = "Office"
			require.NoError(t, s.AddConnector("contoso.com", b.connector))
			c := atTheMXDoor(t, s)
			if b.shown != "" {
				authority := s.Network().Authority()
				if b.stranger {
					authority = s.Network().Stranger()
				}
				c.shows(authority, b.shown)
			}
			require.Equal(t, b.reply, c.to(b.from, bob))
			if b.reply == taken {
				c.say("DATA")
				require.Regexp(t, `^250 2\.6\.0 `, c.say("From: "+b.from+"\r\nSubject: x\r\n\r\nHello\r\n."))
				require.Len(t, s.Mailbox(bob), 1)
				_, err := s.Cmdlet("Set-OrganizationConfig", []string{"-RejectDirectSend", "$true"})
				require.NoError(t, err)
				require.Equal(t, taken, c.to(b.from, DefaultMailbox), "a connector's mail is no direct send")
			}
		})
	}
}

func TestTheMXDoorHasANameForEachDomainOnABench(t *testing.T) {
	world := vtime.NewStepped(vtime.DefaultStart)
	defer world.Close()
	s := prompt(t, Config{World: world})
	require.NoError(t, s.AddOrganization(Organization{Domains: []string{"scan.woodgrove.co.uk", "woodgrove.com"}}))
	require.NoError(t, s.AddOrganization(Organization{Domains: []string{"outlook.com"}, Personal: true}))
	require.Equal(t, []string{
		"contoso-com.mail.protection.outlook.com", "scan-woodgrove-co-uk.mail.protection.outlook.com",
		"woodgrove-com.mail.protection.outlook.com",
	}, s.Exchangers())
	for _, name := range append(s.Exchangers(), "outlook-com.mail.protection.outlook.com") {
		conn, err := s.Network().Dialer("printer").DialContext(t.Context(), "tcp", name+":"+ExchangerPort)
		if strings.HasPrefix(name, "outlook-com") {
			require.ErrorContains(t, err, "no such host", "there is no organization of that name")
			continue
		}
		require.NoError(t, err)
		require.NoError(t, conn.Close())
	}
}

func TestConnectorsRulesAndGroupsByCmdlet(t *testing.T) {
	s := prompt(t, Config{})
	run := func(line ...string) string {
		t.Helper()
		printed, err := s.Cmdlet(line[0], line[1:])
		require.NoError(t, err)
		return printed
	}
	run(
		"New-InboundConnector", "Office", "-ConnectorType", "OnPremises", "-SenderDomains", "smtp:*;1",
		"-SenderIPAddresses", "203.0.113.9,198.51.100.0/24",
	)
	require.Contains(
		t, run("Get-InboundConnector", "office"), "SenderIPAddresses        : 203.0.113.9, 198.51.100.0/24",
	)
	run("Set-InboundConnector", "Office", "-Enabled", "$false", "-TlsSenderCertificateName", "relay.contoso.com")
	require.Regexp(t, `(?s)Enabled +: False.*TlsSenderCertificateName : relay.contoso.com`, run("Get-InboundConnector"))
	run("Remove-InboundConnector", "Office")
	require.Empty(t, run("Get-InboundConnector"))
	run(
		"New-TransportRule", "No scans out", "-SentToScope", "NotInOrganization", "-RejectMessageReasonText",
		"Scans stay inside", "-RejectMessageEnhancedStatusCode", "5.7.900",
	)
	run("Set-TransportRule", "No scans out", "-Enabled", "$false")
	require.Regexp(
		t, `(?s)State +: Disabled.*RejectMessageEnhancedStatusCode : 5.7.900`, run("Get-TransportRule", "no scans out"),
	)
	run("Remove-TransportRule", "No scans out")
	run("New-DistributionGroup", "Everybody", "-PrimarySmtpAddress", "all@contoso.com", "-Members", "alice@contoso.com")
	run("Add-DistributionGroupMember", "all@contoso.com", "-Member", "bob@fabrikam.com")
	run("Remove-DistributionGroupMember", "Everybody", "-Member", "alice@contoso.com")
	run("Set-DistributionGroup", "Everybody", "-RequireSenderAuthenticationEnabled", "$false")
	require.Regexp(
		t, `(?s)Members +: bob@fabrikam.com.*RequireSenderAuthenticationEnabled +: False`, run("Get-DistributionGroup"),
	)
	run(
		"Set-Mailbox", DefaultMailbox, "-ProhibitSendReceiveQuota", "50MB",
		"-RequireSenderAuthenticationEnabled", "$true",
	)
	require.Regexp(
		t, `(?s)ProhibitSendReceiveQuota +: 50 MB \(52428800 bytes\).*RequireSenderAuthenticationEnabled +: True`, run("Get-Mailbox", DefaultMailbox),
	)
	require.Regexp(
		t, `(?s)DisablePlusAddressInRecipients : False.*RejectDirectSend +: False`, run("Get-OrganizationConfig"),
	)
	for line, wrong := range map[string]string{
		"New-InboundConnector X -ConnectorType Cloud":                                            `cannot be "Cloud"`,
		"New-InboundConnector X -ConnectorType OnPremises":                                       "it needs addresses or the name of a certificate",
		"New-InboundConnector X -ConnectorType OnPremises -SenderIPAddresses office":             "no IP address and no network",
		"Set-InboundConnector X -Enabled $true":                                                  `couldn't find the inbound connector "X"`,
		"New-TransportRule X -SentTo a@contoso.com":                                              "parameter -RejectMessageReasonText or",
		"New-TransportRule X -RejectMessageReasonText No -RejectMessageEnhancedStatusCode 5.1.1": "5.7.900 to 5.7.999",
		"New-TransportRule X -SentToScope InOrganization -DeleteMessage $true":                   "NotInOrganization",
		"Remove-TransportRule X":                                                                 "couldn't find the transport rule",
		"New-DistributionGroup X -PrimarySmtpAddress all@contoso.com":                            "exists already",
		"New-DistributionGroup X -PrimarySmtpAddress all@nowhere.example":                        "no organization has this domain",
		"Set-DistributionGroup nobody@contoso.com -RequireSenderAuthenticationEnabled $true":     "couldn't find the group",
		"Add-DistributionGroupMember all@contoso.com -Member nobody":                             "is not an address",
		"Set-Mailbox alice@contoso.com -ProhibitSendReceiveQuota much":                           `cannot be "much"`,
	} {
		_, err := s.Cmdlet(strings.Fields(line)[0], strings.Fields(line)[1:])
		require.ErrorContains(t, err, wrong, line)
	}
}
