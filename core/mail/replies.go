package mail

import (
	"fmt"
	"strings"

	"mfpsim/core/outcome"
)

// reply is a negative reply of a mail server.
type reply struct {
	code     int
	enhanced string // "5.7.139"; "" if none
	text     string // the server's words; used to classify, never handed on
}

// Marks in Exchange Online's end-of-DATA replies, seen in transcripts.
const (
	markSendAsDenied = "SendAsDenied"                       // also without 5.2.252, 2018 to 2021
	markMaxSize      = "MapiExceptionMaxSubmissionExceeded" // above the mailbox's MaxSendSize
)

// classify says what a negative reply means at a stage of the conversation.
func classify(stage outcome.Stage, r reply) outcome.Kind {
	transient := r.code >= 400 && r.code < 500
	switch {
	case r.code < 400 || r.code > 599:
		return outcome.ServerMalformed // a positive reply where none fits
	case r.code == 451 && r.enhanced == "5.7.3":
		return outcome.STARTTLSRequired // Exchange Online, MAIL in clear; class 4 with a status of class 5
	case stage == outcome.StageSTARTTLS:
		return outcome.NoSTARTTLS
	case r.code == 421:
		return outcome.ServerBusy
	}
	if stage == outcome.StageAuthentication {
		if transient && r.code != 454 {
			return outcome.ServerBusy // 451 4.7.0, 432
		}
		// 535, 530, 504, 534, 454 (temporary by its number, final in the field), 550 5.7.30
		return outcome.AuthenticationRefused
	}
	switch {
	case r.code == 530 || r.code == 535:
		return outcome.AuthenticationRefused // 530 5.7.57 at MAIL
	case r.code == 452 && r.enhanced == "4.5.3":
		return outcome.RecipientRefused // too many
	case transient:
		return outcome.ServerBusy
	case r.code == 550 && throttled(r.enhanced):
		return outcome.ServerBusy // "Sender throttled due to continuous … errors": 550 5.2.252 is not 554 5.2.252
	case r.enhanced == "5.2.252" || r.enhanced == "5.7.60" || strings.Contains(r.text, markSendAsDenied):
		return outcome.SenderRefused
	case r.enhanced == "5.3.4" || r.enhanced == "5.2.3" || strings.Contains(r.text, markMaxSize):
		return outcome.TooLarge
	case r.code == 552 && r.enhanced != "5.2.2": // 5.2.2: the mailbox is full
		return outcome.TooLarge
	case stage == outcome.StageSender:
		return outcome.SenderRefused
	case stage == outcome.StageRecipient:
		return outcome.RecipientRefused
	default:
		return outcome.MessageRefused
	}
}

// throttled: Microsoft's page on submission throttling lists 5.2.251 to 5.2.255, all with 550.
func throttled(enhanced string) bool {
	return len(enhanced) == 7 && strings.HasPrefix(enhanced, "5.2.25") && enhanced[6] >= '1' && enhanced[6] <= '5'
}

// enhancedCode renders an RFC 3463 status; "" for none or nonsense.
func enhancedCode(code [3]int) string {
	if code[0] != 2 && code[0] != 4 && code[0] != 5 || code[1] < 0 || code[1] > 999 || code[2] < 0 || code[2] > 999 {
		return ""
	}
	return fmt.Sprintf("%d.%d.%d", code[0], code[1], code[2])
}

// parseReply splits the text of a reply into its enhanced status and the words.
func parseReply(code int, text string) reply {
	first, rest, _ := strings.Cut(text, " ")
	var status [3]int
	if n, err := fmt.Sscanf(first+"\n", "%d.%d.%d\n", &status[0], &status[1], &status[2]); err == nil && n == 3 {
		if enhanced := enhancedCode(status); enhanced == first {
			return reply{code: code, enhanced: enhanced, text: rest}
		}
	}
	return reply{code: code, text: text}
}

// printableText is a server's words for a receipt: printable ASCII, bounded.
func printableText(s string) string {
	const limit = 512
	s = strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7E {
			return ' '
		}
		return r
	}, s)
	return s[:min(len(s), limit)]
}
