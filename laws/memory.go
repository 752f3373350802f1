package laws

import (
	"maps"
	"slices"
	"strings"
)

var memoryLaws = []Law{
	{
		ID: "stored-before-ok", Says: "A sign-in made in Web Config is not kept before OK is clicked",
		Clause: "guide rule R23", judge: storedBeforeOK,
	},
	{
		ID: "rotated-token", Says: "A refresh token that came in the place of another is kept before the device goes on",
		Clause: "RFC 6749 section 6", judge: rotatedToken,
	},
	powerOffLaw,
}

var powerOffLaw = Law{
	ID: "power-off", Says: "What a device shows as stored is there after power off",
	Clause: "guide rules R23 and R43", judge: powerOff,
}

// powerOff compares what a device shows before and after; nothing of either was seen: it is not judged.
func powerOff(b *bench) (found []breach) {
	for _, h := range b.devices {
		if len(h.Before) == 0 || len(h.After) == 0 {
			continue
		}
		for _, line := range h.Before {
			if !slices.Contains(h.After, line) {
				found = append(found, breaks(h.Name, 0, "shows %q, and does not after power off", line))
				break
			}
		}
		for _, line := range h.After {
			if !slices.Contains(h.Before, line) {
				found = append(found, breaks(h.Name, 0, "shows %q after power off, and did not before", line))
				break
			}
		}
	}
	return found
}

// storedBeforeOK: what is written after the tokens of a sign-in have come, and before anybody acts on the device, can
// only be they. A refresh of an older sign-in may be written meanwhile.
func storedBeforeOK(b *bench) (found []breach) {
	for _, h := range b.devices {
		signedIn := false
		for _, e := range h.events {
			switch {
			case e.act:
				signedIn = false
			case e.request != nil && e.request.token(grantRefresh):
				signedIn = false
			case e.request != nil && e.request.token(grantDeviceCode) && e.request.text("access_token") != "":
				signedIn = true
			case e.written && signedIn:
				found = append(
					found, breaks(h.Name, e.entry.Number, "writes to its memory when the sign-in is done, before OK"),
				)
			}
		}
	}
	return found
}

// rotatedToken: a device that tells nothing of its memory is not judged. What comes in the place of a token whose
// sign-in was signed out meanwhile is kept by nobody.
func rotatedToken(b *bench) (found []breach) {
	for _, h := range b.devices {
		writes, rotated := false, false
		given, over := map[string]bool{}, map[string]bool{} // refresh tokens
		for _, e := range h.events {
			if e.request != nil {
				given[e.request.text("refresh_token")] = true
			}
			switch {
			case e.act && strings.Contains(e.entry.Text.String(), "click 'Sign Out'"):
				maps.Copy(over, given)
			case e.written:
				writes, rotated = true, false
			case e.request != nil && e.request.token(grantRefresh) && over[e.request.form.Get("refresh_token")]:
			case e.request != nil && e.request.token(grantRefresh) && e.request.text("refresh_token") != "":
				rotated = true
			case e.line.said() != "" && e.line.hidden && rotated && writes:
				found = append(
					found,
					breaks(
						h.Name, e.entry.Number,
						"logs in at the mail server with a new token, and has not kept the new refresh token",
					),
				)
				rotated = false
			}
		}
	}
	return found
}
