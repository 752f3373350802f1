// Package lab puts one bench together: one time, one network, one record, the two clouds, and one or more printers.
//
// A test says lab.RunT(t, lab.Config{}); a program says lab.New. The identity provider and the mail service know
// nothing of each other: the lab tells both of an organization and of its people, and answers the mail service's
// question who a token is for.
package lab
