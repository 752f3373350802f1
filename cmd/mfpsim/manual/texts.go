package manual

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"

	"mfpsim/device"
	"mfpsim/device/manual"
	"mfpsim/guide"
)

//go:embed texts.yaml
var textsFile []byte

// texts are what a person is told, by group, name and language.
var texts = sync.OnceValue(func() map[string]map[string]map[string]string {
	var found map[string]map[string]map[string]string
	if err := yaml.NewDecoder(bytes.NewReader(textsFile)).Decode(&found); err != nil {
		panic(fmt.Sprintf("manual: texts.yaml: %v", err))
	}
	return found
})

// Languages are those that the page can be in.
func Languages() []string { return guide.Languages() }

// languageNames are the languages in their own words.
var languageNames = map[string]string{"en": "English", "hi": "हिन्दी", "el": "Ελληνικά"}

// say is a text with its arguments, each a pair of a name and a value.
func say(language, group, name string, args ...string) string {
	text := texts()[group][name][language]
	for i := 0; i+1 < len(args); i += 2 {
		args[i] = "{" + args[i] + "}"
	}
	return strings.NewReplacer(args...).Replace(text)
}

// Sentence is an instruction for a person.
func Sentence(language string, i manual.Instruction) string {
	var args map[string]any
	_ = json.Unmarshal(i.Args, &args) // they are the desk's own
	name := nameOf(i.Method, args)
	pairs := []string{"jobs", inLanguage(language, "Job/Status") + " > " + inLanguage(language, "Job Status")}
	for _, key := range []string{
		"printer", "path", "field", "value", "label", "address", "pages", "size", "to", "subject", "file", "settings",
		"function", "number", "language",
	} {
		value, given := args[key]
		text := plain(value)
		switch {
		case key == "number" && !given:
			text = "0"
		case key == "pages" && text == "0" && i.Method == "scan":
			text = "1"
		case text == "":
			text = "–"
		}
		pairs = append(pairs, key, text)
		if key == "language" {
			pairs = append(pairs, "languageName", languageNames[text])
		}
	}
	return say(language, "methods", name, pairs...)
}

// nameOf is the row of the texts for an instruction.
func nameOf(method string, args map[string]any) string {
	candidates := []string{method}
	switch method {
	case "power":
		candidates = []string{method + "-" + plain(args["state"])}
	case "look":
		candidates = []string{method + "-" + plain(args["surface"])}
	case "scan":
		candidates = []string{method + "-" + plain(args["function"]), method}
	default:
		if wrong, _ := args["wrong"].(bool); wrong {
			candidates = []string{method + "-wrong", method}
		}
	}
	for _, name := range candidates {
		if texts()["methods"][name] != nil {
			return name
		}
	}
	return method
}

// plain is a value as a person reads it.
func plain(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case []any:
		var parts []string
		for _, one := range v {
			parts = append(parts, plain(one))
		}
		return strings.Join(parts, ", ")
	case map[string]any: // a setting
		return plain(v["name"]) + ": " + plain(v["value"])
	}
	return fmt.Sprint(value)
}

// inLanguage are the panel's words for a label.
func inLanguage(language, label string) string {
	if words, known := guide.OnPanel(language, label); known {
		return words
	}
	return label
}

// lookOf is the question of an instruction to look at something; false: it is none.
func lookOf(i manual.Instruction) (look device.Look, is bool) {
	if i.Method != "look" {
		return look, false
	}
	return look, json.Unmarshal(i.Args, &look) == nil
}

// languageOf is a language of the page; English for one that there is not.
func languageOf(wanted string) string {
	if slices.Contains(Languages(), wanted) {
		return wanted
	}
	return "en"
}
