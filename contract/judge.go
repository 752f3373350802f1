package contract

import (
	"cmp"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"mfpsim/core/mail"
	"mfpsim/core/nvram"
	"mfpsim/laws"
)

// owners are those whose services an operation may ask: its own, or of sign_out none.
func (o *operation) services() []Service {
	name := string(o.owner)
	if o.owner.IsUser() {
		name = stateOfUsers
	}
	o.e.mu.Lock()
	defer o.e.mu.Unlock()
	if told := o.e.told.owners[name]; told != nil {
		return told.Services
	}
	return nil
}

func (o *operation) judgeHTTP(a Action) {
	base, _, _ := strings.Cut(a.URL, "?")
	known := slices.ContainsFunc(o.services(), func(s Service) bool {
		return base == s.Token || base == s.DeviceAuthorization
	})
	if !known || a.Method != http.MethodPost {
		o.e.session.breach(laws.WishEndpoint, "the core asks %s %s", a.Method, base)
	}
	if a.TLS.Verify == nil || !*a.TLS.Verify {
		o.e.session.breach(laws.WishVerified, "the core asks %s without verifying its certificate", base)
	}
	if u, err := url.Parse(a.URL); err == nil && a.TLS.ServerName != "" && a.TLS.ServerName != u.Hostname() {
		o.e.session.breach(laws.WishName, "the core asks %s and wants a certificate for %q", base, a.TLS.ServerName)
	}
	o.judgeVersion(*a.TLS, base)
	o.grant.asks(o, a)
}

func (o *operation) judgeVersion(want TLS, where string) {
	if want.MinVersion == "1.0" || want.MinVersion == "1.1" {
		o.e.session.breach(laws.WishVersion, "the core would speak TLS %s with %s", want.MinVersion, where)
	}
}

func (o *operation) judgeConnect(a Action) {
	s := o.settings()
	mailServer := a.Host == s.Server && a.Port == s.Port
	pop := s.Method == mail.MethodPOPBeforeSMTP && a.Host == s.POP3Server && a.Port == s.POP3Port
	provider := o.e.identity.TLS == kindOwn && o.providerAt(a.Host, a.Port)
	if provider {
		return // what it asks there is in the record
	}
	if !mailServer && !pop {
		wanted := fmt.Sprintf("server is %q, port %d", s.Server, s.Port)
		if s.Method == mail.MethodPOPBeforeSMTP {
			wanted += fmt.Sprintf(", and pop3_server %q, pop3_port %d", s.POP3Server, s.POP3Port)
		}
		o.e.session.breach(
			laws.WishServer, "the core connects to %s, port %d; in its own state, %s (what a state leaves out is empty or 0)",
			a.Host, a.Port, wanted,
		)
	}
	if o.e.identity.Dial != kindOwn && o.grant.rotated {
		o.e.session.breach(
			laws.WishKept, "the core connects to %s after a refresh, and has not stored the new refresh token",
			a.Host,
		)
	}
}

// providerAt reports whether a server is an identity provider of the owner, over HTTPS.
func (o *operation) providerAt(name string, port int) bool {
	return slices.ContainsFunc(o.services(), func(s Service) bool {
		endpoints := []string{s.Token, s.DeviceAuthorization, s.Authorization}
		return slices.ContainsFunc(endpoints, func(address string) bool {
			u, err := url.Parse(address)
			return err == nil && u.Hostname() == name && strconv.Itoa(port) == cmp.Or(u.Port(), "443")
		})
	})
}

// judgeHello looks at how a core begins TLS of its own: all that is to be seen of it.
func (o *operation) judgeHello(host string, said []byte) {
	hello := helloOf(said)
	if hello == nil {
		return
	}
	if name := hello.ServerName; name != "" && name != host {
		o.e.session.breach(laws.WishName, "the core has connected to %s and names %q in its ClientHello", host, name)
	}
	named := slices.Contains(hello.Extensions, extensionSupportedVersions)
	for _, version := range hello.SupportedVersions {
		if version < tls.VersionTLS12 && (named || slices.Max(hello.SupportedVersions) < tls.VersionTLS12) {
			o.e.session.breach(
				laws.WishVersion, "the core would speak %s with %s", tls.VersionName(version), host,
			)
			return
		}
	}
}

func (o *operation) judgeTLS(host string, want TLS) {
	if want.ServerName != "" && want.ServerName != host {
		o.e.session.breach(
			laws.WishName, "the core has connected to %s and wants a certificate for %q", host, want.ServerName,
		)
	}
	o.judgeVersion(want, host)
}

// judgeSend looks at what is said to a mail server.
func (o *operation) judgeSend(c *connection, said string) {
	s := o.settings()
	if c.secure && !c.verified && s.ValidateCertificate {
		o.e.session.breach(laws.WishVerified, "the core speaks with %s, whose certificate was not verified", c.host)
	}
	word := strings.ToUpper(strings.TrimSpace(said))
	secret := strings.HasPrefix(word, "AUTH ") || strings.HasPrefix(word, "PASS ")
	if secret && !c.secure && s.Security != mail.SecurityNone {
		o.e.session.breach(
			laws.WishLogin, "the core logs in at %s in clear; Secure Connection is %s", c.host, s.Security,
		)
	}
}

// judgeStore: what a sign-in in Web Config has brought waits for OK. A refresh, and To My Email, are no such sign-ins.
func (o *operation) judgeStore() {
	if o.background() && (o.owner == nvram.Printer || o.owner == nvram.FaxServer) {
		o.e.session.breach(laws.WishStore, "the core stores something while it waits for a sign-in")
	}
}

// grant is what an operation has asked an identity provider for.
type grant struct {
	rotated  bool // a refresh has brought another refresh token, which is not stored
	stores   int  // of the owner, when a refresh was asked for
	interval time.Duration
	polled   time.Duration // since power on; when it was asked last
}

// The grants whose answers are looked at.
const (
	grantDeviceCode = "urn:ietf:params:oauth:grant-type:device_code"
	grantRefresh    = "refresh_token"
)

// standardInterval is that of an answer without one (RFC 8628 section 3.2), slowDown what a slow_down adds.
const (
	standardInterval = 5 * time.Second
	slowDown         = 5 * time.Second
	onTheWay         = time.Second // by which times differ that a core rounds
)

// asks judges the time of a poll, and keeps what was stored when a refresh was asked for.
func (g *grant) asks(o *operation, a Action) {
	form, err := url.ParseQuery(a.Body)
	if err == nil && form.Get("grant_type") == grantRefresh {
		g.stores = o.e.storesOf(o.owner)
	}
	if err != nil || form.Get("grant_type") != grantDeviceCode {
		return
	}
	now := o.e.host.Elapsed()
	if g.interval == 0 {
		g.interval = o.e.interval(form.Get("device_code"))
	}
	if g.polled > 0 && now-g.polled < g.interval-onTheWay {
		o.e.session.breach(laws.WishPoll, "the core polls after %s; the interval is %s", now-g.polled, g.interval)
	}
	g.polled = now
}

// heard looks at an answer. Where somebody has signed out or in anew meanwhile, there is nothing to keep of a refresh.
func (g *grant) heard(o *operation, a Action, e Event) {
	form, err := url.ParseQuery(a.Body)
	if err != nil {
		return
	}
	answer := members(e)
	switch form.Get("grant_type") {
	case grantDeviceCode:
		if answer["error"] == "slow_down" {
			g.interval += slowDown
		}
	case grantRefresh:
		next, _ := answer["refresh_token"].(string)
		g.rotated = e.Status == http.StatusOK && next != "" && next != form.Get("refresh_token") &&
			g.stores == o.e.storesOf(o.owner)
	}
}

// stored: what was to be kept is.
func (o *operation) stored() {
	o.grant.rotated = false
	o.e.mu.Lock()
	defer o.e.mu.Unlock()
	o.e.stores[o.owner]++
}

func (e *engine) storesOf(owner nvram.Owner) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.stores[owner]
}

// members are those of an answer that is a JSON object.
func members(e Event) map[string]any {
	var answer map[string]any
	if e.Body == nil || json.Unmarshal([]byte(*e.Body), &answer) != nil {
		return nil
	}
	return answer
}

// learn keeps what an answer has that is secret, and how long is to be waited for a code.
func (e *engine) learn(event Event) {
	answer := members(event)
	for _, name := range []string{"access_token", "refresh_token", "id_token", "device_code"} {
		if secret, is := answer[name].(string); is {
			e.session.know(secret)
		}
	}
	code, is := answer["device_code"].(string)
	if !is {
		return
	}
	seconds, told := answer["interval"].(float64)
	interval := time.Duration(seconds * float64(time.Second))
	if !told {
		interval = standardInterval
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.intervals == nil {
		e.intervals = map[string]time.Duration{}
	}
	e.intervals[code] = interval
}

// interval is that of a code.
func (e *engine) interval(code string) time.Duration {
	e.mu.Lock()
	defer e.mu.Unlock()
	if d, known := e.intervals[code]; known && d > 0 {
		return d
	}
	return standardInterval
}
