// Package address reads e-mail addresses and compares them, without regard to case.
package address

import (
	"net/netip"
	"slices"
	"strings"

	"mfpsim/fakesmtp/internal/wire"
)

// Domain returns the domain of an address in lower case, empty if there is none.
func Domain(address string) string {
	_, domain, _ := cutLast(address, '@')
	return strings.ToLower(domain)
}

func cutLast(s string, separator byte) (before, after string, found bool) {
	if i := strings.LastIndexByte(s, separator); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}

// Among reports whether an address, or another name, is in a list.
func Among(list []string, wanted string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, wanted) })
}

// longestAddress is RFC 5321 §4.5.3.1.3's limit of a path, brackets included.
const longestAddress = 254

// Valid reports whether an address has a local part and a domain of good form.
func Valid(address string) bool {
	local, domain, found := cutLast(address, '@')
	if !found || local == "" || len(address) > longestAddress || strings.ContainsFunc(address, wire.IsControl) {
		return false
	}
	quoted := len(local) > 2 && local[0] == '"' && local[len(local)-1] == '"'
	if !quoted && strings.ContainsAny(local, "\"()<>[]:;@\\, ") {
		return false
	}
	return ValidDomain(domain)
}

// ValidDomain takes dotted labels and address literals.
func ValidDomain(domain string) bool {
	if literal, ok := strings.CutPrefix(domain, "["); ok {
		literal, ok = strings.CutSuffix(literal, "]")
		_, err := netip.ParseAddr(strings.TrimPrefix(literal, "IPv6:"))
		return ok && err == nil
	}
	for _, label := range strings.Split(domain, ".") {
		if label == "" || len(label) > 63 {
			return false
		}
		for _, r := range label {
			letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' ||
				r >= 0xa0
			if !letter {
				return false
			}
		}
	}
	return true
}
