package mail

import (
	"fmt"
	"strings"

	"mfpsim/core/secret"
)

// Method is how the device authenticates before it sends; the values are those of Web Config's Authentication Method.
type Method string

// The methods.
const (
	MethodOff           Method = "Off" // the server needs no authentication
	MethodSMTPAuth      Method = "SMTP AUTH"
	MethodPOPBeforeSMTP Method = "POP before SMTP"
	MethodOAuth2        Method = "OAuth2"
)

// Methods returns all methods in the order of Web Config.
func Methods() []Method {
	return []Method{MethodOff, MethodSMTPAuth, MethodPOPBeforeSMTP, MethodOAuth2}
}

// Security is how the connection to the mail server is protected; the values are those of Web Config's Secure
// Connection.
type Security string

// The kinds of secure connection.
const (
	SecurityNone     Security = "None"
	SecurityTLS      Security = "SSL/TLS" // from the first byte
	SecuritySTARTTLS Security = "STARTTLS"
)

// Securities returns all kinds of secure connection in the order of Web Config.
func Securities() []Security { return []Security{SecurityNone, SecurityTLS, SecuritySTARTTLS} }

// Service is an email service that the device can sign in to; the values are those of Web Config's Email service.
type Service string

// The services of the guide (rule R16).
const (
	ServiceExchangeOnline Service = "Microsoft Exchange Online"
	ServiceOutlook        Service = "Outlook.com"
)

// Settings are the fields of Network > Email Server > Basic that are stored.
type Settings struct {
	Method   Method
	Service  Service       // only with OAuth2
	Account  string        // Authenticated Account: 0 to 255 of ASCII 0x20 to 0x7E
	Password secret.Secret // Authenticated Password: 0 to 20 of ASCII 0x20 to 0x7E; [secret.Kept]: that which is stored
	// Sender's Email Address: 0 to 255 of ASCII 0x20 to 0x7E except : ( ) < > [ ] ; ¥, no leading period
	Sender              string
	Server              string   // SMTP Server Address: 0 to 255 of A–Z a–z 0–9 . -
	Port                int      // SMTP Server Port Number: 1 to 65535
	Security            Security // Secure Connection
	ValidateCertificate bool     // Certificate Validation
	POP3Server          string   // POP3 Server Address: as Server
	POP3Port            int      // POP3 Server Port Number: 1 to 65535
}

// FactorySettings are the settings of a new device: method Off and no server; the numbers are the defaults of the
// manuals.
func FactorySettings() Settings {
	return Settings{Method: MethodOff, Port: 25, Security: SecurityNone, ValidateCertificate: true, POP3Port: 110}
}

// Field names a field of [Settings] in errors, with the English label of Web Config.
type Field string

// The fields.
const (
	FieldMethod     Field = "Authentication Method"
	FieldService    Field = "Email service"
	FieldAccount    Field = "Authenticated Account"
	FieldPassword   Field = "Authenticated Password"
	FieldSender     Field = "Sender's Email Address"
	FieldServer     Field = "SMTP Server Address"
	FieldPort       Field = "SMTP Server Port Number"
	FieldSecurity   Field = "Secure Connection"
	FieldPOP3Server Field = "POP3 Server Address"
	FieldPOP3Port   Field = "POP3 Server Port Number"
)

// Problem is what is wrong with a field.
type Problem string

// The problems.
const (
	ProblemMissing   Problem = "missing"
	ProblemTooLong   Problem = "too long"
	ProblemCharacter Problem = "a character that is not allowed"
	ProblemRange     Problem = "out of range"
	ProblemChoice    Problem = "not one of the choices"
)

// FieldError is one field that cannot be stored. It never holds the value: it may be a password.
type FieldError struct {
	Field   Field
	Problem Problem
}

// Error names the field and the problem.
func (e FieldError) Error() string { return fmt.Sprintf("%s: %s", e.Field, e.Problem) }

// InvalidSettings are all the fields that cannot be stored, in the order of the page.
type InvalidSettings struct{ Fields []FieldError }

// Error lists the fields.
func (e *InvalidSettings) Error() string {
	list := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		list[i] = f.Error()
	}
	return "settings not stored: " + strings.Join(list, "; ")
}

// Limits of the fields (Epson manuals, Email Server > Basic).
const (
	maxText     = 255
	maxPassword = 20
)

// Validate checks every field against the limits of the manuals. It returns nil or an [*InvalidSettings]. Fields that
// the method does not use may be empty, but what is in them must be well formed.
func (s Settings) Validate() error {
	var bad []FieldError
	add := func(f Field, p Problem) {
		if p != "" {
			bad = append(bad, FieldError{f, p})
		}
	}
	add(FieldMethod, choice(s.Method, Methods()))
	oauth2, off := s.Method == MethodOAuth2, s.Method == MethodOff
	if oauth2 && s.Service == "" {
		add(FieldService, ProblemMissing)
	} else {
		add(FieldService, text(string(s.Service), maxText, printable))
	}
	add(FieldAccount, text(s.Account, maxText, printable))
	add(FieldPassword, text(s.Password.Reveal(), maxPassword, printable))
	if s.Method == MethodSMTPAuth || s.Method == MethodPOPBeforeSMTP {
		if s.Account == "" {
			add(FieldAccount, ProblemMissing)
		}
	}
	add(FieldSender, text(s.Sender, maxText, senderCharacter))
	switch {
	case s.Sender == "" && s.Server != "" && !oauth2: // with OAuth2 the account stands in
		add(FieldSender, ProblemMissing)
	case strings.HasPrefix(s.Sender, "."):
		add(FieldSender, ProblemCharacter)
	}
	add(FieldServer, text(s.Server, maxText, hostCharacter))
	if s.Server == "" && !off {
		add(FieldServer, ProblemMissing)
	}
	add(FieldPort, port(s.Port))
	add(FieldSecurity, choice(s.Security, Securities()))
	if oauth2 && s.Security == SecurityNone || s.Method == MethodPOPBeforeSMTP && s.Security != SecurityNone {
		add(FieldSecurity, ProblemChoice) // a bearer token needs TLS (RFC 6750 §5.3); POP before SMTP has only None
	}
	add(FieldPOP3Server, text(s.POP3Server, maxText, hostCharacter))
	if s.Method == MethodPOPBeforeSMTP && s.POP3Server == "" {
		add(FieldPOP3Server, ProblemMissing)
	}
	if s.POP3Port != 0 || s.Method == MethodPOPBeforeSMTP {
		add(FieldPOP3Port, port(s.POP3Port))
	}
	if len(bad) == 0 {
		return nil
	}
	return &InvalidSettings{Fields: bad}
}

func choice[T comparable](value T, of []T) Problem {
	for _, v := range of {
		if v == value {
			return ""
		}
	}
	return ProblemChoice
}

func port(n int) Problem {
	if n < 1 || n > 65535 {
		return ProblemRange
	}
	return ""
}

// text checks a text's length and characters.
func text(s string, limit int, allowed func(byte) bool) Problem {
	if len(s) > limit {
		return ProblemTooLong
	}
	for i := range len(s) {
		if !allowed(s[i]) {
			return ProblemCharacter
		}
	}
	return ""
}

func printable(c byte) bool { return c >= 0x20 && c <= 0x7E }

// senderCharacter leaves out the manuals' : ( ) < > [ ] ; and, by being ASCII, ¥.
func senderCharacter(c byte) bool { return printable(c) && !strings.ContainsRune(":()<>[];", rune(c)) }

func hostCharacter(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '.' || c == '-'
}
