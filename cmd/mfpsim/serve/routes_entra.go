package serve

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"mfpsim/cmd/mfpsim/serve/routes"
	"mfpsim/fakeentra"
	"mfpsim/phrase"
)

type userRequest struct {
	User string `json:"user" doc:"address of the account"`
}

type codeAnswer struct {
	Code  string `json:"code" doc:"the user code that was given out last; empty if none waits"`
	Waits bool   `json:"waits" doc:"a code waits for a person"`
}

type codeRequest struct {
	Code string `json:"code,omitempty" doc:"a user code; without it: the one that waits"`
}

type approveRequest struct {
	Code string `json:"code,omitempty" doc:"a user code; without it: the one that waits"`
	User string `json:"user" doc:"address of the account that signs in"`
}

type passwordRequest struct {
	User     string `json:"user" doc:"address of the account"`
	Password string `json:"password,omitempty" doc:"that is chosen; without it one is drawn from the seed"`
}

type passwordAnswer struct {
	User     string `json:"user"`
	Password string `json:"password" doc:"the new one"`
}

type mfaRequest struct {
	User string `json:"user" doc:"address of the account"`
	On   bool   `json:"on,omitempty" doc:"every sign-in asks for a second factor"`
}

type roleRequest struct {
	User string `json:"user" doc:"address of the account"`
	Role string `json:"role" doc:"display name of a role; a wrong one is refused with those that there are"`
	On   bool   `json:"on,omitempty" doc:"the user has it"`
}

type strictRequest struct {
	On bool `json:"on,omitempty" doc:"cells of the table that are ours are refused"`
}

type consentRequest struct {
	Tenant      string `json:"tenant,omitempty" doc:"domain of an organization; without it: the one that was added last"`
	Application string `json:"application,omitempty" doc:"id or name; without it: all of them"`
}

type policyRequest struct {
	Tenant string          `json:"tenant,omitempty" doc:"domain of an organization; without it: the one that was added last"`
	Words  wording         `json:"words,omitempty" doc:"NAME key=value…, as they stand behind entra policy: one line, or a list of words"`
	Policy json.RawMessage `json:"policy,omitempty" doc:"a policy as the portal or Microsoft Graph exports it, in place of key=value…"`
}

type settingRequest struct {
	Tenant  string `json:"tenant,omitempty" doc:"domain of an organization; without it: the one that was added last"`
	Setting string `json:"setting" doc:"a switch of the organization; a wrong one is refused with those that there are"`
	Value   string `json:"value" doc:"what it is to be; a wrong one is refused with those that there are"`
}

// source says from where the device, or the person's browser, reaches Entra.
type source struct {
	of string
	fakeentra.Source
}

// onUser is an act on an account of Entra.
func onUser(what string, f func(entra *fakeentra.Server, principal string) error) act {
	return does(func(b *bench, in userRequest) error {
		return b.act("control: "+what, func(context.Context) error {
			b.note("entra: %s %s", what, in.User)
			return f(b.lab.Entra, in.User)
		})
	})
}

// onCode is an act on a user code, by default the one that waits.
func (b *bench) onCode(what, code string, f func(code string) error) error {
	if code == "" {
		waiting, waits := b.lab.Entra.PendingCode()
		if !waits {
			return errors.New("no code waits for a person")
		}
		code = waiting
	}
	return b.act("control: "+what, func(context.Context) error {
		b.note("entra: %s", what)
		return f(code)
	})
}

// onTokens is an act on all tokens that were given out.
func onTokens(what string, f func(entra *fakeentra.Server)) act {
	return does(func(b *bench, _ routes.None) error {
		return b.act("control: "+what, func(context.Context) error { f(b.lab.Entra); return nil })
	})
}

func entraRoutes() group {
	return group{
		Title: "Entra ID",
		About: "What is not here is under `/graph/v1.0`, in the paths and JSON of Microsoft Graph: users, policies, named locations, consents, the sign-in log.",
		Routes: append([]route{
			{
				Request: "GET /entra/code", About: "Tells the user code that waits for a person.",
				Act: shows(func(b *bench) (codeAnswer, error) {
					code, waits := b.lab.Entra.PendingCode()
					return codeAnswer{code, waits}, nil
				}),
			},
			{
				Request: "POST /entra/enter-code", Example: `{}`,
				About: "Types a code into Microsoft's page; nothing is approved by it.",
				Act: does(func(b *bench, in codeRequest) error {
					return b.onCode("a code is entered", in.Code, b.lab.Entra.EnterCode)
				}),
			},
			{
				Request: "POST /entra/approve", Example: `{"user":"admin@contoso.com"}`,
				About: "Signs a user in with a code, as all of Microsoft's pages together would.",
				Act: does(func(b *bench, in approveRequest) error {
					return b.onCode("a sign-in is approved", in.Code, func(code string) error {
						return b.lab.Entra.Approve(code, in.User)
					})
				}),
			},
			{
				Request: "POST /entra/decline", Example: `{}`, About: "Presses Cancel on Microsoft's page.",
				Act: does(func(b *bench, in codeRequest) error {
					return b.onCode("a sign-in is declined", in.Code, b.lab.Entra.Decline)
				}),
			},
			{
				Request: "POST /entra/revoke", Example: `{"user":"admin@contoso.com"}`,
				About: "Revokes the sessions of a user, as an administrator does.",
				Act:   onUser("revoke the sessions of", (*fakeentra.Server).Revoke),
			},
			{
				Request: "POST /entra/disable", Example: `{"user":"alice@contoso.com"}`, About: "Blocks the sign-in of a user.",
				Act: onUser("disable", (*fakeentra.Server).Disable),
			},
			{
				Request: "POST /entra/enable", Example: `{"user":"alice@contoso.com"}`, About: "Allows it again.",
				Act: onUser("enable", (*fakeentra.Server).Enable),
			},
			{
				Request: "POST /entra/delete", Example: `{"user":"alice@contoso.com"}`, About: "Removes a user.",
				Act: onUser("delete", (*fakeentra.Server).Delete),
			},
			{
				Request: "POST /entra/password", Example: `{"user":"admin@contoso.com"}`,
				About: "Gives a user a new password, as the user himself does.", Act: tells((*bench).changePassword),
			},
			{
				Request: "POST /entra/mfa", Example: `{"user":"admin@contoso.com","on":true}`,
				About: "Makes every sign-in of a user ask for a second factor, or no longer.",
				Act: does(func(b *bench, in mfaRequest) error {
					return b.act("control: MFA", func(context.Context) error {
						return b.lab.Entra.SetMFA(in.User, in.On)
					})
				}),
			},
			{
				Request: "POST /entra/role", Example: `{"user":"alice@contoso.com","role":"Cloud Application Administrator","on":true}`,
				About: "Gives a user a role of the directory, or takes it away.", Act: does((*bench).setRole),
			},
			{
				Request: "POST /entra/withdraw-consent", Example: `{}`, About: "Removes what an organization has consented to.",
				Act: does(func(b *bench, in consentRequest) error {
					return b.onTenant(in.Tenant, "withdraw consent", func(tenant string) error {
						return b.lab.Entra.WithdrawConsent(tenant, in.Application)
					})
				}),
			},
			{
				Request: "POST /entra/expire-access-tokens",
				About:   "Makes all access tokens that were given out expire, without moving a clock.",
				Act:     onTokens("expire access tokens", (*fakeentra.Server).ExpireAccessTokens),
			},
			{
				Request: "POST /entra/expire-refresh-tokens",
				About:   "Makes all refresh tokens that were given out expire by disuse, without moving a clock.",
				Act:     onTokens("expire refresh tokens", (*fakeentra.Server).ExpireRefreshTokens),
			},
			{
				Request: "POST /entra/strict-doors", Example: `{"on":true}`,
				About: "Refuses with a sentence of ours what no source tells how Entra ID answers, or no longer.",
				Act: does(func(b *bench, in strictRequest) error {
					return b.act("control: strict doors", func(context.Context) error {
						b.lab.Entra.SetStrictDoors(in.On)
						return nil
					})
				}),
			},
			{
				Request: "GET /entra/doors", About: "Returns the table of doors: who gets in where, and with which number not.",
				Act: shows(func(*bench) ([]fakeentra.Door, error) { return fakeentra.Doors(), nil }),
			},
			{
				Request: "POST /entra/policy", Example: `{"words":"'Block device code flow' state=on users=All flow=deviceCodeFlow grant=block"}`,
				About: "Makes a Conditional Access policy, or changes the keys of one: the words of `entra policy`.",
				Act:   tells((*bench).changePolicy),
			},
			{
				Request: "GET /entra/days", About: "Lists the days whose answers are known, oldest first.",
				Act: shows(func(*bench) ([]fakeentra.Day, error) { return fakeentra.Days(), nil }),
			},
			{
				Request: "POST /entra/as-of", Example: `{"words":"2023-08-17"}`,
				About: "Answers as on a day from now on: the words of `entra as-of`.",
				Act: said("entra as-of", alone(phrase.AsOf), func(b *bench, at time.Time) (fakeentra.Day, error) {
					return b.lab.Entra.SetAsOf(at)
				}),
			},
			{
				Request: "POST /entra/source", Example: `{"words":"device address=198.51.100.7 country=FR"}`,
				About: "Says from where the device, or the person's browser, reaches the cloud: the words of `entra source`.",
				Act: said("entra source", func(_ *bench, words []string) (s source, err error) {
					s.of, s.Source, err = phrase.Source(words)
					return s, err
				}, func(b *bench, s source) (routes.Done, error) {
					return routes.Done{OK: true}, b.lab.SetSource(s.of, s.Source)
				}),
			},
			{
				Request: "POST /entra/set", Example: `{"setting":"Security defaults","value":"Disabled"}`,
				About: "Changes a switch of an organization.", Act: tells((*bench).setSwitch),
			},
			{
				Request: "POST /entra/answer", Example: `{"words":"pending times=2 then status=503 retry-after=30 times=1"}`,
				About: "Makes Entra give other answers than its own, in place of what was planted: the words of `entra answer`.",
				Act: said("entra answer", alone(phrase.EntraAnswers),
					func(b *bench, answers []fakeentra.Answer) (plantedAnswers, error) {
						err := b.lab.SetEntraAnswers(answers...)
						return b.entraAnswers(), err
					}),
			},
			{
				Request: "GET /entra/answer", About: "Lists the answers that are planted, and those that were not met.",
				Act: shows(func(b *bench) (plantedAnswers, error) { return b.entraAnswers(), nil }),
			},
			{
				Request: "GET /entra/sign-ins", About: "Returns the sign-in log, oldest first.",
				Act: shows(func(b *bench) ([]fakeentra.SignIn, error) { return list(b.lab.Entra.SignIns()), nil }),
			},
			{
				Request: "GET /entra/audit", About: "Returns the audit log, oldest first: what was changed in the directory.",
				Act: shows(func(b *bench) ([]fakeentra.AuditEntry, error) { return list(b.lab.Entra.Audit()), nil }),
			},
		}, applicationRoutes()...),
	}
}

func (b *bench) setRole(in roleRequest) error {
	return b.act("control: role", func(context.Context) error {
		b.note("entra: role %s of %s: %t", in.Role, in.User, in.On)
		return b.lab.Entra.ChangeUser(in.User, func(u *fakeentra.User) {
			is := func(role string) bool { return strings.EqualFold(role, in.Role) }
			u.Roles = slices.DeleteFunc(slices.Clone(u.Roles), is)
			if in.On {
				u.Roles = append(u.Roles, in.Role)
			}
		})
	})
}

func (b *bench) entraAnswers() plantedAnswers {
	return answersNow(b.lab.Entra.Answers(), b.lab.Entra.UnmetAnswers())
}

func (b *bench) changePassword(in passwordRequest) (passwordAnswer, error) {
	err := b.act("control: change a password", func(context.Context) error {
		b.note("entra: change the password of %s", in.User)
		if in.Password != "" {
			return b.lab.ChoosePassword(in.User, in.Password)
		}
		return b.lab.ChangePassword(in.User)
	})
	if err != nil {
		return passwordAnswer{}, err
	}
	password, err := b.lab.Password(in.User)
	return passwordAnswer{in.User, password}, err
}

func (b *bench) changePolicy(in policyRequest) (made fakeentra.Policy, err error) {
	name, words := phrase.First(in.Words)
	change, err := phrase.Policy(words)
	switch {
	case err != nil:
		return made, routes.Refused(err)
	case in.Policy != nil && len(words) > 0:
		return made, routes.Refuse("a policy is either exported or said in words: words beside policy are its name alone")
	case in.Policy == nil && name == "":
		return made, routes.Refuse("a policy has a name: NAME key=value…")
	}
	if in.Policy != nil {
		return b.exportedPolicy(in, name)
	}
	err = b.onTenant(in.Tenant, "policy "+name, func(tenant string) (err error) {
		made, err = b.lab.Entra.ChangePolicy(tenant, name, change)
		return err
	})
	return made, err
}

func (b *bench) setSwitch(in settingRequest) (changed fakeentra.Tenant, err error) {
	err = b.onTenant(in.Tenant, "set "+in.Setting, func(tenant string) (err error) {
		changed, err = b.lab.Set(tenant, in.Setting, in.Value)
		return err
	})
	return changed, err
}
