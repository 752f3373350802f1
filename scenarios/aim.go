package scenarios

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"mfpsim/fakeentra"
	"mfpsim/guide"
)

// Aim is what a step is about on a page: where somebody has to go to do it or to see it. All labels are those of the
// page.
type Aim struct {
	// Path is the page of Web Config, by the labels of its menu; empty: none.
	Path string
	// Control is what is clicked, chosen or filled in there, or a button or a field that is to be seen; empty: nothing.
	Control string
	// Value is what is typed or chosen there; empty: it is clicked, or the value is no text for all to see.
	Value string
	// Sees are words that are to be seen on the page, each in every language that it may have.
	Sees [][]string
	// First is what makes the control appear, in the order in which it is done.
	First []Setting
	// Missing says that the page that a person was shown last lacks the control.
	Missing bool

	// Asks is what the form of Microsoft's page asks for that the step belongs to: code, account or password; empty:
	// any page.
	Asks string
	// Labels are what is clicked on Microsoft's page, in every language that it may have.
	Labels []string
	// Begin is the address, without the host, at which what leads to Microsoft's page begins.
	Begin string

	// Keys are what is touched on the panel, in its language: keys one after the other, or the field that is typed
	// into. The last one that its screen has is the one that is next; a box that is ticked is none.
	Keys []string
}

// Setting is an act on a page of Web Config by which something else appears there.
type Setting struct {
	Label string
	Value string // empty: it is clicked
	Step  CaseStep
}

// Aim tells what a step is about.
func (c *Case) Aim(s CaseStep) Aim {
	words := s.Words
	denied := words[0] == "!"
	if denied {
		words = words[1:]
	}
	if len(words) < 2 {
		return Aim{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch words[0] {
	case "webconfig", "printer":
		return c.inWebConfig(s, words, denied)
	case "browser":
		return c.onMicrosoft(s, words, denied)
	case "scan":
		return Aim{Keys: c.keys("press", functions[words[1]])}
	case "panel":
		return Aim{Keys: c.keys(words[1], words[2:])}
	}
	return Aim{}
}

// Page is the path of a page of Web Config in the language of its menu.
func (c *Case) Page(path string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.label("webconfig", path)
}

// functions are the keys of the home screen that lead to what scan does; email has a field below the panel.
var functions = map[string][]string{"fax": {"Fax"}, "copy": {"Copy"}, "to-my-email": {"To My Email"}}

// keys are what somebody touches on the panel for an act of it. On Microsoft's page the bench's own keys come behind
// the field that they fill in.
func (c *Case) keys(what string, rest []string) []string {
	account, password := []string{"Email, phone, or Skype"}, []string{"Password", fillsPassword}
	var keys []string
	switch {
	case what == "sign-in":
		_, consent, _ := panelSignIn(rest)
		keys = slices.Concat(account, rest[:1], password)
		for _, step := range slices.Backward(consent) { // a box comes before the key that sends it
			keys = append(keys, step[1])
		}
	case what == "enter" && onPage(what, rest) && rest[len(rest)-1] == "wrong":
		keys = password[:1]
	case what == "enter" && onPage(what, rest) && rest[0] == "password":
		keys = password
	case what == "enter" && onPage(what, rest):
		keys = append(account, rest[1])
	case slices.Contains([]string{"press", "refuses", "enter", "tick"}, what) && len(rest) > 0:
		keys = strings.Split(rest[0], " > ")
	default:
		return nil
	}
	said, err := c.play.panelWords(keys)
	if err != nil {
		said = keys
	}
	return c.onPage("panel", keys, said)
}

// ofAdministrator are the pages of Web Config on which an administrator does what printer says.
var ofAdministrator = map[string]string{
	"sign-in": signInPath, "fax-server": "Fax > Fax Server > Fax Server Settings",
	"user": "Example Open Platform > User Registration", "delete-user": "Example Open Platform > User Registration",
	"user-authentication": "Example Open Platform > Authentication Settings",
}

// inWebConfig is an aim on a page of Web Config.
func (c *Case) inWebConfig(s CaseStep, words []string, denied bool) (aim Aim) {
	if words[0] == "printer" {
		if path := ofAdministrator[words[1]]; path != "" {
			aim.Path = c.label("webconfig", path)
		}
		return aim
	}
	path, acts := "", []line{}
	for _, l := range c.play.linesOf() {
		if l.number > s.Line {
			break
		}
		switch is := Line(l.words[:min(2, len(l.words))]...); {
		case is == "webconfig open":
			path, acts = l.words[2], nil
		case is == "printer sign-in":
			path, acts = signInPath, nil
		case l.words[0] == "webconfig" && l.number < s.Line && slices.Contains(onPages, l.words[1]) && len(l.words) > 2:
			acts = append(acts, l)
		}
	}
	if path == "" {
		return aim
	}
	aim.Path = c.label("webconfig", path)
	control := ""
	switch words[1] {
	case "click", "double-click", "set", "enter", "tick", "upload":
		control = strings.Join(words[2:min(3, len(words))], "")
		if control == "password" {
			control = "Authenticated Password"
		} else if (words[1] == "set" || words[1] == "enter") && len(words) == 4 {
			aim.Value = c.label("webconfig", words[3])
		}
	case "copy":
		control = "Authentication code"
	case "follow":
		control = "URL"
	case "choices":
		control = words[2]
	case "shows":
		if len(words) == 3 && isLabel(words[2]) {
			control = words[2]
		}
		for _, word := range c.inWords(words) {
			aim.Sees = append(aim.Sees, []string{unended(word)})
		}
	}
	if control == "" || denied {
		return aim
	}
	aim.Control = c.label("webconfig", control)
	aim.First = c.first(control, acts)
	aim.Missing = c.lacks(aim.Control)
	return aim
}

// first is what makes a control appear: what the scenario does on its page before it touches the control for the first
// time. For the sign-in they are the guide's steps, whoever has made them.
func (c *Case) first(control string, acts []line) (settings []Setting) {
	if control == "Sign In" && len(acts) == 0 {
		acts = []line{
			{words: []string{"webconfig", "set", "Authentication Method", "OAuth2"}},
			{words: []string{"webconfig", "set", "Email service", "Microsoft Exchange Online"}},
		}
	}
	for _, l := range acts {
		switch {
		case l.words[2] == control:
			return settings
		case l.words[1] == "click":
			settings = append(settings, Setting{c.label("webconfig", l.words[2]), "", CaseStep{Words: l.words}})
		case l.words[1] == "set" && len(l.words) == 4:
			settings = append(settings, Setting{
				c.label("webconfig", l.words[2]), c.label("webconfig", l.words[3]), CaseStep{Words: l.words},
			})
		}
	}
	return settings
}

// lacks reports whether the page of Web Config that a person was shown last is without a control.
func (c *Case) lacks(control string) bool {
	in := c.play.pages.webConfig()
	if in.bare == nil {
		return true
	}
	page := in.bare.Page()
	return !slices.ContainsFunc(slices.Concat(page.Buttons, page.Fields, page.Lines), func(text string) bool {
		return plain(text) == plain(control) || strings.HasPrefix(plain(text), plain(control)+" :")
	})
}

// onMicrosoft is an aim on Microsoft's pages.
func (c *Case) onMicrosoft(s CaseStep, words []string, denied bool) (aim Aim) {
	_, address := c.lastCode()
	aim.Begin = pathOf(address)
	asks := "" // what the page asks for before the step
	for _, l := range c.play.linesOf() {
		switch is := Line(l.words[:min(2, len(l.words))]...); {
		case l.number > s.Line:
		case is == "browser admin-consent":
			aim.Begin, asks = c.consentAddress(l.words[2:]), "account"
		case is == "webconfig follow", is == "browser sign-in":
			aim.Begin, asks = pathOf(address), "code"
		case is == "browser enter" && len(l.words) > 2:
			asks = l.words[2]
		case is == "browser click" && l.number < s.Line:
			asks = ""
		}
	}
	aim.Asks = asks
	switch words[1] {
	case "click", "tick":
		aim.Labels = inAllLanguages(words[2])
	case "shows":
		aim.Asks = ""
		for _, word := range words[2:] {
			if !denied && !strings.HasPrefix(word, "within=") {
				aim.Sees = append(aim.Sees, inAllLanguages(word))
			}
		}
	}
	return aim
}

// inAllLanguages are words of Microsoft's pages in every language that these may have.
func inAllLanguages(words string) []string {
	all := []string{words}
	for _, language := range guide.Languages() {
		if in, known := fakeentra.Words(language, words); known && !slices.Contains(all, in) {
			all = append(all, in)
		}
	}
	return all
}

// consentAddress is where an administrator consents for the organization, without the host.
func (c *Case) consentAddress(words []string) string {
	application, tenant := "", c.play.tenant
	for _, w := range words {
		if name, is := strings.CutPrefix(w, "tenant="); is {
			tenant = name
		} else {
			application = w
		}
	}
	address, err := c.play.lab.AdminConsentAddress(tenant, application)
	if err != nil {
		return ""
	}
	return pathOf(address)
}

// pathOf is an address without its host.
func pathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Path == "" {
		return ""
	}
	return u.RequestURI()
}

// LastCode is the code that the printer was given last, whether it still waits or not; empty: none.
func (c *Case) LastCode() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	code, _ := c.lastCode()
	return code
}

// CodeSpent reports whether the printer has got its tokens for the code that it was given last, since the person took
// over.
func (c *Case) CodeSpent() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lastCode()
	return c.given.spent
}

// given is what Entra answers a printer that asks for a code.
var given = regexp.MustCompile(`"(user_code|verification_uri)"\s*:\s*"([^"]*)"`)

// lastCode is the code that the printer was given last, and the address at which it is to be entered.
func (c *Case) lastCode() (code, address string) {
	if c.given.code == "" {
		c.given.code, c.given.address = c.play.code, c.play.address
	}
	for _, e := range c.play.lab.Journal.Since(c.given.read) {
		c.given.read = e.Number
		if e.HTTP == nil || e.Party != "entra" || !fromDevice(e.Connection) {
			continue
		}
		if !strings.HasSuffix(e.HTTP.Target.String(), "/devicecode") {
			polled := strings.Contains(e.HTTP.RequestBody.String(), "device_code=")
			c.given.spent = c.given.spent || e.HTTP.Status == 200 && polled
			continue
		}
		c.given.spent = false
		for _, found := range given.FindAllStringSubmatch(e.HTTP.ResponseBody.String(), -1) {
			if found[1] == "user_code" {
				c.given.code = found[2]
			} else {
				c.given.address = strings.ReplaceAll(found[2], `\/`, "/")
			}
		}
	}
	return c.given.code, c.given.address
}
