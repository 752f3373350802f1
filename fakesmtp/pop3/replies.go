package pop3

import "mfpsim/fakesmtp/internal/replies"

// Profile is a set of replies.
type Profile string

// The profiles.
const (
	ProfileExchange Profile = "exchange"
	ProfilePlain    Profile = "plain"
)

// Event is what a reply answers.
type Event string

// The events.
const (
	eventGreeting    Event = "greeting"
	eventCapa        Event = "capabilities"
	eventUser        Event = "user name taken"
	eventLoggedOn    Event = "logged on"
	eventContinue    Event = "the mechanism's response is awaited"
	eventToken       Event = "authenticated by a mechanism"
	eventRefused     Event = "authentication refused"
	eventBasic       Event = "basic authentication is disabled"
	eventCancelled   Event = "authentication cancelled"
	eventInUse       Event = "the maildrop is in use"
	eventMechanism   Event = "mechanism not offered"
	eventInitial     Event = "initial response not taken"
	eventStartTLS    Event = "begin TLS"
	eventStat        Event = "number and size of messages"
	eventList        Event = "list of messages"
	eventOne         Event = "number and size of one message"
	eventRetrieve    Event = "a message follows"
	eventDeleted     Event = "message deleted"
	eventNoMessage   Event = "no such message"
	eventDone        Event = "done"
	eventState       Event = "not in this state"
	eventArguments   Event = "bad arguments"
	eventUnknown     Event = "unknown command"
	eventLineTooLong Event = "line too long"
	eventQuit        Event = "quit"
)

// Reply is a row of the table: what the server says to an event, and how that is known.
type Reply struct {
	Profile Profile
	Event   Event
	Text    string // words in braces are filled in
	Mark    replies.Mark
	Source  string // key of docs/reference/sources.md, RFC, or the reason of an inference
}

const inferred = "RFC 1939 leaves the words open; Exchange's not seen"

// table: what has a status "+OK" or "-ERR" is RFC 1939 §3, what has a code in brackets RFC 2449 §8.
var table = []Reply{
	{ProfileExchange, eventGreeting, "+OK The Microsoft Exchange POP3 service is ready. [{frontend}]", replies.Seen, "vmime #267"},
	{ProfileExchange, eventCapa, "+OK", replies.Seen, "EOP-62, vmime #267"},
	{ProfileExchange, eventUser, "+OK", replies.Inferred, inferred},
	{ProfileExchange, eventLoggedOn, "+OK User successfully logged on.", replies.Reported, "public logs, before 2022-10"},
	{ProfileExchange, eventContinue, "+ ", replies.Documented, "MSOAUTH"},
	{ProfileExchange, eventToken, "+OK User successfully authenticated.", replies.Documented, "MSOAUTH"},
	{ProfileExchange, eventRefused, "-ERR Authentication failure: unknown user name or bad password.", replies.Seen, "EOP-244"},
	{ProfileExchange, eventBasic, "-ERR Basic authentication is disabled.", replies.Inferred, "as the same service's IMAP4 says (uxc #445)"},
	{ProfileExchange, eventCancelled, "-ERR Authentication failure: unknown user name or bad password.", replies.Inferred, "as client submission, which says 535 to a star (docs/reference/exchange-smtp.md §1.2)"},
	{ProfileExchange, eventMechanism, "-ERR Command is not valid in this state.", replies.Inferred, inferred},
	{ProfileExchange, eventInitial, "-ERR Protocol error. Connection is closed. 10", replies.Inferred, "MSOAUTH: two lines only; words of the refusal not seen"},
	{ProfileExchange, eventStat, "+OK {count} {size}", replies.Documented, "RFC 1939 §5"},
	{ProfileExchange, eventList, "+OK {count} {size}", replies.Inferred, inferred},
	{ProfileExchange, eventOne, "+OK {number} {value}", replies.Documented, "RFC 1939 §5, §7"},
	{ProfileExchange, eventRetrieve, "+OK", replies.Inferred, inferred},
	{ProfileExchange, eventDeleted, "+OK", replies.Inferred, inferred},
	{ProfileExchange, eventNoMessage, "-ERR The requested message is not available.", replies.Inferred, inferred},
	{ProfileExchange, eventDone, "+OK", replies.Inferred, inferred},
	{ProfileExchange, eventState, "-ERR Command is not valid in this state.", replies.Inferred, inferred},
	{ProfileExchange, eventArguments, "-ERR Invalid arguments.", replies.Inferred, inferred},
	{ProfileExchange, eventUnknown, "-ERR Protocol error. Command is not valid.", replies.Inferred, inferred},
	{ProfileExchange, eventLineTooLong, "-ERR Protocol error. Connection is closed. 10", replies.Inferred, inferred},
	{ProfileExchange, eventQuit, "+OK Microsoft Exchange Server POP3 server signing off.", replies.Reported, "public logs"},

	{ProfilePlain, eventGreeting, "+OK POP3 server ready", replies.Documented, "RFC 1939 §4"},
	{ProfilePlain, eventCapa, "+OK Capability list follows", replies.Documented, "RFC 2449 §5"},
	{ProfilePlain, eventUser, "+OK send the password", replies.Documented, "RFC 1939 §7"},
	{ProfilePlain, eventLoggedOn, "+OK maildrop locked and ready", replies.Documented, "RFC 1939 §7"},
	{ProfilePlain, eventContinue, "+ ", replies.Documented, "RFC 5034 §4"},
	{ProfilePlain, eventToken, "+OK maildrop locked and ready", replies.Documented, "RFC 5034 §6"},
	{ProfilePlain, eventRefused, "-ERR [AUTH] invalid user name or password", replies.Documented, "RFC 3206 §4"},
	{ProfilePlain, eventCancelled, "-ERR authentication cancelled", replies.Documented, "RFC 5034 §4"},
	{ProfilePlain, eventInUse, "-ERR [IN-USE] maildrop already locked", replies.Documented, "RFC 2449 §8.1.1"},
	{ProfilePlain, eventMechanism, "-ERR mechanism not supported", replies.Documented, "RFC 5034 §4"},
	{ProfilePlain, eventStartTLS, "+OK Begin TLS negotiation", replies.Documented, "RFC 2595 §4"},
	{ProfilePlain, eventStat, "+OK {count} {size}", replies.Documented, "RFC 1939 §5"},
	{ProfilePlain, eventList, "+OK {count} messages ({size} octets)", replies.Documented, "RFC 1939 §5"},
	{ProfilePlain, eventOne, "+OK {number} {value}", replies.Documented, "RFC 1939 §5, §7"},
	{ProfilePlain, eventRetrieve, "+OK message follows", replies.Documented, "RFC 1939 §5"},
	{ProfilePlain, eventDeleted, "+OK message {number} deleted", replies.Documented, "RFC 1939 §5"},
	{ProfilePlain, eventNoMessage, "-ERR no such message", replies.Documented, "RFC 1939 §5"},
	{ProfilePlain, eventDone, "+OK", replies.Documented, "RFC 1939 §5"},
	{ProfilePlain, eventState, "-ERR command not valid in this state", replies.Documented, "RFC 1939 §3"},
	{ProfilePlain, eventArguments, "-ERR bad arguments", replies.Documented, "RFC 1939 §3"},
	{ProfilePlain, eventUnknown, "-ERR unknown command", replies.Documented, "RFC 1939 §3"},
	{ProfilePlain, eventLineTooLong, "-ERR line too long", replies.Documented, "RFC 2449 §4"},
	{ProfilePlain, eventQuit, "+OK POP3 server signing off", replies.Documented, "RFC 1939 §6"},
}

// Replies returns the table of replies, for documents and tests.
func Replies() []Reply { return append([]Reply(nil), table...) }

// lookUp returns the row for an event. A row that is missing is a mistake of this package.
func lookUp(profile Profile, event Event) Reply {
	for _, row := range table {
		if row.Profile == profile && row.Event == event {
			return row
		}
	}
	panic("pop3: no reply of " + string(profile) + " to " + string(event))
}

// capabilities are the lines of CAPA (docs/reference/exchange-smtp.md §11; RFC 2449).
func capabilities(profile Profile, canStartTLS bool) []string {
	if profile == ProfileExchange {
		return []string{"TOP", "UIDL", "SASL PLAIN XOAUTH2", "USER"}
	}
	lines := []string{"TOP", "UIDL", "USER", "SASL PLAIN", "RESP-CODES", "AUTH-RESP-CODE"}
	if canStartTLS {
		lines = append(lines, "STLS")
	}
	return lines
}
