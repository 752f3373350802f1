package catalogue

import (
	"cmp"
	"net/http"
	"strconv"
	"time"
)

// Problem is an error answer in the making.
type Problem struct {
	Row         Row
	Claims      string   // the claims challenge, JSON
	Correlation string   // of the session that it belongs to; empty: of the request
	values      []string // pairs of {word} and value
	word        string   // another error word than the row's
}

// Fail begins an error answer with the plain row of a number.
func Fail(code int) *Problem { return FailAs(code, "") }

// FailAs begins an error answer with a variant. A number that is not in the catalogue is a mistake of this package.
func FailAs(code int, variant string) *Problem {
	row := index[rowKey{code, variant}]
	if row == nil {
		panic("fakeentra: an answer that is not in the catalogue")
	}
	return &Problem{Row: *row}
}

// Ours begins a refusal that is not Entra's but the fake's own, with a status.
func Ours(status int, word, sentence string) *Problem {
	return &Problem{Row: Row{Text: sentence, Word: word, Status: status, Tag: "I", Source: "ours"}}
}

// Told is [Fail] with another sentence; without one, it is the catalogue's. A number that the catalogue lacks is an
// invalid_request with status 400.
func Told(code int, text string) *Problem {
	if text == "" {
		return Fail(code)
	}
	row, known := Lookup(code)
	if !known {
		row = Row{Code: code, Word: "invalid_request", Status: http.StatusBadRequest}
	}
	row.Text = text
	return &Problem{Row: row}
}

// With fills in a word of the sentence.
func (p *Problem) With(word, value string) *Problem {
	p.values = append(p.values, "{"+word+"}", value)
	return p
}

// In ties the answer to a session's correlation id.
func (p *Problem) In(correlation string) *Problem {
	p.Correlation = correlation
	return p
}

// Message is the sentence behind its number; without a number, the sentence alone.
func (p *Problem) Message() string {
	if p.Row.Code == 0 {
		return p.Sentence()
	}
	return "AADSTS" + strconv.Itoa(p.Row.Code) + ": " + p.Sentence()
}

// Say gives the answer another error word than the row's; "" leaves the row's.
func (p *Problem) Say(word string) *Problem {
	p.word = word
	return p
}

// Word is the error word that the answer is sent with.
func (p *Problem) Word() string { return cmp.Or(p.word, p.Row.Word, "invalid_request") }

// InV1 gives an answer the word that the v1 endpoint has for its number: interaction_required where v2 says
// invalid_grant with a suberror (docs/reference/entra.md §4.3 [C]), code_expired for a dead device code (§2.2 [C]).
func (p *Problem) InV1() {
	switch {
	case p.Row.Code == 70020:
		p.word = "code_expired"
	case p.Row.Word != "invalid_grant":
	case p.Row.Suberror == "basic_action", p.Row.Suberror == "message_only", p.Row.Suberror == "additional_action",
		p.Row.Suberror == "token_expired":
		p.word = "interaction_required"
	}
}

// Forms of time in Entra's sentences (docs/reference/entra.md §2.3, §4.3).
func ErrorTime(t time.Time) string   { return t.UTC().Format("2006-01-02 15:04:05Z") }
func SevenDigits(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.0000000Z") }
func WholeSecond(t time.Time) string {
	return t.UTC().Truncate(time.Second).Format("2006-01-02T15:04:05.0000000Z")
}
