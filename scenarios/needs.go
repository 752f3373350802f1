package scenarios

import (
	"slices"
	"strings"

	"mfpsim/device"
	"mfpsim/phrase"
)

// Required returns what the device must be able to do so that every line can be played: what the header says, and what
// the verbs need by themselves. A line under a condition needs nothing.
func (s Scenario) Required() []device.Capability {
	needs := slices.Clone(s.Needs)
	for _, l := range s.unconditional() {
		needs = append(needs, needsOf(l.words)...)
	}
	var required []device.Capability
	for _, c := range device.Capabilities() {
		if slices.Contains(needs, c) {
			required = append(required, c)
		}
	}
	return required
}

// languages are those that the scenario changes the printer's panel to.
func (s Scenario) languages() []string {
	var tags []string
	for _, l := range s.unconditional() {
		if l.words[0] == "lang" && len(l.words) == 2 && !slices.Contains(tags, l.words[1]) {
			tags = append(tags, l.words[1])
		}
	}
	return tags
}

func (s Scenario) unconditional() []line {
	lines, err := s.lines()
	if err != nil {
		return nil // told where it is played
	}
	return slices.DeleteFunc(lines, func(l line) bool { return len(l.conditions) > 0 })
}

// needsOf is what one line needs. Acts that no device can be asked for yet (scan to-my-email, printer user) say so when
// they are played, and so does scan fax: a scenario about it names a model that faxes.
func needsOf(words []string) []device.Capability {
	what := ""
	if len(words) > 1 {
		what = words[1]
	}
	switch words[0] {
	case "panel":
		if onPage(what, words[min(2, len(words)):]) {
			return []device.Capability{device.CapabilityPanel, device.CapabilityPrintAdminServerless}
		}
		return []device.Capability{device.CapabilityPanel}
	case "webconfig":
		return []device.Capability{device.CapabilityWebConfig}
	case "jobs":
		return []device.Capability{device.CapabilityJobHistory}
	case "sheet":
		return []device.Capability{device.CapabilityStatusSheet}
	case "memory":
		if what == "refuses" || what == phrase.OK {
			return []device.Capability{device.CapabilityMemoryFault}
		}
		return []device.Capability{device.CapabilityMemory}
	case "scan":
		switch what {
		case "email":
			return []device.Capability{device.CapabilityScan}
		case "originals":
			return []device.Capability{device.CapabilityScan}
		case "to-my-email":
			return []device.Capability{device.CapabilityScan, device.CapabilityPrintAdminServerless}
		case "copy":
			return []device.Capability{device.CapabilityCopy}
		}
	case "printer":
		switch what {
		case "sign-in", "fax-server":
			return []device.Capability{device.CapabilityWebConfig}
		case "set":
			return []device.Capability{device.CapabilityFirmware}
		case "user", "delete-user", "license", "user-authentication":
			return []device.Capability{device.CapabilityWebConfig, device.CapabilityPrintAdminServerless}
		case "event":
			return []device.Capability{device.CapabilityEvent}
		}
	case "clock":
		if what == "printer" {
			return []device.Capability{device.CapabilityDate}
		}
		return []device.Capability{device.CapabilityClock}
	case "power":
		if slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, "at=") }) {
			return []device.Capability{device.CapabilityPower, device.CapabilityPowerCut}
		}
		return []device.Capability{device.CapabilityPower}
	}
	return nil
}
