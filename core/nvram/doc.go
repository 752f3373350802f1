// Package nvram keeps what survives power off: the settings and the sign-in.
//
// The image is text: two slots of fixed size, each one line of JSON with schema version, generation and checksum, padded
// with newlines. A write changes the older slot only, so that a torn write leaves what was stored before. Passwords and tokens
// are sealed with AES-256-GCM under a key derived from the device's own.
package nvram
