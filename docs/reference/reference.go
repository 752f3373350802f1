// Package reference has the tables of this folder that the program reads.
package reference

import _ "embed" // for the table

// Fingerprints are the sentences of the guide's editions, each by language, chapter, rule and the hash of its words:
// see
// package explain. The sentences themselves are nowhere in the project.
//
//go:embed fingerprints.tsv
var Fingerprints string
