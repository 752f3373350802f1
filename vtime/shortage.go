package vtime

import "time"

// WaitOutShortage blocks for a time of the machine's clock: for whoever has run into a limit of the machine (no file
// descriptors are left) and tries again. No simulated time passes by it, and nothing of a bench may wait so.
func WaitOutShortage(d time.Duration) { time.Sleep(d) }
