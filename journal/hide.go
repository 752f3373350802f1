package journal

import (
	"bytes"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// HideForm hides the values of the secret fields of a form or query (application/x-www-form-urlencoded); all else stays
// byte for byte. What has no name, or one that cannot be decoded, may be anything, and is hidden.
func HideForm(text string, secret func(name string) bool) Text {
	var t Text
	for i, pair := range strings.Split(text, "&") {
		if i > 0 {
			t = t.Add(Plain("&"))
		}
		name, value, found := strings.Cut(pair, "=")
		decoded, err := url.QueryUnescape(name)
		switch {
		case !found || err != nil:
			t = t.Add(Hidden(pair))
		case secret(decoded):
			t = t.Add(Plain(name+"="), Hidden(value))
		default:
			t = t.Add(Plain(pair))
		}
	}
	return t
}

// HideHeader makes the fields of a header, in the order of their names. Credentials and what a browser gives back of
// its cookies are hidden. show says how another field's value is recorded; nil: as it is.
func HideHeader(header http.Header, show func(name, value string) Text) []Field {
	var fields []Field
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, value := range header[name] {
			text := Plain(value)
			switch name := http.CanonicalHeaderKey(name); {
			case name == "Authorization", name == "Cookie":
				text = Hidden(value)
			case show != nil:
				text = show(name, value)
			}
			fields = append(fields, Field{Name: name, Value: text})
		}
	}
	return fields
}

// HideLocation hides the secret parameters of an address, in its query and in its fragment.
func HideLocation(address string, secret func(name string) bool) Text {
	before, fragment, hasFragment := strings.Cut(address, "#")
	before, query, hasQuery := strings.Cut(before, "?")
	t := Plain(before)
	if hasQuery {
		t = t.Add(Plain("?"), HideForm(query, secret))
	}
	if hasFragment {
		t = t.Add(Plain("#"), HideForm(fragment, secret))
	}
	return t
}

// HideMembers hides the values of members of a JSON answer: the strings that stand behind their names. Nothing is
// parsed, since the answer may be broken on purpose.
func HideMembers(body []byte, names []string) Text { return hideBehind(body, names, `"`, `":"`) }

// HideInputs does the same with the values of a page's form.
func HideInputs(page []byte, names []string) Text {
	return hideBehind(page, names, `name="`, `" value="`)
}

func hideBehind(body []byte, names []string, before, after string) Text {
	var t Text
	for len(body) > 0 {
		start := -1
		for _, name := range names {
			mark := []byte(before + name + after)
			if i := bytes.Index(body, mark); i >= 0 && (start < 0 || i+len(mark) < start) {
				start = i + len(mark)
			}
		}
		if start < 0 {
			break
		}
		end := bytes.IndexByte(body[start:], '"')
		if end < 0 {
			end = len(body) - start // cut short
		}
		t = t.Add(Plain(string(body[:start])), Hidden(string(body[start:start+end])))
		body = body[start+end:]
	}
	return t.Add(Plain(string(body)))
}

// IsPage reports whether an answer is a page of HTML.
func IsPage(body []byte) bool { return bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")) }
