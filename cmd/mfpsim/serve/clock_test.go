package serve

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTheControlAPIMovesNoClockOutOfItsRange(t *testing.T) {
	s := live(t, Config{})
	for _, step := range []string{"36500d", "36500d"} {
		status, _ := s.ask(http.MethodPost, "/clock/advance", `{"duration":"`+step+`"}`)
		require.Equal(t, http.StatusOK, status)
	}
	for _, test := range []struct{ name, path, body, message string }{
		{"past the end of all time", "/clock/advance", `{"duration":"36500d"}`, "the time of this bench ends on "},
		{"a sum that no number holds", "/clock/advance", `{"duration":"99999d2562047h"}`, "more than a hundred years"},
		{"six digits of days", "/clock/advance", `{"duration":"300000d"}`, "300000d is more than a hundred years"},
		{"more digits than a number holds", "/clock/advance", `{"duration":"99999999999999999999d1h"}`, "is more than a hundred years"},
		{"more hours than a number holds", "/clock/advance", `{"duration":"99999999999999999999h"}`, "is more than a hundred years"},
		{"no length of time", "/clock/advance", `{"duration":"3 weeks"}`, "is no length of time"},
		{"a year of five digits", "/clock/printer", `{"date":"10000-01-01T00:00:00Z"}`, "is no date; write 2026-03-02"},
		{"the last year of four", "/clock/printer", `{"date":"9999-12-31T00:00:00Z"}`, "a clock cannot be set to the year 9999"},
		{"the year 0", "/clock/printer", `{"date":"0000-01-01T00:00:00Z"}`, "a clock cannot be set to the year 0"},
		{"an offset in place of a drift", "/clock/printer", `{"drift":"-8760h"}`, "for a clock that is wrong by a fixed time, set its date"},
		{"two days a day", "/clock/printer", `{"date":"2026-01-01","drift":"-48h"}`, "-48h0m0s is too much for a drift"},
		{"a time difference of no place", "/clock/printer", `{"date":"2026-01-01","timeDifference":"+15:00"}`, "quarters of an hour from -12:00 to +14:00"},
		{"a time difference that is none", "/clock/printer", `{"timeDifference":"9h"}`, "is no time difference; write +09:00 or -03:30"},
		{"nothing at all", "/clock/printer", `{}`, "name a date, a drift per day, or a time difference"},
		{"a drift that is none", "/clock/printer", `{"drift":"--2s"}`, "is no drift: write what the clock gains each day, 2s, or loses, -2s"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, before := s.ask(http.MethodGet, "/clock", "")
			status, answer := s.ask(http.MethodPost, test.path, test.body)
			require.Contains(t, answer["error"], test.message)
			require.Equal(t, http.StatusBadRequest, status)
			status, after := s.ask(http.MethodGet, "/clock", "")
			require.Equal(t, http.StatusOK, status)
			for _, clock := range []string{"now", "printer"} { // to the day: this bench follows the machine's clock
				was, is := before[clock].(string), after[clock].(string)
				require.Equal(t, was[:10], is[:10], "what is refused changes nothing")
			}
		})
	}
	status, _ := s.ask(http.MethodPost, "/clock/printer", `{"date":"2027-01-01T10:00:00Z","drift":"-2s"}`)
	require.Equal(t, http.StatusOK, status)
}

func TestTheControlAPISetsThePlaceOfThePrinter(t *testing.T) {
	s := live(t, Config{})
	_, before := s.ask(http.MethodGet, "/clock", "")
	status, answer := s.ask(http.MethodPost, "/clock/printer", `{"timeDifference":"+05:30"}`)
	require.Equal(t, http.StatusOK, status, answer)
	_, after := s.ask(http.MethodGet, "/clock", "")
	was, err := time.Parse(time.RFC3339, before["printer"].(string))
	require.NoError(t, err)
	is, err := time.Parse(time.RFC3339, after["printer"].(string))
	require.NoError(t, err)
	require.WithinDuration(t, was, is, time.Minute, "the moment that the clock shows stays")
	status, answer = s.ask(http.MethodPost, "/printer/memory", `{"words":"refuses writes"}`)
	require.Equal(t, http.StatusOK, status, answer)
	status, answer = s.ask(http.MethodPost, "/clock/printer", `{"date":"2031-01-01","timeDifference":"-03:00"}`)
	require.NotEqual(t, http.StatusOK, status, answer)
	_, after = s.ask(http.MethodGet, "/clock", "")
	require.NotContains(t, after["printer"], "2031", "where the memory refuses the one the other is not set either")
}
