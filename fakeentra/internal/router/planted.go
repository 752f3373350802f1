package router

import (
	"net/http"

	"mfpsim/fakeentra/internal/answers"
	"mfpsim/fakeentra/internal/codes"
	"mfpsim/fakeentra/internal/endpoints"
	"mfpsim/fakeentra/internal/grants"
	"mfpsim/fakeentra/internal/hosts"
	"mfpsim/fakeentra/internal/wire"
	"mfpsim/faultnet"
	"mfpsim/journal"
)

// answerPlanted answers in a planted way; false if the true answer is still due, through the returned writer.
func (r *Router) answerPlanted(
	w http.ResponseWriter, a *wire.Request, planted answers.Answer,
) (http.ResponseWriter, bool) {
	r.Journal.Append(journal.Entry{
		Party: hosts.Party, Kind: journal.KindFault,
		Text: journal.Plain("answers otherwise: " + planted.String()),
	})
	if planted.Latency > 0 {
		if err := r.Clock.Sleep(a.HTTP.Context(), planted.Latency); err != nil {
			panic(http.ErrAbortHandler) // nobody waits any more
		}
		a.At = r.Front.Now()
	}
	if leaver, can := w.(faultnet.Leaver); can {
		switch planted.Then {
		case answers.ThenSilent:
			leaver.Leave(faultnet.InSilence)
		case answers.ThenClose:
			leaver.Leave(faultnet.Closing)
		case answers.GoesOn:
		}
	}
	if planted.AtPolls() {
		return r.answerPoll(w, a, planted)
	}
	if planted.Instead(w) {
		return w, true
	}
	switch planted.Kind {
	case answers.KindError:
		r.Front.AnswerError(planted.Spoil(w), a, r.Grants.About(a, planted.Error(w.Header())))
		return w, true
	case answers.KindCodeRefused:
		r.Browser.WrongCode(w, a)
		return w, true
	case answers.KindCode:
		a.Lifetime, a.Interval = planted.Lifetime, planted.Interval
		return w, false
	default:
		return planted.Spoil(w), false
	}
}

// asAnswersSee is a request as planted answers see it.
func asAnswersSee(a *wire.Request, endpoint *endpoints.Endpoint) answers.Request {
	r := answers.Request{Endpoint: endpoint, Method: a.HTTP.Method, Client: a.Param("client_id"), At: a.At}
	if endpoint.Name == "token" {
		r.Grant = grants.Kind(a)
	}
	return r
}

// answerPoll puts the code that a poll carries into another state, or says what that state says.
func (r *Router) answerPoll(
	w http.ResponseWriter, a *wire.Request, planted answers.Answer,
) (http.ResponseWriter, bool) {
	c, known := r.Codes.Device(grants.PolledCode(a), a.At)
	if !known {
		return w, false // no code, no state: the true answer says so
	}
	switch planted.Kind {
	case answers.KindDeclined:
		r.Codes.Decline(c.Device)
	case answers.KindExpired:
		r.Codes.Expire(c.Device, a.At)
	case answers.KindPending:
		r.Front.AnswerError(w, a, grants.StillPending(c).In(c.Correlation))
		return w, true
	case answers.KindSlowDown:
		r.Front.AnswerError(w, a, grants.SlowDown().In(c.Correlation))
		return w, true
	case answers.KindApprove:
		if c.State != codes.Pending {
			break
		}
		// as the pages would refuse: the device goes on waiting
		if err := r.Browser.Approve(c.User, planted.User); err != nil {
			r.Journal.Append(journal.Entry{
				Party: hosts.Party, Kind: journal.KindNote,
				Text: journal.Plain(planted.String() + ": " + err.Error()),
			})
		}
	}
	return w, false
}
