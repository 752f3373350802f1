package signin

import (
	"time"

	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/codes"
	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/pages"
	"mfpsim/fakeentra/internal/resources"
	"mfpsim/fakeentra/internal/secrets"
	"mfpsim/fakeentra/internal/wire"
)

// visit is one sign-in under way in a browser, from the code to the last page.
type visit struct {
	session string // value of the cookie
	canary  string // must come back with every form
	code    codes.Request
	current pages.Name

	account      string            // as typed
	user         directory.UserKey // 0: not known yet
	problem      string            // shown on the page that is asked again
	passwordDone bool
	epoch        int
	signedIn     time.Time
	mfaDone      bool
	confirmed    bool
	askedConfirm bool
	consented    bool

	refusal   int                // AADSTS of a block or an error
	refused   *catalogue.Problem // of an error
	message   string
	trace     string
	refusedAt time.Time
	details   bool

	choices   []*account         // who could go on without a password
	wrong     *catalogue.Problem // why there is nothing to consent to, for the client
	bare      bool               // the person left by the link of "Need admin approval"
	askedMFA  bool               // the interrupt is in the log
	askedStay bool               // "Stay signed in?" was answered,
	stay      bool               // with Yes
}

// cookie is the line that leads the browser back to the visit.
func (v *visit) cookie() string {
	return secrets.SessionCookie + "=" + v.session + "; path=/; secure; HttpOnly; SameSite=None"
}

// signedInAs notes who gave his password, as if the pages had asked.
func (v *visit) signedInAs(who directory.Account, at time.Time) {
	v.user, v.account, v.passwordDone, v.epoch, v.signedIn = who.Key, who.Principal, true, who.Epoch, at
}

// approval is who signed in.
func (v *visit) approval() codes.Approval {
	return codes.Approval{Account: v.user, Epoch: v.epoch, MFA: v.mfaDone, SignedIn: v.signedIn}
}

// reset forgets who is signing in.
func (v *visit) reset() {
	*v = visit{session: v.session, canary: v.canary, code: v.code, confirmed: v.confirmed, askedConfirm: v.askedConfirm}
}

// standing is how the person, the application and the API stand to one another now.
func (d *desk) standing(v *visit) directory.Standing {
	return d.Directory.Standing(v.user, v.code.Application, v.code.Scope.API.ID)
}

// consent is what the person has to consent to.
func (v *visit) consent(s directory.Standing) resources.Consent {
	return v.code.Scope.Consent(s.Application.Registration(), s.Consented, s.Personal, v.code.AsksAgain(),
		v.code.ForAll())
}

// application is what the sign-in is for.
func (d *desk) application(v *visit) directory.Application {
	a, _ := d.Directory.Application(v.code.Application) // applications are never removed
	return a
}

// act does what a person did on the current page.
func (d *desk) act(a *wire.Request, v *visit) {
	if c, known := d.Codes.Device(v.code.Device, a.At); known {
		v.code.State, v.code.Expires = c.State, c.Expires // others can approve, decline or expire it meanwhile
	}
	v.problem = ""
	if d.leave(a, v) {
		return
	}
	if v.current != pages.Done && v.current != pages.Declined &&
		(v.code.State != codes.Pending || !a.At.Before(v.code.Expires)) {
		d.refuse(a, v, d.problem(v, 70019)) // the code died, or was used, while the person was typing
		v.current = pages.Error
		return
	}
	if d.fillIn(a, v) && v.problem == "" && v.current != pages.Error {
		d.advance(a, v)
	}
}

// leave follows the links of pages on which a sign-in does not go on; it returns false if the page was none, or has a
// form too.
func (d *desk) leave(a *wire.Request, v *visit) bool {
	switch v.current {
	case pages.Blocked, pages.Error, pages.Approval, pages.Enrol, pages.Request, pages.Requested:
	default:
		return false
	}
	switch a.Form["action"] {
	case "switch":
		v.reset()
		d.advance(a, v)
	case "details":
		v.details = true
	case "cancel":
		d.declined(v)
	default:
		return v.current != pages.Enrol && v.current != pages.Request
	}
	return true
}

// fillIn takes the form of the current page; it returns whether the sign-in goes on.
func (d *desk) fillIn(a *wire.Request, v *visit) bool {
	action := a.Form["action"]
	switch v.current {
	case pages.Pick:
		d.pickAccount(a, v, a.Form["pick"])
	case pages.Account:
		d.typeAccount(a, v)
	case pages.Password:
		if action == "back" {
			v.reset()
			break
		}
		d.typePassword(a, v)
	case pages.MFA:
		if action == "cancel" {
			v.reset()
			break
		}
		return d.showFactor(a, v)
	case pages.Update:
		d.typeNewPassword(a, v)
	case pages.Stay:
		v.askedStay, v.stay = true, action != "no"
	case pages.Request:
		d.requestApproval(a, v)
		return false
	case pages.Enrol:
		d.Directory.Enrol(v.user)
		v.mfaDone = true
	case pages.Confirm:
		if action == "cancel" {
			d.declined(v)
			return false
		}
		v.confirmed = true
	case pages.Permissions:
		if action == "cancel" {
			d.logBrowser(a, v, 65004, nil)
			d.declined(v)
			return false
		}
		d.accept(v, v.code.ForAll() || a.Form["adminConsent"] != "" && d.Directory.AccountBy(v.user).MayConsentForAll())
	default:
		return false
	}
	return true
}

// showFactor takes the approval on a second device, which can stand for the password: see User.Passwordless.
func (d *desk) showFactor(a *wire.Request, v *visit) bool {
	if !v.passwordDone {
		u := d.Directory.AccountBy(v.user)
		if u.State == directory.Disabled {
			d.refuse(a, v, d.problem(v, 50057))
			return false
		}
		v.passwordDone, v.epoch, v.signedIn = true, u.Epoch, a.At
	}
	v.mfaDone = true
	return true
}

// declined ends a visit whose person said no.
func (d *desk) declined(v *visit) {
	v.bare = v.current == pages.Approval
	if v.code.State == codes.Pending {
		v.code.State = codes.Declined
		d.Codes.Decline(v.code.Device)
	}
	v.current = pages.Declined
}

// advance finds the first page of the order that is still due; the end approves the code.
func (d *desk) advance(a *wire.Request, v *visit) {
	for _, name := range d.settings.Order {
		switch name {
		case pages.Account:
			if v.user != 0 {
				continue
			}
			if len(v.choices) > 0 {
				name = pages.Pick
			}
		case pages.Password:
			d.signInTooOld(a, v)
			switch u := d.Directory.AccountBy(v.user); {
			case v.passwordDone && (!u.PasswordExpired || u.Passwordless):
				continue
			case v.passwordDone:
				name = pages.Update
			case u.Passwordless:
				name = pages.MFA // the second device stands for the password
			}
		case pages.Policy:
			if !d.policyRefuses(a, v) {
				continue
			}
			return
		case pages.MFA:
			u := d.Directory.AccountBy(v.user)
			if v.mfaDone || !u.MFA && d.judge(a, v).MFA == nil {
				continue
			}
			interrupt := 50074 // interactive; [D] docs/reference/entra.md §5.1
			if !u.MFA && !u.Enrolled {
				name, interrupt = pages.Enrol, 50072
			}
			if !v.askedMFA {
				v.askedMFA = true
				d.logBrowser(a, v, interrupt, nil)
			}
		case pages.Confirm:
			if v.confirmed {
				continue
			}
			if !v.askedConfirm && v.user != 0 {
				v.askedConfirm = true
				d.logBrowser(a, v, 50199, nil) // the interrupt is in the sign-in log (azure-cli#32809)
			}
		case pages.Permissions:
			s := d.standing(v)
			if v.code.ForAll() && !s.MayConsentForAll() {
				d.refuse(a, v, d.problem(v, 90093))
				return
			}
			asked := v.consent(s)
			if asked.Wrong != nil {
				d.refuse(a, v, asked.Wrong)
				v.wrong = asked.Wrong
				return
			}
			if v.consented || !asked.Due {
				continue
			}
			if !s.MayConsent(asked) {
				name = d.needsAdministrator(a, v)
			}
		}
		v.current = name
		return
	}
	if d.settings.StaySignedIn && !v.askedStay && v.canary != "" {
		v.current = pages.Stay
		d.logBrowser(a, v, 50140, nil) // an interrupt, which the sign-in log shows like a failure
		return
	}
	v.current = pages.Done
	v.code.State, v.code.Approval = codes.Approved, v.approval()
	d.Codes.Approve(v.code.Device, v.code.Approval)
}
