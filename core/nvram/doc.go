// Package nvram keeps what survives power off: the settings and the sign-ins, by their owner.
//
// The image is text: a few slots of fixed size, of which a record takes one or, with many sign-ins, some in a row. It
// is one line of JSON with schema version, generation and checksum, padded with newlines. A write never touches the
// newest record, so that a torn write leaves what was stored before. Passwords and tokens are sealed with AES-256-GCM
// under a key derived from the device's own, each to its owner and account.
//
// Version 1 of the schema knew the printer's sign-in only. It is read as the printer's, and the next write is of
// version 2. A record of a version to come is refused and left as it is.
package nvram
