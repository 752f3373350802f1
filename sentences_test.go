package mfpsim_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
	"mfpsim/fakesmtp"
	"mfpsim/guide"
	"mfpsim/journal"
	"mfpsim/sentences"
)

// Whatever number Entra's fake can refuse with, and whatever the mail server's can, is told with a reason, in each
// language and in its letters.
func TestEveryRefusalOfTheCloudsIsToldWithItsReason(t *testing.T) {
	ofRefusal := func(number int, word string) journal.Entry {
		return journal.Entry{Party: "entra", Kind: journal.KindHTTP, HTTP: &journal.Exchange{
			Method: "POST", Target: journal.Plain("/organizations/oauth2/v2.0/token"), Status: 400,
			RequestBody:  journal.Plain("grant_type=refresh_token"),
			ResponseBody: journal.Plain(fmt.Sprintf(`{"error":%q,"error_description":"AADSTS%d: x."}`, word, number)),
		}}
	}
	tell := func(t *testing.T, entries []journal.Entry, behind string) {
		said := map[string]bool{}
		for _, language := range guide.Languages() {
			lines := sentences.Tell(entries, language)
			require.Len(t, lines, 1)
			require.Equal(t, sentences.Refused, lines[0].Tone)
			_, why, found := strings.Cut(lines[0].Text, behind+", ")
			require.True(t, found, lines[0].Text)
			require.NotEmpty(t, strings.TrimSpace(why))
			said[why] = true
		}
		require.Len(t, said, len(guide.Languages()), "each language has words of its own: %v", said)
	}
	for _, row := range fakeentra.Catalogue() {
		if row.Code == 0 {
			continue
		}
		word := row.Word
		if word == "authorization_pending" {
			continue // refuses nothing
		}
		if word == "" {
			word = "invalid_request"
		}
		t.Run(fmt.Sprintf("AADSTS%d %s", row.Code, row.Variant), func(t *testing.T) {
			tell(t, []journal.Entry{ofRefusal(row.Code, word)}, fmt.Sprintf("AADSTS%d", row.Code))
		})
	}
	t.Run("a number that nobody has seen", func(t *testing.T) {
		tell(t, []journal.Entry{ofRefusal(999999, "please_come_back_some_other_day")}, "AADSTS999999")
	})
	for _, reply := range fakesmtp.Replies() {
		if reply.Code < 400 {
			continue
		}
		t.Run(fmt.Sprintf("%d %s", reply.Code, reply.Text), func(t *testing.T) {
			say := func(text string) journal.Entry {
				return journal.Entry{
					Party: "smtp", Connection: "printer#1", Kind: journal.KindSMTP, Text: journal.Plain(text),
				}
			}
			status, _, _ := strings.Cut(reply.Text, " ")
			asked, said := say("C: MAIL FROM:<a@b.example>"), say(fmt.Sprintf("S: %d %s", reply.Code, reply.Text))
			tell(t, []journal.Entry{asked, said}, fmt.Sprintf("%d %s", reply.Code, status))
		})
	}
}
