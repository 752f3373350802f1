// Package lab builds a bench: one clock, one network, one journal, the two clouds, and one or more printers.
//
// A test calls lab.RunT(t, lab.Config{}), a program lab.New. The identity provider and the mail service know nothing of
// each other: the lab tells both about an organization and its people, and tells the mail service who a token is for.
package lab
