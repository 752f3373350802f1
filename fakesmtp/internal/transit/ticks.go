package transit

import (
	"encoding/binary"
	"encoding/hex"
	"strings"
	"time"

	"mfpsim/chance"
)

// dotNet is where .NET begins to count time, in steps of 100 ns.
var dotNet = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)

// ticks is a moment as .NET counts it.
func ticks(t time.Time) uint64 {
	const tick = 100 // nanoseconds
	seconds := uint64(t.Unix() - dotNet.Unix())
	return seconds*(uint64(time.Second)/tick) + uint64(t.Nanosecond()/tick)
}

// longestUp is how long before a session a front end can have started (docs/reference/exchange-smtp.md X7).
const longestUp = 48 * time.Hour

// SessionID is what a front end calls a session: the moment at which it started, as .NET counts time, in hexadecimal,
// and on from there by one for each session (docs/reference/exchange-smtp.md X7).
func SessionID(random *chance.Reader, now time.Time) string {
	draw := binary.BigEndian.Uint64(random.Bytes(8))
	up := draw % (uint64(longestUp) / 100)
	return strings.ToUpper(hex.EncodeToString(binary.BigEndian.AppendUint64(nil, ticks(now)-up)))
}

// NetworkID is what the service calls a message: a UUID whose end is the moment of its arrival, as .NET counts time,
// without the last 16 bits. Eight of eight public mails from 2022 to 2026 agree (EXO-MAIL, EXO-OUTLOOK, EXO-NDR).
func NetworkID(random *chance.Reader, arrived time.Time) string {
	moment := binary.BigEndian.AppendUint64(nil, ticks(arrived))
	return random.UUIDEnding(hex.EncodeToString(moment[:6]))
}
