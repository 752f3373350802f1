package fakeentra

import (
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/pages"
	"mfpsim/fakeentra/internal/signing"
	"mfpsim/fakeentra/internal/texts"
)

// authCode is an authorization code (RFC 6749 §4.1.2).
type authCode struct {
	text     string
	request  *deviceCode
	user     *user
	epoch    int
	mfa      bool
	signedIn time.Time
	session  string
	expires  time.Time
	redeemed bool
}

// parameters are what a redirect carries, in order.
type parameters []parameter

type parameter struct{ Name, Value string }

func (p *parameters) add(name, value string) { *p = append(*p, parameter{name, value}) }

// encode writes them as .NET does: small hexadecimal digits, + for a space (captured, entra.md §8.1).
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

// reply answers with the page on which a sign-in stands, or with its end; under s.mu.
func (s *Server) reply(w http.ResponseWriter, a *ask, v *visit) {
	web := v.code.web
	switch {
	case web == nil || v.current != pages.Done && v.current != pages.Declined:
		s.show(w, a, http.StatusOK, v.page(s, a))
	case v.current == pages.Declined:
		s.forgetVisit(v)
		s.redirectDeclined(w, a, v)
	case web.admin:
		s.forgetVisit(v)
		var p parameters
		p.add("admin_consent", "True")
		p.add("tenant", v.user.tenant.ID)
		if web.adminText != "" {
			p.add("scope", web.adminText)
		}
		s.redirect(w, a, web, web.withState(p))
	default:
		s.forgetVisit(v)
		session := s.rememberSession(w, a, v)
		s.redirect(w, a, web, s.success(a, v, session))
	}
}

// success makes what a finished sign-in sends back; order as captured (entra.md §8.1): code, client_info, state, session_state.
func (s *Server) success(a *ask, v *visit, session string) parameters {
	web, p := v.code.web, parameters{}
	g := &grant{
		user: v.user, application: v.code.application, scope: v.code.scope, epoch: v.epoch, signedIn: v.signedIn, mfa: v.mfaDone,
		correlation: v.code.correlation, session: session, capable: web.capable, v1: web.v1,
	}
	code := ""
	if web.code {
		code = s.makeAuthCode(a, v, session)
		p.add("code", code)
	}
	access := ""
	if web.token {
		s.issued++
		seconds := s.lifetime(a, g)
		if g.user.Personal {
			access = s.makeOpaque(a, g, g.scope, seconds)
		} else {
			access = signing.Organizations().Sign(signing.Organizations().HeaderV1, s.accessClaims(a, g, g.scope, seconds))
			s.secrets.Add(access)
		}
		p.add("access_token", access)
		p.add("token_type", "Bearer")
		p.add("expires_in", strconv.Itoa(int(seconds)))
		p.add("scope", g.scope.Echo(g.scope.Permissions))
	}
	if web.idToken {
		s.issued++
		key := signing.Organizations()
		if g.user.Personal {
			key = signing.Personal()
		}
		bound := binding{nonce: web.nonce}
		if code != "" {
			bound.codeHash = halfHash(code)
		}
		if access != "" {
			bound.tokenHash = halfHash(access)
		}
		token := key.Sign(key.HeaderV2, s.idClaims(a, g, g.scope, bound))
		s.secrets.Add(token)
		p.add("id_token", token)
	}
	if web.info {
		p.add("client_info", clientInfo(g.user))
	}
	p = web.withState(p)
	p.add("session_state", session)
	s.logBrowser(a, v, 0, nil)
	return p
}

// binding ties an id_token to the request and to what was sent along with it.
type binding struct{ nonce, codeHash, tokenHash string }

// halfHash is c_hash and at_hash (OpenID Connect Core §3.3.2.11).
func halfHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// makeAuthCode draws a code; shapes of work and personal accounts differ (entra.md §3, §10); under s.mu.
func (s *Server) makeAuthCode(a *ask, v *visit, session string) string {
	c := &authCode{
		request: v.code, user: v.user, epoch: v.epoch, mfa: v.mfaDone, signedIn: v.signedIn, session: session,
		expires: a.at.Add(authCodeLifetime),
	}
	if v.user.Personal {
		c.text = "M.C536_BAY.2.U." + s.random.UUID()
	} else {
		c.text = "1." + base64.RawURLEncoding.EncodeToString(append([]byte{0, 0x40}, v.code.application.ID[:34]...)) + ".AgABBAIAAAD" + base64.RawURLEncoding.EncodeToString(s.random.Bytes(480))
	}
	for key, old := range s.authCodes {
		if a.at.Sub(old.expires) > keepCodes {
			delete(s.authCodes, key)
		}
	}
	s.authCodes[c.text] = c
	s.secrets.Add(c.text)
	return c.text
}

func (web *webRequest) withState(p parameters) parameters {
	if web.hasState {
		p.add("state", web.state)
	}
	return p
}

// redirectError reports a problem to the client: order and encoding as captured (entra.md §8.1).
func (s *Server) redirectError(w http.ResponseWriter, a *ask, web *webRequest, p *catalogue.Problem) {
	word, text := p.Word(), p.Message()
	var list parameters
	if web.admin {
		list.add("admin_consent", "True")
		list.add("error", word)
		list.add("error_description", text+"\r\nTrace ID: "+a.trace+"\r\nCorrelation ID: "+a.correlation+"\r\nTimestamp: "+catalogue.ErrorTime(a.at))
	} else {
		list.add("error", word)
		list.add("error_description", text+" Trace ID: "+a.trace+" Correlation ID: "+a.correlation+" Timestamp: "+catalogue.ErrorTime(a.at))
		list.add("error_uri", "https://"+a.authority+"/error?code="+strconv.Itoa(p.Row.Code))
	}
	s.redirect(w, a, web, web.withState(list))
}

// redirectDeclined reports that the person said no: the return link of "Need admin approval" is bare, Cancel on the consent page has
// a sentence (entra.md §6.3 [C]).
func (s *Server) redirectDeclined(w http.ResponseWriter, a *ask, v *visit) {
	switch {
	case v.code.web.admin:
		s.redirectError(w, a, v.code.web, catalogue.FailAs(65004, "admin"))
	case v.bare:
		var p parameters
		p.add("error", "access_denied")
		p.add("error_subcode", "cancel")
		s.redirect(w, a, v.code.web, v.code.web.withState(p))
	default:
		s.redirectError(w, a, v.code.web, catalogue.Fail(65004))
	}
}

// redirect sends the browser back to the client, in the way that the client asked for.
func (s *Server) redirect(w http.ResponseWriter, a *ask, web *webRequest, p parameters) {
	s.setCommon(w.Header(), a)
	h := w.Header()
	h["Cache-Control"], h["Pragma"], h["Expires"] = []string{"no-store, no-cache"}, []string{"no-cache"}, []string{"-1"}
	switch web.mode {
	case "form_post":
		s.postForm(w, web, p)
		return
	case "fragment":
		h["Location"] = []string{web.redirect + "#" + p.encode()}
	default:
		mark := "?"
		if strings.Contains(web.redirect, "?") {
			mark = "&"
		}
		h["Location"] = []string{web.redirect + mark + p.encode()}
	}
	h["Content-Type"] = []string{"text/html; charset=utf-8"}
	body := `<html><head><title>Object moved</title></head><body><h2>Object moved to <a href="` +
		template.HTMLEscapeString(web.redirect) + `">here</a>.</h2></body></html>` + "\n"
	write(w, http.StatusFound, []byte(body))
}

// submitScript posts the form of form_post; without script there is a button (OAuth 2.0 Form Post Response Mode, appendix A).
const submitScript = "document.forms[0].submit();"

var submitPolicy = sync.OnceValue(func() string {
	sum := sha256.Sum256([]byte(submitScript))
	return "default-src 'none'; script-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; frame-ancestors 'none'"
})

// postTemplate draws the page that carries an answer by form_post.
var postTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("post").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Working...</title></head><body>
<form method="post" name="hiddenform" action="{{.Target}}">
{{- range .Values}}
<input type="hidden" name="{{.Name}}" value="{{.Value}}">
{{- end}}
<noscript><p>{{.Notice}}</p><p>Script is disabled. Click Submit to continue.</p><button type="submit">Submit</button></noscript>
</form>
<script>` + submitScript + `</script>
</body></html>
`))
})

func (s *Server) postForm(w http.ResponseWriter, web *webRequest, p parameters) {
	var b strings.Builder
	data := struct {
		Target template.URL // registered by the application's owner; schemes of programs are allowed
		Values parameters
		Notice string
	}{template.URL(web.redirect), p, texts.Say(texts.Simulation)} // #nosec G203 -- compared with the registration before
	if err := postTemplate().Execute(&b, data); err != nil {
		panic("fakeentra: the form of form_post does not fit its data: " + err.Error())
	}
	w.Header()["Content-Type"] = []string{"text/html; charset=utf-8"}
	w.Header()["Content-Security-Policy"] = []string{submitPolicy()}
	write(w, http.StatusOK, []byte(b.String()))
}

// showError is the page for a request that cannot be answered by a redirect (entra.md §5.2, §8.2); under s.mu.
func (s *Server) showError(w http.ResponseWriter, a *ask, p *catalogue.Problem) {
	message := p.Message()
	s.show(w, a, http.StatusBadRequest, pages.Page{
		Name: pages.Error, Title: texts.Say(texts.SignIn), Heading: texts.Say(texts.ErrorTitle), Lines: []string{message},
		DetailsAs: texts.Say(texts.ErrorDetails), After: []string{texts.Say(texts.ErrorSend)},
		Details: pages.Details(
			"Request Id", a.trace,
			"Correlation Id", a.correlation,
			"Timestamp", a.at.UTC().Format("2006-01-02T15:04:05Z"),
			"Message", message,
		),
	})
}
