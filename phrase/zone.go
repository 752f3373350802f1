package phrase

import (
	"fmt"
	"time"
)

// TimeDifference reads how far a clock on the wall is ahead of UTC: "+09:00", "-03:30", "+00:00".
func TimeDifference(word string) (time.Duration, error) {
	t, err := time.Parse("-07:00", word)
	if err != nil {
		return 0, fmt.Errorf("%q is no time difference; write +09:00 or -03:30", word)
	}
	_, seconds := t.Zone()
	return time.Duration(seconds) * time.Second, nil
}
