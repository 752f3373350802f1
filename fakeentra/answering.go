package fakeentra

import "mfpsim/fakeentra/internal/answers"

// ParseAnswers reads a sequence of answers from words such as "html", "endpoint=token", "grant=refresh_token",
// "after=1", "times=2", "error=50196", "status=503", "retry-after=30", "latency=20s", parted by the word "then". All
// but the last need times=, for= or until=. docs/language.md has all words, and so has the error.
func ParseAnswers(words ...string) ([]Answer, error) {
	parsed, err := answers.Parse(words...)
	return parsed, ours(err)
}

// Arm plants answers, in a row behind those that are planted. None is if one of them is wrong.
func (s *Server) Arm(answers ...Answer) error {
	known := func(user string) bool { _, ok := s.directory.Account(user); return ok }
	return ours(s.answers.Arm(s.now(), known, answers...))
}

// ClearAnswers lets the fake answer truly again.
func (s *Server) ClearAnswers() { s.answers.Clear() }

// Answers returns the answers that are planted, in their order.
func (s *Server) Answers() []Answer { return s.answers.All() }

// UnmetAnswers returns the planted answers that no request has met yet, or not as often as they say.
func (s *Server) UnmetAnswers() []Answer { return s.answers.Unmet() }
