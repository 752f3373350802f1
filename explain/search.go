package explain

import (
	_ "embed" // for the words that say nothing
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"mfpsim/guide"
	"mfpsim/languages"
)

// document is what is searched of a cause in one language: beginnings of words that people use, and the words of its
// own sentences, in their plain form.
type document struct {
	row     int // of the table
	stems   []string
	tokens  []string
	phrases []string
}

var documents = sync.OnceValue(func() []document {
	var all []document
	for i, row := range causes() {
		for _, language := range guide.Languages() {
			var phrases []string
			for _, phrase := range strings.Split(row.Phrases.In(language), ",") {
				if phrase = plain(phrase); phrase != "" {
					phrases = append(phrases, " "+phrase)
				}
			}
			all = append(all, document{
				row: i, phrases: phrases, stems: strings.Fields(plain(row.Words.In(language))),
				tokens: strings.Fields(plain(row.Says.In(language) + " " + row.Tell.In(language))),
			})
		}
	}
	return all
})

//go:embed stopwords.yaml
var stopwordTable []byte

var stopwords = sync.OnceValue(func() map[string]bool {
	var table languages.Text
	strictly("stopwords.yaml", stopwordTable, &table)
	all := map[string]bool{}
	for _, word := range strings.Fields(plain(table.English + " " + table.Hindi + " " + table.Greek)) {
		all[word] = true
	}
	return all
})

const (
	weightOfStem  = 2.0
	weightOfToken = 1.0
	// weightOfPhrase is that of several words together, whatever each is worth.
	weightOfPhrase = 6.0
	// enough is the least that a cause must have to be an answer: about two words that few other causes have.
	enough = 4.0
)

// weight says how much a word of the question means for a document.
func (d document) weight(word string) float64 {
	for _, stem := range d.stems {
		if word == stem || utf8.RuneCountInString(stem) >= 3 && strings.HasPrefix(word, stem) {
			return weightOfStem
		}
	}
	for _, token := range d.tokens {
		if word == token || alikeInForm(word, token) {
			return weightOfToken
		}
	}
	return 0
}

// counts are the words for a few things, in their plain form.
var counts = strings.Fields(plain(
	"two three four five six both दो तीन चार पांच पाँच छह दोनों तीनों चारों δύο τρεις τρία τριών τέσσερις τέσσερα τεσσάρων πέντε έξι",
))

// isCount reports whether a word only says how many of something there are, as "3" and "three" do.
func isCount(word string) bool {
	n, err := strconv.Atoi(word)
	return slices.Contains(counts, word) || err == nil && n > 1 && n < 10
}

// alikeInForm reports whether two words differ in their ending only, as a noun in two cases does.
func alikeInForm(one, other string) bool {
	a, b := []rune(one), []rune(other)
	shared := 0
	for shared < len(a) && shared < len(b) && a[shared] == b[shared] {
		shared++
	}
	return shared >= 4 && len(a)-shared <= 3 && len(b)-shared <= 3
}

// scores says how well each cause fits the words of a question. A word that many causes have says little (Spärck
// Jones, inverse document frequency).
func scores(words []string) []float64 {
	total := make([]float64, len(causes()))
	said := " " + strings.Join(slices.DeleteFunc(slices.Clone(words), isCount), " ") // "our three printers": our printers
	for _, d := range documents() {
		for _, phrase := range d.phrases {
			if strings.Contains(said, phrase) {
				total[d.row] += weightOfPhrase
			}
		}
	}
	words = slices.Clone(words)
	slices.Sort(words)
	for _, word := range slices.Compact(words) {
		if stopwords()[word] {
			continue
		}
		best := make([]float64, len(total))
		for _, d := range documents() {
			best[d.row] = max(best[d.row], d.weight(word))
		}
		having := 0
		for _, w := range best {
			if w > 0 {
				having++
			}
		}
		if having == 0 {
			continue
		}
		rare := math.Log(float64(len(total)) / float64(having))
		for i, w := range best {
			total[i] += w * rare
		}
	}
	return total
}
