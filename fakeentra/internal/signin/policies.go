package signin

import (
	"mfpsim/fakeentra/internal/access"
	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/pages"
	"mfpsim/fakeentra/internal/signinlog"
	"mfpsim/fakeentra/internal/texts"
	"mfpsim/fakeentra/internal/wire"
)

// judge evaluates the policies of the person's tenant as the browser meets them.
func (d *desk) judge(a *wire.Request, v *visit) access.Verdict {
	client := ""
	if v.code.Flow() != access.FlowDeviceCode {
		client = "browser"
	}
	s := d.standing(v)
	return s.Home.Rules.Evaluate(access.Attempt{
		ClientApp: client, Person: s.Person(), Application: s.Application.ID, Name: s.Application.Name, API: v.code.Scope.API,
		Flow: v.code.Flow(), At: a.At, MFA: v.mfaDone, SignedIn: v.signedIn, Source: d.Places.Browser(), Browser: true,
	})
}

// policyRefuses evaluates Conditional Access where the browser meets it.
func (d *desk) policyRefuses(a *wire.Request, v *visit) bool {
	judged, s := d.judge(a, v), d.standing(v)
	switch {
	case !s.Assigned:
		d.refuse(a, v, d.problem(v, 50105))
		return true
	case judged.BlockInBrowser != nil:
		v.refusal = 53003
	case judged.Defaults:
		v.refusal = 530035
	case judged.Compliant != nil || judged.Joined != nil:
		v.refusal = v.deviceRefusal(judged)
	case judged.Unmet != nil:
		v.refusal = access.RefusalOf(judged.Control)
	default:
		return false
	}
	v.current, v.details, v.trace, v.refusedAt = pages.Blocked, false, a.Trace, a.At
	d.logBrowser(a, v, v.refusal, judged.Results)
	return true
}

// accept takes the answer to the permissions page.
func (d *desk) accept(v *visit, forAll bool) {
	s, by := d.standing(v), v.user
	if forAll {
		by = 0
	}
	asked := v.consent(s)
	d.Directory.Consent(s.Home.Key, v.code.Application, s.Principal, by, asked.Scopes, asked.Roles)
	v.consented = true
}

// problem is a refusal with all that is known of a visit filled in.
func (d *desk) problem(v *visit, code int) *catalogue.Problem {
	app, u := d.application(v), d.Directory.AccountBy(v.user)
	p := catalogue.Fail(code).With("id", app.ID).With("name", app.Name).With("user", u.Principal).
		With("tenant", v.code.Alias.DirectoryName()).With("state", d.Places.Browser().State())
	if api := v.code.Scope.API; api != nil {
		p = p.With("resource", api.ID).With("identifier", api.ID)
	}
	return p
}

// logBrowser writes a row of the sign-in log for what happened on a page; code 0: all went well.
func (d *desk) logBrowser(a *wire.Request, v *visit, code int, results []access.Result) {
	if code == 0 {
		d.logProblem(a, v, nil, results)
		return
	}
	d.logProblem(a, v, d.problem(v, code), results)
}

// logProblem is logBrowser for a refusal that is there.
func (d *desk) logProblem(a *wire.Request, v *visit, p *catalogue.Problem, results []access.Result) {
	if v.user == 0 {
		return
	}
	if results == nil && v.passwordDone {
		results = d.judge(a, v).Results
	}
	u := d.Directory.AccountBy(v.user)
	row := signinlog.SignIn{Tenant: u.Home.ID, User: u.Principal, UserID: u.ID, Policies: results}
	if p != nil {
		row.AADSTS, row.Reason = p.Row.Code, p.Sentence()
	}
	d.log(a, v, row)
}

// log completes a row and writes it.
func (d *desk) log(a *wire.Request, v *visit, row signinlog.SignIn) {
	app, browser := d.application(v), d.Places.Browser()
	row.Time, row.TraceID, row.CorrelationID, row.Interactive = a.At, a.Trace, v.code.Correlation, true
	row.Application, row.ApplicationID, row.Resource = app.Name, app.ID, v.code.Scope.API.Name
	row.Address, row.Source, row.Note = browser.Address, browser, signinlog.Note(row.AADSTS, false)
	row.Protocol, row.Transfer = signinlog.ProtocolOf(v.code.Flow()), v.code.Flow()
	d.Log.Add(row)
}

// approveAll walks a visit to its end, as a person who says yes to everything.
func (d *desk) approveAll(a *wire.Request, v *visit) error {
	u := d.Directory.AccountBy(v.user)
	if p := d.Doors.Account(d.at(v.code), u); p != nil {
		d.logProblem(a, v, p, []access.Result{})
		return p.Refuse(texts.Say(texts.ErrorTitle))
	}
	if code := u.Barred(); code != 0 {
		d.logBrowser(a, v, code, nil)
		return d.problem(v, code).Refuse(texts.Say(texts.PasswordTitle))
	}
	for range 10 {
		d.advance(a, v)
		switch v.current {
		case pages.Enrol:
			d.Directory.Enrol(v.user)
			v.mfaDone = true
		case pages.MFA:
			v.mfaDone = true
		case pages.Permissions:
			d.accept(v, u.MayConsentForAll())
		case pages.Approval:
			return d.problem(v, 90094).Refuse(texts.Say(texts.ApprovalTitle))
		case pages.Request:
			return d.problem(v, 90095).Refuse(texts.Say(texts.RequestTitle))
		case pages.Blocked:
			return d.problem(v, v.refusal).Refuse(d.page(v).Heading)
		case pages.Error:
			if v.wrong != nil && v.code.Web != nil {
				return nil // the client hears it
			}
			return v.refused.Refuse(texts.Say(texts.ErrorTitle))
		case pages.Done:
			return nil
		}
	}
	panic("fakeentra: the pages of a sign-in do not end")
}
