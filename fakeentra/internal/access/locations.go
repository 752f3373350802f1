package access

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"mfpsim/fakeentra/internal/words"
)

// NamedLocation is a place that policies name: address ranges, or countries.
type NamedLocation struct {
	ID        string   // GUID; empty: drawn from the seed
	Name      string   // display name
	Ranges    []string // CIDR; an ipNamedLocation
	Trusted   bool     // of address ranges
	Countries []string // two letters each; a countryNamedLocation
	Unknown   bool     // includes addresses of no known country
	Created   time.Time
}

// holds reports whether an address, or its country, is in the place.
func (l *NamedLocation) holds(ip netip.Addr, country string) bool {
	for _, text := range l.Ranges {
		if prefix, err := netip.ParsePrefix(text); err == nil && ip.IsValid() && prefix.Contains(ip.Unmap()) {
			return true
		}
	}
	return words.Contain(l.Countries, country) || l.Unknown && country == "unknown"
}

func (l *NamedLocation) Check() error {
	if strings.TrimSpace(l.Name) == "" {
		return fmt.Errorf("a named location needs a name")
	}
	if len(l.Ranges) == 0 && len(l.Countries) == 0 || len(l.Ranges) > 0 && len(l.Countries) > 0 {
		return fmt.Errorf("named location %q: either address ranges or countries are needed", l.Name)
	}
	for _, text := range l.Ranges {
		if _, err := netip.ParsePrefix(text); err != nil {
			return fmt.Errorf("named location %q: %q is no address range such as 203.0.113.0/24", l.Name, text)
		}
	}
	for _, text := range l.Countries {
		if len(text) != 2 {
			return fmt.Errorf("named location %q: %q is no country of two letters", l.Name, text)
		}
	}
	return nil
}

// FindLocation finds a named location by name or id; nil: there is none.
func FindLocation(list []NamedLocation, text string) *NamedLocation {
	i := slices.IndexFunc(list, func(l NamedLocation) bool {
		return strings.EqualFold(l.Name, text) || strings.EqualFold(l.ID, text)
	})
	if i < 0 {
		return nil
	}
	return &list[i]
}

// LocationOrRange finds a named location by name or id, or reads an address range.
func LocationOrRange(list []NamedLocation, text string) (string, bool) {
	if l := FindLocation(list, text); l != nil {
		return l.Name, true
	}
	_, err := netip.ParsePrefix(text)
	return text, err == nil
}
