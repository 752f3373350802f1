package lab

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Leak is a secret that was found where none may be.
type Leak struct {
	File     string
	Offset   int
	Encoding string // "plain", "base64", "URL-encoded", …
	Secret   int    // its number in the list of secrets; the secret itself is not repeated
}

// String tells where the leak is, without telling the secret.
func (l Leak) String() string {
	return fmt.Sprintf("%s, byte %d: secret number %d, %s", l.File, l.Offset, l.Secret, l.Encoding)
}

// needle is one form in which a secret could show.
type needle struct {
	text     []byte
	encoding string
	secret   int
}

// window is how many bytes of a needle are looked up at once; shorter secrets are searched for one by one.
const window = 12

// FindLeaks looks for secrets in files: as they are, in hexadecimal, URL-encoded, escaped for JSON and HTML, and in
// base64 of both alphabets at every alignment, so that one inside an XOAUTH2 response is found as well. Each secret is
// reported once a file.
func FindLeaks(files map[string][]byte, secrets []string) []Leak {
	short, long := needles(secrets)
	begins := beginnings{}
	for key := range long {
		begins.add(key[:])
	}
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	var found []Leak
	for _, name := range names {
		text, seen := files[name], map[int]bool{}
		add := func(n needle, at int) {
			if !seen[n.secret] {
				seen[n.secret] = true
				found = append(found, Leak{File: name, Offset: at, Encoding: n.encoding, Secret: n.secret})
			}
		}
		for _, n := range short {
			if at := bytes.Index(text, n.text); at >= 0 {
				add(n, at)
			}
		}
		var key [window]byte
		for at := 0; at+window <= len(text) && len(long) > 0; at++ {
			if !begins.mayHave(text[at:]) {
				continue
			}
			copy(key[:], text[at:])
			for _, n := range long[key] {
				if bytes.HasPrefix(text[at:], n.text) {
					add(n, at)
				}
			}
		}
	}
	return found
}

// beginnings says quickly of most places of a text that no needle begins there: it knows eight bytes of each by a bit.
type beginnings [1 << 10]uint64

func (b *beginnings) add(key []byte) {
	word, bit := placeOf(key)
	b[word] |= bit
}

func (b *beginnings) mayHave(text []byte) bool {
	word, bit := placeOf(text)
	return b[word]&bit != 0
}

func placeOf(text []byte) (word int, bit uint64) {
	const spread = 0x9e3779b97f4a7c15 // an odd number whose product has every bit in its upper ones
	hash := binary.LittleEndian.Uint64(text) * spread >> 48
	return int(hash >> 6), 1 << (hash & 63) //nolint:gosec // of 16 bits
}

func needles(secrets []string) (short []needle, long map[[window]byte][]needle) {
	long = map[[window]byte][]needle{}
	for i, s := range secrets {
		for _, n := range forms(s) {
			n.secret = i + 1
			if len(n.text) < window {
				if len(n.text) >= 4 {
					short = append(short, n)
				}
				continue
			}
			// A long secret is betrayed by its beginning already: half a token cut off by a log is a leak too.
			if len(n.text) > 3*window {
				n.text = n.text[:3*window]
			}
			var key [window]byte
			copy(key[:], n.text)
			long[key] = append(long[key], n)
		}
	}
	return short, long
}

func forms(s string) []needle {
	list := []needle{{text: []byte(s), encoding: "plain"}}
	add := func(text, encoding string) {
		if text != s && !slices.ContainsFunc(list, func(n needle) bool { return string(n.text) == text }) {
			list = append(list, needle{text: []byte(text), encoding: encoding})
		}
	}
	add(url.QueryEscape(s), "URL-encoded")
	add(url.PathEscape(s), "URL-encoded")
	if quoted, err := json.Marshal(s); err == nil {
		add(strings.Trim(string(quoted), `"`), "escaped for JSON")
	}
	add(
		strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "+", "&#43;", `"`, "&#34;").Replace(s),
		"escaped for HTML",
	)
	add(hex.EncodeToString([]byte(s)), "hexadecimal")
	for _, alphabet := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
		for before := range 3 {
			if text := inner(alphabet, s, before); len(text) >= 8 {
				add(text, "base64")
				add(url.QueryEscape(text), "base64, URL-encoded")
				add(strings.ReplaceAll(text, "/", `\/`), "base64, escaped for JSON")
			}
		}
	}
	return list
}

// inner is what base64 makes of a secret that follows so many other bytes, without the characters that those bytes
// decide too.
func inner(alphabet *base64.Encoding, s string, before int) string {
	text := alphabet.EncodeToString(append(make([]byte, before), s...))
	skip := []int{0, 2, 3}[before]
	keep := (before + len(s)) / 3 * 4
	if keep <= skip {
		return ""
	}
	return text[skip:keep]
}
