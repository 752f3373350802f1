package scenarios

import (
	"slices"
	"strings"
)

// meant are the words of a line in which a cmdlet is written in one way, however somebody wrote it: names without regard
// to case, a value after its parameter, the identity first, the rest in order, and the organization only where another one
// could be meant. Other lines stay as they are.
func (p *play) meant(words []string) []string {
	if len(words) < 2 || words[0] != "exchange" || !strings.Contains(words[1], "-") {
		return words
	}
	var identity, organization string
	var rest []string
	for i := 2; i < len(words); i++ {
		name, value, joined := strings.Cut(words[i], ":")
		if !strings.HasPrefix(words[i], "-") {
			if strings.Contains(words[i], "=") { // propagation=15m
				rest = append(rest, words[i])
			} else {
				identity = words[i]
			}
			continue
		}
		if !joined && i+1 < len(words) {
			i++
			value = words[i]
		}
		switch name = strings.ToLower(name); name {
		case "-identity":
			identity = value
		case "-organization":
			organization = value
		case "-confirm":
		default:
			if strings.HasPrefix(value, "$") {
				value = strings.ToLower(value)
			}
			rest = append(rest, name+" "+value)
		}
	}
	slices.Sort(rest)
	said := []string{"exchange", strings.ToLower(words[1]), strings.ToLower(identity)}
	_, domain, _ := strings.Cut(identity, "@")
	if organization != "" && !p.isOnlyOrganization() && !strings.EqualFold(organization, domain) {
		rest = append(rest, "-organization "+strings.ToLower(organization))
	}
	return append(said, rest...)
}

// isOnlyOrganization reports whether the bench has one organization, so that nobody need name it.
func (p *play) isOnlyOrganization() bool {
	organizations := 0
	for _, tenant := range p.lab.Entra.Tenants() {
		if !tenant.Personal {
			organizations++
		}
	}
	return organizations <= 1
}
