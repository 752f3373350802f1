package mail

import (
	"bufio"
	"net/textproto"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/core/outcome"
)

func TestParseReply(t *testing.T) {
	for text, want := range map[string]reply{
		"5.7.139 Authentication": {code: 535, enhanced: "5.7.139", text: "Authentication"},
		"5.7 Authentication":     {code: 535, text: "5.7 Authentication"},
		"9.9.9 x":                {code: 535, text: "9.9.9 x"},
		"5.7.99999999999 x":      {code: 535, text: "5.7.99999999999 x"},
		"5.07.3 x":               {code: 535, text: "5.07.3 x"},
		"":                       {code: 535},
	} {
		require.Equal(t, want, parseReply(535, text), text)
	}
}

func TestClassesOfReplies(t *testing.T) {
	for _, test := range []struct {
		name  string
		stage outcome.Stage
		r     reply
		kind  outcome.Kind
	}{
		{"MAIL in clear at Exchange Online", outcome.StageSender, reply{code: 451, enhanced: "5.7.3"}, outcome.STARTTLSRequired},
		{"any refusal of STARTTLS", outcome.StageSTARTTLS, reply{code: 502}, outcome.NoSTARTTLS},
		{"TLS 1.0 refused at AUTH", outcome.StageAuthentication, reply{code: 421, enhanced: "4.7.66"}, outcome.ServerBusy},
		{"final removal of basic authentication", outcome.StageAuthentication, reply{code: 550, enhanced: "5.7.30"}, outcome.AuthenticationRefused},
		{"552 without a status", outcome.StageData, reply{code: 552}, outcome.TooLarge},
		{"552 for a full mailbox", outcome.StageData, reply{code: 552, enhanced: "5.2.2"}, outcome.MessageRefused},
		{"550 5.2.256 is no throttling", outcome.StageData, reply{code: 550, enhanced: "5.2.256"}, outcome.MessageRefused},
		{"unknown recipient", outcome.StageRecipient, reply{code: 550, enhanced: "5.1.1"}, outcome.RecipientRefused},
		{"greylisting", outcome.StageRecipient, reply{code: 450, enhanced: "4.7.1"}, outcome.ServerBusy},
	} {
		require.Equal(t, test.kind, classify(test.stage, test.r), test.name)
	}
}

func FuzzReply(f *testing.F) {
	for _, s := range []string{
		"535 5.7.3 Authentication unsuccessful\r\n", "554 5.2.252 SendAsDenied; x\r\n", "550-5.7.60 a\r\n550 5.7.60 b\r\n",
		"550 5.2.252 Sender throttled\r\n", "451 5.7.3 STARTTLS\r\n", "999 x\r\n", "-1\r\n",
	} {
		f.Add(s)
	}
	stages := []outcome.Stage{
		outcome.StageHello, outcome.StageSTARTTLS, outcome.StageAuthentication, outcome.StageSender, outcome.StageRecipient,
		outcome.StageData,
	}
	f.Fuzz(func(t *testing.T, wire string) {
		d := &dialogue{}
		d.take([]byte(wire))
		require.LessOrEqual(t, len(d.pending), len(wire)+strings.Count(wire, "\n"))
		for _, line := range strings.SplitAfter(string(d.pending), "\n") {
			require.LessOrEqual(t, len(line), keptLine+2)
		}
		code, words, err := textproto.NewReader(bufio.NewReader(strings.NewReader(string(d.pending)))).ReadResponse(0)
		if err != nil {
			return
		}
		r := parseReply(code, words)
		for _, stage := range stages {
			kind := classify(stage, r)
			require.Contains(t, outcome.Kinds(), kind)
			if code < 400 {
				require.Equal(t, outcome.ServerMalformed, kind)
			}
		}
		for _, c := range printableText(words) {
			require.True(t, c >= 0x20 && c <= 0x7E)
		}
	})
}
