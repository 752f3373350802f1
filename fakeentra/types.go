package fakeentra

import (
	"mfpsim/fakeentra/internal/access"
	"mfpsim/fakeentra/internal/answers"
	"mfpsim/fakeentra/internal/signins"
)

// Policy is a Conditional Access policy. It is evaluated at every sign-in in the browser, at the issue of tokens and at every refresh.
type Policy = access.Policy

// NamedLocation is a place that policies name: address ranges, or countries.
type NamedLocation = access.NamedLocation

// Source is where a request comes from, as Conditional Access sees it. The person's browser and the device that polls and
// refreshes have one each.
type Source = access.Source

// Answer makes the fake answer some requests otherwise than the state says: counted, never by chance. They stand in a row; a
// request meets the first that fits it and has requests left, so answers with Times make a sequence.
type Answer = answers.Answer

// SignIn is a row of the sign-in log: what an administrator reads when a device cannot sign in.
type SignIn = signins.SignIn
