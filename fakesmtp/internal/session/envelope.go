package session

import (
	"strconv"
	"strings"

	"mfpsim/fakesmtp/internal/address"
	"mfpsim/fakesmtp/internal/answers"
	"mfpsim/fakesmtp/internal/mailboxes"
)

// transaction is one message on its way, from MAIL to the end of DATA.
type transaction struct {
	from     string
	to       []string
	declared int64 // SIZE=
	binary   bool  // BODY=BINARYMIME
	chunked  bool  // BDAT has begun
	chunks   [][]byte
	size     int64           // of the chunks, those thrown away included
	planted  *answers.Answer // a recipient's address asked for it
	whose    mailboxes.Attribution
}

// parameter takes one parameter of MAIL: SIZE (RFC 1870), BODY (RFC 6152, 3030), RET and ENVID (RFC 3461), SMTPUTF8
// (RFC 6531) and AUTH (RFC 4954 §5).
func (t *transaction) parameter(parameter string) bool {
	name, value, hasValue := strings.Cut(parameter, "=")
	switch strings.ToUpper(name) {
	case "SIZE":
		size, err := strconv.ParseUint(value, 10, 63)
		t.declared = int64(size) // parsed with 63 bits
		return err == nil
	case "BODY":
		t.binary = strings.EqualFold(value, "BINARYMIME")
		return t.binary || strings.EqualFold(value, "7BIT") || strings.EqualFold(value, "8BITMIME")
	case "RET":
		return strings.EqualFold(value, "FULL") || strings.EqualFold(value, "HDRS")
	case "ENVID":
		return value != "" && len(value) <= 100
	case "SMTPUTF8":
		return !hasValue
	case "AUTH":
		return value != ""
	}
	return false
}

// validRecipientParameters checks the parameters of RCPT: NOTIFY and ORCPT (RFC 3461).
func validRecipientParameters(parameters []string) bool {
	for _, parameter := range parameters {
		name, value, _ := strings.Cut(parameter, "=")
		switch strings.ToUpper(name) {
		case "NOTIFY":
			for _, word := range strings.Split(strings.ToUpper(value), ",") {
				if word != "NEVER" && word != "SUCCESS" && word != "FAILURE" && word != "DELAY" {
					return false
				}
			}
		case "ORCPT":
			if kind, recipient, ok := strings.Cut(value, ";"); !ok || kind == "" || recipient == "" {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// parsePath reads "FROM:<address> parameters". A space after the colon and a missing pair of brackets are borne.
func parsePath(arguments, keyword string) (path string, parameters []string, ok bool) {
	if len(arguments) < len(keyword) || !strings.EqualFold(arguments[:len(keyword)], keyword) {
		return "", nil, false
	}
	rest := strings.TrimLeft(arguments[len(keyword):], " ")
	if strings.HasPrefix(rest, "<") {
		end := strings.IndexByte(rest, '>')
		if end < 0 {
			return "", nil, false
		}
		path, rest = rest[1:end], rest[end+1:]
		if rest != "" && rest[0] != ' ' {
			return "", nil, false
		}
		return path, strings.Fields(rest), true
	}
	words := strings.Fields(rest)
	if len(words) == 0 {
		return "", nil, false
	}
	return words[0], words[1:], true
}

// validHello is the rule for the name after EHLO and HELO: no label is empty, no character is foreign to names. Names
// of one label were accepted (EOP-166, QA20); what exactly was wrong with the one that was refused (GITML) is inferred.
// Reports vary: a strict front end wants a full domain name without underscores, or an address
// (docs/reference/exchange-smtp.md X13).
func validHello(name string, strict bool) bool {
	whole := strings.HasPrefix(name, "[") || strings.Contains(name, ".") && !strings.Contains(name, "_")
	return address.ValidDomain(name) && (whole || !strict)
}

// crowded reports whether a message has as many recipients of a domain as it may have; zero or less: any number.
func (t *transaction) crowded(recipient string, limit int) bool {
	if limit <= 0 || len(t.to) < limit {
		return false
	}
	domain, count := address.Domain(recipient), 0
	for _, other := range t.to {
		if address.Domain(other) == domain {
			count++
		}
	}
	return count >= limit
}

// parseChunk reads the arguments of BDAT: a size and, for the last chunk, LAST.
func parseChunk(arguments string) (size int64, last, ok bool) {
	number, rest, more := strings.Cut(arguments, " ")
	rest = strings.TrimSpace(rest)
	size, err := strconv.ParseInt(number, 10, 48)
	if err != nil || size < 0 || number[0] == '+' || number[0] == '-' {
		return 0, false, false
	}
	if more && rest != "" && !strings.EqualFold(rest, "LAST") {
		return 0, false, false
	}
	return size, more && rest != "", true
}
