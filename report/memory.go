package report

import (
	"slices"
	"strings"
	"time"
)

// settingLabels are the English labels of what a printer's memory has of an email server's settings, by its member.
var settingLabels = map[string]string{
	"authentication_method": "Authentication Method", "email_service": "Email service", "authenticated_account": "Authenticated Account",
	"sender": "Sender's Email Address", "smtp_server": "SMTP Server Address", "smtp_port": "SMTP Server Port Number",
	"secure_connection": "Secure Connection", "certificate_validation": "Certificate Validation",
	"pop3_server": "POP3 Server Address", "pop3_port": "POP3 Server Port Number",
}

const (
	settingsOf = "settings > "
	signInsOf  = "sign_ins > "
)

// decisive are the rows that tell what has become of a printer: whether its sign-in is stored, since when, and which
// settings changed. They are those of the memory of mfpsim's printers; another device's has none.
func (s speaker) decisive(old, now map[string]string, labels map[string]string) ([]remembered, error) {
	var owners []string
	for _, of := range []map[string]string{old, now} {
		for name := range of {
			for _, part := range []string{settingsOf, signInsOf} {
				rest, is := strings.CutPrefix(name, part)
				if owner, _, deep := strings.Cut(rest, " > "); is && deep && !slices.Contains(owners, owner) {
					owners = append(owners, owner)
				}
			}
		}
	}
	slices.Sort(owners)
	var rows []remembered
	for _, owner := range owners {
		id := "sign-in-of"
		if owner == "printer" {
			id = "sign-in"
		}
		what, err := s.T(id, "owner", strings.TrimPrefix(owner, "user:"))
		if err != nil {
			return nil, err
		}
		row := remembered{What: what}
		if row.Before, err = s.signIn(old, owner); err != nil {
			return nil, err
		}
		if row.After, err = s.signIn(now, owner); err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	for _, row := range memoryRows(old, now) {
		path, is := strings.CutPrefix(row.name, settingsOf)
		if !is || !row.Changed() {
			continue
		}
		owner, member, deep := strings.Cut(path, " > ")
		label := settingLabels[member]
		row.label = label
		switch in := labels[label]; {
		case !deep:
			row.What = strings.ReplaceAll(path, "_", " ")
		case label == "":
			row.What = strings.ReplaceAll(member, "_", " ")
		case in != "":
			row.What = in
		default:
			row.What = label
		}
		if in, err := s.T("memory-" + member); err == nil && label == "" && deep {
			row.What = in
		}
		if deep && owner != "printer" {
			row.What += " (" + owner + ")"
		}
		row.Before, row.After = s.value(row.name, row.Before), s.value(row.name, row.After)
		rows = append(rows, row)
	}
	return rows, nil
}

// signIn says whether the sign-in of an owner is stored, as whom and since when.
func (s speaker) signIn(of map[string]string, owner string) (string, error) {
	member := func(name string) string { return of[signInsOf+owner+" > "+name] }
	if member("signed_in_at") == "" {
		return s.T("not-stored")
	}
	stamp := func(name string) string {
		at, err := time.Parse(time.RFC3339Nano, member(name))
		if err != nil {
			return member(name)
		}
		return s.Stamp(at)
	}
	if member("refreshed_at") == member("signed_in_at") {
		return s.T("stored-since", "account", member("account"), "since", stamp("signed_in_at"))
	}
	return s.T(
		"stored-renewed",
		"account", member("account"), "since", stamp("signed_in_at"), "renewed", stamp("refreshed_at"),
	)
}
