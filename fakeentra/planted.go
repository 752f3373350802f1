package fakeentra

import (
	"net/http"

	"mfpsim/fakeentra/internal/answers"
	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/endpoints"
	"mfpsim/fakeentra/internal/texts"
	"mfpsim/journal"
)

// answerPlanted answers in a planted way; false if the true answer is still due, through the returned writer.
func (s *Server) answerPlanted(w http.ResponseWriter, a *ask, planted answers.Answer) (http.ResponseWriter, bool) {
	s.journal.Append(journal.Entry{Party: Party, Kind: journal.KindFault, Text: journal.Plain("answers otherwise: " + planted.String())})
	if planted.Latency > 0 {
		if err := s.clock.Sleep(a.request.Context(), planted.Latency); err != nil {
			panic(http.ErrAbortHandler) // nobody waits any more
		}
		a.at = s.now()
	}
	if planted.AtPolls() {
		return s.answerPoll(w, a, planted)
	}
	if planted.Instead(w) {
		return w, true
	}
	switch planted.Kind {
	case answers.KindError:
		s.answerError(planted.Spoil(w), a, planted.Error(w.Header()))
		return w, true
	case answers.KindCodeRefused:
		s.show(w, a, http.StatusOK, s.codePage(a.form["otc"], texts.Say(texts.CodeWrong)))
		return w, true
	case answers.KindCode:
		a.lifetime, a.interval = planted.Lifetime, planted.Interval
		return w, false
	default:
		return planted.Spoil(w), false
	}
}

// asAnswersSee is a request as planted answers see it.
func (s *Server) asAnswersSee(a *ask, endpoint *endpoints.Endpoint) answers.Request {
	grant := ""
	if endpoint.Name == "token" {
		if grant = a.param("grant_type"); grantDeviceCode[grant] {
			grant = "device_code"
		}
	}
	return answers.Request{Endpoint: endpoint, Method: a.request.Method, Grant: grant, Client: a.param("client_id"), At: a.at}
}

// answerPoll puts the code that a poll carries into another state, or says what that state says.
func (s *Server) answerPoll(w http.ResponseWriter, a *ask, planted answers.Answer) (http.ResponseWriter, bool) {
	s.mu.Lock()
	text := a.param("device_code")
	if text == "" {
		text = a.param("code")
	}
	c := s.codes[text]
	if c == nil {
		s.mu.Unlock()
		return w, false // no code, no state: the true answer says so
	}
	var user string
	switch planted.Kind {
	case answers.KindDeclined:
		c.state = codeDeclined
	case answers.KindExpired:
		c.expires = a.at
	case answers.KindApprove:
		if c.state == codePending {
			user = c.user
		}
	}
	correlation, consumers := c.correlation, c.alias.consumers()
	s.mu.Unlock()
	switch {
	case planted.Kind == answers.KindPending && consumers:
		s.answerError(w, a, catalogue.FailAs(70016, "consumers").In(correlation))
		return w, true
	case planted.Kind == answers.KindPending:
		s.answerError(w, a, catalogue.Fail(70016).In(correlation))
		return w, true
	case planted.Kind == answers.KindSlowDown:
		s.answerError(w, a, catalogue.FailAs(0, "slow_down").In(correlation))
		return w, true
	case user != "":
		if err := s.Approve(user, planted.User); err != nil { // as the pages would refuse: the device goes on waiting
			s.journal.Append(journal.Entry{Party: Party, Kind: journal.KindNote, Text: journal.Plain(planted.String() + ": " + err.Error())})
		}
	}
	return w, false
}
