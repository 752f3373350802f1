package wire

import (
	"fmt"
	"slices"
	"time"
)

// Fact is something that Entra ID has said since a day.
type Fact int

// Facts whose days are known, oldest first.
const (
	Oldest Fact = iota
	KerberosEndpoint
	TenantWord
	DeviceCookie
	OldTLSRefused
	SingleSpaces
	ReferrerHeaders
	ChallengeMethods
	DeviceAddress
	MutualTLS
)

// Day is a day since which Entra ID has answered otherwise than before.
type Day struct {
	From   time.Time `json:"from"`
	What   string    `json:"what"` // what has been so since then
	Source string    `json:"source"`
	Tag    string    `json:"tag"` // C captured, D documented, R reported, I inferred

	fact Fact
}

// days are the days that are known. A day is the first on which something was seen: it may have been so before.
var days = []Day{
	{date(2021, 3, 17), "the oldest recording: no kerberos_endpoint, lines parted by CRLF, https://microsoft.com/devicelogin", "AZJS-dev, the .js twin (2021-03-17)", "C", Oldest},
	{date(2021, 8, 4), "kerberos_endpoint in the discovery document", "AZJS-app (2021-08-04)", "C", KerberosEndpoint},
	{date(2022, 4, 21), "AADSTS90002 says invalid_tenant, no longer invalid_request", "azure-cli#22145 (2022-04-21)", "C", TenantWord},
	{date(2022, 5, 3), "X-XSS-Protection: 0; devicecode answers set esctx too", "azure-cli#22251 (2022-05-03)", "C", DeviceCookie},
	{date(2022, 7, 29), "TLS 1.0 and 1.1 are answered with AADSTS1002016; documented since 2022-01-31", "MSAL.objc#1527 (2022-07-29); azure-docs#96851 (2022-08-08)", "C", OldTLSRefused},
	{date(2023, 10, 20), "error_description: single spaces before Trace ID, Correlation ID and Timestamp; CRLF was last seen on 2023-08-17", "azure-docs#116236; public log (2023-10-20)", "R", SingleSpaces},
	{date(2024, 10, 10), "x-ms-srs: 1.P and Referrer-Policy", "public log (2024-10-10)", "R", ReferrerHeaders},
	{date(2025, 10, 3), "code_challenge_methods_supported in the discovery document, which has 1805 bytes for a tenant", "public log (2025-10-03)", "R", ChallengeMethods},
	{date(2026, 1, 1), "verification_uri https://login.microsoft.com/device; the day is not known, the logs with it are of 2026", "public log (2026)", "I", DeviceAddress},
	{date(2026, 7, 13), "self_signed_tls_client_auth, tls_client_certificate_bound_access_tokens, mtls_endpoint_aliases; what the alias holds is from MSAL's sources", "entra-emulator (2026-07-13); values and order inferred", "C", MutualTLS},
}

func date(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// Days returns the days that are known, oldest first.
func Days() []Day { return slices.Clone(days) }

// DayAt finds the newest day that had come at a moment; the zero time means the newest of all. Before the first day
// nothing is known.
func DayAt(at time.Time) (Day, error) {
	if at.IsZero() {
		return days[len(days)-1], nil
	}
	if at.Before(days[0].From) {
		return Day{}, fmt.Errorf("nothing is known of Entra ID as of %s: the first day is %s (%s)",
			at.UTC().Format(time.DateOnly), days[0].From.Format(time.DateOnly), days[0].Source)
	}
	i := len(days) - 1
	for days[i].From.After(at) {
		i--
	}
	return days[i], nil
}

// SetDay makes the answers from now on those of a day.
func (f *Front) SetDay(d Day) { f.day.Store(int64(d.fact)) }

// Since reports whether a fact holds on the day whose answers are given.
func (a *Request) Since(fact Fact) bool { return fact <= a.Day }

// Trailer is what stands behind the sentence of an error (docs/reference/entra.md §2.3).
func (a *Request) Trailer(correlation, stamp string) string {
	separator := " "
	if !a.Since(SingleSpaces) {
		separator = "\r\n"
	}
	return separator + "Trace ID: " + a.Trace + separator + "Correlation ID: " + correlation +
		separator + "Timestamp: " + stamp
}
