// Package people reads the words in which a person says what organizations and accounts there are. Both clouds have to
// know them. It is a part of [mfpsim/phrase].
package people

import (
	"errors"
	"strings"

	"mfpsim/choice"
	"mfpsim/lab"
	"mfpsim/phrase"
)

// Tenant reads an organization: "contoso.com smtp-auth=enabled security-defaults=off". What is not said is as in a new
// one; with the word personal it is the tenant of personal accounts.
func Tenant(words []string) (lab.Tenant, error) {
	var t lab.Tenant
	plain, values, err := phrase.Settings(
		words, "smtp-auth", "security-defaults", "user-consent", "consent-box", "basic-auth", "cloud",
	)
	if err != nil {
		return t, err
	}
	name, flags := phrase.First(plain)
	if name == "" {
		return t, errors.New("a tenant has a name, which is its domain")
	}
	t.Name = name
	for _, flag := range flags {
		if flag != "personal" {
			return t, &choice.Error{What: "word", Wanted: flag, Present: []string{"personal"}}
		}
		t.Personal = true
	}
	if t.SMTPAuth, err = values.Either("smtp-auth", "enabled", "disabled", false); err != nil {
		return t, err
	}
	defaults, err := values.Either("security-defaults", "on", "off", true)
	if err != nil {
		return t, err
	}
	if !defaults {
		t.SecurityDefaults = lab.Off
	}
	if t.BasicAuth, err = values.Either("basic-auth", "enabled", "disabled", false); err != nil {
		return t, err
	}
	if t.UserConsent, err = values.OneOf("user-consent", "all", "none"); err != nil {
		return t, err
	}
	if t.ConsentBox, err = values.OneOf("consent-box", "guide", "microsoft"); err != nil {
		return t, err
	}
	cloud, err := values.OneOf("cloud", "public", lab.GovernmentCloud)
	if cloud != "public" {
		t.Cloud = cloud
	}
	return t, err
}

// User reads an account: "admin@contoso.com role='Global Administrator' mfa". It has a mailbox unless it says
// no-mailbox; primary= is the mailbox's own address where the account signs in with another one; group= is a group of
// the directory, such as a policy names.
func User(words []string) (lab.User, error) {
	var u lab.User
	for _, word := range words {
		role, isRole := strings.CutPrefix(word, "role=")
		primary, isPrimary := strings.CutPrefix(word, "primary=")
		group, isGroup := strings.CutPrefix(word, "group=")
		switch {
		case isPrimary && !strings.Contains(primary, "@"):
			return u, errors.New("primary= has an address, such as primary=scans@contoso.com")
		case isPrimary:
			u.Primary = primary
		case isRole && role == "":
			return u, errors.New("role= has no value")
		case isRole:
			u.Roles = append(u.Roles, role)
		case isGroup && group == "":
			return u, errors.New("group= has no value")
		case isGroup:
			u.Groups = append(u.Groups, group)
		case word == "mailbox":
			u.Mailbox = lab.On
		case word == "no-mailbox":
			u.Mailbox = lab.Off
		case word == "mfa":
			u.MFA = true
		case word == "disabled":
			u.SignIn = lab.Off
		case u.Address == "" && strings.Contains(word, "@"):
			u.Address = word
		default:
			return u, &choice.Error{
				What: "word", Wanted: word,
				Present: []string{"role=", "group=", "primary=", "mailbox", "no-mailbox", "mfa", "disabled"},
			}
		}
	}
	if u.Address == "" {
		return u, errors.New("a user has an address, such as alice@contoso.com")
	}
	return u, nil
}
