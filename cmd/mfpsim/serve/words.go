package serve

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"mfpsim/cmd/mfpsim/serve/routes"
	"mfpsim/phrase"
)

// wording are the words of a phrase: one line, as it stands behind a verb of a scenario, or a list of words.
type wording []string

// UnmarshalJSON reads a line or a list.
func (w *wording) UnmarshalJSON(body []byte) error {
	var line string
	if json.Unmarshal(body, &line) == nil {
		words, err := phrase.Split(line)
		*w = words
		return err
	}
	if json.Unmarshal(body, (*[]string)(w)) != nil {
		return &routes.Wrong{Must: "one line of words, or a list of words", Is: body}
	}
	return nil
}

// phraseRequest is a phrase of the language of scenarios.
type phraseRequest struct {
	Words wording `json:"words" doc:"as they stand behind the verb of a scenario: one line, or a list of words"`
}

// said makes an act of words: read says what they mean, and what is wrong with them; do does it, in a turn of its own.
func said[T, Out any](
	what string, read func(b *bench, words []string) (T, error), do func(b *bench, meant T) (Out, error),
) act {
	return tells(func(b *bench, in phraseRequest) (done Out, err error) {
		meant, err := read(b, in.Words)
		if err != nil {
			return done, routes.Refused(err)
		}
		err = b.act("control: "+what, func(context.Context) (err error) {
			b.note("%s %s", what, strings.Join(in.Words, " "))
			done, err = do(b, meant)
			return err
		})
		return done, err
	})
}

// alone makes a reader of words that asks nothing of the bench.
func alone[T any](read func(words []string) (T, error)) func(*bench, []string) (T, error) {
	return func(_ *bench, words []string) (T, error) { return read(words) }
}

// plantedAnswers are the answers that a cloud is made to give, and those of them that nobody has met.
type plantedAnswers struct {
	Set   []string `json:"set" doc:"the answers that are planted, in their order"`
	Unmet []string `json:"unmet" doc:"those that were not met yet, or not as often as they say"`
}

func answersNow[T fmt.Stringer](all, unmet []T) plantedAnswers {
	told := func(answers []T) []string {
		words := make([]string, len(answers))
		for i, a := range answers {
			words[i] = a.String()
		}
		return words
	}
	return plantedAnswers{Set: told(all), Unmet: told(unmet)}
}
