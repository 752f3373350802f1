package mailpit_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/cmd/mfpsim/serve/mailpit"
	"mfpsim/fakesmtp"
)

// post is a service with some mails.
type post []fakesmtp.Delivery

func (p post) Deliveries(after int) []fakesmtp.Delivery {
	var found []fakesmtp.Delivery
	for _, d := range p {
		if d.Serial > after {
			found = append(found, d)
		}
	}
	return found
}

func (post) Sender(connection string) string {
	return map[string]string{"scanner#1": "alice@contoso.com"}[connection]
}

// mails are three, a day apart: an HTML mail with a picture, one with an attachment, and one of a single part.
func mails(t *testing.T) *mailpit.Box {
	t.Helper()
	texts := []string{
		"From: Alice <alice@contoso.com>\nTo: Bob <bob@fabrikam.com>\nCc: carol@fabrikam.com\nSubject: =?utf-8?q?Caf=C3=A9?= menu\nMessage-ID: <1@contoso.com>\n" +
			"Content-Type: multipart/related; boundary=r\n\n--r\nContent-Type: text/html; charset=utf-8\n\n<head><style>p{}</style></head><p>Hello <b>there</b></p>\n" +
			"--r\nContent-Type: image/png; name=logo.png\nContent-ID: <logo>\nContent-Disposition: inline\nContent-Transfer-Encoding: base64\n\niVBORw==\n--r--\n",
		"From: scanner@contoso.com\nTo: bob@fabrikam.com\nReply-To: desk@contoso.com\nSubject: Scan\nContent-Type: multipart/mixed; boundary=m\n\n" +
			"--m\nContent-Type: text/plain\n\nfirst\n--m\nContent-Type: text/plain\n\nsecond\n" +
			"--m\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=invoice.pdf\nContent-Transfer-Encoding: base64\n\nJVBERi0=\n--m--\n",
		"From: nobody at all\nTo: dave@fabrikam.com\nSubject: Bare\nContent-Type: application/octet-stream; name=a.bin\n\nAB",
	}
	var all post
	for i, text := range texts {
		m := fakesmtp.ReadMessage([]byte(strings.ReplaceAll(text, "\n", "\r\n")))
		m.ReceivedAt = time.Date(2026, 3, 2+i, 9, 0, 0, 0, time.UTC)
		d := fakesmtp.Delivery{Message: m, Serial: i + 1, Mailboxes: []string{"bob@fabrikam.com"}}
		if i == 0 {
			d.Connection, d.Mailboxes = "scanner#1", []string{"bob@fabrikam.com", "hidden@fabrikam.com"}
		}
		all = append(all, d)
	}
	return mailpit.New(all)
}

func TestAMessageIsShownAsMailpitShowsIt(t *testing.T) {
	box := mails(t)
	first, err := box.Message("mail-1")
	require.NoError(t, err)
	require.Equal(t, "Café menu", first.Subject)
	require.Equal(t, &mailpit.Address{Name: "Alice", Address: "alice@contoso.com"}, first.From)
	require.Equal(t, []mailpit.Address{{Address: "hidden@fabrikam.com"}}, first.Bcc)
	require.Equal(t, "1@contoso.com", first.MessageID)
	require.Equal(t, "alice@contoso.com", first.Username)
	require.Empty(t, first.Text)
	require.Contains(t, first.HTML, "<b>there</b>")
	require.Empty(t, first.Attachments)
	picture := first.Inline[0]
	require.Equal(t, []string{"2", "logo.png", "logo"}, []string{picture.PartID, picture.FileName, picture.ContentID})
	_, content, err := box.Part("mail-1", "2")
	require.NoError(t, err)
	require.Equal(t, "\x89PNG", string(content))

	second, err := box.Message("mail-2")
	require.NoError(t, err)
	require.Equal(t, "first\n--\nsecond", strings.ReplaceAll(second.Text, "\r\n", "\n"))
	require.Equal(t, "3", second.Attachments[0].PartID)
	sum := "38523c087796e5d5dd1cf9bad1fb026781a838dd9dd2cf8af58b9f6502a46778"
	require.Equal(t, sum, second.Attachments[0].Checksums.SHA256)

	latest, err := box.Message("latest")
	require.NoError(t, err)
	require.Equal(t, "Bare", latest.Subject)
	require.Equal(t, &mailpit.Address{Name: "nobody at all"}, latest.From)
	require.Equal(t, "0", latest.Attachments[0].PartID)
	raw, err := box.Raw("latest")
	require.NoError(t, err)
	require.True(t, strings.HasSuffix(string(raw), "\r\n\r\nAB"))
	for _, id := range []string{"mail-4", "mail-", ""} {
		_, err := box.Message(id)
		require.ErrorIs(t, err, mailpit.ErrNone)
	}
	_, _, err = box.Part("mail-2", "9")
	require.ErrorContains(t, err, "mail-2 has no part 9")
}

func TestASearchFindsWhatMailpitFinds(t *testing.T) {
	box := mails(t)
	_, err := box.Message("mail-2") // it is read now
	require.NoError(t, err)
	for search, want := range map[string]string{
		"": "3 2 1", "to:bob": "2 1", "to:BOB@fabrikam.com subject:scan": "2", `subject:"caf` + "é" + ` menu"`: "1",
		"from:alice": "1", "from:contoso.com": "2 1", "-from:contoso.com": "3", "!to:bob": "3", "cc:carol": "1", "bcc:hidden": "1",
		"reply-to:desk": "2", "addressed:carol": "1", "addressed:alice": "1", "message-id:1@contoso.com": "1",
		"is:read": "2", "is:unread": "3 1", "-is:read": "3 1", "is:tagged": "", "tag:NDR": "", "has:attachment": "3 2", "has:inline": "1",
		"after:2026-03-03": "3 2", "before:2026-03-03": "1", "-before:2026-03-03": "3 2", "after:2026-03-04T09:00:00Z": "3",
		"larger:300": "2 1", "smaller:300": "3", "smaller:1kb": "3 2 1", "larger:1.5m": "",
		"invoice.pdf": "2", "second": "2", "there": "1", "style": "", "nothing": "", "hello there": "1", `"there hello"`: "",
	} {
		list, err := box.Find(mailpit.Query{Search: search}, 0, 50)
		require.NoError(t, err, search)
		var found []string
		for _, m := range list.Messages {
			found = append(found, strings.TrimPrefix(m.ID, "mail-"))
		}
		require.Equal(t, want, strings.Join(found, " "), search)
		require.Equal(t, len(found), list.MessagesCount, search)
		require.Equal(t, 3, list.Total, search)
	}
	list, err := box.Find(mailpit.Query{Search: "before:2026-03-02T08:30", Zone: "America/New_York"}, 0, 50)
	require.NoError(t, err)
	require.Equal(t, 1, list.MessagesCount) // 13:30 in UTC
	list, err = box.Find(mailpit.Query{To: "Hidden@fabrikam.com"}, 0, 50)
	require.NoError(t, err)
	require.Equal(t, 1, list.MessagesCount)
	list, err = box.Find(mailpit.Query{}, 1, 1)
	require.NoError(t, err)
	require.Equal(t, []int{3, 1}, []int{list.MessagesCount, list.Count})
	require.Equal(t, []string{"mail-2", "first -- second"}, []string{list.Messages[0].ID, list.Messages[0].Snippet})
	for _, search := range []string{"after:soon", "larger:big", "before:2026-13-01"} {
		_, err := box.Find(mailpit.Query{Search: search}, 0, 50)
		require.ErrorAs(t, err, &mailpit.ErrSearch{}, search)
	}
}

func TestWhatIsDeletedIsShownNoMore(t *testing.T) {
	box := mails(t)
	require.NoError(t, box.Delete([]string{"mail-2", "mail-9"}, "", ""))
	require.NoError(t, box.Delete(nil, "subject:menu", ""))
	list, err := box.Find(mailpit.Query{}, 0, 50)
	require.NoError(t, err)
	require.Equal(t, 1, list.Total)
	require.NoError(t, box.Delete(nil, "", ""))
	list, err = box.Find(mailpit.Query{}, 0, 50)
	require.NoError(t, err)
	require.Zero(t, list.Total)
	require.ErrorContains(t, box.Delete([]string{"mail-1"}, "x", ""), "name IDs or a search, not both")
}

func TestAWindowIsReadAsMailpitReadsIt(t *testing.T) {
	for words, want := range map[[2]string][2]int{
		{"", ""}: {0, 50}, {"2", "3"}: {2, 3}, {"x", "y"}: {0, 50}, {"-1", "0"}: {0, 0}, {"1", "-1"}: {1, 50},
	} {
		from, most := mailpit.Window(words[0], words[1])
		require.Equal(t, want, [2]int{from, most}, words)
	}
}
