package models_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"mfpsim/choice"
	"mfpsim/core/mail"
	"mfpsim/device"
	"mfpsim/sim/locale"
	"mfpsim/sim/models"
	"mfpsim/sim/panel"
	"mfpsim/sim/webconfig"
)

func TestTheModelIsCompleteAndNoRealMakers(t *testing.T) {
	model, err := models.Get("")
	require.NoError(t, err)
	require.Equal(t, "MFP-4100", model.Name)
	require.Equal(t, []string{"Microsoft Exchange Online", "Outlook.com"}, model.Services())
	for _, p := range model.Providers {
		require.Equal(t, "smtp-mail.outlook.com", p.SMTPAddress)
		require.Equal(t, 587, p.SMTPPort)
		require.Equal(t, "STARTTLS", p.SecureConnection)
	}
	work, _ := model.Provider("Microsoft Exchange Online")
	personal, _ := model.Provider("Outlook.com")
	require.Equal(t, "organizations", work.Tenant)
	require.Equal(t, "consumers", personal.Tenant)
}

func TestTheCodesAreThoseOfTheGuideForTheirCauses(t *testing.T) {
	model, err := models.Get("mfp-4100")
	require.NoError(t, err)
	for code, kinds := range map[string][]string{
		"":    {"NotConfigured"},
		"360": {"NoSignIn", "SignInWaiting"},
		"361": {"SignInExpired"},
		"370": {"SignInRevoked", "PasswordChanged", "ConsentWithdrawn", "PolicyBlocked", "MultiFactorRequired", "AccountDisabled", "SignInFrequency", "SignInRefused"},
		"381": {"StorageFailed"},
		"382": {"ApplicationRefused", "RefusedUnknown"}, // the sign-in is kept
		"383": {"DeliveryUnknown"},
		"384": {"MethodBarred"},
		"311": {"NameNotResolved"},
		"312": {"AuthenticationRefused"},
		"313": {"Unreachable", "TimedOut", "ConnectionLost", "CertificateUntrusted", "CertificateDate", "NoSTARTTLS", "SenderRefused", "RecipientRefused", "CloudError", "CloudMalformed"},
		"314": {"TooLarge"},
	} {
		for _, kind := range kinds {
			require.Equal(t, code, model.Outcome(kind).Code, kind)
		}
	}
	require.Equal(t, "M1", model.Outcome("NoSignIn").PanelID())
	require.Equal(t, "M4", model.Outcome("SignInExpired").PanelID())
	require.Equal(t, "code.312.status", model.Outcome("AuthenticationRefused").PanelID())
	require.Equal(t, "313", model.Outcome("something new").Code)
}

func TestAnOldFirmwareHasNoOAuth2(t *testing.T) {
	model, err := models.Get("")
	require.NoError(t, err)
	newest, err := model.Fitted("")
	require.NoError(t, err)
	require.True(t, newest.Supports(models.MethodOAuth2))
	old, err := model.Fitted("1.04.GN22")
	require.NoError(t, err)
	require.False(t, old.Supports(models.MethodOAuth2))
	_, err = model.Fitted("9.99")
	var label *choice.Error
	require.True(t, errors.As(err, &label))
	require.Contains(t, label.Present, "1.04.GN22")
}

func TestAnUnknownModelIsRefusedWithThoseThatAreThere(t *testing.T) {
	own, err := models.Embedded()
	require.NoError(t, err)
	require.Contains(t, own.Names(), "MFP-4100")
	_, err = models.Get("MFP-9999")
	require.EqualError(t, err, (&choice.Error{What: "model", Wanted: "MFP-9999", Present: own.Names()}).Error())
}

func TestAWrongModelFileIsRefused(t *testing.T) {
	for name, data := range map[string]string{
		"an unknown key": "name: A\nprice: 12\n", "nothing": "", "not YAML": "name: [", "a missing serial": "name: A\n",
		"a code without text": "name: A\nserial: B\nmac: C\nfirmware: v\nfirmwares: [{version: v}]\nlanguages: [en]\nwebConfigLanguages: [en]\nproviders: [{service: S}]\nadministrator: {lockoutAttempts: 1, webSessionTime: 1m, panelSessionTime: 1m}\nmail: {jobHistoryLength: 1}\noutcomes: [{kind: K, code: '999', source: x}]\n",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := models.Parse("a.yaml", []byte(data), tables(t))
			require.Error(t, err)
			require.Contains(t, err.Error(), "a.yaml:")
		})
	}
}

func tables(t *testing.T) *locale.Tables {
	known, err := locale.Embedded()
	require.NoError(t, err)
	return known
}

// standard is the file of the program's own model.
func standard(t *testing.T) string {
	data, err := os.ReadFile("data/mfp-4100.yaml")
	require.NoError(t, err)
	return string(data)
}

// TestAnUnknownWordIsToldWithFileAndLine changes one word of the program's own model, and wants the line of that word.
func TestAnUnknownWordIsToldWithFileAndLine(t *testing.T) {
	for _, test := range []struct{ name, old, new, want string }{
		{"a key", "maker: Example", "makers: Example", `unknown key "makers"`},
		{"a key in a list", "rootCertificateVersion: \"01.07\"", "rootCertificates: \"01.07\"", `unknown key "rootCertificates"`},
		{"a screen", "screen: tcp-ip", "screen: tcpip", `unknown word "tcpip" here; there are: additional-network-status, copy, date-and-time,`},
		{"a label of the panel", "{label: tcp-ip,", "{label: tcpip,", `no label "tcpip"`},
		{"a page", "page: connection-test", "page: connection-tests", `unknown word "connection-tests" here; there are: ca-certificate,`},
		{"a page that is not for everybody", "page: email-server-basic}", "page: email-server-basic, everybody: true}", `unknown word "email-server-basic" here; there are: device-management, email-server, fax, fax-server, job-history`},
		{"a label of Web Config", "{label: basic, page", "{label: basics, page", `no label "basics"`},
		{"a language of the panel", "languages: [en, hi, el", "languages: [en, hi, xx", `no language "xx"; there are: ` + strings.Join(tables(t).Languages(), ", ")},
		{"a language of Web Config", "languages: [en, el", "languages: [en, xx", `no language "xx"`},
		{"a capability", "capabilities: [clock, power", "capabilities: [clock, powers", `unknown word "powers" here; there are: clock, power,`},
		{"an authentication method", `"POP before SMTP", "OAuth2"]`, `"POP before SMTP", "OAuth3"]`, `unknown word "OAuth3"`},
		{"a secure connection", "secureConnection: STARTTLS\n  - service: Outlook.com", "secureConnection: STARTLS\n  - service: Outlook.com", `unknown word "STARTLS"`},
		{"an application for To My Email that is the printer's", "clientID: 6f1d2c3b-41a0-4e55-9c1e-3a4100a7b2d9", "clientID: 6f1d2c3b-41a0-4e55-9c1e-0f4100a7b2d9", `it is the printer's own application`},
		{"the fitted firmware", `firmware: "2.10.GN26"`, `firmware: "2.11"`, `no firmware "2.11" under firmwares`},
		{"an outcome", "kind: TooLarge,", "kind: TooBig,", `the core has no outcome "TooBig"`},
		{"a code", `code: "314"`, `code: "999"`, `TooLarge: no message "code.999.status"`},
		{"a message", "signIn: cloud-name,", "signIn: cloud-names,", `NameNotResolved: no message "cloud-names"`},
		{"a message with placeholders", "signIn: cloud-name,", "signIn: page-title,", `no message "page-title"`},
		{"a length of time", "lockoutTime: 5m ", "lockoutTime: soon ", `lockoutTime: 'soon' does not match`},
		{"a number", "smtpPort: 587\n    secureConnection: STARTTLS\n  - service", "smtpPort: submission\n    secureConnection: STARTTLS\n  - service", `smtpPort: got string, want integer`},
		{"a number out of range", "jobHistoryLength: 100", "jobHistoryLength: 0", "jobHistoryLength: minimum"},
		{"a language of words", "mail:\n", "words: {xx: {label.scan: Scan}}\nmail:\n", `no language "xx"`},
		{"a message of words", "mail:\n", "words: {en: {label.scann: Scan}}\nmail:\n", `no message "label.scann"`},
		{"words with placeholders", "mail:\n", "words: {en: {label.scan: '{{.A}}'}}\nmail:\n", `words have no placeholders`},
		{"a page of an additional network that there is not", "{label: basic, page: network-basic}", "{label: basic, page: network-additional-basic}", `network-additional-basic needs additionalNetwork`},
		{"a screen of one", "screen: wifi-direct-status", "screen: additional-network-status", `additional-network-status needs additionalNetwork`},
		{"an event", "{name: paper-out}", "{name: paper-off}", `no label "event-paper-off"`},
		{"an event that stands twice", "{name: paper-out}", "{name: ink-low}", `ink-low stands twice`},
		{"a fax error without a fax", "{name: paper-out}", "{name: fax-error}", `fax-error needs faxServer`},
		{"a page of a fax server that there is not", "{label: basic, page: network-basic}", "{label: basic, page: fax-email-server}", `fax-email-server needs faxServer`},
		{"a screen of a fax", "screen: wifi-direct-status", "screen: fax", `fax needs faxServer`},
		{"a fax server on the sheet", "rows: [email-server]", "rows: [fax-server]", `fax-server needs faxServer`},
		{"a part of the subject", "subjects: [device-name, location", "subjects: [device-name, colour", `unknown word "colour" here; there are: device-name,`},
		{"words that look like a path", "mail:\n", "words: {en: {label.scan: A > B}}\nmail:\n", `a label has no '>'`},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := standard(t)
			before, _, found := strings.Cut(text, test.old)
			require.True(t, found)
			changed := before + test.new + text[len(before)+len(test.old):]
			_, err := models.Parse("a.yaml", []byte(changed), tables(t))
			require.ErrorContains(t, err, test.want)
			line := fmt.Sprintf("a.yaml:%d: ", 1+strings.Count(before, "\n"))
			require.Contains(t, err.Error(), line)
		})
	}
}

func TestAModelThatDoesNotHoldTogetherIsRefused(t *testing.T) {
	for _, test := range []struct{ name, old, new, want string }{
		{"a key that leads nowhere", "{label: copy, icon: copy, screen: copy}", "{label: copy}", "a key leads to a screen or has items"},
		{"a key that leads to two things", "{label: copy, icon: copy, screen: copy}", "{label: copy, screen: copy, items: [{label: scan, screen: copy}]}", "a key leads to a screen or has items"},
		{"two keys with one name", "{label: copy, icon: copy, screen: copy}", "{label: scan, screen: copy}", `two keys are called "scan" in "en"`},
		{"two keys with one name in another language", "mail:\n", "words: {el: {label.copy: Ρυθμίς}}\nmail:\n", `two keys are called "ρυθμίς" in "el"`},
		{"two links with one name", "{label: connection-test, page: connection-test}", "{label: basic, page: connection-test}", `two keys are called "basic"`},
		{"two links to one page", "page: connection-test}", "page: email-server-basic}", `the page "email-server-basic" stands twice in the menu`},
		{"nothing for who is not logged in", "page: product-status, everybody: true", "page: product-status", `the page "product-status" is the first that anybody sees`},
		{"no row for an outcome", "  - {kind: TooLarge,", "#  - {kind: TooLarge,", "there is no row for the outcome TooLarge"},
		{"two rows for an outcome", "kind: TooLarge,", "kind: ServerBusy,", `the outcome "ServerBusy" stands twice`},
		{"a row that says nothing", "panel: email-server-not-set, ", "", "a row needs a code, or a message for the panel"},
		{"two firmwares of one version", `version: "1.04.GN22"`, `version: "2.10.GN26"`, "firmware 2.10.GN26 stands twice"},
		{"two services of one name", "service: Outlook.com", "service: Microsoft Exchange Online", `the service "Microsoft Exchange Online" stands twice`},
		{"words for a code that it has not", "mail:\n", "words: {en: {code.E-42.status: The file is too large.}}\nmail:\n", `no message "code.E-42.status"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := standard(t)
			require.Contains(t, text, test.old)
			_, err := models.Parse("a.yaml", []byte(strings.Replace(text, test.old, test.new, 1)), tables(t))
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestAllMistakesAreToldAtOnce(t *testing.T) {
	text := strings.NewReplacer(
		"screen: tcp-ip", "screen: a", "page: connection-test", "page: b", "maker: ", "makers: ",
	).Replace(
		standard(t),
	)
	_, err := models.Parse("a.yaml", []byte(text), tables(t))
	require.Error(t, err)
	require.Len(t, strings.Split(err.Error(), "\n"), 4, "%v", err) // maker is missing and makers unknown
}

func TestAModelHasCodesAndWordsOfItsOwn(t *testing.T) {
	text := strings.Replace(
		standard(t), `kind: TooLarge,             code: "314"`, `kind: TooLarge,             code: "E-42"`, 1,
	)
	require.NotEqual(t, standard(t), text)
	text = strings.Replace(text, "mail:\n", `words:
  en: {label.scan: Scan & Send, code.E-42.status: "The file is too large.", code.E-42.solution: "Scan fewer pages."}
  el: {label.scan: Σάρωση, code.E-42.status: "Το αρχείο είναι πολύ μεγάλο."}
mail:
`, 1)
	m, err := models.Parse("a.yaml", []byte(text), tables(t))
	require.NoError(t, err)
	row := m.Outcome("TooLarge")
	require.Equal(t, "E-42", row.Code)
	require.Equal(t, "Το αρχείο είναι πολύ μεγάλο.", m.Texts("el").Text(row.StatusID()))
	require.Equal(t, "Scan fewer pages.", m.Texts("hi").Text(row.SolutionID()))
	require.Equal(t, "Scan & Send", m.Texts("en").Label("scan"))
	_, err = models.Parse("a.yaml", []byte(strings.Replace(text, "  en: {", "  hi: {", 1)), tables(t))
	require.ErrorContains(t, err, `the message "code.E-42.status" has no English words`)
	other, err := models.Get("")
	require.NoError(t, err)
	require.Equal(t, "Scan", other.Texts("en").Label("scan"))
}

func TestASetHasOneDefaultModel(t *testing.T) {
	second := strings.Replace(standard(t), "name: MFP-4100", "name: MFP-4200", 1)
	load := func(files ...string) (*models.Set, error) {
		system := fstest.MapFS{}
		for i, text := range files {
			system[fmt.Sprintf("%c.yaml", 'a'+i)] = &fstest.MapFile{Data: []byte(text)}
		}
		return models.Load(system, tables(t))
	}
	set, err := load(second, standard(t))
	require.ErrorContains(t, err, "b.yaml:5: MFP-4200 is the default model already")
	require.Nil(t, set)
	_, err = load(standard(t), strings.Replace(second, "name: MFP-4200", "name: mfp-4100", 1))
	require.ErrorContains(t, err, "b.yaml:4: there is a model mfp-4100 already")
	plain := strings.Replace(second, "default: true", "default: false", 1)
	_, err = load(plain, strings.Replace(plain, "MFP-4200", "MFP-4300", 1))
	require.ErrorContains(t, err, "none of 2 models is the default one")
	_, err = load()
	require.Error(t, err)

	set, err = load(plain, standard(t))
	require.NoError(t, err)
	require.Equal(t, []string{"MFP-4100", "MFP-4200"}, set.Names())
	m, err := set.Get("")
	require.NoError(t, err)
	require.Equal(t, "MFP-4100", m.Name)
	require.Equal(t, []string{"en", "hi", "el"}, m.Panel.Languages[:3])
	require.Equal(t, m.Panel.Languages, set.Languages(), "each once")
	set, err = load(plain)
	require.NoError(t, err)
	m, err = set.Get("")
	require.NoError(t, err)
	require.Equal(t, "MFP-4200", m.Name, "the only one")
}

func TestEveryModelNamesTheSchemaForEditors(t *testing.T) {
	for pattern, line := range map[string]string{
		"data/*.yaml": "# yaml-language-server: $schema=schema.json\n", "testdata/*.yaml": "# yaml-language-server: $schema=../data/schema.json\n",
	} {
		names, err := filepath.Glob(pattern)
		require.NoError(t, err)
		require.NotEmpty(t, names)
		for _, name := range names {
			data, err := os.ReadFile(name)
			require.NoError(t, err)
			require.True(t, strings.HasPrefix(string(data), line), name)
		}
	}
}

// TestTheSchemaOffersWhatTheProgramKnows holds the lists of the schema against those of the program.
func TestTheSchemaOffersWhatTheProgramKnows(t *testing.T) {
	var schema struct {
		Properties struct {
			Capabilities struct {
				Items struct{ Enum []device.Capability }
			}
		}
		Defs map[string]struct {
			Properties map[string]struct {
				Enum  []string
				Items struct{ Enum []string }
			}
			Then struct {
				Properties struct{ Page struct{ Enum []string } }
			}
		} `json:"$defs"`
	}
	require.NoError(t, json.Unmarshal(models.Schema, &schema))
	require.Equal(t, []device.Capability{
		device.CapabilityClock, device.CapabilityPower, device.CapabilityPrintAdminServerless,
	}, schema.Properties.Capabilities.Items.Enum)
	var methods, securities []string
	for _, m := range mail.Methods() {
		methods = append(methods, string(m))
	}
	for _, s := range mail.Securities() {
		securities = append(securities, string(s))
	}
	require.Equal(t, methods, schema.Defs["firmware"].Properties["authenticationMethods"].Items.Enum)
	require.Equal(t, securities, schema.Defs["provider"].Properties["secureConnection"].Enum)
	require.Equal(t, panel.Screens(), schema.Defs["menuItem"].Properties["screen"].Enum)
	pages, public := webconfig.Pages()
	require.Equal(t, pages, schema.Defs["webItem"].Properties["page"].Enum)
	require.Equal(t, public, schema.Defs["webItem"].Then.Properties.Page.Enum)
}

func FuzzParse(f *testing.F) {
	data, err := os.ReadFile("data/mfp-4100.yaml")
	require.NoError(f, err)
	f.Add(data)
	f.Add([]byte("name: A\npanel: {menu: [{label: copy}]}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := models.Parse("a.yaml", data, tables(t))
		if err == nil {
			_ = m.Outcome("").StatusID()
		}
	})
}
