package answers

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAnswersAreReadFromWords(t *testing.T) {
	for _, c := range []struct {
		words []string
		want  []Answer
	}{
		{[]string{"auth", "reply=454 4.7.0 Try later", "times=1"}, []Answer{{On: "AUTH", Reply: "454 4.7.0 Try later", Times: 1}}},
		{
			[]string{"end-of-data", "late=2m", "after=1", "from=printer", "then", "QUIT", "silent", "disconnect"},
			[]Answer{{On: OnEndOfData, Delay: 2 * time.Minute, After: 1, From: "printer"}, {On: "QUIT", Silent: true, Then: Disconnect}},
		},
		{[]string{"starttls", `octets=220 go\r\n250 more\r\n`, "carried-out"}, []Answer{{On: "STARTTLS", Garbled: "220 go\r\n250 more\r\n", CarriedOut: true}}},
		{[]string{"response", "reset"}, []Answer{{On: OnResponse, Then: Reset}}},
	} {
		got, err := Parse(c.words...)
		require.NoError(t, err)
		require.Equal(t, c.want, got)
	}
}

func TestWordsThatAreNoAnswerAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		words []string
		want  string
	}{
		"no moment":          {nil, `no moment of an answer "" here; there are: any, auth,`},
		"an unknown moment":  {[]string{"tea"}, `no moment of an answer "tea" here; there are: any, auth,`},
		"an unknown word":    {[]string{"auth", "rude"}, `no word of an answer "rude" here; there are: after=, carried-out,`},
		"nothing is said":    {[]string{"auth", "times=1"}, "the answer at auth says nothing; write reply=, octets=, silent or late="},
		"no number":          {[]string{"auth", "silent", "times=often"}, "times=often: it is no number"},
		"no duration":        {[]string{"auth", "late=soon"}, "late=soon: "},
		"a bad escape":       {[]string{"auth", `octets=\q`}, `octets=\q: a backslash stands before r, n or x41`},
		"nothing after then": {[]string{"auth", "silent", "then"}, `no moment of an answer "" here`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse(c.words...)
			require.ErrorContains(t, err, c.want)
		})
	}
}
