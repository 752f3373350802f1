package explain

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"unicode"

	"mfpsim/docs/reference"
	"mfpsim/guide"
)

// Fingerprint is a sentence of an edition of the guide, of which only the hash of its words is kept.
type Fingerprint struct {
	Language string
	Chapter  string // its number: guide/data/chapters.yaml
	Rule     string // of scenarios/rules.yaml; "-": none, such as a heading
	Hash     string
}

// Line is its row of docs/reference/fingerprints.tsv.
func (f Fingerprint) Line() string {
	return strings.Join([]string{f.Language, f.Chapter, f.Rule, f.Hash}, "\t")
}

// fewest is how many words a sentence must have to be one; what is shorter is a label, and known as such.
const fewest = 3

// Sentences are the sentences of a text, each in the form that is hashed. Lines end a sentence, because in the
// editions a paragraph is one line.
func Sentences(text string) []string {
	var found []string
	var sentence strings.Builder
	end := func() {
		if words := plain(sentence.String()); len(strings.Fields(words)) >= fewest {
			found = append(found, words)
		}
		sentence.Reset()
	}
	runes := []rune(text)
	for i, r := range runes {
		last := i+1 == len(runes) || unicode.IsSpace(runes[i+1])
		switch {
		case r == '\n' || r == '|' || r == '।':
			end()
		case last && strings.ContainsRune(".!?;·", r):
			end()
		default:
			sentence.WriteRune(r)
		}
	}
	end()
	return found
}

// Hash is what is kept of a sentence: the first 64 bits of SHA-256 over its words. It serves to know a sentence again,
// and is no secret.
func Hash(sentence string) string {
	sum := sha256.Sum256([]byte(sentence))
	return hex.EncodeToString(sum[:8])
}

var fingerprints = sync.OnceValues(
	func() (map[string]Fingerprint, error) { return ReadFingerprints(reference.Fingerprints) },
)

// ReadFingerprints reads the table. An error names the line.
func ReadFingerprints(table string) (map[string]Fingerprint, error) {
	known := map[string]Fingerprint{}
	for i, line := range strings.Split(table, "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		cells := strings.Split(line, "\t")
		if len(cells) != 4 || len(cells[3]) != 16 {
			return nil, fmt.Errorf(
				"fingerprints.tsv:%d: a row is language, chapter, rule and hash, parted by tabs",
				i+1,
			)
		}
		known[cells[3]] = Fingerprint{cells[0], cells[1], cells[2], cells[3]}
	}
	return known, nil
}

// fromGuide finds the sentences of the guide in a text: as its lines stand, and as one paragraph that was broken into
// lines.
func fromGuide(text string) ([]Fingerprint, error) {
	known, err := fingerprints()
	if err != nil {
		return nil, err
	}
	var found []Fingerprint
	seen := map[string]bool{}
	for _, form := range []string{text, strings.ReplaceAll(text, "\n", " ")} {
		for _, sentence := range Sentences(form) {
			hash := Hash(sentence)
			if f, is := known[hash]; is && !seen[hash] {
				seen[hash] = true
				found = append(found, f)
			}
		}
	}
	return found, nil
}

// Sentence is a sentence of an edition, with its words.
type Sentence struct {
	Fingerprint
	Words string
}

// Edition parts the text of an edition of the guide into sentences, by its chapters. What devices show, and titles, is
// known word for word and has no fingerprint.
func Edition(text string) ([]Sentence, error) {
	v, err := known()
	if err != nil {
		return nil, err
	}
	language := languageOf(text)
	if language == "" {
		return nil, fmt.Errorf("the text is in no language of the editions, Hindi or Greek")
	}
	shown := map[string]bool{}
	for _, s := range v.all {
		shown[s.plain] = true
	}
	var found []Sentence
	seen := map[string]bool{}
	chapter := ""
	for line := range strings.Lines(text) {
		if number := titled(line, language); number != "" {
			chapter = number
			continue
		}
		for _, words := range Sentences(line) {
			hash := Hash(words)
			if chapter == "" || shown[words] || seen[hash] {
				continue
			}
			seen[hash] = true
			found = append(found, Sentence{Fingerprint{language, chapter, "-", hash}, words})
		}
	}
	return found, nil
}

// titled is the number of the chapter whose title a line is; empty: it is none.
func titled(line, language string) string {
	said := plain(line)
	for _, c := range guide.Chapters() {
		if title := plain(c.In(language)); said == title ||
			strings.HasPrefix(said, title+" ") && letters(said) < letters(title)+30 {
			return c.Number
		}
	}
	return ""
}
