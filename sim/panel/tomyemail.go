package panel

import (
	"context"
	"slices"

	"mfpsim/device"
	"mfpsim/screen"
	"mfpsim/sim/locale"
	"mfpsim/sim/window"
)

// SignIn is whose sign-in To My Email asks for.
type SignIn string

// The sign-ins of To My Email.
const (
	NoSignIn     SignIn = ""        // none: the mail goes
	OwnSignIn    SignIn = "own"     // of the user himself, at his first mail (guide rule R37)
	Consent      SignIn = "consent" // of an administrator, for the whole organization (R31)
	consentLabel        = "sign-in-for-organization"
)

// openToMyEmail asks for the sign-in that is missing, as the screen is opened.
func (p *Panel) openToMyEmail() {
	if need := p.machine.NeededSignIn(p.who.ID); need != NoSignIn {
		p.openSignIn(need)
	}
}

// openSignIn opens the sign-in page of the email service; what is in the way is said over the screen before.
func (p *Panel) openSignIn(need SignIn) {
	w, refusal := p.machine.OpenSignIn(p.who.ID, need, p.signInChanged)
	if refusal != "" {
		p.back()
		p.message = notice{id: refusal}
		return
	}
	p.signing = &signInPage{w: w, need: need, user: p.who.ID}
	p.above = append(p.above, p.signing)
}

// signInChanged is told when a page of the email service was loaded or the sign-in is over, so that the screen is
// recorded as it is now.
func (p *Panel) signInChanged() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.settle()
	p.lit = p.machine.Elapsed()
	p.machine.Record(device.ScreenOf(p.show()))
}

// settleSignIn does what the email service's page has done, and ends a sign-in whose page was left: by Back, Home, Log
// Off, the time or power off.
func (p *Panel) settleSignIn() {
	page := p.signing
	if page == nil {
		return
	}
	at := slices.Index(p.above, screenPage(page))
	if at < 0 {
		p.signing = nil
		page.w.Close()
		p.machine.CloseSignIn(page.user, page.need)
		if p.top().Screen == ScreenToMyEmail && len(p.above) == 0 && p.machine.NeededSignIn(page.user) != NoSignIn {
			p.back()
		}
		return
	}
	switch state := page.w.State(); {
	case state.Over:
		p.signing, p.above = nil, p.above[:at]
		switch {
		case state.Problem != "":
			p.back()
			p.message = notice{id: string(state.Problem)}
		case page.need == Consent:
			p.home()
			p.message = notice{id: "M3"}
		}
	case state.Problem != "" && p.message.id == "":
		page.w.Acknowledge()
		p.message = notice{id: string(state.Problem)}
	}
}

// screenPage is a sign-in page among those above the menu.
func screenPage(s *signInPage) page { return s }

func fillMine(p *Panel, texts *locale.Texts, s *screen.Screen) {
	to := fact(texts, fieldTo, p.who.Email)
	to.Icon = "person"
	s.Rows = append(s.Rows, to)
	p.fillSettings(texts, s)
	originals(p, texts, s)
}

func mineKeys(p *Panel, _ *locale.Texts) []key {
	keys := settingKeys(p)
	if p.admin && p.machine.UserSends() {
		keys = append(keys, labeled(locale.LabelID(consentLabel), screen.Item, "", func(p *Panel, _ *act) error {
			p.openSignIn(Consent)
			return nil
		}))
	}
	return append(keys, labeled("label.start", screen.Main, "play", (*Panel).startMine))
}

// startMine sends to the user himself. A sign-in that was lost since the screen was opened is asked for first.
func (p *Panel) startMine(a *act) error {
	switch need := p.machine.NeededSignIn(p.who.ID); {
	case need == OwnSignIn:
		p.openSignIn(need)
	case p.machine.Originals() < 1:
		p.message = notice{id: "no-originals"}
	default:
		p.begin(a.ctx, device.ScanRequest{Function: device.FunctionToMyEmail, To: []string{p.who.Email}})
	}
	return nil
}

// begin begins the job of a screen.
func (p *Panel) begin(ctx context.Context, request device.ScanRequest) {
	request.Subject, request.File = p.form.typed[fieldSubject], p.form.typed[fieldFile]
	request.Pages, request.User = p.machine.Originals(), p.user
	if p.who != nil {
		request.UserID = p.who.ID
	}
	receipt, refusal := p.machine.StartScan(ctx, request, p.settings())
	if refusal != "" {
		p.message = p.ofJob(refusal, receipt)
		return
	}
	p.job = receipt
}

// SignInMachine is the printer as To My Email needs it.
type SignInMachine interface {
	// UserSends reports whether mails go from the user's own address (guide rule R30).
	UserSends() bool
	// NeededSignIn is what is missing before a user can send to himself.
	NeededSignIn(user string) SignIn
	// OpenSignIn opens the sign-in page for a user, or returns the message id of what is in the way. changed is told
	// when something has changed on the page.
	OpenSignIn(user string, whose SignIn, changed func()) (w *window.Window, refusal string)
	// CloseSignIn ends a sign-in that was left.
	CloseSignIn(user string, whose SignIn)
}
