// Package chromium has tests only: a person at a real browser, Debian's Chromium, in front of a bench that
// `mfpsim serve` started. They click through the guide's steps in each of its languages, and hold every page to
// axe-core's rules of accessibility. `make browser` runs them.
package chromium
