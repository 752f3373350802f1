package serve

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
)

// mailpits are the shapes whose members are Mailpit's, which begin with capitals.
const mailpits = " Address Attachment Checksums DeleteRequest Envelope InfoAnswer List ListUnsubscribe MarkRequest Message Part Summary "

func TestMembersBeginWithASmallLetterButForMailpits(t *testing.T) {
	document, err := openAPI()
	require.NoError(t, err)
	var api struct {
		Components struct {
			Schemas map[string]struct{ Properties map[string]any }
		}
	}
	require.NoError(t, json.Unmarshal(document.Body, &api))
	require.NotEmpty(t, api.Components.Schemas)
	for shape, schema := range api.Components.Schemas {
		if strings.HasPrefix(shape, "Mailpit") || strings.Contains(mailpits, " "+shape+" ") {
			continue
		}
		for member := range schema.Properties {
			require.False(t, unicode.IsUpper(rune(member[0])), "%s.%s", shape, member)
		}
	}
}

func TestAMemberOfTheWrongKindIsToldByItsName(t *testing.T) {
	s := live(t, Config{})
	for body, want := range map[string]string{
		`{"name":{},"arguments":[]}`:                 `field "name" must be a text, not an object`,
		`{"name":"Get-Mailbox","arguments":{"a":1}}`: `field "arguments" must be a list of texts, not an object`,
		`{"name":"Get-Mailbox","arguments":["a",1]}`: `field "arguments" must be a list of texts; one of it is a number`,
		`{"name":"Get-Mailbox","arguments":"a"}`:     `field "arguments" must be a list of texts, not a text`,
		`{"name":true}`:                              `field "name" must be a text, not true or false`,
		`[]`:                                         `the body must be an object, not a list`,
	} {
		status, answer := s.ask(http.MethodPost, "/exchange/cmdlet", body)
		require.Equal(t, http.StatusBadRequest, status)
		require.Equal(t, want, answer["error"], body)
	}
	for _, c := range []struct{ body, came string }{
		{`{"words":1}`, "a number"}, {`{"words":{}}`, "an object"}, {`{"words":[1]}`, "a list"},
	} {
		status, answer := s.ask(http.MethodPost, "/exchange/answer", c.body)
		require.Equal(t, http.StatusBadRequest, status)
		require.Equal(t, `field "words" must be one line of words, or a list of words, not `+c.came, answer["error"])
	}
}
