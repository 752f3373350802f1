package fakeentra

import "mfpsim/fakeentra/internal/access"

// Policy is a Conditional Access policy. It is evaluated at every sign-in in the browser, at the issue of tokens and at every refresh.
type Policy = access.Policy

// NamedLocation is a place that policies name: address ranges, or countries.
type NamedLocation = access.NamedLocation

// Source is where a request comes from, as Conditional Access sees it. The person's browser and the device that polls and
// refreshes have one each.
type Source = access.Source
