package fakesmtp

import "mfpsim/fakesmtp/internal/answers"

// ParseAnswers reads a sequence of answers from words: the moment ("auth", "rcpt", "connect", "end-of-data"), then what happens
// ("reply=454 4.7.0 Try later", "silent", "late=2m", "times=1"), parted by the word "then". docs/language.md has all words, and so has
// the error.
func ParseAnswers(words ...string) ([]Answer, error) {
	parsed, err := answers.Parse(words...)
	return parsed, ours(err)
}

// Arm plants answers, in a row behind those that are planted; none is if one of them is wrong. Where several wait for
// the same moment, the first that is due and not used up has its way, so that several with Times are a sequence.
func (s *Server) Arm(answers ...Answer) error {
	return ours(s.answers.Arm(answers...))
}

// ClearAnswers lets the server answer by its nature again, and forgets what has not happened.
func (s *Server) ClearAnswers() { s.answers.Clear() }

// Answers returns the answers that are planted, in their order.
func (s *Server) Answers() []Answer { return s.answers.All() }

// UnmetAnswers returns the planted answers that have not happened as often as they were to; each is a mistake of a
// test. [RunT] reports them.
func (s *Server) UnmetAnswers() []Answer { return s.answers.Unmet() }
