// Package report turns the record of a bench into what people and machines read: transcripts, a table of verdicts,
// JUnit XML and a folder of evidence.
//
// Everything here is derived from the journal and from what the caller hands over; nothing asks the machine for its
// time, its ports or its paths, and no map is walked unsorted, so the same seed gives the same bytes. Secrets were
// redacted by their type before they came here.
package report
