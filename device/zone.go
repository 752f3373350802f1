package device

import (
	"fmt"
	"time"
)

// The time differences of places on Earth.
const (
	mostAhead  = 14 * time.Hour
	mostBehind = 12 * time.Hour
)

// CheckTimeDifference refuses a time difference that no place on Earth has: they are quarters of an hour from -12:00 to
// +14:00.
func CheckTimeDifference(ahead time.Duration) error {
	if ahead > mostAhead || ahead < -mostBehind || ahead%(15*time.Minute) != 0 {
		return fmt.Errorf("a time difference of %s is set nowhere: quarters of an hour from -12:00 to +14:00", ahead)
	}
	return nil
}
