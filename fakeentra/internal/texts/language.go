package texts

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"mfpsim/fakeentra/internal/words"
)

// Languages returns the languages of the pages: English, Hindi and Greek, those of the guide.
func Languages() []string { return []string{"en", "hi", "el"} }

// translations holds the tables of the other languages, by the English words.
var translations = map[string]map[string]wording{"hi": hindi, "el": greek}

// secondWords are other words for the same: chapters 4 and 7 of the guide differ in those of the organization's
// consent. The pages show the first; the second leads to it.
var secondWords = map[string]string{
	"संगठन की ओर से सहमत":               "Consent on behalf of your organization",
	"Αποδοχή εκ μέρους του οργανισμού":  "Consent on behalf of your organization",
	"Consent on behalf of organization": "Consent on behalf of your organization",
}

// Choose finds the language of an answer: ?mkt= (Microsoft's own parameter), ui_locales (OpenID Connect Core 3.1.2.1),
// the browser's Accept-Language, the fake's own.
func Choose(mkt, locales, accept, own string) string {
	for _, asked := range append([]string{mkt}, strings.Fields(locales)...) {
		if known := Known(asked); known != "" {
			return known
		}
	}
	if accept != "" && len(accept) < 1000 {
		tags, _, err := language.ParseAcceptLanguage(accept)
		for _, tag := range tags {
			if known := Known(tag.String()); known != "" && err == nil {
				return known
			}
		}
	}
	return cmp.Or(Known(own), "en")
}

// Known brings a language tag such as "el-GR" down to a language that the pages have, "" if they have it not.
func Known(tag string) string {
	base, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
	if slices.Contains(Languages(), base) {
		return base
	}
	return ""
}

// Words returns how the pages of a language write a label or a sentence that is given in any of their languages, in the
// first or in the second words of the guide; ok is false for what the tables do not know.
func Words(tag, words string) (found string, ok bool) {
	text, ok := englishOf(words)
	if !ok {
		return "", false
	}
	if w, ok := translations[Known(tag)][text]; ok {
		return w.text, true
	}
	return text, true
}

// englishOf finds the English words of a text as a whole.
func englishOf(text string) (string, bool) {
	if _, ok := greek[text]; ok {
		return text, true
	}
	wanted := words.Fold(text)
	for second, first := range secondWords {
		if words.Fold(second) == wanted {
			return first, true
		}
	}
	for _, table := range []map[string]wording{greek, hindi} {
		for _, key := range slices.Sorted(maps.Keys(table)) {
			if words.Fold(key) == wanted || words.Fold(table[key].text) == wanted {
				return key, true
			}
		}
	}
	return "", false
}

// English returns the English words of a line that a page of a language shows, with what is filled in kept; ok is false
// for a line that is none of its texts.
func English(tag, line string) (words string, ok bool) {
	if Known(tag) == "" || Known(tag) == "en" {
		return line, true
	}
	return backward()[Known(tag)].translate(strings.Join(strings.Fields(line), " "))
}

// Translate brings an English text into a language. What no table has stays as it is: names, numbers, and Entra's own
// error sentences, which are English everywhere.
func Translate(tag, text string) string {
	if d := forward()[tag]; d != nil {
		text, _ = d.translate(text)
	}
	return text
}

// Country is where a device seems to be, in a language: the fake has no map of addresses.
func Country(tag string) string {
	return display.Regions(language.Make(tag)).Name(language.MustParseRegion("US"))
}

// dictionary turns whole texts into those of another language; values that are filled in are kept.
type dictionary struct {
	whole    map[string]string
	patterns []pattern
	country  struct{ from, to string } // alone of what is filled in it has a name in each language
}

// pattern finds a text in which something is filled in.
type pattern struct {
	from *regexp.Regexp
	to   string
}

var placeholder = regexp.MustCompile(`\\\{([a-z]+)\\\}`)

func (d *dictionary) add(from, to string) {
	if !strings.Contains(from, "{") {
		if _, twice := d.whole[from]; !twice {
			d.whole[from] = to
		}
		return
	}
	quoted := placeholder.ReplaceAllString(regexp.QuoteMeta(from), "(?P<$1>.+?)")
	d.patterns = append(d.patterns, pattern{regexp.MustCompile("^" + quoted + "$"), to})
}

func (d *dictionary) translate(text string) (string, bool) {
	if to, ok := d.whole[text]; ok {
		return to, true
	}
	for _, p := range d.patterns {
		match := p.from.FindStringSubmatch(text)
		if match == nil {
			continue
		}
		to := p.to
		for i, name := range p.from.SubexpNames() {
			if i > 0 {
				value := match[i]
				if name == "country" && value == d.country.from {
					value = d.country.to
				}
				to = strings.ReplaceAll(to, "{"+name+"}", value)
			}
		}
		return to, true
	}
	return text, false
}

// forward leads from English to each other language, backward to English.
var (
	forward  = sync.OnceValue(func() map[string]*dictionary { return dictionaries(false) })
	backward = sync.OnceValue(func() map[string]*dictionary { return dictionaries(true) })
)

func dictionaries(toEnglish bool) map[string]*dictionary {
	all := map[string]*dictionary{}
	for tag, table := range translations {
		d := &dictionary{whole: map[string]string{}}
		if d.country.from, d.country.to = Country("en"), Country(tag); toEnglish {
			d.country.from, d.country.to = d.country.to, d.country.from
		}
		for _, key := range slices.Sorted(maps.Keys(table)) {
			if toEnglish {
				d.add(table[key].text, key)
			} else {
				d.add(key, table[key].text)
			}
		}
		all[tag] = d
	}
	return all
}
