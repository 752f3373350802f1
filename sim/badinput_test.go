package sim_test

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/device"
)

// clerk sends requests to Web Config by hand, in a session of her own.
type clerk struct {
	b      *bench
	cookie *http.Cookie
	token  string
}

func (b *bench) clerk() *clerk {
	b.t.Helper()
	c := &clerk{b: b}
	answer := c.send(
		http.MethodPost,
		"/login",
		"application/x-www-form-urlencoded",
		"password="+url.QueryEscape(b.printer.AdministratorPassword()),
	)
	require.Equal(b.t, http.StatusSeeOther, answer.Code)
	c.cookie = answer.Result().Cookies()[0]
	page := c.send(http.MethodGet, basic, "", "")
	c.token = regexp.MustCompile(`name="token" value="([0-9a-f]+)"`).FindStringSubmatch(page.Body.String())[1]
	return c
}

func (c *clerk) send(method, target, kind, body string) *httptest.ResponseRecorder {
	c.b.t.Helper()
	r := httptest.NewRequest(method, "https://192.0.2.10"+target, strings.NewReader(body))
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if c.cookie != nil {
		r.AddCookie(c.cookie)
	}
	w := httptest.NewRecorder()
	c.b.do(method+" "+target, func(ctx context.Context) error {
		defer func() {
			if gone := recover(); gone != nil && gone != http.ErrAbortHandler {
				panic(gone)
			}
		}()
		c.b.printer.WebConfig().ServeHTTP(w, r.WithContext(ctx))
		return nil
	})
	return w
}

// post sends a form, follows where it leads and returns the page's text.
func (c *clerk) post(target string, fields url.Values) string {
	fields.Set("token", c.token)
	answer := c.send(http.MethodPost, target, "application/x-www-form-urlencoded", fields.Encode())
	return c.follow(answer)
}

func (c *clerk) follow(answer *httptest.ResponseRecorder) string {
	if answer.Code == http.StatusSeeOther {
		answer = c.send(http.MethodGet, answer.Header().Get("Location"), "", "")
	}
	return answer.Body.String()
}

// upload sends a file.
func (c *clerk) upload(target, action string, content io.Reader) string {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	require.NoError(c.b.t, form.WriteField("token", c.token))
	require.NoError(c.b.t, form.WriteField("action", action))
	file, err := form.CreateFormFile("file", "file")
	require.NoError(c.b.t, err)
	_, err = io.Copy(file, content)
	require.NoError(c.b.t, err)
	require.NoError(c.b.t, form.Close())
	return c.follow(c.send(http.MethodPost, target, form.FormDataContentType(), body.String()))
}

func TestBadInputAtEveryFormIsNamedAndNothingIsHalfSaved(t *testing.T) {
	long := strings.Repeat("x", 300)
	network := func(change url.Values) url.Values {
		form := url.Values{
			"action": {"ok"}, "device-name": {"MFP4100"}, "dns": {"auto"}, "dns-domain-name": {"office.example"},
			"proxy": {"use"}, "proxy-server": {"proxy.office.example"}, "proxy-server-port": {"8080"},
		}
		for name, values := range change {
			form[name] = values
		}
		return form
	}
	for _, c := range []struct {
		name, target string
		form         url.Values
		want         string
	}{
		{"a device name that is too long", "/network/basic", network(url.Values{"device-name": {long}}), "Device Name: Too many characters."},
		{"a device name with wrong signs", "/network/basic", network(url.Values{"device-name": {"the printer"}}), "Device Name: Characters that cannot be used are included."},
		{"a DNS server that is no address", "/network/basic", network(url.Values{"dns": {"manual"}, "primary-dns-server": {"256.1.1.1"}}), "Primary DNS Server: Characters that cannot be used are included."},
		{"a DNS setting that is none", "/network/basic", network(url.Values{"dns": {"by pigeon"}}), "DNS Server Setting: Select one of the values of the list."},
		{"a proxy without a server", "/network/basic", network(url.Values{"proxy-server": {""}}), "Proxy Server: Enter a value."},
		{"a proxy with a wrong port", "/network/basic", network(url.Values{"proxy-server-port": {"70000"}}), "Proxy Server Port Number: Enter a number between 1 and 65535."},
		{"a proxy password with wrong signs", "/network/basic", network(url.Values{"proxy-server-password": {"κωδικός"}}), "Proxy Server Password: Characters that cannot be used are included."},
		{"a day that is none", "/device/date-and-time", url.Values{"action": {"ok"}, "date": {"2026-02-30"}, "time": {"10:00"}}, "Date: Enter a date"},
		{"a time that is none", "/device/date-and-time", url.Values{"action": {"ok"}, "date": {"2026-02-03"}, "time": {"25:00"}}, "Time: Enter a time"},
		{"a time difference that is none", "/device/date-and-time/time-difference", url.Values{"action": {"ok"}, "time-difference": {"+25:00"}, "daylight-saving": {"off"}}, "Time Difference: Select one"},
		{"a time server that is too long", "/device/date-and-time/time-server", url.Values{"action": {"ok"}, "time-server": {"use"}, "time-server-address": {long}, "update-interval": {"60"}}, "Time Server Address: Too many characters."},
		{"an interval out of range", "/device/date-and-time/time-server", url.Values{"action": {"ok"}, "time-server": {"use"}, "time-server-address": {"a.example"}, "update-interval": {"10801"}}, "Update Interval (min): Enter a number between 1 and 10800."},
		{"a password that is too short", "/product-security/administrator-password", url.Values{"action": {"ok"}, "password-old": {"X7QK004100"}, "password-new": {"1234567"}, "password-again": {"1234567"}}, "New Password: Enter 8 to 20 characters."},
		{"a password that is too long", "/product-security/administrator-password", url.Values{"action": {"ok"}, "password-old": {"X7QK004100"}, "password-new": {long}, "password-again": {long}}, "New Password: Enter 8 to 20 characters."},
		{"a password with wrong signs", "/product-security/administrator-password", url.Values{"action": {"ok"}, "password-old": {"X7QK004100"}, "password-new": {"κωδικός123"}, "password-again": {"κωδικός123"}}, "New Password: Characters that cannot be used are included."},
		{"two passwords that differ", "/product-security/administrator-password", url.Values{"action": {"ok"}, "password-old": {"X7QK004100"}, "password-new": {"12345678"}, "password-again": {"12345679"}}, "Confirm the New Password: The two entries of the new password differ."},
		{"a wrong password before", "/product-security/administrator-password", url.Values{"action": {"ok"}, "password-old": {"guessed"}, "password-new": {"12345678"}, "password-again": {"12345678"}}, "Current Password: The current administrator password is incorrect."},
		{"a contact without an address", "/scan/contacts/entry?new=contact", url.Values{"action": {"ok"}, "number": {"1"}, "name": {"Bob"}}, "Email Address: Enter a value."},
		{"a contact with a wrong number", "/scan/contacts/entry?new=contact", url.Values{"action": {"ok"}, "number": {"first"}, "name": {"Bob"}, "email-address": {"b@c.example"}}, "Number: Enter a number between 1 and 2000."},
		{"a group without members", "/scan/contacts/entry?new=group", url.Values{"action": {"ok"}, "number": {"1"}, "name": {"All"}}, "Select at least one contact."},
		{"a contact that another administrator has deleted", "/scan/contacts/entry?number=7", url.Values{"action": {"ok"}, "number": {"7"}, "name": {"Bob"}}, "This contact no longer exists."},
		{"a certificate that is deleted twice", "/network-security/ca-certificate", url.Values{"action": {"delete"}, "certificate": {"00"}}, "This certificate has already been deleted."},
		{"an import without a file", "/device/import", url.Values{"action": {"import"}}, "File of Setting Values: Select a file."},
		{"a certificate without a file", "/network-security/ca-certificate", url.Values{"action": {"import"}}, "Certificate File: Select a file."},
		{"a restoration of nothing", "/device/restore-default-settings", url.Values{"action": {"ok"}}, "Settings to restore: Select one of the values of the list."},
		{"a button that is none", "/device/firmware-update", url.Values{"action": {"downgrade"}}, "The request cannot be used."},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			clerk := b.clerk()
			before, err := b.printer.Export()
			require.NoError(t, err)
			page := clerk.post(c.target, c.form)
			require.Contains(t, page, c.want)
			require.NotContains(t, page, "κωδικός123", "a password is not shown again")
			after, err := b.printer.Export()
			require.NoError(t, err)
			require.Equal(t, string(before), string(after))
			require.True(t, b.printer.IsPassword("X7QK004100"))
			require.True(t, b.printer.PoweredOn())
		})
	}
}

func TestFilesThatAreNoneAreRefused(t *testing.T) {
	b := newBench(t)
	clerk := b.clerk()
	require.Contains(
		t,
		clerk.upload("/network-security/ca-certificate", "import", strings.NewReader("hello")),
		"The file is not a certificate in PEM or DER format.",
	)
	server, err := b.network.Authority().Certificate("mail.office.example")
	require.NoError(t, err)
	require.Contains(
		t,
		clerk.upload("/network-security/ca-certificate", "import", bytes.NewReader(server.Certificate[0])),
		"The certificate is not that of a certificate authority.",
	)
	require.Contains(
		t,
		clerk.upload("/device/import", "import", strings.NewReader(`{"format":"setting value 1","model":"MFP-9"}`)),
		"The setting values are those of another model.",
	)
	huge := bytes.Repeat([]byte("A"), 50<<20)
	page := clerk.upload("/device/import", "import", bytes.NewReader(huge))
	require.Contains(t, page, "The file is too large. Select a file of up to 1 MB.")
	require.Empty(t, b.printer.Settings().Authorities)
}

func TestAFileOfSettingValuesThatAnEditorHasMarkedIsTaken(t *testing.T) {
	b := newBench(t)
	values, err := b.printer.Export()
	require.NoError(t, err)
	page := b.clerk().upload("/device/import", "import", strings.NewReader("\ufeff"+string(values)))
	require.Contains(t, page, "The setting values are being imported.")
}

func TestAForgedTokenAndAnEndedSessionChangeNothing(t *testing.T) {
	b := newBench(t)
	clerk := b.clerk()
	good := clerk.token
	clerk.token = strings.Repeat("0", len(good))
	restore := url.Values{"action": {"ok"}, "what": {"restore-all"}}
	require.Contains(
		t,
		clerk.post("/device/restore-default-settings", restore),
		"This page was not sent by this product.",
	)
	clerk.token = good
	b.advance(21 * time.Minute)
	require.Contains(t, clerk.post("/device/restore-default-settings", restore), "The session has ended.")
	b.advance(2 * time.Minute)
	require.True(t, b.printer.PoweredOn(), "nothing was restored")
}

func TestTheSecondOfTwoAdministratorsIsTold(t *testing.T) {
	b := newBench(t)
	first, second := b.clerk(), b.clerk()
	add := url.Values{"action": {"ok"}, "number": {"1"}, "name": {"Bob"}, "email-address": {"bob@fabrikam.com"}}
	require.Contains(t, first.post("/scan/contacts/entry?new=contact", add), "Setup complete")
	require.Contains(
		t,
		second.post("/scan/contacts/entry?new=contact", add),
		"Number: This number is already in use.",
	)
	require.Contains(
		t,
		first.post("/scan/contacts/entry?number=1", url.Values{"action": {"delete"}}),
		"The contact was deleted.",
	)
	require.Contains(t, second.post("/scan/contacts/entry?number=1", add), "This contact no longer exists.")
	require.Empty(t, b.printer.Contacts().List())
}

// Power off in the middle of each write leaves the settings of before or the new ones, and never a part.
func TestAPowerCutWhileSettingsAreStoredLeavesTheOldOrTheNewOnes(t *testing.T) {
	for _, cut := range []device.PowerAct{
		{State: "cut", AtWrite: 1}, {State: "cut", AtWrite: 2}, {State: "cut", AtWrite: 3}, {State: "cut", AtWrite: 4},
	} {
		t.Run(cut.String(), func(t *testing.T) {
			b := newBench(t)
			clerk := b.clerk()
			clerk.post(
				"/scan/contacts/entry?new=contact",
				url.Values{"action": {"ok"}, "number": {"1"}, "name": {"Bob"}, "email-address": {"bob@fabrikam.com"}},
			)
			old, err := b.printer.Export()
			require.NoError(t, err)
			fresh := strings.NewReplacer(
				`"Bob"`, `"Asha"`, `"office.example"`, `"new.example"`, `"authenticationMethod": "Off"`,
				`"authenticationMethod": "OAuth2", "emailService": "Outlook.com", "smtpServer": "smtp-mail.outlook.com"`,
				`"secureConnection": "None"`, `"secureConnection": "STARTTLS"`,
			).
				Replace(string(old))
			b.do("cut", func(ctx context.Context) error { return b.device.Power(ctx, cut) })
			clerk.upload("/device/import", "import", strings.NewReader(fresh))
			b.advance(2 * time.Minute)
			for range 3 { // the supply may fail while it is switched on, too
				b.do(
					"on",
					func(ctx context.Context) error {
						_ = b.device.Power(ctx, device.PowerAct{State: "on"})
						return nil
					},
				)
			}
			require.True(t, b.printer.PoweredOn())
			after, err := b.printer.Export()
			require.NoError(t, err)
			isNew := strings.Contains(string(after), "Asha")
			require.Equal(
				t,
				isNew,
				strings.Contains(string(after), "Outlook.com"),
				"a part of the settings is new: %s",
				after,
			)
			if !isNew {
				require.Equal(t, string(old), string(after))
			}
		})
	}
}
