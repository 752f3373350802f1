package signin

import (
	"strconv"
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
		d.log(a, v, signinlog.SignIn{Tenant: home.ID, User: gone, UserID: d.Directory.ObjectID(gone), AADSTS: 50034})
	case !known, alias.Consumers() && !u.Personal:
		v.problem = texts.Say(texts.AccountUnknown)
	case u.Personal && !alias.Admits(u):
		v.user = u.Key
		d.refuse(a, v, 500200, catalogue.Fail(500200).With("user", u.Principal).Sentence())
		v.user = 0
	case !alias.Admits(u):
		v.user = u.Key
		d.refuse(a, v, 50020, catalogue.Fail(50020).With("user", u.Principal).
			With("idp", "https://sts.windows.net/"+u.Home.ID+"/").
			With("tenant", alias.Name).With("id", v.code.Application).With("name", d.application(v).Name).Sentence())
		v.user = 0
	case u.Invited:
		v.user = u.Key
		d.refuse(a, v, 50014, sentenceOf(50014))
		v.user = 0
	default:
		v.user = u.Key
	}
}

// refuse ends a visit on the error page.
func (d *desk) refuse(a *wire.Request, v *visit, code int, sentence string) {
	v.refusal, v.message = code, "AADSTS"+strconv.Itoa(code)+": "+sentence
	v.trace, v.refusedAt, v.details = a.Trace, a.At, false
	v.current = pages.Error
	d.logBrowser(a, v, code, nil)
}

func sentenceOf(code int) string { return catalogue.Fail(code).Sentence() }

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
		d.refuse(a, v, code, sentenceOf(code))
	case -1:
		v.problem = texts.Say(texts.PasswordEmpty)
	default:
		v.problem = texts.Say(
			map[int]texts.Key{50053: texts.Locked, 50126: texts.PasswordWrong, 50057: texts.Disabled}[code],
		)
		d.logBrowser(a, v, code, nil)
	}
}
