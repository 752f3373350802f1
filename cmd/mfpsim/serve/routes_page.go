package serve

import (
	"context"
	"fmt"
	"html/template"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"mfpsim/cmd/mfpsim/serve/routes"
	"mfpsim/device"
	"mfpsim/fakeentra"
	"mfpsim/fakesmtp"
	"mfpsim/journal"
	"mfpsim/report"
	"mfpsim/scenarios"
	"mfpsim/sentences"
)

type nowRequest struct {
	After    int    `json:"-" query:"after" doc:"number of the last entry of the record that is known: waits for another"`
	Wait     string `json:"-" query:"wait" doc:"how long to wait at most, in bench time: 20s; without it nothing is waited for"`
	Language string `json:"-" query:"language" doc:"of the check list: en, hi or el; without it en"`
}

type nowAnswer struct {
	Bench    int64       `json:"bench" doc:"changes when another bench stands there"`
	Last     int         `json:"last" doc:"number of the last entry of the record"`
	Now      time.Time   `json:"now" doc:"true time"`
	Printer  *time.Time  `json:"printer,omitempty" doc:"what the printer's clock shows, if it can be read"`
	On       bool        `json:"on" doc:"the printer is switched on"`
	Panel    glassAnswer `json:"panel"`
	Case     caseAnswer  `json:"case"`
	Held     heldState   `json:"held"`
	Mails    int         `json:"mails" doc:"how many have arrived"`
	Code     string      `json:"code" doc:"the user code that waits for a person; empty: none"`
	Copied   string      `json:"copied" doc:"the user code that the printer of the case was given last, whether it still waits or not; empty: none"`
	SignedIn bool        `json:"signedIn" doc:"the printer has got its tokens for that code"`
	Panes    panesAnswer `json:"panes"`
	Sheets   int         `json:"sheets" doc:"number of the newest printed sheet; 0: none"`
	Version  string      `json:"version"`
}

type panesAnswer struct {
	WebConfig string `json:"webConfig" doc:"address of Web Config for the frame of the bench's page, on loopback only; empty: there is none"`
	Browser   string `json:"browser" doc:"address of Microsoft's pages for the frame, likewise"`
}

// glassAnswer is the panel, drawn.
type glassAnswer struct {
	Glass    template.HTML `json:"glass" doc:"the screen as HTML, whose buttons carry data-k"`
	Casing   template.HTML `json:"casing" doc:"the keys below it, likewise"`
	Say      string        `json:"say" doc:"what a screen reader is told when it changes"`
	Language string        `json:"language" doc:"of the panel"`
	Problem  string        `json:"problem,omitempty" doc:"why a key was not taken"`
	Title    string        `json:"title" doc:"of the screen, or its message"`
}

type keyRequest struct {
	Key string `json:"key" doc:"label of a key of the screen, or a letter of its keyboard"`
}

type wireRequest struct {
	Since    int    `json:"-" query:"since" doc:"number of an entry of the record: tells those after it"`
	Language string `json:"-" query:"language" doc:"en, hi or el; without it en"`
}

type entryRequest struct {
	From string `json:"-" path:"from" doc:"number of an entry"`
	To   int    `json:"-" query:"to" doc:"number of the last entry; without it that one alone"`
}

type entryAnswer struct {
	Entries []journal.Entry `json:"entries"`
}

// microsoftAnswer is what the admin centers show.
type microsoftAnswer struct {
	Tenants   []tenantRow  `json:"tenants"`
	Accounts  []Account    `json:"accounts"`
	Mailboxes []mailboxRow `json:"mailboxes"`
	Policies  []policyRow  `json:"policies"`
	Consents  []consentRow `json:"consents"`

	Reasons map[string]string `json:"reasons" doc:"why, in a few words, for each number of the sign-in log"`
}

type microsoftRequest struct {
	Language string `json:"-" query:"language" doc:"of the reasons: en, hi or el; without it en"`
}

type tenantRow struct {
	Domain           string `json:"domain"`
	Personal         bool   `json:"personal" doc:"of personal accounts, which nobody administers"`
	SecurityDefaults bool   `json:"securityDefaults"`
	SMTPAuth         bool   `json:"smtpAuth" doc:"of the organization, as Get-TransportConfig says it"`
	UserConsent      string `json:"userConsent"`
}

type mailboxRow struct {
	Address  string   `json:"address"`
	SMTPAuth string   `json:"smtpAuth" doc:"on, off, or empty: as the organization has it; as Get-CASMailbox says it"`
	SendAs   []string `json:"sendAs" doc:"who may send as it, as Get-RecipientPermission says it"`
}

type policyRow struct {
	Tenant  string   `json:"tenant"`
	Name    string   `json:"name"`
	State   string   `json:"state" doc:"on, off or report-only"`
	Grant   string   `json:"grant" doc:"block, or what is demanded"`
	Flows   []string `json:"flows"`
	Users   []string `json:"users"`
	Exclude []string `json:"exclude" doc:"users that are excluded"`
}

type consentRow struct {
	Tenant      string   `json:"tenant"`
	Application string   `json:"application" doc:"its name, or its id"`
	User        string   `json:"user" doc:"empty: the whole organization"`
	Scopes      []string `json:"scopes"`
}

type partyClock struct {
	Party string    `json:"party" doc:"printer, entra, smtp"`
	Now   time.Time `json:"now"`
}

// told puts what somebody did into the place of what the record has of it: a command, a form with its path.
func (b *bench) told(lines []sentences.Line, language string) []sentences.Line {
	raw := func(l sentences.Line) bool {
		return l.Kind == string(journal.KindNote) && l.Party == "control" ||
			l.Kind == string(journal.KindHTTP) && l.From == "person" && l.Party == b.printer.Name
	}
	if b.lab == nil || !slices.ContainsFunc(lines, raw) {
		return lines
	}
	acts := scenarios.ActsOf(b.lab, b.taken, b.printer.Name, b.since, language)
	// What was asked of the bench is recorded as the act that it was when it is over, behind what the record has of it.
	over := slices.DeleteFunc(
		slices.Sorted(maps.Keys(acts)), func(n int) bool { return acts[n].Since == report.AtOnce },
	)
	for i := range lines {
		number := lines[i].Number
		act, is := acts[number]
		if at, _ := slices.BinarySearch(over, number); !is && at < len(over) && acts[over[at]].Since < number {
			act, is = acts[over[at]], true
		}
		if is && raw(lines[i]) && lines[i].Tone != sentences.Refused {
			step := act.Steps[len(act.Steps)-1]
			lines[i].Text, lines[i].Command = step.Says, step.Command
		}
	}
	return lines
}

type clocksAnswer struct {
	Now     time.Time    `json:"now" doc:"true time"`
	Start   time.Time    `json:"start" doc:"true time at which the bench began"`
	Parties []partyClock `json:"parties"`
	Due     []dueRow     `json:"due" doc:"what happens next, the soonest first"`
	// As in GET /clock.
	Deadlines []deadlineRow `json:"deadlines" doc:"what ends or begins by itself, the soonest first: 20 at most"`
}

type dueRow struct {
	At   time.Time `json:"at"`
	What string    `json:"what" doc:"in a sentence, in the language that was asked for"`
	Name string    `json:"name" doc:"what the bench calls it, for diagnosis, in English"`
}

func pageRoutes() group {
	return group{
		Title: "The bench's page",
		About: "What the page at `/bench/` is made of, besides the rest of this API.",
		Routes: []route{
			{
				Request: "GET /bench/now", At: "/bench/now?after=0&wait=1s", About: "Tells what the bench shows now, and waits for something to happen if it is to.",
				Act: routes.Tells(pageNow),
			},
			{
				Request: "GET /wire", At: "/wire?since=0", About: "Tells the record in sentences, oldest first: an exchange of HTTP, or a conversation by SMTP, is one.",
				Act: tells(func(b *bench, in wireRequest) ([]sentences.Line, error) {
					return list(b.told(sentences.Tell(b.lab.Journal.Since(in.Since), in.Language), in.Language)), nil
				}),
			},
			{
				Request: "GET /journal/{from}", At: "/journal/1?to=2", About: "Returns entries of the record in full. Secrets are redacted.", Act: tells((*bench).entry),
			},
			{
				Request: "GET /printer/glass", About: "Draws the panel.",
				Act: shows(func(b *bench) (glassAnswer, error) { return b.glass("") }),
			},
			{
				Request: "POST /printer/glass", Example: `{"key":"Settings"}`, About: "Touches a key of the panel, and draws the panel. One that is kept for the administrator leads to the log-in screen.",
				Act: tells(func(b *bench, in keyRequest) (glassAnswer, error) {
					_, err := b.press("press", func(ctx context.Context, d device.Device) (device.Screen, error) {
						return touch(ctx, d.Panel(), in.Key)
					})
					if err != nil {
						return b.glass(err.Error())
					}
					return b.glass("")
				}),
			},
			{
				Request: "GET /microsoft", About: "Tells what Microsoft's admin centers show: organizations, accounts, mailboxes, policies, consents; and what the numbers of the sign-in log mean.", Act: tells((*bench).microsoft),
			},
			{
				Request: "GET /clock/parties", About: "Tells the time of each party, and what happens next.", Act: routes.Tells(clocks),
			},
		},
	}
}

// pageNow waits until something happens after an entry, if it is to.
func pageNow(ctx context.Context, b *bench, in nowRequest) (nowAnswer, error) {
	if in.Wait != "" {
		d, err := parseDuration(in.Wait)
		if err != nil {
			return nowAnswer{}, err
		}
		told, leave := b.watchers.enter()
		defer leave()
		over := make(chan struct{})
		b.world.After(min(d, longestWait), waitName, func() { close(over) })
		for seen := b.ticked.Load(); b.lab.Journal.Len() <= in.After && b.ticked.Load() == seen; {
			select {
			case <-told:
				continue
			case <-over:
			case <-b.closed:
				return nowAnswer{}, errEnded
			case <-ctx.Done():
				return nowAnswer{}, ctx.Err()
			}
			break
		}
	}
	answer := nowAnswer{
		Bench: b.number, Last: b.lab.Journal.Len(), Now: b.world.Now(), Held: b.held(), Case: b.caseNow(in.Language),
		Panes: panesAnswer{b.server.paneURL(webConfigPort), b.server.paneURL(entraPort)}, Version: b.config.Version,
	}
	answer.Code, _ = b.lab.Entra.PendingCode()
	if b.taken != nil {
		answer.Copied, answer.SignedIn = b.taken.LastCode(), b.taken.CodeSpent()
	}
	_, answer.On = b.screen()
	if at, err := b.device.Now(ctx); err == nil {
		answer.Printer = &at
	}
	if answer.On {
		if sheets, err := b.sheets(); err == nil && len(sheets) > 0 {
			answer.Sheets = sheets[0].Number
		}
	}
	answer.Mails = len(b.lab.SMTP.Deliveries(0)) + b.lab.SMTP.DroppedMails()
	var err error
	answer.Panel, err = b.glass("")
	return answer, err
}

// waitName is what waiting is called among the things that are due.
const waitName = "control: wait"

func (b *bench) glass(problem string) (glassAnswer, error) {
	now, err := b.panelNow(problem)
	answer := glassAnswer{
		Glass: now.Glass, Casing: now.Casing, Say: now.Say, Language: now.Language, Problem: now.Problem,
	}
	if shown, on := b.screen(); on {
		answer.Title = shown.Path
		if shown.Data != nil && shown.Data.Message != nil {
			answer.Title = or(shown.Data.Message.Title, shown.Data.Message.Text)
		}
	}
	return answer, err
}

// entry returns entries of the record.
func (b *bench) entry(in entryRequest) (entryAnswer, error) {
	from := 0
	for _, digit := range in.From {
		if digit < '0' || digit > '9' || from > 1<<40 {
			return entryAnswer{}, routes.Refuse("%q is no number of an entry", in.From)
		}
		from = from*10 + int(digit-'0')
	}
	to := max(in.To, from)
	outside := func(e journal.Entry) bool { return e.Number > to || e.Number < from }
	found := slices.DeleteFunc(b.lab.Journal.Since(from-1), outside)
	return entryAnswer{list(found)}, nil
}

func (b *bench) microsoft(in microsoftRequest) (microsoftAnswer, error) {
	answer := microsoftAnswer{
		Tenants: []tenantRow{}, Accounts: b.accounts(), Mailboxes: []mailboxRow{}, Policies: []policyRow{}, Consents: []consentRow{},
		Reasons: map[string]string{},
	}
	for _, s := range b.lab.Entra.SignIns() {
		if number := fmt.Sprint(s.AADSTS); s.AADSTS != 0 {
			answer.Reasons[number] = sentences.Because(number, in.Language)
		}
	}
	enabled, err := b.transport()
	if err != nil {
		return answer, err
	}
	names := map[string]string{}
	for _, a := range b.lab.Entra.Applications() {
		names[a.ID] = a.Name
	}
	for _, t := range b.lab.Entra.Tenants() {
		if len(t.Domains) == 0 {
			continue
		}
		domain := t.Domains[0]
		row := tenantRow{domain, t.Personal, t.SecurityDefaults, enabled[domain], t.UserConsent}
		answer.Tenants = append(answer.Tenants, row)
		if t.Personal {
			continue
		}
		for _, p := range b.lab.Entra.Policies(domain) {
			answer.Policies = append(answer.Policies, policyRow{
				domain, p.Name, or(p.State, "on"), or(p.Grant, "block"), list(p.Flows), list(p.Users), list(p.ExcludeUsers),
			})
		}
		for _, c := range b.lab.Entra.Consents(domain) {
			application := or(names[c.Application], c.Application)
			answer.Consents = append(answer.Consents, consentRow{domain, application, c.User, list(c.Scopes)})
		}
	}
	answer.Mailboxes, err = b.casMailboxes()
	return answer, err
}

// transport is the switch of each organization, as the cmdlet prints it.
func (b *bench) transport() (map[string]bool, error) {
	enabled := map[string]bool{}
	err := b.act("control: look", func(context.Context) error {
		for _, t := range b.lab.Entra.Tenants() {
			if t.Personal || len(t.Domains) == 0 {
				continue
			}
			printed, err := b.lab.SMTP.Cmdlet("Get-TransportConfig", []string{"-Organization", t.Domains[0]})
			if err != nil {
				return err
			}
			enabled[t.Domains[0]] = strings.Contains(printed, "SmtpClientAuthenticationDisabled : False")
		}
		return nil
	})
	return enabled, err
}

// trusteeLine is a line of what Get-RecipientPermission prints.
var trusteeLine = regexp.MustCompile(`(?m)^Trustee +: (.+)$`)

// casMailboxes are the switches of the mailboxes, as the cmdlet prints them.
func (b *bench) casMailboxes() ([]mailboxRow, error) {
	rows := []mailboxRow{}
	err := b.act("control: look", func(context.Context) error {
		for _, address := range b.lab.SMTP.Mailboxes() {
			printed, err := b.lab.SMTP.Cmdlet("Get-CASMailbox", []string{address})
			if err != nil {
				continue // it was removed, or nobody administers it
			}
			row := mailboxRow{Address: address, SendAs: []string{}}
			switch {
			case strings.Contains(printed, "SmtpClientAuthenticationDisabled : True"):
				row.SMTPAuth = "off"
			case strings.Contains(printed, "SmtpClientAuthenticationDisabled : False"):
				row.SMTPAuth = "on"
			}
			if printed, err = b.lab.SMTP.Cmdlet("Get-RecipientPermission", []string{address}); err != nil {
				return err
			}
			for _, found := range trusteeLine.FindAllStringSubmatch(printed, -1) {
				row.SendAs = append(row.SendAs, found[1])
			}
			rows = append(rows, row)
		}
		return nil
	})
	return rows, err
}

func clocks(ctx context.Context, b *bench, in clockRequest) (clocksAnswer, error) {
	now := b.world.Now()
	answer := clocksAnswer{Now: now, Start: b.world.Start(), Parties: []partyClock{}, Due: []dueRow{}}
	answer.Deadlines = b.deadlines(in.Language)
	for _, name := range b.lab.Printers() {
		d, err := b.lab.Device(name)
		if err != nil {
			return answer, err
		}
		if at, err := d.Now(ctx); err == nil {
			answer.Parties = append(answer.Parties, partyClock{name, at})
		}
	}
	for _, party := range []string{fakeentra.Party, fakesmtp.Party} {
		answer.Parties = append(answer.Parties, partyClock{party, now}) // the clouds' clocks are right
	}
	for _, due := range b.world.Pending() {
		if due.Name == waitName {
			continue
		}
		row := dueRow{due.At, dueIn(due.Name, in.Language, b.lab.Printers()), due.Name}
		if n := len(answer.Due); n > 0 {
			before := answer.Due[n-1]
			if before.What == row.What && row.At.Sub(before.At) < time.Second {
				continue // it reads as the same
			}
		}
		if answer.Due = append(answer.Due, row); len(answer.Due) == mostDue {
			break
		}
	}
	return answer, nil
}

// mostDue is how many things that happen next are told.
const mostDue = 8
