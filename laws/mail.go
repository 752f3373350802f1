package laws

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/mail"
	"slices"
	"strings"
)

var mailLaws = []Law{
	{
		ID: "own-mail", Says: "A mail that the sign-in of a user sends goes from its account to that account alone",
		Clause: "guide rule R30", judge: ownMail,
	},
	{
		ID: "one-delivery", Says: "A job is delivered once at most",
		Clause: "RFC 5321 section 4.2.5", judge: oneDelivery,
	},
	{
		ID: "recipients", Says: "Each address that was typed gets the mail, and is named in it",
		Clause: "RFC 5321 section 3.3; RFC 5322 section 3.6.3", judge: recipients,
	},
	{
		ID: "message-id", Says: "Each message has one Message-ID, which no other has",
		Clause: "RFC 5322 section 3.6.4", judge: messageID,
	},
	{
		ID: "job-row", Says: "A job that failed shows a code of the table with the sentences that belong to it",
		Clause: "guide rules R43 and R44", judge: jobRow,
	},
}

// transaction is one mail transaction (RFC 5321 section 3.3).
type transaction struct {
	begun, ended int // entries
	to           []string
	data         bool // DATA was accepted
	accepted     bool // and so was the message
}

// transactions reads the mail transactions of a device.
func transactions(h *history) []*transaction {
	var all []*transaction
	open := map[string]*transaction{}
	last := map[string]string{} // the client's last command, by connection
	for _, e := range h.events {
		c := e.entry.Connection
		if said := e.line.said(); said != "" {
			last[c] = strings.ToUpper(said)
			if strings.HasPrefix(last[c], "MAIL FROM:") {
				open[c] = &transaction{begun: e.entry.Number}
				all = append(all, open[c])
			}
			if t := open[c]; t != nil && strings.HasPrefix(last[c], "RCPT TO:") {
				address, _, _ := strings.Cut(said[len("RCPT TO:"):], ">")
				t.to = append(t.to, strings.ToLower(strings.Trim(address, " <")))
			}
			continue
		}
		t, answer := open[c], e.line.answered()
		if t == nil || answer == "" {
			continue
		}
		t.ended = e.entry.Number
		switch {
		case strings.HasPrefix(answer, "354"):
			t.data = true
		case t.data && strings.HasPrefix(answer, "250"):
			t.accepted = true
			delete(open, c)
		}
	}
	return all
}

func oneDelivery(b *bench) (found []breach) {
	for _, h := range b.devices {
		if h.Jobs == nil {
			continue
		}
		sent, last := 0, 0
		for _, t := range transactions(h) {
			if t.accepted {
				sent, last = sent+1, t.ended
			}
		}
		begun := len(h.Jobs)
		for _, job := range h.Jobs { // a full history has lost its oldest rows
			begun = max(begun, job.Receipt)
		}
		if sent > begun {
			found = append(found, breaks(h.Name, last, "has sent %d messages for %d jobs", sent, begun))
		}
	}
	return found
}

// scan is one that a step of a scenario has begun. It may wait while those before it are sent.
type scan struct {
	to   []string
	sent bool
}

// scansBefore returns the scans that were begun before an entry; judged is false where nobody knows what was typed
// last.
func scansBefore(h *history, number int) (scans []*scan, judged bool) {
	for i := range h.events {
		e := &h.events[i]
		if e.entry.Number > number {
			break
		}
		if to := typed(*e); to != nil {
			if e.scan == nil {
				e.scan = &scan{to: to}
			}
			scans, judged = append(scans, e.scan), true
		} else if e.act && strings.Contains(e.entry.Text.String(), "panel enter") {
			judged = false
		}
	}
	return scans, judged
}

func sameAddresses(a, b []string) bool {
	return len(a) == len(b) &&
		!slices.ContainsFunc(a, func(address string) bool { return !among(b, address) })
}

// among reports whether an address that was typed is among others. Of a fax only its number was: "302@".
func among(others []string, address string) bool {
	return slices.ContainsFunc(others, func(other string) bool {
		return other == address || strings.HasSuffix(address, "@") && strings.HasPrefix(other, address)
	})
}

func recipients(b *bench) (found []breach) {
	for _, h := range b.devices {
		for _, t := range transactions(h) {
			if !t.data {
				continue
			}
			scans, judged := scansBefore(h, t.begun)
			if !judged {
				continue
			}
			if fits := slices.IndexFunc(
				scans, func(x *scan) bool { return !x.sent && sameAddresses(x.to, t.to) },
			); fits >= 0 {
				scans[fits].sent = t.accepted
				continue
			}
			newest := scans[len(scans)-1]
			if newest.sent || sameAddresses(t.to, toldBy(h, t)) {
				continue
			}
			for _, address := range newest.to {
				if !among(t.to, address) {
					found = append(found, breaks(h.Name, t.begun, "sends a mail without %s, which was typed", address))
				}
			}
			for _, address := range t.to {
				typed := func(wanted string) bool { return among([]string{address}, wanted) }
				if !slices.ContainsFunc(newest.to, typed) {
					found = append(found, breaks(h.Name, t.begun, "sends a mail to %s, which was not typed", address))
				}
			}
		}
	}
	for _, m := range b.Mails {
		message, err := mail.ReadMessage(bytes.NewReader(m.Header))
		if err != nil {
			continue
		}
		named := strings.ToLower(message.Header.Get("To") + "," + message.Header.Get("Cc"))
		if !strings.Contains(named, strings.ToLower(m.Mailbox)) {
			found = append(found, breaks("the mail in "+m.Mailbox, 0, "does not name that address"))
		}
	}
	return found
}

// toldBy are those recipients of a mail who are told of events (Email Notification), which nobody types at a scan.
func toldBy(h *history, t *transaction) (told []string) {
	for _, e := range h.events {
		_, words, is := strings.Cut(strings.ToLower(e.entry.Text.String()), "webconfig set 'email address ")
		if !is || !e.act || e.entry.Number > t.begun {
			continue
		}
		for _, address := range t.to {
			if strings.HasSuffix(words, " "+address) && !slices.Contains(told, address) {
				told = append(told, address)
			}
		}
	}
	return told
}

// typed returns the addresses of a step that scans to e-mail, or the number of a fax; nil if it is none.
func typed(e event) (addresses []string) {
	if !e.act {
		return nil
	}
	if _, words, faxes := strings.Cut(e.entry.Text.String(), "scan fax "); faxes {
		return []string{dialled(words) + "@"}
	}
	_, words, scans := strings.Cut(e.entry.Text.String(), "scan email ")
	if !scans {
		return nil
	}
	for _, word := range strings.Fields(words) {
		if !strings.Contains(word, "=") && strings.Contains(word, "@") {
			addresses = append(addresses, strings.ToLower(strings.Trim(word, `'"`)))
		}
	}
	return addresses
}

var withoutSigns = strings.NewReplacer(" ", "", "-", "", "(", "", ")", "")

// dialled is the number of the words after scan fax: what parts its digits is taken out.
func dialled(words string) string {
	number := strings.Fields(words)[0]
	if quoted, is := strings.CutPrefix(words, "'"); is {
		number, _, _ = strings.Cut(quoted, "'")
	}
	return withoutSigns.Replace(number)
}

func messageID(b *bench) (found []breach) {
	mailboxes := map[string][]string{} // by Message-ID
	for _, m := range b.Mails {
		message, err := mail.ReadMessage(bytes.NewReader(m.Header))
		if err != nil {
			continue
		}
		ids := message.Header["Message-Id"]
		if len(ids) != 1 {
			found = append(found, breaks("the mail in "+m.Mailbox, 0, "has %d Message-IDs", len(ids)))
			continue
		}
		if slices.Contains(mailboxes[ids[0]], m.Mailbox) {
			found = append(found, breaks("the mail in "+m.Mailbox, 0, "has the Message-ID of another one"))
		}
		mailboxes[ids[0]] = append(mailboxes[ids[0]], m.Mailbox)
	}
	return found
}

func jobRow(b *bench) (found []breach) {
	for _, h := range b.devices {
		for _, j := range h.Jobs {
			switch {
			case j.Code == "":
			case j.Wanted == nil:
				found = append(
					found,
					breaks(
						h.Name, 0, "shows job %d with the code %q, which the table does not have", j.Receipt, j.Code,
					),
				)
			case j.Status != j.Wanted.Status:
				found = append(
					found,
					breaks(h.Name, 0, "shows job %d with code %s and the status %q", j.Receipt, j.Code, j.Status),
				)
			case j.Solution != j.Wanted.Solution:
				found = append(
					found,
					breaks(h.Name, 0, "shows job %d with code %s and the solution %q", j.Receipt, j.Code, j.Solution),
				)
			}
		}
	}
	return found
}

// ownMail: whose a token is says the id_token that comes with it, and what it is for the application that asks.
func ownMail(b *bench) (found []breach) {
	for _, h := range b.devices {
		accounts := map[string]string{} // of users, by the access token
		senders := map[string]string{}  // by connection
		for _, e := range h.events {
			if r := e.request; r != nil && h.UserClientID != "" && r.form.Get("client_id") == h.UserClientID {
				if account := accountOf(r.text("id_token")); account != "" && r.text("access_token") != "" {
					accounts[unsigned(r.text("access_token"))] = account
				}
			}
			said, on := e.line.said(), e.entry.Connection
			if said != "" && e.line.hidden {
				for token, account := range accounts {
					if strings.Contains(decoded(said), token) {
						senders[on] = account
					}
				}
			}
			account := senders[on]
			command, path, is := strings.Cut(said, ":")
			address, _, closed := strings.Cut(strings.TrimPrefix(strings.TrimSpace(path), "<"), ">")
			if account == "" || !is || !closed || strings.EqualFold(address, account) {
				continue
			}
			if strings.EqualFold(command, "MAIL FROM") || strings.EqualFold(command, "RCPT TO") {
				found = append(
					found, breaks(h.Name, e.entry.Number, "names %s with the sign-in of %s", address, account),
				)
			}
		}
	}
	return found
}

// accountOf is the account that an id_token names (OpenID Connect Core section 2); its signature is not looked at.
func accountOf(token string) string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return ""
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return ""
	}
	var claims struct {
		Name string `json:"preferred_username"`
	}
	_ = json.Unmarshal(text, &claims) // what is no JSON names nobody
	return claims.Name
}
