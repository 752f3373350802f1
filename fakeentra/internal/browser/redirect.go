package browser

import (
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/codes"
	"mfpsim/fakeentra/internal/pages"
	"mfpsim/fakeentra/internal/signin"
	"mfpsim/fakeentra/internal/texts"
	"mfpsim/fakeentra/internal/tokens"
	"mfpsim/fakeentra/internal/wire"
)

// parameters are what a redirect carries, in order.
type parameters []parameter

type parameter struct{ Name, Value string }

func (p *parameters) add(name, value string) { *p = append(*p, parameter{name, value}) }

// encode writes them as .NET does: small hexadecimal digits, + for a space (reported, docs/reference/entra.md §8.1).
func (p parameters) encode() string {
	var b strings.Builder
	for i, one := range p {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(one.Name)
		b.WriteByte('=')
		writeEncoded(&b, one.Value)
	}
	return b.String()
}

const hexDigits = "0123456789abcdef"

func writeEncoded(b *strings.Builder, text string) {
	for i := range len(text) {
		switch c := text[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("-_.!*()", c) >= 0:
			b.WriteByte(c)
		case c == ' ':
			b.WriteByte('+')
		default:
			b.WriteByte('%')
			b.WriteByte(hexDigits[c>>4])
			b.WriteByte(hexDigits[c&15])
		}
	}
}

// reply answers with the page on which a sign-in stands, or with its end.
func (e *Endpoint) reply(w http.ResponseWriter, a *wire.Request, s signin.Stand) {
	setCookies(w, s.Cookies)
	web := s.Request.Web
	switch {
	case web != nil && s.Wrong != nil:
		e.Desk.Close(s)
		e.redirectError(w, a, web, s.Wrong)
	case web == nil || !s.Done && !s.Declined:
		e.Front.Show(w, a, http.StatusOK, s.Page)
	case s.Declined:
		e.Desk.Close(s)
		e.redirectDeclined(w, a, s)
	case web.Admin:
		e.Desk.Close(s)
		e.redirectConsented(w, a, s)
	default:
		e.Desk.Close(s)
		session, cookies := e.Desk.Remember(a, s)
		setCookies(w, cookies)
		e.redirect(w, a, web, e.success(a, s, session))
	}
}

// redirectConsented reports that the administrator has consented (docs/reference/entra.md §6.2).
func (e *Endpoint) redirectConsented(w http.ResponseWriter, a *wire.Request, s signin.Stand) {
	web := s.Request.Web
	var p parameters
	p.add("admin_consent", "True")
	p.add("tenant", e.Directory.AccountBy(s.Approval.Account).Home.ID)
	if web.AdminText != "" {
		p.add("scope", web.AdminText)
	}
	e.redirect(w, a, web, withState(web, p))
}

func setCookies(w http.ResponseWriter, lines []string) {
	for _, line := range lines {
		w.Header().Add("Set-Cookie", line)
	}
}

// success makes what a finished sign-in sends back; order as captured (docs/reference/entra.md §8.1): code,
// client_info, state, session_state.
func (e *Endpoint) success(a *wire.Request, s signin.Stand, session string) parameters {
	c, web, p := s.Request, s.Request.Web, parameters{}
	standing := e.Directory.Standing(s.Approval.Account, c.Application, c.Scope.API.ID)
	holder := tokens.Holder{
		Account: standing.Account, Application: standing.Application,
		Decision: c.Scope.Decide(standing.Consented, standing.Personal),
	}
	g := tokens.Grant{
		User: holder.Account.Key, Application: c.Application, Scope: c.Scope, Epoch: s.Approval.Epoch,
		SignedIn: s.Approval.SignedIn, MFA: s.Approval.MFA, Correlation: c.Correlation, Session: session,
		Capable: web.Capable, V1: web.V1,
	}
	bound := tokens.Binding{Nonce: web.Nonce}
	if web.Code {
		code := e.Codes.Authorize(codes.Authorization{
			Request: c, Approval: s.Approval, Personal: holder.Account.Personal, Session: session,
		}, a.At)
		bound.CodeHash = halfHash(code)
		p.add("code", code)
	}
	if web.Token {
		seconds := e.Mint.Lifetime(a, holder, g)
		access := e.Mint.Access(a, holder, g, seconds)
		bound.TokenHash = halfHash(access)
		p.add("access_token", access)
		p.add("token_type", "Bearer")
		p.add("expires_in", strconv.Itoa(int(seconds)))
		p.add("scope", holder.Decision.Scope)
	}
	if web.IDToken {
		p.add("id_token", e.Mint.ID(a, holder, g, bound))
	}
	if web.Info {
		p.add("client_info", tokens.ClientInfo(holder.Account))
	}
	p = withState(web, p)
	p.add("session_state", session)
	e.Desk.Signed(a, s)
	return p
}

// halfHash is c_hash and at_hash (OpenID Connect Core §3.3.2.11).
func halfHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

func withState(web *codes.Web, p parameters) parameters {
	if web.HasState {
		p.add("state", web.State)
	}
	return p
}

// redirectError reports a problem to the client: order and encoding as reported (docs/reference/entra.md §8.1).
func (e *Endpoint) redirectError(w http.ResponseWriter, a *wire.Request, web *codes.Web, p *catalogue.Problem) {
	word, text := p.Word(), p.Message()
	var list parameters
	if web.Admin {
		list.add("admin_consent", "True")
		list.add("error", word)
		list.add(
			"error_description",
			text+"\r\nTrace ID: "+a.Trace+"\r\nCorrelation ID: "+a.Correlation+"\r\nTimestamp: "+
				catalogue.ErrorTime(a.At),
		)
	} else {
		list.add("error", word)
		list.add("error_description", text+a.Trailer(a.Correlation, catalogue.ErrorTime(a.At)))
		if p.Row.Code != 0 {
			list.add("error_uri", "https://"+a.Authority+"/error?code="+strconv.Itoa(p.Row.Code))
		}
	}
	e.redirect(w, a, web, withState(web, list))
}

// redirectDeclined reports that the person said no: the return link of "Need admin approval" is bare, Cancel on the
// consent page has a sentence (docs/reference/entra.md §6.3 [R]).
func (e *Endpoint) redirectDeclined(w http.ResponseWriter, a *wire.Request, s signin.Stand) {
	web := s.Request.Web
	switch {
	case web.Admin:
		e.redirectError(w, a, web, catalogue.FailAs(65004, "admin"))
	case s.Bare:
		var p parameters
		p.add("error", "access_denied")
		p.add("error_subcode", "cancel")
		e.redirect(w, a, web, withState(web, p))
	default:
		e.redirectError(w, a, web, catalogue.Fail(65004))
	}
}

// redirect sends the browser back to the client, in the way that the client asked for.
func (e *Endpoint) redirect(w http.ResponseWriter, a *wire.Request, web *codes.Web, p parameters) {
	e.Front.SetCommon(w.Header(), a)
	h := w.Header()
	h["Cache-Control"], h["Pragma"], h["Expires"] = []string{"no-store, no-cache"}, []string{"no-cache"}, []string{"-1"}
	switch web.Mode {
	case "form_post":
		postForm(w, web, p)
		return
	case "fragment":
		h["Location"] = []string{web.Redirect + "#" + p.encode()}
	default:
		mark := "?"
		if strings.Contains(web.Redirect, "?") {
			mark = "&"
		}
		h["Location"] = []string{web.Redirect + mark + p.encode()}
	}
	h["Content-Type"] = []string{"text/html; charset=utf-8"}
	body := `<html><head><title>Object moved</title></head><body><h2>Object moved to <a href="` +
		template.HTMLEscapeString(web.Redirect) + `">here</a>.</h2></body></html>` + "\n"
	wire.Write(w, http.StatusFound, []byte(body))
}

// submitScript posts the form of form_post; without script there is a button (OAuth 2.0 Form Post Response Mode,
// appendix A).
const submitScript = "document.forms[0].submit();"

var submitPolicy = sync.OnceValue(func() string {
	sum := sha256.Sum256([]byte(submitScript))
	return "default-src 'none'; script-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; base-uri 'none'; frame-ancestors 'none'"
})

// postTemplate draws the page that carries an answer by form_post.
var postTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("post").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Working...</title></head><body>
<form method="post" name="hiddenform" action="{{.Target}}">
{{- range .Values}}
<input type="hidden" name="{{.Name}}" value="{{.Value}}">
{{- end}}
<noscript><p>{{.Notice}}</p><p>Script is disabled. Click Submit to continue.</p>` +
		`<button type="submit">Submit</button></noscript>
</form>
<script>` + submitScript + `</script>
</body></html>
`))
})

func postForm(w http.ResponseWriter, web *codes.Web, p parameters) {
	var b strings.Builder
	data := struct {
		Target template.URL // registered by the application's owner; schemes of programs are allowed
		Values parameters
		Notice string
		// #nosec G203 -- compared with the registration before
	}{template.URL(web.Redirect), p, texts.Say(texts.Simulation)}
	if err := postTemplate().Execute(&b, data); err != nil {
		panic("fakeentra: the form of form_post does not fit its data: " + err.Error())
	}
	w.Header()["Content-Type"] = []string{"text/html; charset=utf-8"}
	w.Header()["Content-Security-Policy"] = []string{submitPolicy()}
	wire.Write(w, http.StatusOK, []byte(b.String()))
}

// showError is the page for a request that cannot be answered by a redirect (docs/reference/entra.md §5.2, §8.2).
func (e *Endpoint) showError(w http.ResponseWriter, a *wire.Request, p *catalogue.Problem) {
	message := p.Message()
	e.Front.Show(w, a, http.StatusBadRequest, pages.Page{
		Name: pages.Error, Title: texts.Say(texts.SignIn), Heading: texts.Say(texts.ErrorTitle), Lines: []string{message},
		DetailsAs: texts.Say(texts.ErrorDetails), After: []string{texts.Say(texts.ErrorSend)},
		Details: pages.Details(
			"Request Id", a.Trace,
			"Correlation Id", a.Correlation,
			"Timestamp", a.At.UTC().Format("2006-01-02T15:04:05Z"),
			"Message", message,
		),
	})
}
