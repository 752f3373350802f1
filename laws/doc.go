// Package laws holds what a device must keep in every scenario, whatever the scenario is about, and judges the record
// of a bench by it: how often it polls, to whom it tells a token, what it keeps before OK is clicked. A law reads what
// the network and the servers saw and what the device shows; it never asks how the device works inside, and it never
// repeats a secret.
package laws
