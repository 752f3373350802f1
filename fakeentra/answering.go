package fakeentra

import "mfpsim/fakeentra/internal/answers"

// AnswerKinds returns the kinds of an [Answer].
func AnswerKinds() []string {
	kinds := answers.Kinds()
	words := make([]string, len(kinds))
	for i, kind := range kinds {
		words[i] = string(kind)
	}
	return words
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
