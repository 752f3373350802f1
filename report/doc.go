// Package report turns the record of a bench into what people and machines read: transcripts, a table of verdicts,
// JUnit XML and a folder of evidence.
//
// Everything is made from the journal and from what the caller passes in. Nothing here depends on the machine's time,
// ports or paths, and maps are always sorted, so the same seed gives the same bytes. Secrets are redacted by their type
// before they get here.
package report
