package mail

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/core/secret"
)

func TestFactorySettingsCanBeStored(t *testing.T) {
	require.NoError(t, FactorySettings().Validate())
}

func TestSettingsThatCannotBeStored(t *testing.T) {
	long := strings.Repeat("a", 256)
	for _, test := range []struct {
		name string
		set  func(s *Settings)
		want []FieldError
	}{
		{"the guide's example", func(s *Settings) {}, nil},
		{"texts of exactly 255", func(s *Settings) { s.Sender, s.Server = long[:255], long[:255] }, nil},
		{"a password of exactly 20, with blanks and a tilde", func(s *Settings) { s.Password = secret.New(" 345678901234567890~"[:20]) }, nil},
		{"no method", func(s *Settings) { s.Method = "" }, []FieldError{{FieldMethod, ProblemChoice}}},
		{"a method of another maker", func(s *Settings) { s.Method = "Kerberos" }, []FieldError{{FieldMethod, ProblemChoice}}},
		{"OAuth2 without a service", func(s *Settings) { s.Service = "" }, []FieldError{{FieldService, ProblemMissing}}},
		{"an account of 256", func(s *Settings) { s.Account = long }, []FieldError{{FieldAccount, ProblemTooLong}}},
		{"an account in Greek", func(s *Settings) { s.Account = "σαρωτής@contoso.com" }, []FieldError{{FieldAccount, ProblemCharacter}}},
		{"a password of 21", func(s *Settings) { s.Password = secret.New(strings.Repeat("x", 21)) }, []FieldError{{FieldPassword, ProblemTooLong}}},
		{"a password with an umlaut", func(s *Settings) { s.Password = secret.New("päss") }, []FieldError{{FieldPassword, ProblemCharacter}}},
		{"a sender with a forbidden character", func(s *Settings) { s.Sender = "a(b)@contoso.com" }, []FieldError{{FieldSender, ProblemCharacter}}},
		{"a sender with the yen sign", func(s *Settings) { s.Sender = "a¥@contoso.com" }, []FieldError{{FieldSender, ProblemCharacter}}},
		{"a sender that begins with a period", func(s *Settings) { s.Sender = ".a@contoso.com" }, []FieldError{{FieldSender, ProblemCharacter}}},
		{"no server", func(s *Settings) { s.Server = "" }, []FieldError{{FieldServer, ProblemMissing}}},
		{"a server with an underscore", func(s *Settings) { s.Server = "smtp_1.contoso.com" }, []FieldError{{FieldServer, ProblemCharacter}}},
		{"a server with a port", func(s *Settings) { s.Server = "smtp.contoso.com:587" }, []FieldError{{FieldServer, ProblemCharacter}}},
		{"port 0", func(s *Settings) { s.Port = 0 }, []FieldError{{FieldPort, ProblemRange}}},
		{"port 65536", func(s *Settings) { s.Port = 65536 }, []FieldError{{FieldPort, ProblemRange}}},
		{"OAuth2 without encryption", func(s *Settings) { s.Security = SecurityNone }, []FieldError{{FieldSecurity, ProblemChoice}}},
		{"a security of another maker", func(s *Settings) { s.Security = "TLS" }, []FieldError{{FieldSecurity, ProblemChoice}}},
		{"SMTP AUTH without account and sender", func(s *Settings) { s.Method, s.Account, s.Sender = MethodSMTPAuth, "", "" }, []FieldError{{FieldAccount, ProblemMissing}, {FieldSender, ProblemMissing}}},
		{"SMTP AUTH without encryption, as the manuals allow", func(s *Settings) { s.Method, s.Security = MethodSMTPAuth, SecurityNone }, nil},
		{"POP before SMTP without its server", func(s *Settings) { s.Method, s.Security = MethodPOPBeforeSMTP, SecurityNone }, []FieldError{{FieldPOP3Server, ProblemMissing}, {FieldPOP3Port, ProblemRange}}},
		{"POP before SMTP with STARTTLS", func(s *Settings) { s.Method, s.POP3Server, s.POP3Port = MethodPOPBeforeSMTP, "pop.contoso.com", 110 }, []FieldError{{FieldSecurity, ProblemChoice}}},
		{"several at once, in the order of the page", func(s *Settings) { s.Sender, s.Port, s.Method = ".", -1, "x" }, []FieldError{{FieldMethod, ProblemChoice}, {FieldSender, ProblemCharacter}, {FieldPort, ProblemRange}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := settings()
			test.set(&s)
			err := s.Validate()
			if test.want == nil {
				require.NoError(t, err)
				return
			}
			var invalid *InvalidSettings
			require.ErrorAs(t, err, &invalid)
			require.Equal(t, test.want, invalid.Fields)
			for _, f := range test.want {
				require.Contains(t, err.Error(), string(f.Field))
			}
			require.NotContains(t, err.Error(), "päss")
		})
	}
}

func TestAPasswordDoesNotShowItself(t *testing.T) {
	s := settings()
	s.Password = secret.New("hunter2")
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q"} {
		require.NotContains(t, fmt.Sprintf(verb, s), "hunter2")
		require.NotContains(t, fmt.Sprintf(verb, s), "68756e74657232")
	}
}
