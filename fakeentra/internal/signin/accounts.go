package signin

import (
	"strings"

	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/pages"
	"mfpsim/fakeentra/internal/signinlog"
	"mfpsim/fakeentra/internal/texts"
	"mfpsim/fakeentra/internal/wire"
)

// typeAccount looks an account up (docs/reference/entra.md §7).
func (d *desk) typeAccount(a *wire.Request, v *visit) {
	typed := strings.TrimSpace(a.Form["loginfmt"])
	if d.settings.ShowTestAccounts && a.Form["testAccount"] != "" {
		typed = a.Form["testAccount"]
	}
	d.findAccount(a, v, typed)
}

// findAccount is typeAccount for a name that came somehow, for example as a hint.
func (d *desk) findAccount(a *wire.Request, v *visit, typed string) {
	v.account = typed
	name, domain, isAddress := strings.Cut(typed, "@")
	if !isAddress || name == "" || !directory.ValidDomain(domain) {
		v.problem = texts.Say(texts.AccountEmpty)
		return
	}
	alias := v.code.Alias
	u, known := d.Directory.Account(typed)
	home, ours := d.Directory.HomeAt(domain)
	switch {
	case !known && ours && !home.Personal && !alias.Consumers():
		v.problem = texts.Say(texts.AccountNotHere)
		gone := strings.ToLower(typed)
		p := catalogue.Fail(50034).With("user", gone).With("tenant", home.ID)
		d.log(a, v, signinlog.SignIn{
			Tenant: home.ID, User: gone, UserID: d.Directory.ObjectID(gone), AADSTS: 50034, Reason: p.Sentence(),
		})
		return
	case !known:
		v.problem = texts.Say(texts.AccountUnknown)
		return
	}
	p := d.Doors.Account(d.at(v.code), u)
	if p == nil && u.Invited {
		p = d.problem(v, 50014)
	}
	switch v.user = u.Key; {
	case p == nil:
		return
	case p.Row.Code == 50034: // at consumers, an organization's account is no account
		v.problem = texts.Say(texts.AccountUnknown)
	default:
		d.refuse(a, v, p)
	}
	v.user = 0
}

// refuse ends a visit on the error page.
func (d *desk) refuse(a *wire.Request, v *visit, p *catalogue.Problem) {
	v.refusal, v.refused, v.message = p.Row.Code, p, p.Message()
	v.trace, v.refusedAt, v.details = a.Trace, a.At, false
	v.current = pages.Error
	d.logProblem(a, v, p, nil)
}

// typePassword checks a password: smart lockout, then the password, then the account (docs/reference/entra.md §7).
func (d *desk) typePassword(a *wire.Request, v *visit) {
	u, typed := d.Directory.AccountBy(v.user), a.Form["passwd"]
	if d.settings.ShowTestAccounts && a.Form["testPassword"] != "" {
		typed = u.Password.Reveal()
	}
	switch code := d.Directory.CheckPassword(v.user, typed, a.At); code {
	case 0:
		v.passwordDone, v.epoch, v.signedIn = true, u.Epoch, a.At
	case 50055: // the right password, but expired: the page for a new one follows
		v.passwordDone, v.epoch, v.signedIn = true, u.Epoch, a.At
		d.logBrowser(a, v, code, nil)
	case 50056, 50144:
		d.refuse(a, v, d.problem(v, code))
	case -1:
		v.problem = texts.Say(texts.PasswordEmpty)
	default:
		v.problem = texts.Say(
			map[int]texts.Key{50053: texts.Locked, 50126: texts.PasswordWrong, 50057: texts.Disabled}[code],
		)
		d.logBrowser(a, v, code, nil)
	}
}
