package lab

import (
	"slices"

	"mfpsim/fakeentra"
	"mfpsim/fakesmtp"
)

// AnswerOK is the word that ends what [Lab.Answer] began.
const AnswerOK = "ok"

// Answer makes the identity provider answer devices otherwise than it would, as a proxy on the way does: "html", "truncated",
// "empty", "nothing", "status=503", with "times=2", "after=1", "endpoint=token"; see [fakeentra.ParseAnswers]. "ok" ends it.
func (l *Lab) Answer(words ...string) error {
	var planted []fakeentra.Answer
	ok := len(words) == 1 && words[0] == AnswerOK
	if !ok {
		var err error
		if planted, err = fakeentra.ParseAnswers(words...); err != nil {
			return err
		}
		for i := range planted {
			if planted[i].Kind == "truncated" {
				planted[i].Kind = "half" // half a JSON; a connection that breaks is the network's to say
			}
		}
	}
	l.mu.Lock()
	for _, unmet := range l.Entra.UnmetAnswers() {
		l.unmet = append(l.unmet, "entra answers "+unmet.String())
	}
	l.mu.Unlock()
	l.Entra.ClearAnswers()
	if ok {
		return nil
	}
	return l.Entra.Arm(planted...)
}

// AnswerMail makes the mail service answer otherwise than it would: "auth reply=454 4.7.0 Try later", "rcpt late=2m times=1"; see
// [fakesmtp.ParseAnswers]. "ok" ends it.
func (l *Lab) AnswerMail(words ...string) error {
	var planted []fakesmtp.Answer
	ok := len(words) == 1 && words[0] == AnswerOK
	if !ok {
		var err error
		if planted, err = fakesmtp.ParseAnswers(words...); err != nil {
			return err
		}
	}
	l.mu.Lock()
	for _, unmet := range l.SMTP.UnmetAnswers() {
		l.unmet = append(l.unmet, "smtp: "+unmet.String())
	}
	l.mu.Unlock()
	l.SMTP.ClearAnswers()
	return l.SMTP.Arm(planted...)
}

// UnmetAnswers names the answers of the identity provider and those of the mail service that were wanted and that
// nobody ever met.
func (l *Lab) UnmetAnswers() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	unmet := slices.Clone(l.unmet)
	for _, k := range l.Entra.UnmetAnswers() {
		unmet = append(unmet, "entra answers "+k.String())
	}
	for _, a := range l.SMTP.UnmetAnswers() {
		unmet = append(unmet, "smtp: "+a.String())
	}
	return unmet
}
