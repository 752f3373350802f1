package wire

import (
	"encoding/base64"
	"strings"
)

// Base64 reads a SASL answer; a single equals sign is an empty one (RFC 4954 §4).
func Base64(line string) (string, bool) {
	line = strings.TrimSpace(line)
	if line == "=" {
		return "", true
	}
	decoded, err := base64.StdEncoding.Strict().DecodeString(line)
	if err != nil || strings.ContainsAny(line, "\r\n") {
		return "", false
	}
	return string(decoded), true
}

// XOAUTH2 reads the response of that mechanism in base64, see [BearerResponse].
func XOAUTH2(line string) (user, token string, ok bool) {
	text, ok := Base64(line)
	if !ok {
		return "", "", false
	}
	return BearerResponse(text)
}

// BearerResponse reads "user=" user ^A "auth=Bearer " token ^A ^A. What could be read is returned even if it is not all
// good.
func BearerResponse(text string) (user, token string, ok bool) {
	fields := strings.Split(text, "\x01")
	for _, field := range fields {
		name, value, _ := strings.Cut(field, "=")
		switch strings.ToLower(name) {
		case "user":
			user = value
		case "auth":
			token = BearerToken(value)
		}
	}
	ok = len(fields) == 4 && fields[2] == "" && fields[3] == "" &&
		strings.HasPrefix(strings.ToLower(fields[0]), "user=")
	return user, token, ok && user != "" && token != ""
}

// BearerToken reads "Bearer " token; the word's case makes no difference (RFC 9110 §11.1). What stands around the
// token, such as a line end, is a part of it.
func BearerToken(value string) string {
	scheme, token, found := strings.Cut(value, " ")
	if !found || !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return token
}
