// Package laws has the rules that a device must keep in every scenario, whatever the scenario is about, and checks the
// record of a bench against them: how often the device polls, to whom it gives a token, what it stores before OK is
// clicked. A law reads what the network and the servers saw and what the device shows. It does not look at how the
// device works inside, and no message of it contains a secret.
package laws
