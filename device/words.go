package device

import (
	"slices"
	"strings"

	"mfpsim/choice"
)

// Words are a device's texts in one language, as people and scenarios name them. The maps are shared and must not be
// changed.
type Words struct {
	Language string `json:"language"`
	// Messages are sentences by the name that scenarios write after @: "M1". Those of a job's code are code.361.status
	// and code.361.solution.
	Messages map[string]string `json:"messages"`
	// Labels are the words of keys, fields, buttons, pages and values, by the guide's English words in the form of
	// [choice.Normalize].
	Labels map[string]string `json:"labels"`
	// Own names the labels and messages, as the maps do, in which the model has words of its own on purpose (guide
	// rules R32, R35). Of all others the guide's words are demanded where it has some.
	Own []string `json:"own,omitempty"`
}

// IsOwn reports whether a label, by its English words, or a message, by its name, is one of the model's own.
func (w Words) IsOwn(name string) bool {
	return slices.Contains(w.Own, name) || slices.Contains(w.Own, choice.Normalize(name))
}

// Message returns a message by its name. A [*choice.Error] lists the names that there are, but those of codes.
func (w Words) Message(name string) (string, error) {
	if text, known := w.Messages[name]; known {
		return text, nil
	}
	var present []string
	for other := range w.Messages {
		if !strings.HasPrefix(other, "code.") {
			present = append(present, "@"+other)
		}
	}
	slices.Sort(present)
	return "", &choice.Error{What: "message", Wanted: "@" + name, Present: present}
}

// Translate returns the device's words for the guide's English ones; what the device has no other words for stays as it
// is written.
func (w Words) Translate(english string) string {
	wanted := choice.Normalize(english)
	if words, known := w.Labels[wanted]; known && choice.Normalize(words) != wanted {
		return words
	}
	return english
}
