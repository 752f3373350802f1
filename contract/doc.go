// Package contract puts mail cores that others wrote, in any language, under a simulated printer. Such a core is a
// program without a user interface. It reads one JSON object a line on standard input and answers each with one line on
// standard output; it has no file and no randomness of its own, and no clock and no socket unless it says so: it says
// what it wants, and what comes of it is the next line. docs/adapters.md is for who writes such a program, and [Schema]
// has every field.
//
// A [Session] is one bench: [Session.Open] is the [sim.Opener] of its printers. What the program asks for is carried
// out exactly as it asked, in the turn of the operation that it asked for, so that a wrong wish shows; beside that each
// wish is held against laws (package laws). Power off ends the process at once, and power on starts another one.
package contract

import _ "embed"

// Schema is the contract as a JSON Schema: what each line can have, and what it means.
//
//go:embed schema.json
var Schema []byte
