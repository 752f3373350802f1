package grants

import (
	"strconv"
	"time"

	"mfpsim/fakeentra/internal/codes"
	"mfpsim/fakeentra/internal/ordered"
)

// The v1 endpoints still answer (docs/reference/entra.md §1.1): a resource in place of scopes, numbers as strings,
// other error words.

// deviceAnswerV1 is the first answer of the v1 device flow: verification_url, numbers as strings [I: recalled from
// scripts].
func deviceAnswerV1(c codes.Request, verification, message string, life time.Duration) []byte {
	o := ordered.New(700)
	o.Text("user_code", c.User).Text("device_code", c.Device).Text("verification_url", verification)
	o.Text("expires_in", strconv.FormatInt(int64(life/time.Second), 10)).
		Text("interval", strconv.FormatInt(int64(c.Interval/time.Second), 10))
	o.Text("message", message)
	return o.Bytes()
}
