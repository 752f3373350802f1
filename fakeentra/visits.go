package fakeentra

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"mfpsim/fakeentra/internal/access"
	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/pages"
	"mfpsim/fakeentra/internal/secrets"
	"mfpsim/fakeentra/internal/signins"
	"mfpsim/fakeentra/internal/texts"
	"mfpsim/fakeentra/internal/words"
)

// visit is one sign-in under way in a browser, from the code to the last page.
type visit struct {
	session string // value of the cookie
	canary  string // must come back with every form
	code    *deviceCode
	current pages.Name

	account      string // as typed
	user         *user
	problem      string // shown on the page that is asked again
	passwordDone bool
	epoch        int
	signedIn     time.Time
	mfaDone      bool
	confirmed    bool
	askedConfirm bool
	consented    bool

	refusal   int // AADSTS of a block or an error
	message   string
	trace     string
	refusedAt time.Time
	details   bool

	choices   []*sessionAccount // who could go on without a password
	bare      bool              // the person left by the link of "Need admin approval"
	askedMFA  bool              // the interrupt is in the log
	askedStay bool              // "Stay signed in?" was answered,
	stay      bool              // with Yes
}

// entrance leads from the short addresses that devices show to the code page (entra.md §2.1).
func (s *Server) entrance(w http.ResponseWriter, a *ask) {
	s.setCommon(w.Header(), a)
	target, kept := pages.PathCode, url.Values{}
	for _, name := range []string{"otc", "mkt", "ui_locales"} { // the code and the language that the address was opened with
		if value := a.query[name]; value != "" {
			kept.Set(name, value)
		}
	}
	if len(kept) > 0 {
		target += "?" + kept.Encode()
	}
	w.Header().Set("Location", target)
	w.WriteHeader(http.StatusFound)
}

// style answers the style sheet of the pages.
func (s *Server) style(w http.ResponseWriter, _ *ask) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "max-age=86400")
	write(w, http.StatusOK, pages.Style())
}

// codeEntry is the page on which a person types the code, and its form.
func (s *Server) codeEntry(w http.ResponseWriter, a *ask) {
	if a.request.Method != http.MethodPost {
		s.show(w, a, http.StatusOK, s.codePage(a.query["otc"], ""))
		return
	}
	s.enterCode(w, a)
}

// enterCode takes the code page's form.
func (s *Server) enterCode(w http.ResponseWriter, a *ask) {
	s.mu.Lock()
	defer s.mu.Unlock()
	typed := a.form["otc"]
	c, err := s.liveCode(typed)
	if err != nil {
		s.show(w, a, http.StatusOK, s.codePage(typed, texts.Say(texts.CodeWrong)))
		return
	}
	v := &visit{session: base64.RawURLEncoding.EncodeToString(s.random.Bytes(32)), canary: base64.RawURLEncoding.EncodeToString(s.random.Bytes(16)), code: c}
	s.forgetVisits(a.at)
	s.visits[v.session] = v
	v.choices = s.sessionUsers(a, c.alias)
	s.advance(a, v)
	w.Header().Add("Set-Cookie", secrets.SessionCookie+"="+v.session+"; path=/; secure; HttpOnly; SameSite=None")
	s.show(w, a, http.StatusOK, v.page(s, a))
}

// step takes the form of the page on which a visit stands, whichever it is, and shows the next.
func (s *Server) step(w http.ResponseWriter, a *ask) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var v *visit
	if cookie, err := a.request.Cookie(secrets.SessionCookie); err == nil {
		v = s.visits[cookie.Value]
	}
	if v == nil {
		s.show(w, a, http.StatusOK, s.codePage("", ""))
		return
	}
	if a.request.Method == http.MethodPost && a.form["canary"] == v.canary && a.path == v.page(s, a).Action {
		before := v.current
		s.act(a, v)
		if v.code.web == nil && v.current == pages.Done && before != pages.Done {
			s.rememberSession(w, a, v)
		}
	}
	s.reply(w, a, v)
}

// act does what a person did on the current page; under s.mu.
func (s *Server) act(a *ask, v *visit) {
	v.problem = ""
	action := a.form["action"]
	switch v.current {
	case pages.Blocked, pages.Error, pages.Approval, pages.Enrol, pages.Request, pages.Requested:
		switch {
		case action == "switch":
			v.reset()
			s.advance(a, v)
			return
		case action == "details":
			v.details = true
			return
		case action == "cancel":
			s.declined(a, v)
			return
		case v.current != pages.Enrol && v.current != pages.Request:
			return
		}
	}
	if v.current != pages.Done && v.current != pages.Declined && (v.code.state != codePending || !a.at.Before(v.code.expires)) {
		s.refuse(a, v, 70019, s.sentenceOf(70019)) // the code died, or was used, while the person was typing
		v.current = pages.Error
		return
	}
	switch v.current {
	case pages.Pick:
		s.pickAccount(a, v, a.form["pick"])
	case pages.Account:
		s.typeAccount(a, v)
	case pages.Password:
		if action == "back" {
			v.reset()
			break
		}
		s.typePassword(a, v)
	case pages.MFA:
		if action == "cancel" {
			v.reset()
			break
		}
		if !v.passwordDone { // without a password: see User.Passwordless
			if v.user.Disabled {
				s.refuse(a, v, 50057, s.sentenceOf(50057))
				return
			}
			v.passwordDone, v.epoch, v.signedIn = true, v.user.epoch, a.at
		}
		v.mfaDone = true
	case pages.Update:
		s.typeNewPassword(a, v)
	case pages.Stay:
		v.askedStay, v.stay = true, action != "no"
	case pages.Request:
		s.requestApproval(a, v)
		return
	case pages.Enrol:
		v.user.enrolled, v.mfaDone = true, true
	case pages.Confirm:
		if action == "cancel" {
			s.declined(a, v)
			return
		}
		v.confirmed = true
	case pages.Permissions:
		if action == "cancel" {
			s.logBrowser(a, v, 65004, nil)
			s.declined(a, v)
			return
		}
		s.accept(v, v.code.forAll() || a.form["adminConsent"] != "" && v.user.mayConsentForAll())
	default:
		return
	}
	if v.problem == "" && v.current != pages.Error {
		s.advance(a, v)
	}
}

// reset forgets who is signing in.
func (v *visit) reset() {
	*v = visit{session: v.session, canary: v.canary, code: v.code, confirmed: v.confirmed, askedConfirm: v.askedConfirm}
}

func (s *Server) declined(_ *ask, v *visit) {
	v.bare = v.current == pages.Approval
	if v.code.state == codePending {
		v.code.state = codeDeclined
	}
	v.current = pages.Declined
}

// typeAccount looks an account up (entra.md §7).
func (s *Server) typeAccount(a *ask, v *visit) {
	typed := strings.TrimSpace(a.form["loginfmt"])
	if s.config.ShowTestAccounts && a.form["testAccount"] != "" {
		typed = a.form["testAccount"]
	}
	s.findAccount(a, v, typed)
}

// findAccount is typeAccount for a name that came somehow, for example as a hint; under s.mu.
func (s *Server) findAccount(a *ask, v *visit, typed string) {
	v.account = typed
	name, domain, isAddress := strings.Cut(typed, "@")
	if !isAddress || name == "" || !validDomain(domain) {
		v.problem = texts.Say(texts.AccountEmpty)
		return
	}
	u, alias := s.directory.userOf(typed), v.code.alias
	home := s.directory.byDomain[strings.ToLower(domain)]
	switch {
	case u == nil && home != nil && !home.Personal && !alias.consumers():
		v.problem = texts.Say(texts.AccountNotHere)
		gone := &user{User: User{Principal: strings.ToLower(typed)}, tenant: home}
		s.logBrowser(a, &visit{code: v.code, user: gone}, 50034, nil)
	case u == nil, alias.consumers() && !u.Personal:
		v.problem = texts.Say(texts.AccountUnknown)
	case u.Personal && !alias.admits(u):
		v.user = u
		s.refuse(a, v, 500200, catalogue.Fail(500200).With("user", u.Principal).Sentence())
		v.user = nil
	case !alias.admits(u):
		v.user = u
		s.refuse(a, v, 50020, catalogue.Fail(50020).With("user", u.Principal).With("idp", "https://sts.windows.net/"+u.tenant.ID+"/").
			With("tenant", alias.tenant.Name).With("id", v.code.application.ID).With("name", v.code.application.Name).Sentence())
		v.user = nil
	case u.Invited:
		v.user = u
		s.refuse(a, v, 50014, s.sentenceOf(50014))
		v.user = nil
	default:
		v.user = u
	}
}

// refuse ends a visit on the error page; under s.mu.
func (s *Server) refuse(a *ask, v *visit, code int, sentence string) {
	v.refusal, v.message = code, "AADSTS"+strconv.Itoa(code)+": "+sentence
	v.trace, v.refusedAt, v.details = a.trace, a.at, false
	v.current = pages.Error
	s.logBrowser(a, v, code, nil)
}

func (s *Server) sentenceOf(code int) string { return catalogue.Fail(code).Sentence() }

// typePassword checks a password: smart lockout, then the password, then the account (entra.md §7).
func (s *Server) typePassword(a *ask, v *visit) {
	u, typed := v.user, a.form["passwd"]
	if s.config.ShowTestAccounts && a.form["testPassword"] != "" {
		typed = u.Password.Reveal()
	}
	switch code := s.checkPassword(u, typed, a.at); code {
	case 0:
		v.passwordDone, v.epoch, v.signedIn = true, u.epoch, a.at
	case 50055: // the right password, but expired: the page for a new one follows
		v.passwordDone, v.epoch, v.signedIn = true, u.epoch, a.at
		s.logBrowser(a, v, code, nil)
	case 50056, 50144:
		s.refuse(a, v, code, s.sentenceOf(code))
	case -1:
		v.problem = texts.Say(texts.PasswordEmpty)
	default:
		v.problem = texts.Say(map[int]texts.Key{50053: texts.Locked, 50126: texts.PasswordWrong, 50057: texts.Disabled}[code])
		s.logBrowser(a, v, code, nil)
	}
}

// Smart lockout of the public cloud: [D] howto-password-smart-lockout.md (entra.md §7).
const (
	lockoutThreshold = 10
	lockoutFirst     = time.Minute
	lockoutMemory    = 3
)

// checkPassword returns 0, the AADSTS number of the failure, or -1 for no password at all; under s.mu.
func (s *Server) checkPassword(u *user, typed string, at time.Time) int {
	switch {
	case typed == "":
		return -1
	case at.Before(u.lockedTill):
		return 50053 // whatever the password
	case u.NoPassword:
		return 50056
	case typed != u.Password.Reveal():
		if !slices.Contains(u.lastBad, typed) {
			u.failures++
			u.lastBad = append(u.lastBad, typed)
			if len(u.lastBad) > lockoutMemory {
				u.lastBad = u.lastBad[1:]
			}
		}
		if u.failures >= lockoutThreshold {
			u.lockedFor = max(2*u.lockedFor, lockoutFirst)
			u.lockedTill = at.Add(u.lockedFor)
			return 50053
		}
		return 50126
	case u.Disabled:
		return 50057
	}
	u.failures, u.lastBad, u.lockedFor = 0, nil, 0
	switch {
	case u.PasswordExpired && u.OnPremises:
		return 50144
	case u.PasswordExpired:
		return 50055
	}
	return 0
}

// advance finds the first page of the order that is still due; the end approves the code; under s.mu.
func (s *Server) advance(a *ask, v *visit) {
	for _, name := range s.order {
		switch name {
		case pages.Account:
			if v.user != nil {
				continue
			}
			if len(v.choices) > 0 {
				name = pages.Pick
			}
		case pages.Password:
			s.signInTooOld(a, v)
			switch {
			case v.passwordDone && (!v.user.PasswordExpired || v.user.Passwordless):
				continue
			case v.passwordDone:
				name = pages.Update
			case v.user.Passwordless:
				name = pages.MFA // the second device stands for the password
			}
		case pages.Policy:
			if !s.policyRefuses(a, v) {
				continue
			}
			return
		case pages.MFA:
			if v.mfaDone || !v.user.MFA && s.judge(a, v).MFA == nil {
				continue
			}
			interrupt := 50074 // interactive; [D] entra.md §5.1
			if !v.user.MFA && !v.user.enrolled {
				name, interrupt = pages.Enrol, 50072
			}
			if !v.askedMFA {
				v.askedMFA = true
				s.logBrowser(a, v, interrupt, nil)
			}
		case pages.Confirm:
			if v.confirmed {
				continue
			}
			if !v.askedConfirm && v.user != nil {
				v.askedConfirm = true
				s.logBrowser(a, v, 50199, nil) // the interrupt is in the sign-in log (azure-cli#32809)
			}
		case pages.Permissions:
			if v.code.forAll() && !v.user.mayConsentForAll() {
				s.refuse(a, v, 90093, catalogue.Fail(90093).With("name", v.code.application.Name).Sentence())
				return
			}
			if v.consented || !v.code.asksAgain() && words.Cover(consented(v.user.tenant, v.code.application, v.user), v.code.scope.Needed()) {
				continue
			}
			if !v.user.mayConsent(v.code.application, v.code.scope.Needed()) {
				name = s.needsAdministrator(a, v)
			}
		}
		v.current = name
		return
	}
	if s.config.StaySignedIn && !v.askedStay && v.canary != "" {
		v.current = pages.Stay
		s.logBrowser(a, v, 50140, nil) // an interrupt, which the sign-in log shows like a failure
		return
	}
	v.current = pages.Done
	c := v.code
	c.state, c.account, c.epoch, c.mfa, c.signedIn = codeApproved, v.user, v.epoch, v.mfaDone, v.signedIn
}

// judge evaluates the policies of the person's tenant as the browser meets them; under s.mu.
func (s *Server) judge(a *ask, v *visit) access.Verdict {
	client := ""
	if v.flow() != access.FlowDeviceCode {
		client = "browser"
	}
	return v.user.tenant.rules().Evaluate(access.Attempt{
		ClientApp: client, Person: v.user.person(), Application: v.code.application.ID, Name: v.code.application.Name,
		API: v.code.scope.API, Flow: v.flow(), At: a.at, MFA: v.mfaDone, SignedIn: v.signedIn, Source: s.browser, Browser: true,
	})
}

// policyRefuses evaluates Conditional Access where the browser meets it; under s.mu.
func (s *Server) policyRefuses(a *ask, v *visit) bool {
	judged := s.judge(a, v)
	sp := v.user.tenant.principals[v.code.application.ID]
	switch {
	case !sp.assignedTo(v.user):
		app := v.code.application
		s.refuse(a, v, 50105, catalogue.Fail(50105).With("name", app.Name).With("id", app.ID).Sentence())
		return true
	case judged.BlockInBrowser != nil:
		v.refusal = 53003
	case judged.Defaults:
		v.refusal = 530035
	case judged.Compliant != nil || judged.Joined != nil:
		v.refusal = v.deviceRefusal(judged)
	default:
		return false
	}
	v.current, v.details, v.trace, v.refusedAt = pages.Blocked, false, a.trace, a.at
	s.logBrowser(a, v, v.refusal, judged.Results)
	return true
}

// accept takes the answer to the permissions page; under s.mu.
func (s *Server) accept(v *visit, forAll bool) {
	by := v.user
	if forAll {
		by = nil
	}
	s.consentAs(v.user.Principal, v.user.tenant, v.code.application, by, v.code.scope.Needed())
	v.consented = true
}

// logBrowser writes a row of the sign-in log for what happened on a page; under s.mu.
func (s *Server) logBrowser(a *ask, v *visit, code int, results []access.Result) {
	if v.user == nil {
		return
	}
	if results == nil && v.passwordDone {
		results = s.judge(a, v).Results
	}
	s.logSignIn(signins.SignIn{
		Time: a.at, Tenant: v.user.tenant.ID, User: v.user.Principal, Application: v.code.application.Name,
		ApplicationID: v.code.application.ID, Resource: v.code.scope.API.Name, Address: s.browser.Address, AADSTS: code,
		Interactive: true, Source: s.browser, Note: signins.Note(code, false),
		Protocol: protocolOf(v.flow()), Transfer: v.flow(), Policies: results, CorrelationID: v.code.correlation, TraceID: a.trace,
	})
}

// approveAll walks a visit to its end, as a person who says yes to everything; under s.mu.
func (s *Server) approveAll(a *ask, v *visit) error {
	if !v.code.alias.admits(v.user) {
		return refuse(map[bool]int{true: 500200, false: 50020}[v.user.Personal], texts.Say(texts.ErrorTitle))
	}
	if code := v.user.barred(); code != 0 {
		s.logBrowser(a, v, code, nil)
		return refuse(code, texts.Say(texts.PasswordTitle))
	}
	for range 10 {
		s.advance(a, v)
		switch v.current {
		case pages.MFA, pages.Enrol:
			v.user.enrolled, v.mfaDone = v.user.enrolled || v.current == pages.Enrol, true
		case pages.Permissions:
			s.accept(v, v.user.mayConsentForAll())
		case pages.Approval:
			return refuse(90094, texts.Say(texts.ApprovalTitle))
		case pages.Request:
			return refuse(90095, texts.Say(texts.RequestTitle))
		case pages.Blocked:
			return refuse(v.refusal, v.page(s, a).Heading)
		case pages.Error:
			return refuse(v.refusal, texts.Say(texts.ErrorTitle))
		case pages.Done:
			return nil
		}
	}
	panic("fakeentra: the pages of a sign-in do not end")
}
