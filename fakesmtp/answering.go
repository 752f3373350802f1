package fakesmtp

import "mfpsim/fakesmtp/internal/replies"

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

// EventNamed finds the event of a row of [Replies] by its name, in any case; hyphens can stand for blanks:
// "mailbox-full".
func EventNamed(name string) (event Event, known bool) { return replies.Named(name) }
