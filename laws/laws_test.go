package laws

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/journal"
)

var begin = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// record makes a journal of a few words a line: seconds, connection or party, and what was there.
//
//	0  printer#1 devicecode interval=5 scope=a+b     the code is "C"
//	5  printer#1 poll pending|slow_down|429:30|tokens|unsigned
//	9  printer#1 refresh host=HOST                   a new refresh token "R2"
//	9  printer#1 page client=ID scope=a+b page=…     a sign-in page with these parameters; its code is "Q"
//	9  printer#1 redeem host=HOST client=ID          tokens "A3", "R3" of alice@contoso.com
//	9  printer#2 C: EHLO x                           {…} is secret
//	9  printer#2 fault certificate of a stranger
//	9  printer   memory
//	9  printer   english el M4
//	9  scenario  scan email bob@fabrikam.com
func record(t *testing.T, text string) []journal.Entry {
	t.Helper()
	var entries []journal.Entry
	for _, row := range strings.Split(strings.TrimSpace(text), "\n") {
		words := strings.Fields(row)
		var seconds float64
		_, err := fmt.Sscan(words[0], &seconds)
		require.NoError(t, err, row)
		e := journal.Entry{Number: len(entries) + 1, At: begin.Add(time.Duration(seconds * float64(time.Second)))}
		rest := strings.TrimSpace(strings.Join(words[2:], " "))
		e.Connection, e.Kind = words[1], journal.KindHTTP
		switch words[2] {
		case "C:", "S:":
			e.Party, e.Kind, e.Text = "smtp", journal.KindSMTP, hide(rest)
			if strings.Contains(rest, "over TLS") {
				e.Detail = map[string]string{journal.DetailTLS: "from the first octet"}
			}
		case "fault":
			e.Party, e.Connection, e.Kind, e.Text = "printer", words[1], journal.KindFault, journal.Plain(rest)
		case "memory":
			e.Party, e.Connection, e.Kind = "printer", "", journal.KindMemory
		case "english":
			e.Party, e.Connection, e.Kind = "printer", "", journal.KindEnglish
			e.Detail = map[string]string{"surface": "panel", "language": words[3], "message": words[4]}
		case "devicecode", "poll", "refresh", "page", "redeem":
			e.Party, e.HTTP = "entra", exchange(t, words[2:])
		default:
			e.Party, e.Connection, e.Kind, e.Text = words[1], "", journal.KindNote, journal.Plain(rest)
		}
		entries = append(entries, e)
	}
	return entries
}

func hide(text string) journal.Text {
	before, secret, hidden := strings.Cut(text, "{")
	if !hidden {
		return journal.Plain(text)
	}
	return journal.Plain(before).Add(journal.Hidden(strings.TrimSuffix(secret, "}")))
}

func exchange(t *testing.T, words []string) *journal.Exchange {
	t.Helper()
	values := map[string]string{"host": "login.microsoftonline.com", "scope": "a"}
	for _, word := range words[1:] {
		if key, value, is := strings.Cut(word, "="); is {
			values[key] = value
		}
	}
	x := &journal.Exchange{Method: "POST", Host: values["host"], Status: 200}
	switch words[0] {
	case "devicecode":
		x.Target = journal.Plain("/organizations/oauth2/v2.0/devicecode")
		x.RequestBody = journal.Plain("client_id=app&scope=" + values["scope"])
		x.ResponseBody = journal.Plain(
			`{"device_code":"`,
		).Add(
			journal.Hidden("C"), journal.Plain(`","interval":`+values["interval"]+`}`),
		)
	case "poll":
		x.Target = journal.Plain("/organizations/oauth2/v2.0/token")
		x.RequestBody = journal.Plain(
			"grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code=",
		).Add(
			journal.Hidden("C"),
		)
		answer(x, words[1])
	case "page":
		x.Method, x.Target = "GET", journal.Plain(
			"/organizations/oauth2/v2.0/authorize?client_id="+values["client"]+"&scope="+values["scope"]+"&"+
				cmp.Or(values["page"], "code_challenge=c&code_challenge_method=S256&state=s&nonce=n"),
		)
		x.Status, x.ResponseHeader = 302, []journal.Field{
			{Name: "Location", Value: journal.Plain("program://done?state=s&code=").Add(journal.Hidden("Q"))},
		}
	case "redeem":
		x.Target = journal.Plain("/organizations/oauth2/v2.0/token")
		x.RequestBody = journal.Plain(
			"grant_type=authorization_code&client_id=" + values["client"] + "&code=",
		).Add(journal.Hidden("Q"))
		claims := base64.RawURLEncoding.EncodeToString([]byte(`{"preferred_username":"alice@contoso.com"}`))
		token := "A3"
		if slices.Contains(words, "unsigned") {
			token = "e30.e30.AAAA"
		}
		x.ResponseBody = journal.Hidden(
			`{"access_token":"` + token + `","refresh_token":"R3","id_token":"e30.` + claims + `.x"}`,
		)
	case "refresh":
		x.Target = journal.Plain("/organizations/oauth2/v2.0/token")
		x.RequestBody = journal.Plain("grant_type=refresh_token&refresh_token=").Add(journal.Hidden("R1"))
		x.ResponseBody = journal.Hidden(`{"access_token":"A2","refresh_token":"R2"}`)
	}
	return x
}

func answer(x *journal.Exchange, word string) {
	if status, after, busy := strings.Cut(word, ":"); busy {
		_, _ = fmt.Sscan(status, &x.Status)
		x.ResponseHeader = []journal.Field{{Name: "Retry-After", Value: journal.Plain(after)}}
		return
	}
	if word == "unsigned" { // the record of a token is older than its signature
		x.ResponseBody = journal.Hidden(`{"access_token":"e30.e30.AAAA","refresh_token":"R1"}`)
		return
	}
	if word == "tokens" {
		x.ResponseBody = journal.Hidden(`{"access_token":"A1","refresh_token":"R1"}`)
		return
	}
	x.Status = 400
	x.ResponseBody = journal.Plain(`{"error":"` + word + `"}`)
}

func TestALawIsBroken(t *testing.T) {
	mail := func(id, to string) []byte {
		return []byte("Message-ID: <" + id + ">\r\nTo: <" + to + ">\r\nSubject: Scan\r\n\r\nhello\r\n")
	}
	row := &Sentences{Status: "expired", Solution: "sign in"}
	const sent = `
1 printer#2 C: MAIL FROM:<a@contoso.com>
1 printer#2 C: RCPT TO:<bob@fabrikam.com>
1 printer#2 C: DATA
1 printer#2 S: 354 go on
1 printer#2 S: 250 OK`
	const own = "0 printer#1 redeem client=mine\n1 printer#2 S: 220 over TLS\n1 printer#2 C: AUTH XOAUTH2 {A3}\n" +
		"1 printer#2 C: MAIL FROM:<alice@contoso.com>\n1 printer#2 C: RCPT TO:<"
	const faxed = `
1 printer#2 C: MAIL FROM:<a@contoso.com>
1 printer#2 C: RCPT TO:<+493012@fax.example.com>
1 printer#2 C: DATA
1 printer#2 S: 354 go on
1 printer#2 S: 250 OK`
	for name, c := range map[string]struct {
		entries string
		device  Device
		mails   []Mail
		servers map[string]string
		broken  string // the law; empty: none
	}{
		"polls keep the interval": {entries: "0 printer#1 devicecode interval=5\n5 printer#1 poll pending\n10 printer#1 poll pending"},
		"polls come too soon": {
			entries: "0 printer#1 devicecode interval=5\n5 printer#1 poll pending\n8 printer#1 poll pending", broken: "poll-interval",
		},
		"a poll comes a little sooner because the way was shorter": {
			entries: "0 printer#1 devicecode interval=5\n5.03 printer#1 poll pending\n10 printer#1 poll pending",
		},
		"slow_down is heard": {entries: "0 printer#1 devicecode interval=5\n5 printer#1 poll slow_down\n15 printer#1 poll pending\n25 printer#1 poll pending"},
		"slow_down is heard once only": {
			entries: "0 printer#1 devicecode interval=5\n5 printer#1 poll slow_down\n15 printer#1 poll pending\n20 printer#1 poll pending", broken: "poll-interval",
		},
		"Retry-After is kept": {entries: "0 printer#1 devicecode interval=5\n5 printer#1 poll 429:30\n35 printer#1 poll pending"},
		"Retry-After is not kept": {
			entries: "0 printer#1 devicecode interval=5\n5 printer#1 poll 429:30\n20 printer#1 poll pending", broken: "retry-after",
		},
		"other scopes than the application's": {
			entries: "0 printer#1 devicecode interval=5 scope=a+c", device: Device{ClientID: "app", Scopes: []string{"a", "b"}}, broken: "scopes",
		},
		"other scopes on the sign-in page of users": {
			entries: "0 printer#1 page client=mine scope=a+c", device: Device{ClientID: "app", UserClientID: "mine", Scopes: []string{"a", "b"}}, broken: "scopes",
		},
		"the scopes of the sign-in page of users": {entries: "0 printer#1 page client=mine scope=b+a", device: Device{ClientID: "app", UserClientID: "mine", Scopes: []string{"a", "b"}}},
		"a sign-in page with the verifier as its challenge": {
			entries: "0 printer#1 page client=mine page=code_challenge=c&code_challenge_method=plain&state=s&nonce=n",
			device:  Device{UserClientID: "mine"}, broken: "sign-in-page",
		},
		"a sign-in page without a state": {
			entries: "0 printer#1 page client=mine page=code_challenge=c&code_challenge_method=S256&nonce=n",
			device:  Device{UserClientID: "mine"}, broken: "sign-in-page",
		},
		"two sign-in pages with one nonce": {
			entries: "0 printer#1 page client=mine\n9 printer#1 page client=mine page=code_challenge=d&code_challenge_method=S256&state=t&nonce=n",
			device:  Device{UserClientID: "mine"}, broken: "sign-in-page",
		},
		"two sign-in pages with one challenge": {
			entries: "0 printer#1 page client=mine\n9 printer#1 page client=mine page=code_challenge=c&code_challenge_method=S256&state=t&nonce=m",
			device:  Device{UserClientID: "mine"}, broken: "sign-in-page",
		},
		"a sign-in page of its own":                   {entries: "0 printer#1 page client=mine", device: Device{UserClientID: "mine"}},
		"the code of a sign-in page goes to its host": {entries: "0 printer#1 page client=mine\n1 printer#1 redeem client=mine"},
		"the code of a sign-in page goes to another host": {
			entries: "0 printer#1 page client=mine\n1 printer#1 redeem client=mine host=evil.example", broken: "token-to-its-host",
		},
		"a user's mail to another, by a token recorded before it was signed": {
			entries: strings.NewReplacer("client=mine", "client=mine unsigned", "{A3}", "{e30.e30.sign}").Replace(own) + "bob@fabrikam.com>",
			device:  Device{UserClientID: "mine"}, broken: "own-mail",
		},
		"a token, recorded before it was signed, for the mail server": {
			entries: "1 printer#1 poll unsigned\n2 printer#2 C: STARTTLS\n2 printer#2 S: 220 go\n2 printer#2 C: {ZTMwLmUzMC5zaWdu}",
		},
		"a token, recorded before it was signed, for another mail server": {
			entries: "1 printer#1 poll unsigned\n2 printer#2 C: STARTTLS\n2 printer#2 S: 220 go\n2 printer#2 C: {ZTMwLmUzMC5zaWdu}",
			servers: map[string]string{"login.microsoftonline.com": "another"}, broken: "token-to-its-host",
		},
		"a user's mail to himself":                     {entries: own + "alice@contoso.com>", device: Device{UserClientID: "mine"}},
		"a user's mail to another":                     {entries: own + "bob@fabrikam.com>", device: Device{UserClientID: "mine"}, broken: "own-mail"},
		"the printer's mail to another":                {entries: own + "bob@fabrikam.com>", device: Device{UserClientID: "other"}},
		"the scopes in another order":                  {entries: "0 printer#1 devicecode interval=5 scope=b+a", device: Device{ClientID: "app", Scopes: []string{"a", "b"}}},
		"a request to a stranger":                      {entries: "1 printer#1 fault certificate of a stranger\n1 printer#1 refresh", broken: "stranger"},
		"a stranger on another connection":             {entries: "1 printer#1 fault certificate of a stranger\n1 printer#3 refresh"},
		"a mail server that is a stranger":             {entries: "1 printer#2 C: STARTTLS\n1 printer#2 S: 220 go\n1 printer#2 fault certificate of a stranger\n1 printer#2 C: EHLO x", broken: "stranger"},
		"a stranger whose authority is imported":       {entries: "0 scenario webconfig upload 'Certificate File' authority\n1 printer#2 C: STARTTLS\n1 printer#2 S: 220 go\n1 printer#2 fault certificate of a stranger\n1 printer#2 C: EHLO x"},
		"a stranger whose authority is deleted again":  {entries: "0 scenario webconfig upload 'Certificate File' authority\n0 scenario webconfig click 'Delete X'\n1 printer#2 C: STARTTLS\n1 printer#2 S: 220 go\n1 printer#2 fault certificate of a stranger\n1 printer#2 C: EHLO x", broken: "stranger"},
		"a stranger where validation is off":           {entries: "0 scenario webconfig set 'Certificate Validation' Disable\n1 printer#2 C: STARTTLS\n1 printer#2 S: 220 go\n1 printer#2 fault certificate of a stranger\n1 printer#2 C: EHLO x"},
		"a secret in clear":                            {entries: "1 printer#2 C: AUTH PLAIN {c2VjcmV0}", broken: "secret-in-clear"},
		"a secret after a refused STARTTLS":            {entries: "1 printer#2 C: STARTTLS\n1 printer#2 S: 454 no\n1 printer#2 C: AUTH PLAIN {c2VjcmV0}", broken: "secret-in-clear"},
		"a secret where None was chosen":               {entries: "0 scenario webconfig set 'Secure Connection' None\n1 printer#2 C: AUTH PLAIN {c2VjcmV0}"},
		"a secret under TLS":                           {entries: "1 printer#2 C: STARTTLS\n1 printer#2 S: 220 go\n1 printer#2 C: AUTH PLAIN {c2VjcmV0}"},
		"a secret where the server greets over TLS":    {entries: "1 printer#2 S: 220 hello over TLS\n1 printer#2 C: AUTH PLAIN {c2VjcmV0}"},
		"a refresh token for another host":             {entries: "1 printer#1 poll tokens\n2 printer#1 refresh host=evil.example", broken: "token-to-its-host"},
		"a refresh token for the mail server":          {entries: "1 printer#1 poll tokens\n2 printer#2 C: STARTTLS\n2 printer#2 S: 220 go\n2 printer#2 C: {UjE=}", broken: "token-to-its-host"},
		"an access token for the mail server":          {entries: "1 printer#1 poll tokens\n2 printer#2 C: STARTTLS\n2 printer#2 S: 220 go\n2 printer#2 C: {QTE=}"},
		"a sign-in kept before OK":                     {entries: "1 printer#1 poll tokens\n2 printer memory", broken: "stored-before-ok"},
		"a sign-in kept after a click":                 {entries: "1 printer#1 poll tokens\n2 scenario webconfig click OK\n2 printer memory"},
		"an older sign-in kept meanwhile":              {entries: "1 printer#1 poll tokens\n2 printer#1 refresh\n2 printer memory"},
		"a rotated token that is not kept":             {entries: "0 printer memory\n1 printer#1 refresh\n2 printer#2 C: STARTTLS\n2 printer#2 S: 220 go\n2 printer#2 C: {QTI=}", broken: "rotated-token"},
		"a token renewed after the sign-out":           {entries: "0 printer memory\n1 printer#1 poll tokens\n2 scenario webconfig click 'Sign Out'\n3 printer memory\n4 printer#1 refresh\n5 printer#2 C: STARTTLS\n5 printer#2 S: 220 go\n5 printer#2 C: {QTI=}"},
		"a rotated token of a silent device":           {entries: "1 printer#1 refresh\n2 printer#2 C: STARTTLS\n2 printer#2 S: 220 go\n2 printer#2 C: {QTI=}"},
		"the same after power off":                     {entries: "0 scenario x", device: Device{Before: []string{"a", "b"}, After: []string{"a", "b"}}},
		"a setting that power off loses":               {entries: "0 scenario x", device: Device{Before: []string{"a", "b"}, After: []string{"a"}}, broken: "power-off"},
		"a setting that comes back":                    {entries: "0 scenario x", device: Device{Before: []string{"a"}, After: []string{"a", "b"}}, broken: "power-off"},
		"a device that cannot be looked at":            {entries: "0 scenario x", device: Device{Before: []string{"a"}}},
		"one job, one mail":                            {entries: sent, device: Device{Jobs: []Job{{Receipt: 1}}}},
		"one job, two mails":                           {entries: sent + sent, device: Device{Jobs: []Job{{Receipt: 1}}}, broken: "one-delivery"},
		"two jobs, the older no longer in the history": {entries: sent + sent, device: Device{Jobs: []Job{{Receipt: 2}}}},
		"two mails of a device without history":        {entries: sent + sent},
		"everybody who was typed":                      {entries: "0 scenario scan email bob@fabrikam.com subject=x" + sent},
		"one who was typed is missing":                 {entries: "0 scenario scan email bob@fabrikam.com eve@fabrikam.com" + sent, broken: "recipients"},
		"one who was not typed":                        {entries: "0 scenario scan email eve@fabrikam.com" + sent, broken: "recipients"},
		"a fax to the number that was dialled":         {entries: "0 scenario scan fax '+49 (30) 12' pages=2" + faxed},
		"a fax to another number":                      {entries: "0 scenario scan fax +493013" + faxed, broken: "recipients"},
		"a mail that tells of an event":                {entries: "0 scenario webconfig set 'Email Address 1' bob@fabrikam.com\n0 scenario scan fax 110" + sent},
		"a mail to who is told of no event":            {entries: "0 scenario webconfig set 'Email Address 1' eve@fabrikam.com\n0 scenario scan fax 110" + sent, broken: "recipients"},
		"an access token for a fax provider's server":  {entries: "1 printer#1 poll tokens\n2 printer#2 C: STARTTLS\n2 printer#2 S: 220 go\n2 printer#2 C: {QTE=}", servers: map[string]string{"login.microsoftonline.com": "smtp"}},
		"an access token for another provider's":       {entries: "1 printer#1 poll tokens\n2 printer#2 C: STARTTLS\n2 printer#2 S: 220 go\n2 printer#2 C: {QTE=}", servers: map[string]string{"login.microsoftonline.com": "smtp.fax.example.com"}, broken: "token-to-its-host"},
		"a header that names another":                  {entries: "0 scenario x", mails: []Mail{{Mailbox: "bob@fabrikam.com", Header: mail("1", "eve@fabrikam.com")}}, broken: "recipients"},
		"a Message-ID twice":                           {entries: "0 scenario x", mails: []Mail{{"b@x", mail("1", "b@x")}, {"b@x", mail("1", "b@x")}}, broken: "message-id"},
		"a Message-ID in two mailboxes":                {entries: "0 scenario x", mails: []Mail{{"b@x", mail("1", "b@x, c@x")}, {"c@x", mail("1", "b@x, c@x")}}},
		"no Message-ID":                                {entries: "0 scenario x", mails: []Mail{{"b@x", []byte("To: b@x\r\n\r\nhello\r\n")}}, broken: "message-id"},
		"a row of the table":                           {entries: "0 scenario x", device: Device{Jobs: []Job{{Code: "361", Status: "expired", Solution: "sign in", Wanted: row}}}},
		"a code that is not in the table":              {entries: "0 scenario x", device: Device{Jobs: []Job{{Code: "999"}}}, broken: "job-row"},
		"a status of another code":                     {entries: "0 scenario x", device: Device{Jobs: []Job{{Code: "361", Status: "x", Solution: "sign in", Wanted: row}}}, broken: "job-row"},
		"a solution that is the status":                {entries: "0 scenario x", device: Device{Jobs: []Job{{Code: "361", Status: "expired", Solution: "expired", Wanted: row}}}, broken: "job-row"},
		"a surface in its language":                    {entries: "0 scenario lang el"},
		"a surface that shows English":                 {entries: "0 scenario lang el\n1 printer english el M4", broken: "language"},
	} {
		t.Run(name, func(t *testing.T) {
			c.device.Name = "printer"
			var found []string
			whole := Record{
				Entries: record(t, c.entries), Devices: []Device{c.device}, Mails: c.mails, MailServers: c.servers,
			}
			for _, b := range Judge(whole) {
				found = append(found, b.Law.ID)
				require.NotContains(t, b.String(), "R1")
				require.NotContains(t, b.String(), "A1")
			}
			if c.broken == "" {
				require.Empty(t, found)
				return
			}
			require.Equal(t, []string{c.broken}, found)
		})
	}
}

func TestEachLawSaysWhatItHoldsAndWhereItStands(t *testing.T) {
	seen := map[string]bool{}
	for _, law := range All() {
		require.Regexp(t, `^[a-z]+(-[a-z]+)*$`, law.ID)
		require.False(t, seen[law.ID], law.ID)
		seen[law.ID] = true
		require.NotEmpty(t, law.Says)
		require.NotContains(t, law.Says[len(law.Says)-1:], ".")
		require.NotEmpty(t, law.Clause)
	}
}

// A record comes from whatever a device has sent: nothing in it may break the judge.
func FuzzJudge(f *testing.F) {
	f.Add("C: MAIL FROM:<a", "grant_type=refresh_token&%zz", `{"interval":-1}`)
	f.Add("S: 354", "scope=%00", `[1]`)
	f.Add("C: RCPT TO:", "", `{"device_code":{}}`)
	f.Fuzz(func(_ *testing.T, line, body, answer string) {
		x := &journal.Exchange{
			Host: "h", Target: journal.Plain("/token"), RequestBody: journal.Hidden(body),
			ResponseBody: journal.Hidden(answer), Status: 200,
		}
		Judge(Record{
			Entries: []journal.Entry{
				{Party: "smtp", Connection: "printer#1", Kind: journal.KindSMTP, Text: journal.Plain("C: MAIL FROM:<x>")},
				{Party: "smtp", Connection: "printer#1", Kind: journal.KindSMTP, Text: journal.Hidden(line)},
				{Party: "entra", Connection: "printer#2", Kind: journal.KindHTTP, HTTP: x},
				{Party: "scenario", Kind: journal.KindNote, Text: journal.Plain("scan email " + line)},
			},
			Devices: []Device{{Name: "printer", Scopes: []string{"a"}}},
			Mails:   []Mail{{Mailbox: line, Header: []byte(body)}},
		})
	})
}

func TestTheDocumentationListsTheLaws(t *testing.T) {
	text, err := os.ReadFile("../docs/language.md")
	require.NoError(t, err)
	for _, law := range All() {
		require.Contains(t, string(text), fmt.Sprintf("| `%s` | %s | %s |", law.ID, law.Says, law.Clause))
	}
}

func TestWhatWasSetBeforeCountsWhenAPrinterIsTemptedAfterwards(t *testing.T) {
	const disabled = "0 scenario webconfig set 'Certificate Validation' Disable\n"
	const tempted = "1 printer#2 C: STARTTLS\n1 printer#2 S: 220 go\n1 printer#2 fault certificate of a stranger\n1 printer#2 C: EHLO x"
	devices := []Device{{Name: "printer"}}
	require.Empty(t, JudgeStranger(Record{Entries: record(t, disabled+tempted), Devices: devices}, 1))
	require.Len(t, JudgeStranger(Record{Entries: record(t, tempted), Devices: devices}, 1), 1)
	require.Empty(t, JudgeStranger(Record{Entries: record(t, tempted), Devices: devices}, 4))
}
