// Package forms reads form encoding leniently. If a name comes twice, the first one counts.
package forms

import (
	"net/url"
	"strings"
)

// Values are decoded parameters; the first of a name counts.
type Values map[string]string

// Is reports whether a content type is form encoding.
func Is(contentType string) bool {
	kind, _, _ := strings.Cut(contentType, ";")
	return strings.EqualFold(strings.TrimSpace(kind), "application/x-www-form-urlencoded")
}

// Parse reads form encoding. What cannot be decoded is left out, as if it had not come. Nothing is nil.
func Parse(text string) Values {
	if text == "" {
		return nil
	}
	v := Values{}
	for text != "" {
		var pair string
		pair, text, _ = strings.Cut(text, "&")
		name, value, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		if err != nil || name == "" {
			continue
		}
		value, err = url.QueryUnescape(value)
		if _, twice := v[name]; err != nil || twice {
			continue
		}
		v[name] = value
	}
	return v
}
