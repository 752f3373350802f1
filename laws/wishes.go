package laws

// wish names a law about what a mail core in another process asks for. The record of a bench cannot show it: a core
// that asks for a connection without verification is well as long as nobody sits in the server's place.
func wish(id, says, clause string) Law { return Law{ID: id, Says: says, Clause: clause} }

// The laws about wishes. Package contract holds a core to them, in every scenario.
var (
	WishEndpoint = wish("asked-endpoint",
		"An identity provider is asked over HTTPS, at an endpoint of a service that the owner can sign in to",
		"RFC 6749 sections 3.1, 3.2 and 10.3; RFC 8628 section 3.1")
	WishVerified = wish("asked-verified",
		"The certificate of a server is verified; of a mail server, unless Certificate Validation is off or nothing is said to it",
		"RFC 6749 section 10.9; RFC 8314 section 4.1; RFC 9325 section 6")
	WishName = wish("asked-name",
		"The name in a certificate is compared with the one that was connected to", "RFC 9525 section 6")
	WishVersion = wish("asked-version", "No version of TLS before 1.2 is spoken", "RFC 8996; RFC 9325 section 3.1.1")
	WishServer  = wish("asked-server",
		"Mail is handed to the server of the settings and to no other", "RFC 6749 section 10.3; RFC 6409 section 3.1")
	WishLogin = wish("asked-login",
		"No one logs in over a connection in clear, unless Secure Connection is None", "RFC 8314 section 3; RFC 4954 section 4")
	WishStore = wish("asked-store", "Nothing is stored of a sign-in before OK", "guide rule R23")
	WishKept  = wish("asked-kept",
		"A refresh token that came in the place of another is stored before it is used", "RFC 6749 section 6")
	WishPoll = wish("asked-poll",
		"A device waits the interval of the answer between two polls, and five seconds more after each slow_down",
		"RFC 8628 section 3.5")
)

// Wishes returns the laws about wishes.
func Wishes() []Law {
	return []Law{
		WishEndpoint, WishVerified, WishName, WishVersion, WishServer, WishLogin, WishStore, WishKept, WishPoll,
	}
}
