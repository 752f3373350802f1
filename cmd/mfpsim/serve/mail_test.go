package serve

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/lab"
)

// signedIn serves a bench whose printer has been set up.
func signedIn(t *testing.T, c Config) *served {
	t.Helper()
	c.Script = written(t, "signed-in.txt", `tenant contoso.com smtp-auth=enabled security-defaults=off
user admin@contoso.com role='Cloud Application Administrator' mailbox
user alice@contoso.com mailbox
printer sign-in admin@contoso.com
`)
	return live(t, c)
}

// object asks for JSON and reads it into value.
func (s *served) object(path string, value any) {
	s.t.Helper()
	status, text := s.get(s.Control + path)
	require.Equal(s.t, http.StatusOK, status, text)
	require.NoError(s.t, json.Unmarshal([]byte(text), value), text)
}

type listed struct {
	Total, Unread  int
	MessagesCount  int `json:"messages_count"`
	MessagesUnread int `json:"messages_unread"`
	Messages       []struct {
		ID, Subject, Snippet string
		Read                 bool
		Attachments          int
		Tags                 []string
	}
}

func TestMailComesOutAgainUnderMailpitsPaths(t *testing.T) {
	s := signedIn(t, Config{})
	status, answer := s.ask(
		http.MethodPost, "/printer/scan", `{"to":["bob@fabrikam.com","nobody@contoso.com"],"subject":"Scan","pages":2}`,
	)
	require.Equal(t, http.StatusOK, status, answer)
	var found listed
	s.object("/api/v1/messages?to=bob@fabrikam.com&wait=1m", &found)
	require.Equal(t, 1, found.MessagesCount)
	require.Equal(t, 1, found.Messages[0].Attachments)
	require.False(t, found.Messages[0].Read)
	id := found.Messages[0].ID

	var message struct {
		Subject, Text, Username, ReturnPath string
		From                                struct{ Address string }
		To                                  []struct{ Address string }
		Attachments                         []struct {
			PartID, FileName, ContentType string
			Size                          int
			Checksums                     struct{ SHA256 string }
		}
		Envelope struct {
			From          string
			To, Mailboxes []string
		}
	}
	s.object("/api/v1/message/"+id, &message)
	require.Equal(t, "Scan", message.Subject)
	require.Equal(t, []string{"bob@fabrikam.com", "nobody@contoso.com"}, message.Envelope.To)
	require.Equal(t, []string{"bob@fabrikam.com"}, message.Envelope.Mailboxes)
	require.Equal(t, "admin@contoso.com", message.From.Address)
	require.Equal(t, "admin@contoso.com", message.Username)
	require.Equal(t, "application/pdf", message.Attachments[0].ContentType)
	status, content := s.get(s.Control + "/api/v1/message/" + id + "/part/" + message.Attachments[0].PartID)
	require.Equal(t, http.StatusOK, status)
	require.Len(t, content, message.Attachments[0].Size)
	require.True(t, strings.HasPrefix(content, "%PDF"))
	status, raw := s.get(s.Control + "/api/v1/message/" + id + "/raw")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, raw, "\r\nSubject: Scan\r\n")
	var headers map[string][]string
	s.object("/api/v1/message/"+id+"/headers", &headers)
	require.Equal(t, []string{"Scan"}, headers["Subject"])
	require.NotEmpty(t, headers["Received"])

	// The recipient that is not there is reported to the sender.
	s.object("/api/v1/search?query=tag:NDR&wait=1m", &found)
	require.Equal(t, 1, found.MessagesCount)
	require.Equal(t, []string{"NDR"}, found.Messages[0].Tags)
	s.object("/api/v1/search?query=is:read", &found)
	require.Equal(t, []int{2, 1, 1, 0}, []int{found.Total, found.Unread, found.MessagesCount, found.MessagesUnread})
	var reports, sent []map[string]any
	s.object("/exchange/reports", &reports)
	require.Len(t, reports, 1)
	require.Contains(t, reports[0]["text"], "5.1.10")
	s.object("/sent/admin@contoso.com", &sent)
	require.Len(t, sent, 1)
	require.Equal(t, "Scan", sent[0]["subject"])
	var trace []map[string]any
	s.object("/exchange/trace", &trace)
	require.Equal(t, []any{"Delivered", "Failed"}, []any{trace[0]["status"], trace[1]["status"]})

	// Deleting takes it off the list, and off nothing else.
	status, answer = s.ask(http.MethodDelete, "/api/v1/messages", `{"IDs":["`+id+`"]}`)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "ok", answer["text"])
	status, answer = s.ask(http.MethodGet, "/api/v1/message/"+id, "")
	require.Equal(t, http.StatusNotFound, status)
	require.Contains(t, answer["error"], "there is no such message: "+id)
	status, _ = s.ask(http.MethodDelete, "/api/v1/messages", "")
	require.Equal(t, http.StatusOK, status)
	s.object("/api/v1/messages", &found)
	require.Zero(t, found.Total)
	_, answer = s.ask(http.MethodGet, "/mailbox/bob@fabrikam.com", "")
	require.EqualValues(t, 1, answer["count"])
	require.Len(t, answer["messages"], 1)

	for path, message := range map[string]string{
		"/api/v1/search": `parameter "query" is missing`, "/api/v1/search?query=after:soon": `"soon" is no date`,
		"/api/v1/search?query=x&tz=Moon": "no time zone of this name", "/api/v1/search?query=larger:big": `"big" is no size`,
	} {
		status, answer = s.ask(http.MethodGet, path, "")
		require.Equal(t, http.StatusBadRequest, status, path)
		require.Contains(t, answer["error"], message)
	}
}

func TestWhatTheMailServerRefusedTellsWhy(t *testing.T) {
	s := signedIn(t, Config{})
	status, answer := s.ask(
		http.MethodPost, "/exchange/cmdlet",
		`{"name":"Set-TransportConfig","arguments":["-SmtpClientAuthenticationDisabled","$true"]}`,
	)
	require.Equal(t, http.StatusOK, status, answer)
	status, answer = s.ask(http.MethodPost, "/clock/advance", `{"duration":"2h"}`)
	require.Equal(t, http.StatusOK, status, answer)
	status, answer = s.ask(http.MethodPost, "/printer/scan", `{"to":["bob@fabrikam.com"]}`)
	require.Equal(t, http.StatusOK, status, answer)
	status, answer = s.ask(http.MethodPost, "/clock/advance", `{"duration":"10m"}`)
	require.Equal(t, http.StatusOK, status, answer)
	var refusals []map[string]any
	s.object("/exchange/refusals", &refusals)
	require.Len(t, refusals, 1)
	require.Equal(t, "admin@contoso.com", refusals[0]["user"])
	require.Equal(t, "SMTP AUTH is disabled for the tenant", refusals[0]["reason"])
	require.Contains(t, refusals[0]["reply"], "535 5.7.139")
}

func TestAMailIsReadWhenSomebodyHasLookedAtIt(t *testing.T) {
	var bench *lab.Lab
	s := live(t, Config{Lab: func(l *lab.Lab) { bench = l }})
	require.NoError(t, bench.SMTP.Deliver("alice@contoso.com", []byte("Subject: A\r\n\r\nx\r\n")))
	var found listed
	s.object("/api/v1/messages", &found)
	require.Equal(t, 1, found.Unread)
	status, _ := s.get(s.Control + "/api/v1/message/latest")
	require.Equal(t, http.StatusOK, status)
	s.object("/api/v1/messages", &found)
	require.Equal(t, 0, found.Unread)
	status, _ = s.ask(http.MethodPut, "/api/v1/messages", `{}`)
	require.Equal(t, http.StatusOK, status)
	s.object("/api/v1/messages", &found)
	require.Equal(t, 1, found.Unread)
	status, answer := s.ask(http.MethodPut, "/api/v1/messages", `{"IDs":["a"],"Search":"b"}`)
	require.Equal(t, http.StatusBadRequest, status)
	require.Contains(t, answer["error"], "name IDs or a search, not both")
}
