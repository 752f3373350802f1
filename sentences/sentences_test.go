package sentences_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/journal"
	"mfpsim/sentences"
)

func http(method, target, request string, status int, answer string) journal.Entry {
	return journal.Entry{Party: "entra", Connection: "printer#1", Kind: journal.KindHTTP, HTTP: &journal.Exchange{
		Method:       method,
		Host:         "login.microsoftonline.com",
		Target:       journal.Plain(target),
		RequestBody:  journal.Plain(request),
		Status:       status,
		ResponseBody: journal.Plain(answer),
	}}
}

func smtp(lines ...string) (entries []journal.Entry) {
	for i, l := range lines {
		entries = append(
			entries,
			journal.Entry{
				Number:     i + 1,
				Party:      "smtp",
				Connection: "printer#2",
				Kind:       journal.KindSMTP,
				Text:       journal.Plain(l),
			},
		)
	}
	return entries
}

const token = "/organizations/oauth2/v2.0/token"

func TestEachExchangeIsToldInASentence(t *testing.T) {
	expired := http(
		"POST",
		token,
		"grant_type=refresh_token",
		400,
		`{"error":"invalid_grant","error_description":"AADSTS700082: The refresh token has expired due to inactivity."}`,
	)
	for _, row := range []struct {
		name, language, says string
		tone                 sentences.Tone
		of                   []journal.Entry
	}{
		{
			"a refusal in English", "en", "Entra refused to renew the sign-in: AADSTS700082, not used for 90 days",
			sentences.Refused,
			[]journal.Entry{expired},
		},
		{
			"in Hindi", "hi", "Entra ने साइन-इन का नवीनीकरण करने से मना किया: AADSTS700082, 90 दिन से उपयोग नहीं हुआ",
			sentences.Refused,
			[]journal.Entry{expired},
		},
		{
			"in Greek", "el",
			"Το Entra αρνήθηκε να ανανεώσει τη σύνδεση: AADSTS700082, δεν χρησιμοποιήθηκε για 90 ημέρες",
			sentences.Refused,
			[]journal.Entry{expired},
		},
		{
			"a sign-in that waits is no refusal", "en",
			"The printer asked Entra whether the sign-in is complete: not yet.", sentences.Plain,
			[]journal.Entry{
				http("POST", token, "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code", 400,
					`{"error":"authorization_pending","error_description":"AADSTS70016: pending."}`),
			},
		},
		{
			"a number that no row knows", "en", "Entra refused to renew the sign-in: AADSTS99999, the sign-in is not taken any more", sentences.Refused,
			[]journal.Entry{http("POST", token, "grant_type=refresh_token", 400,
				`{"error":"invalid_grant","error_description":"AADSTS99999: ?"}`)},
		},
		{
			"a conversation that ends well", "en",
			"Exchange accepted a mail from a@contoso.com to b@fabrikam.com, c@fabrikam.com.", sentences.Good, smtp(
				"S: 220 ready", "C: EHLO x", "S: 250 SMTPUTF8", "C: AUTH XOAUTH2",
				"S: 235 2.7.0 Authentication successful", "C: MAIL FROM:<a@contoso.com>", "S: 250 2.1.0 Sender OK",
				"C: RCPT TO:<b@fabrikam.com>", "S: 250 2.1.5 OK", "C: RCPT TO:<c@fabrikam.com>", "S: 250 2.1.5 OK",
				"C: DATA", "S: 354 Start", "C: .", "S: 250 2.0.0 OK", "C: QUIT", "S: 221 bye",
			),
		},
		{
			"SMTP AUTH that is off", "en",
			"Exchange refused the printer's sign-in: 535 5.7.139, SMTP AUTH is off for the organization",
			sentences.Refused, smtp(
				"S: 220 ready", "C: EHLO x", "S: 250 SMTPUTF8", "C: AUTH XOAUTH2", "S: 334 ",
				"S: 535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.",
				"C: QUIT", "S: 221 bye",
			),
		},
		{
			"a sender that is not the account", "en",
			"Exchange refused a mail from x@contoso.com to b@fabrikam.com: 554 5.2.252, " +
				"the sender is not the account that signed in", sentences.Refused, smtp(
				"C: EHLO x", "S: 250 OK", "C: MAIL FROM:<x@contoso.com>", "S: 250 OK", "C: RCPT TO:<b@fabrikam.com>",
				"S: 250 OK", "C: DATA", "S: 354 Start", "C: .",
				"S: 554 5.2.252 SendAsDenied; x not allowed to send as y",
			),
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			told := sentences.Tell(row.of, row.language)
			require.Len(t, told, 1)
			require.Equal(t, row.says, told[0].Text)
			require.Equal(t, row.tone, told[0].Tone)
		})
	}
}

func TestTheSameSentenceInARowIsOneLine(t *testing.T) {
	asks := http("POST", token, "grant_type=device_code", 400, `{"error":"authorization_pending"}`)
	told := sentences.Tell([]journal.Entry{asks, asks, asks}, "en")
	require.Len(t, told, 1)
	require.Equal(t, 3, told[0].Times)
}

func TestWhatTheRecordHidesStaysHidden(t *testing.T) {
	e := http("POST", token, "", 400, "")
	e.HTTP.RequestBody = journal.Join(
		journal.Plain("grant_type=refresh_token&refresh_token="),
		journal.Hidden("0.AX-secret"),
	)
	told := sentences.Tell([]journal.Entry{e}, "en")
	require.Len(t, told, 1)
	require.NotContains(t, told[0].Text+told[0].Why, "secret")
}

// What a sentence names has a gender that it does not know: it agrees with its own noun.
func TestASentenceAgreesWithNoNameThatIsPutIn(t *testing.T) {
	var home journal.Entry
	require.NoError(t, json.Unmarshal([]byte(`{"party":"printer","kind":"screen","screen":{"title":"होम स्क्रीन"}}`), &home))
	page := journal.Entry{Party: "printer", Kind: journal.KindHTTP, HTTP: &journal.Exchange{
		Method: "GET", Target: journal.Plain("/"), Status: 200, ResponseBody: journal.Plain("<title>Σελίδα</title>"),
	}}
	for _, row := range []struct {
		of             journal.Entry
		language, says string
	}{
		{home, "hi", "पैनल पर यह स्क्रीन खुली है: होम स्क्रीन।"},
		{home, "el", "Ο πίνακας ελέγχου είναι στην οθόνη «होम स्क्रीन»."},
		{page, "hi", "Web Config ने यह पेज दिखाया: Σελίδα।"},
		{page, "el", "Το Web Config έδειξε τη σελίδα «Σελίδα»."},
	} {
		require.Equal(t, row.says, sentences.Tell([]journal.Entry{row.of}, row.language)[0].Text)
	}
}
