package serve

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"time"

	"mfpsim/device"
	"mfpsim/fakeentra"
	"mfpsim/fakesmtp"
	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/lab"
	"mfpsim/laws"
	"mfpsim/phrase"
	"mfpsim/phrase/people"
	"mfpsim/scenarios"
)

// wording are the words of a phrase: one line, as it stands behind a verb of a scenario, or a list of words.
type wording []string

// UnmarshalJSON reads a line or a list.
func (w *wording) UnmarshalJSON(body []byte) error {
	var line string
	if json.Unmarshal(body, &line) == nil {
		words, err := phrase.Split(line)
		*w = words
		return err
	}
	if json.Unmarshal(body, (*[]string)(w)) != nil {
		return errors.New("words are a line or a list of words")
	}
	return nil
}

// phraseRequest is a phrase of the language of scenarios.
type phraseRequest struct {
	Words wording `json:"words"`
}

// said makes an endpoint of words: read says what they mean, and what is wrong with them; do does it, in a turn of its
// own.
func said[T any](b *bench, what string, read func(words []string) (T, error), do func(T) (any, error)) endpoint {
	return takes(func(_ *http.Request, in phraseRequest) (any, error) {
		meant, err := read(in.Words)
		if err != nil {
			return nil, badRequest{err}
		}
		var done any
		err = b.act("control: "+what, func(context.Context) (err error) {
			b.note("%s %s", what, strings.Join(in.Words, " "))
			done, err = do(meant)
			return err
		})
		return done, err
	})
}

// fault is what the network is to do to a party.
type fault struct {
	party  string
	faults []faultnet.Fault
}

func (b *bench) networkRoutes() map[string]endpoint {
	return map[string]endpoint{
		"GET /journal": plain(b.journalRows),
		"GET /laws":    plain(b.judgement),
		"GET /network/fault": plain(func(*http.Request) (any, error) {
			return map[string]any{"armed": list(b.lab.Network.Faults()), "unmet": list(b.lab.Network.Unmet())}, nil
		}),
		"POST /network/fault": said(b, "network", func(words []string) (f fault, err error) {
			f.party, f.faults, err = phrase.Faults(words, b.lab.Parties())
			return f, err
		}, func(f fault) (any, error) { return nil, b.lab.SetFaults(f.party, f.faults...) }),
		"POST /network/clear": takes(func(_ *http.Request, in struct {
			To string `json:"to"` // empty: all
		},
		) (any, error) {
			return nil, b.act("control: clear faults", func(context.Context) error {
				b.lab.Network.Clear(in.To)
				b.note("faults cleared: %s", or(in.To, "all"))
				return nil
			})
		}),
	}
}

// note records what was done through the control API or the bench's page.
func (b *bench) note(format string, values ...any) {
	b.lab.Journal.Append(
		journal.Entry{Party: "control", Kind: journal.KindNote, Text: journal.Plain(sprintf(format, values...))},
	)
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// list makes null an empty list.
func list[T any](rows []T) []T {
	if rows == nil {
		return []T{}
	}
	return rows
}

type userRequest struct {
	User string `json:"user"`
}

type codeRequest struct {
	Code string `json:"code"` // empty: the one that waits
	User string `json:"user"`
}

// onUser is an act on an account of Entra.
func (b *bench) onUser(what string, f func(principal string) error) endpoint {
	return takes(func(_ *http.Request, in userRequest) (any, error) {
		if in.User == "" {
			return nil, refuse("field \"user\" is missing")
		}
		return nil, b.act("control: "+what, func(context.Context) error {
			b.note("entra: %s %s", what, in.User)
			return f(in.User)
		})
	})
}

// onCode is an act on a user code.
func (b *bench) onCode(what string, needsUser bool, f func(code, user string) error) endpoint {
	return takes(func(_ *http.Request, in codeRequest) (any, error) {
		switch {
		case needsUser && in.User == "":
			return nil, refuse("field \"user\" is missing")
		case !needsUser && in.User != "":
			return nil, refuse("unknown field \"user\"")
		}
		if in.Code == "" {
			code, waits := b.lab.Entra.PendingCode()
			if !waits {
				return nil, errors.New("no code waits for a person")
			}
			in.Code = code
		}
		return nil, b.act("control: "+what, func(context.Context) error {
			b.note("entra: %s", what)
			return f(in.Code, in.User)
		})
	})
}

type cmdletRequest struct {
	Name      string   `json:"name"`      // "Set-CASMailbox"
	Arguments []string `json:"arguments"` // "alice@contoso.com", "-SmtpClientAuthenticationDisabled", "$false"
}

type policyRequest struct {
	Tenant string  `json:"tenant"` // empty: the organization that was added last
	Words  wording `json:"words"`  // "'Block device code flow' state=on users=All": its name, and what is to be changed
}

type settingRequest struct {
	Tenant  string `json:"tenant"`
	Setting string `json:"setting"`
	Value   string `json:"value"`
}

// answersNow are the answers that a cloud is made to give, and those of them that nobody has met.
func answersNow[T fmt.Stringer](all, unmet []T) map[string][]string {
	told := func(answers []T) []string {
		words := make([]string, len(answers))
		for i, a := range answers {
			words[i] = a.String()
		}
		return words
	}
	return map[string][]string{"set": told(all), "unmet": told(unmet)}
}

func (b *bench) cloudRoutes() map[string]endpoint {
	entra := b.lab.Entra
	routes := map[string]endpoint{
		"GET /mailbox/{address}": plain(b.mailbox),
		"GET /accounts":          plain(func(*http.Request) (any, error) { return b.accounts(), nil }),
		"GET /entra/sign-ins":    plain(func(*http.Request) (any, error) { return list(entra.SignIns()), nil }),
		"GET /entra/audit":       plain(func(*http.Request) (any, error) { return list(entra.Audit()), nil }),
		"GET /entra/code": plain(func(*http.Request) (any, error) {
			code, waits := entra.PendingCode()
			return map[string]any{"code": code, "waits": waits}, nil
		}),
		"POST /entra/revoke":     b.onUser("revoke the sessions of", entra.Revoke),
		"POST /entra/disable":    b.onUser("disable", entra.Disable),
		"POST /entra/enable":     b.onUser("enable", entra.Enable),
		"POST /entra/delete":     b.onUser("delete", entra.Delete),
		"POST /entra/enter-code": b.onCode("a code is entered", false, func(code, _ string) error { return entra.EnterCode(code) }),
		"POST /entra/decline":    b.onCode("a sign-in is declined", false, func(code, _ string) error { return entra.Decline(code) }),
		"POST /entra/approve":    b.onCode("a sign-in is approved", true, entra.Approve),
		"POST /entra/password": takes(func(_ *http.Request, in userRequest) (any, error) {
			err := b.act("control: change a password", func(context.Context) error {
				b.note("entra: change the password of %s", in.User)
				return b.lab.ChangePassword(in.User)
			})
			if err != nil {
				return nil, err
			}
			password, err := b.lab.Password(in.User)
			return map[string]string{"user": in.User, "password": password}, err
		}),
		"POST /entra/mfa": takes(func(_ *http.Request, in struct {
			User string `json:"user"`
			On   bool   `json:"on"`
		},
		) (any, error) {
			return nil, b.act("control: MFA", func(context.Context) error { return entra.SetMFA(in.User, in.On) })
		}),
		"POST /entra/withdraw-consent": takes(func(_ *http.Request, in struct {
			Tenant      string `json:"tenant"`
			Application string `json:"application"`
		},
		) (any, error) {
			return nil, b.onTenant(
				&in.Tenant, "withdraw consent",
				func() error { return entra.WithdrawConsent(in.Tenant, in.Application) },
			)
		}),
		"POST /entra/expire-access-tokens": plain(func(*http.Request) (any, error) {
			return nil, b.act(
				"control: expire access tokens", func(context.Context) error { entra.ExpireAccessTokens(); return nil },
			)
		}),
		"POST /entra/expire-refresh-tokens": plain(func(*http.Request) (any, error) {
			return nil, b.act(
				"control: expire refresh tokens",
				func(context.Context) error { entra.ExpireRefreshTokens(); return nil },
			)
		}),
		"POST /entra/policy": takes(func(_ *http.Request, in policyRequest) (any, error) {
			name, words := phrase.First(in.Words)
			if name == "" {
				return nil, refuse("a policy has a name: NAME key=value…")
			}
			change, err := phrase.Policy(words)
			if err != nil {
				return nil, badRequest{err}
			}
			var made fakeentra.Policy
			err = b.onTenant(&in.Tenant, "policy "+name, func() (err error) {
				made, err = entra.ChangePolicy(in.Tenant, name, change)
				return err
			})
			return made, err
		}),
		"POST /entra/source": said(b, "entra source", func(words []string) (s source, err error) {
			s.of, s.Source, err = phrase.Source(words)
			return s, err
		}, func(s source) (any, error) { return nil, b.lab.SetSource(s.of, s.Source) }),
		"POST /entra/set": takes(func(_ *http.Request, in settingRequest) (any, error) {
			var changed fakeentra.Tenant
			err := b.onTenant(&in.Tenant, "set "+in.Setting, func() (err error) {
				changed, err = b.lab.Set(in.Tenant, in.Setting, in.Value)
				return err
			})
			return changed, err
		}),
		"GET /entra/answer":    plain(func(*http.Request) (any, error) { return b.entraAnswers(), nil }),
		"GET /exchange/answer": plain(func(*http.Request) (any, error) { return b.exchangeAnswers(), nil }),
		"POST /entra/answer": said(
			b,
			"entra answer",
			phrase.EntraAnswers,
			func(answers []fakeentra.Answer) (any, error) {
				err := b.lab.SetEntraAnswers(answers...)
				return b.entraAnswers(), err
			},
		),
		"POST /exchange/answer": said(
			b,
			"exchange answer",
			phrase.ExchangeAnswers,
			func(answers []fakesmtp.Answer) (any, error) {
				err := b.lab.SetExchangeAnswers(answers...)
				return b.exchangeAnswers(), err
			},
		),
		"POST /exchange/cmdlet": takes(func(_ *http.Request, in cmdletRequest) (any, error) {
			if in.Name == "" {
				return nil, refuse("field \"name\" is missing")
			}
			var printed string
			err := b.act("control: cmdlet", func(context.Context) (err error) {
				b.note("exchange: %s %s", in.Name, strings.Join(in.Arguments, " "))
				printed, err = b.lab.SMTP.Cmdlet(in.Name, in.Arguments)
				return err
			})
			return map[string]string{"output": printed}, err
		}),
		"POST /tenant": said(b, "tenant", people.Tenant, func(t lab.Tenant) (any, error) { return b.lab.AddTenant(t) }),
		"POST /user": said(b, "user", people.User, func(u lab.User) (any, error) {
			if err := b.lab.AddUser(u); err != nil {
				return nil, err
			}
			for _, a := range b.accounts() {
				if strings.EqualFold(a.User, u.Address) {
					return a, nil
				}
			}
			return Account{User: u.Address, Roles: []string{}}, nil
		}),
	}
	return routes
}

// source says from where the device, or the person's browser, reaches Entra.
type source struct {
	of string
	fakeentra.Source
}

func (b *bench) entraAnswers() any {
	return answersNow(b.lab.Entra.Answers(), b.lab.Entra.UnmetAnswers())
}

func (b *bench) exchangeAnswers() any {
	return answersNow(b.lab.SMTP.Answers(), b.lab.SMTP.UnmetAnswers())
}

// onTenant is an act on an organization, by default the one that was added last.
func (b *bench) onTenant(tenant *string, what string, f func() error) error {
	if *tenant == "" {
		only, err := b.lab.OnlyTenant()
		if err != nil {
			return err
		}
		*tenant = only
	}
	return b.act("control: "+what, func(context.Context) error {
		b.note("entra: %s (%s)", what, *tenant)
		return f()
	})
}

type mailRow struct {
	Number      int          `json:"number"` // in the mailbox, from 1
	From        string       `json:"from"`
	To          []string     `json:"to"`
	Subject     string       `json:"subject"`
	Text        string       `json:"text"`
	ReceivedAt  time.Time    `json:"receivedAt"`
	Attachments []attachment `json:"attachments"`
}

type attachment struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Size int    `json:"size"`
}

// mailbox lists messages of an address, oldest first: those from a number on, and at most so many, as the query has it.
// It tells how many have come, and how many of the oldest have fallen out.
func (b *bench) mailbox(r *http.Request) (any, error) {
	address := r.PathValue("address")
	if !strings.Contains(address, "@") {
		return nil, refuse("%q is no e-mail address", address)
	}
	from, err := number(r, "from")
	if err != nil {
		return nil, err
	}
	limit := math.MaxInt
	if r.URL.Query().Has("limit") {
		if limit, err = number(r, "limit"); err != nil {
			return nil, err
		}
	}
	count, dropped := b.lab.SMTP.MailCount(address)
	return map[string]any{"messages": b.mail(address, from, limit), "count": count, "dropped": dropped}, nil
}

func (b *bench) mail(address string, from, limit int) []mailRow {
	rows := []mailRow{}
	for _, m := range b.lab.SMTP.MailboxPage(address, from, limit) {
		row := mailRow{
			Number: m.Number, From: m.From, To: list(m.To), Subject: m.Subject, Text: m.Text(),
			ReceivedAt: m.ReceivedAt, Attachments: []attachment{},
		}
		for _, a := range m.Attachments() {
			row.Attachments = append(row.Attachments, attachment{a.Name, a.Type, a.Size})
		}
		rows = append(rows, row)
	}
	return rows
}

// screenRow is a screen of the panel.
type screenRow struct {
	Path    string   `json:"path"`
	Padlock bool     `json:"padlock"`
	Lines   []string `json:"lines"`
	Keys    []string `json:"keys"`
	Fields  []string `json:"fields"`
	Text    string   `json:"text"`
}

func screenOf(s device.Screen) screenRow {
	return screenRow{s.Path, s.Padlock, list(s.Lines), list(s.Keys), list(s.Fields), s.String()}
}

// press does something on the panel and records the screen.
func (b *bench) press(what string, f func(ctx context.Context, d device.Device) (device.Screen, error)) (any, error) {
	var screen device.Screen
	err := b.act("panel: "+what, func(ctx context.Context) (err error) {
		screen, err = f(ctx, b.device)
		if err == nil {
			b.lab.Journal.Append(journal.Entry{
				Party: b.printer.Name, Kind: journal.KindScreen, Text: journal.Plain(screen.String()),
				Detail: map[string]string{"surface": "panel"},
			})
		}
		return err
	})
	return screenOf(screen), err
}

type scanRequest struct {
	Function string   `json:"function"` // "Email" (default) or "Copy"
	To       []string `json:"to"`
	Subject  string   `json:"subject"`
	File     string   `json:"file"`
	Pages    int      `json:"pages"`
}

func (b *bench) printerRoutes() map[string]endpoint {
	return map[string]endpoint{
		"GET /printer": plain(func(*http.Request) (any, error) {
			var d device.Description
			err := b.act("control: describe", func(ctx context.Context) (err error) {
				d, err = b.device.Describe(ctx)
				return err
			})
			_, on := b.screen()
			return map[string]any{
				"name": d.Name, "model": d.Model, "serial": d.Serial, "firmware": d.Firmware, "address": d.Address, "on": on,
			}, err
		}),
		"GET /printer/panel": plain(func(r *http.Request) (any, error) {
			screen, err := b.device.Panel().Screen(r.Context())
			return screenOf(screen), err
		}),
		"POST /printer/panel/press": takes(func(_ *http.Request, in struct {
			Path string `json:"path"` // a key, or a path from the home screen
		},
		) (any, error) {
			if in.Path == "" {
				return nil, refuse("field \"path\" is missing")
			}
			return b.press(in.Path, func(ctx context.Context, d device.Device) (device.Screen, error) {
				return d.Panel().Press(ctx, in.Path)
			})
		}),
		"POST /printer/panel/enter": takes(func(_ *http.Request, in struct {
			Field string `json:"field"`
			Value string `json:"value"`
		},
		) (any, error) {
			return b.press("type", func(ctx context.Context, d device.Device) (device.Screen, error) {
				return d.Panel().Enter(ctx, in.Field, in.Value)
			})
		}),
		"POST /printer/panel/log-in": takes(func(_ *http.Request, in struct {
			User     string `json:"user"`
			Password string `json:"password"`
		},
		) (any, error) {
			if in.Password == "" {
				return nil, refuse("field \"password\" is missing")
			}
			return b.press("log in", func(ctx context.Context, d device.Device) (device.Screen, error) {
				return d.Panel().LogIn(ctx, in.User, in.Password)
			})
		}),
		"POST /printer/panel/log-out": plain(func(*http.Request) (any, error) {
			return b.press(
				"log out",
				func(ctx context.Context, d device.Device) (device.Screen, error) { return d.Panel().LogOut(ctx) },
			)
		}),
		"POST /printer/panel/home": plain(func(*http.Request) (any, error) {
			return b.press(
				"home",
				func(ctx context.Context, d device.Device) (device.Screen, error) { return d.Panel().Home(ctx) },
			)
		}),
		"POST /printer/originals": takes(func(_ *http.Request, in struct {
			Pages int `json:"pages"`
		},
		) (any, error) {
			if in.Pages < 0 || in.Pages > 999 {
				return nil, refuse("field \"pages\": 0 to 999")
			}
			return nil, b.loadOriginals(in.Pages)
		}),
		"POST /printer/scan": takes(func(_ *http.Request, in scanRequest) (any, error) {
			if in.Pages < 0 || in.Pages > 999 {
				return nil, refuse("field \"pages\": 0 to 999")
			}
			return b.press("scan", func(ctx context.Context, d device.Device) (device.Screen, error) {
				return d.Scan(ctx, device.ScanRequest{
					Function: device.Function(or(in.Function, string(device.FunctionEmail))), To: in.To, Subject: in.Subject, File: in.File, Pages: in.Pages,
				})
			})
		}),
		"GET /printer/jobs": plain(func(*http.Request) (any, error) { return b.jobs() }),
		"GET /printer/sheet": plain(func(*http.Request) (any, error) {
			text := b.sheet()
			return map[string]any{"printed": text != "", "text": text}, nil
		}),
		"POST /printer/sheet": plain(func(*http.Request) (any, error) {
			return b.press(
				"print the status sheet",
				func(ctx context.Context, d device.Device) (device.Screen, error) { return d.PrintSheet(ctx) },
			)
		}),
		"POST /printer/power": takes(func(_ *http.Request, in struct {
			State   string `json:"state"`   // "off", "on", "cut"
			AtWrite int    `json:"atWrite"` // with "cut"
			AtByte  *int   `json:"atByte"`  // with atWrite
		},
		) (any, error) {
			return nil, b.act("control: power", func(ctx context.Context) error {
				power := device.PowerAct{State: in.State, AtWrite: in.AtWrite, AtByte: in.AtByte}
				b.note("power %s", power)
				return b.device.Power(ctx, power)
			})
		}),
		"GET /printer/memory": plain(func(*http.Request) (any, error) {
			image, err := b.device.Memory(context.Background())
			if err != nil {
				return nil, err
			}
			state, err := b.device.MemoryState(context.Background())
			if err != nil && !errors.Is(err, device.ErrNotSupported) {
				return nil, err
			}
			return map[string]any{
				"image":  image, // in base64
				"writes": state.Writes, "refused": state.Refused, "unmet": list(state.Unmet),
			}, nil
		}),
		"POST /printer/memory": said(b, "memory", phrase.MemoryFault, func(f *device.MemoryFault) (any, error) {
			return nil, b.device.SetMemoryFault(context.Background(), f)
		}),
		"POST /printer/language": takes(func(_ *http.Request, in struct {
			Language string `json:"language"`
		},
		) (any, error) {
			return nil, b.act("control: language", func(ctx context.Context) error {
				return b.device.SetLanguage(ctx, in.Language)
			})
		}),
	}
}

// screen looks at the panel; on is false if there is nothing to see because the printer is off. A look needs no turn:
// the page is shown while the bench is held too.
func (b *bench) screen() (screen device.Screen, on bool) {
	screen, err := b.device.Panel().Screen(context.Background())
	return screen, !errors.Is(err, device.ErrPoweredOff)
}

// jobs is the job history, newest first.
func (b *bench) jobs() ([]device.Job, error) {
	jobs, err := b.device.Jobs(context.Background())
	return list(jobs), err
}

// sheet is what was printed last; empty if nothing was.
func (b *bench) sheet() string {
	text, err := b.device.Sheet(context.Background())
	if err != nil {
		return ""
	}
	return text
}

func (b *bench) loadOriginals(pages int) error {
	return b.act("originals", func(ctx context.Context) error { return b.device.LoadOriginals(ctx, pages) })
}

// judgement tells which laws the record breaks so far.
func (b *bench) judgement(*http.Request) (any, error) {
	broken, err := scenarios.Judge(b.lab)
	if err != nil {
		return nil, err
	}
	return struct {
		Laws    []laws.Law    `json:"laws"`
		Broken  []laws.Breach `json:"broken"`
		Dropped int           `json:"dropped"` // entries that have fallen out of the record and are not judged
	}{laws.All(), list(broken), b.lab.Journal.Dropped()}, nil
}
