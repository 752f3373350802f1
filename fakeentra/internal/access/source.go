package access

import (
	"fmt"
	"net/netip"
	"strings"

	"mfpsim/fakeentra/internal/words"
)

// Source is where a request comes from, as Conditional Access sees it. The person's browser and the device that polls
// and refreshes have one each.
type Source struct {
	Address      string // public address
	Country      string // two letters; empty: "US"
	Platform     string // android, iOS, windows, windowsPhone, macOS, linux; empty: not known, as for a printer
	Compliant    bool   // the device is managed and compliant
	DomainJoined bool
	Risk         string // sign-in risk: "" none, "low", "medium", "high"
}

// Check refuses what no request can come from.
func (source Source) Check() error {
	if _, err := netip.ParseAddr(source.Address); err != nil {
		return fmt.Errorf("%q is no address such as 203.0.113.7", source.Address)
	}
	if source.Platform != "" && (!words.Contain(platformWords, source.Platform) || source.Platform == "all") {
		return fmt.Errorf("unknown platform %q; the platforms are: %s", source.Platform,
			strings.Join(platformWords[1:], ", "))
	}
	if !words.Contain([]string{"", "low", "medium", "high"}, source.Risk) {
		return fmt.Errorf("the risk is low, medium, high or empty, not %q", source.Risk)
	}
	return nil
}

// PlatformShown is the platform in the words of "More details": reported are Windows 10 and macOS
// (docs/reference/entra.md §5.2).
func (source Source) PlatformShown() string {
	switch source.Platform {
	case "windows":
		return "Windows 10"
	case "":
		return "Unknown"
	}
	return source.Platform
}

// StateShown is the state of a device in the reported words.
func (source Source) StateShown() string {
	switch {
	case source.Compliant:
		return "Compliant"
	case source.DomainJoined:
		return "DomainJoined"
	}
	return "Unregistered"
}

// State is the state of the device in the words of a refusal.
func (source Source) State() string {
	switch {
	case source.Compliant:
		return "compliant"
	case source.DomainJoined:
		return "domainJoined"
	}
	return "unregistered"
}
