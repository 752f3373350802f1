// Package vtime is the time of a bench: one [World] of true time, a [Clock] for each party, and one turn at a time.
//
// Parties that talk over real sockets give the same record in every run only if the bench controls time and order.
// Only the party that has the turn acts, and the turn follows cause and effect (docs/time.md):
//
//   - An actor ([World.Go], [World.Do]) has a [Turn]. At most one turn runs at any moment. An actor keeps its turn
//     while it waits for I/O: the party at the other end acts under it.
//   - A server opens a [Visit] when a request is complete, acts, ends the visit, and only then writes its reply. It may
//     sleep inside the visit; the clock can go on then, because the whole chain of callers waits for it.
//   - A time-out or a cancel is an event of the World. It fires only while nobody runs, so the turn that it interrupts
//     sleeps or is lent to a server that sleeps. The interrupted turn runs on; the server's visit is left an orphan,
//     which has a turn of its own when it wakes.
//   - A client from outside gets a turn for each complete request.
//
// Code that does I/O must not begin it under a context that has ended: if it sent a request and did not wait for the
// answer, the server would act at the same time as its caller.
//
// Whose turn it is travels in the context ([TurnFrom]) and, between parties, with the connection (package faultnet).
//
// A stepped World ([NewStepped]) starts at a fixed date and moves only by [World.Advance] and its relatives. A flowing
// World ([NewFlowing]) follows the machine's clock and can be advanced on top. This package is the only one that reads
// the machine's clock.
//
// A running timer does not move when a party's clock is set: [Clock.Sleep] and [Clock.WithTimeout] count elapsed true
// time, [Clock.Now] is the time that the party believes it is.
package vtime
