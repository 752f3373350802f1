package sentences_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/journal"
	"mfpsim/sentences"
)

func TestAPageThatRefusesIsToldAsARefusalBeforeAnybodyAsksForItsNumber(t *testing.T) {
	logIn := func(to string) journal.Entry {
		return journal.Entry{Party: "printer", Kind: journal.KindHTTP, HTTP: &journal.Exchange{
			Method: "POST", Target: journal.Plain("/login"), Status: 303,
			ResponseHeader: []journal.Field{{Name: "Location", Value: journal.Plain(to)}},
		}}
	}
	page := func(main string) journal.Entry {
		return http("POST", "/common/login", "passwd=x", 200, "<!DOCTYPE html>\n<html>"+main+"</html>")
	}
	for _, row := range []struct {
		name string
		of   journal.Entry
		says string
		tone sentences.Tone
	}{
		{"a log-in that leads back", logIn("/login?because=wrong"), "Web Config refused a log-in.", sentences.Refused},
		{"a log-in that leads on", logIn("/"), "A log-in to Web Config was sent.", sentences.Plain},
		{
			"a page that blocks", page(`<main data-page="blocked"><h1>You can&#39;t</h1>`),
			"Microsoft's page refused the sign-in: You can't", sentences.Refused,
		},
		{
			"a page that asks again", page(`<main data-page="password"><h1>Enter</h1><p class="error" role="alert" id="e">Wrong.</p>`),
			"Microsoft's page refused the sign-in: Wrong", sentences.Refused,
		},
		{
			"a page that goes on", page(`<main data-page="verify"><h1>Are you?</h1>`),
			"The password was entered on Microsoft's page.", sentences.Plain,
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			told := sentences.Tell([]journal.Entry{row.of}, "en")
			require.Len(t, told, 1)
			require.Equal(t, row.says, told[0].Text)
			require.Equal(t, row.tone, told[0].Tone)
			require.Equal(t, row.tone == sentences.Refused, sentences.Refuses(row.of))
		})
	}
}
