package phrase

import (
	"fmt"
	"time"

	"mfpsim/device"
)

// TimeDifference reads how far a clock on the wall is ahead of UTC: "+09:00", "-03:30", "+00:00". One of no place on
// Earth is an error.
func TimeDifference(word string) (time.Duration, error) {
	t, err := time.Parse("-07:00", word)
	if err != nil || word[len(word)-2:] > "59" { // package time takes +09:60
		return 0, fmt.Errorf("%q is no time difference; write +09:00 or -03:30", word)
	}
	_, seconds := t.Zone()
	ahead := time.Duration(seconds) * time.Second
	return ahead, device.CheckTimeDifference(ahead)
}
