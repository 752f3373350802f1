package phrase

import (
	"fmt"
	"strings"
	"time"
)

// Drift reads what a clock gains each day, "2s", or loses, "-2s".
func Drift(text string) (time.Duration, error) {
	digits, loses := strings.CutPrefix(text, "-")
	if !loses {
		digits = strings.TrimPrefix(text, "+")
	}
	d, err := fine(digits)
	if err != nil || strings.HasPrefix(digits, "-") {
		return 0, fmt.Errorf("%q is no drift: write what the clock gains each day, 2s, or loses, -2s", text)
	}
	if loses {
		d = -d
	}
	return d, nil
}
