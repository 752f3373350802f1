package browser

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html"

	"mfpsim/choice"
	"mfpsim/device"
)

const (
	maximumRedirects = 10
	maximumPage      = 4 << 20 // bytes, unless Config says otherwise
)

// Config says how a browser reaches the network. The zero value works, through [http.DefaultTransport].
type Config struct {
	// Transport carries the requests; redirects are followed by the browser itself. Nil: http.DefaultTransport.
	Transport http.RoundTripper
	// Now dates cookies. Nil: cookies with an age never expire.
	Now func() time.Time
	// Language is sent as Accept-Language; empty sends "en".
	Language string
	// Secure opens and follows https alone: what leads elsewhere is a [*LoadError] of [ReasonInsecure].
	Secure bool
	// Maximum is how many bytes of a page are read; 0: 4 MiB. A longer page is a [*LoadError] of [ReasonTooLarge].
	Maximum int64
	// UserAgent is sent with each request; empty sends "Mozilla/5.0 (mfpsim)".
	UserAgent string
	// WithTimeout limits how long an answer is waited for ([Patience]), by the clock that the servers go by. Nil: for
	// ever.
	WithTimeout func(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc)
}

// Patience is how long a page is waited for: Firefox's network.http.response.timeout.
const Patience = 5 * time.Minute

// Browser is one window of one person. It is not safe for use by two goroutines.
type Browser struct {
	download []byte // the file that was downloaded last
	stranger bool   // the form that is sent comes from a page of another site
	held     string // the address that was not loaded last
	hold     func(address string) bool
	config   Config
	jar      *jar
	page     *page
}

// New makes a browser with nothing open and no cookies.
func New(c Config) *Browser {
	if c.Transport == nil {
		c.Transport = http.DefaultTransport
	}
	if c.Now == nil {
		c.Now = func() time.Time { return time.Unix(1, 0) }
	}
	if c.Language == "" {
		c.Language = "en"
	}
	if c.Maximum == 0 {
		c.Maximum = maximumPage
	}
	if c.UserAgent == "" {
		c.UserAgent = "Mozilla/5.0 (mfpsim)"
	}
	return &Browser{config: c, jar: newJar(c.Now)}
}

// Open enters an address into the browser and follows redirects. Without a scheme it is https. The error is a
// [*LoadError]. A page with an error status is a page all the same: see [Browser.Status].
func (b *Browser) Open(ctx context.Context, address string) error {
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return &LoadError{Host: address, Reason: ReasonAddress, cause: err}
	}
	return b.load(ctx, http.MethodGet, u, nil)
}

// Refresh loads the open page again, by GET, and puts back what was typed and chosen but not sent.
func (b *Browser) Refresh(ctx context.Context) error {
	if b.page == nil {
		return ErrNoPage
	}
	old := b.page
	if err := b.load(ctx, http.MethodGet, old.url, nil); err != nil {
		return err
	}
	b.page.restore(old)
	return nil
}

// Close closes the page; cookies stay.
func (b *Browser) Close() { b.page = nil }

// Forget closes the page and drops all cookies: another person, or a private window.
func (b *Browser) Forget() {
	b.page = nil
	b.jar = newJar(b.config.Now)
}

// Download is the file that was downloaded last; nil if none was.
func (b *Browser) Download() []byte { return b.download }

// Hold names the addresses that are not loaded but handed over, as an application does that shows a sign-in page itself
// and waits for the redirect URI (RFC 8252 §8.12). Nil: none.
func (b *Browser) Hold(address func(string) bool) { b.hold, b.held = address, "" }

// Held is the address that was last handed over in place of being loaded, "" if none was. The page that led there
// stays.
func (b *Browser) Held() string { return b.held }

// IsOpen reports whether a page is open.
func (b *Browser) IsOpen() bool { return b.page != nil }

// URL is the address of the open page, "" if none is.
func (b *Browser) URL() string {
	if b.page == nil {
		return ""
	}
	return b.page.url.String()
}

// Status is the HTTP status of the open page, 0 if none is.
func (b *Browser) Status() int {
	if b.page == nil {
		return 0
	}
	return b.page.status
}

// Page gives the open page as a person reads it. With nothing open it is empty.
func (b *Browser) Page() device.Page {
	if b.page == nil {
		return device.Page{}
	}
	return b.page.read()
}

// Heading is the first headline of the open page.
func (b *Browser) Heading() (string, bool) {
	if b.page == nil {
		return "", false
	}
	heading := words(textRaw(b.page.heading))
	return heading, heading != ""
}

// Text gives the open page as text, one line for each line read, buttons in square brackets at the end.
func (b *Browser) Text() string { return b.Page().String() }

// Click clicks a button, a link, or the summary of a folded part. A [*choice.Error] lists those that are there.
func (b *Browser) Click(ctx context.Context, label string) error {
	if b.page == nil {
		return ErrNoPage
	}
	target, err := b.page.find(label)
	if err != nil {
		return err
	}
	switch target.kind {
	case kindSummary:
		b.page.fold(target.node)
		return nil
	case kindLink:
		u, err := b.page.baseURL().Parse(target.href)
		if err != nil {
			return &LoadError{Host: b.page.url.Host, Reason: ReasonAddress, cause: err}
		}
		return b.load(ctx, http.MethodGet, u, nil)
	default:
		method, u, body, err := b.page.submission(target.node)
		if err != nil {
			return err
		}
		return b.load(ctx, method, u, body)
	}
}

// strangersOrigin is the site of a page that is not the device's.
const strangersOrigin = "https://elsewhere.example"

// DoubleClick clicks a button twice: its form is sent a second time before the answer to the first is shown, which
// nobody sees then.
func (b *Browser) DoubleClick(ctx context.Context, label string) error {
	sent, err := b.sentBy(label)
	if err != nil {
		return err
	}
	if _, _, err := b.fetch(ctx, sent.method, sent.to, sent.form); err != nil {
		return err
	}
	return b.load(ctx, sent.method, sent.to, sent.form)
}

// sending is what a button sends.
type sending struct {
	button *html.Node
	method string
	to     *url.URL
	form   url.Values
}

// sentBy is what the button with a label would send. A link sends no form: [ErrNoForm].
func (b *Browser) sentBy(label string) (sending, error) {
	if b.page == nil {
		return sending{}, ErrNoPage
	}
	target, err := b.page.find(label)
	if err != nil {
		return sending{}, err
	}
	if target.kind == kindLink || target.kind == kindSummary {
		return sending{}, ErrNoForm
	}
	method, to, form, err := b.page.submission(target.node)
	return sending{target.node, method, to, form}, err
}

// Forge sends the form of a button as the page of somebody else would: with what is on the page, without what is
// hidden in it, which only the device's own page knows, and with another site as its origin. Signed tells whether the
// cookies of this browser go along, as they do when the administrator opens that page; without them it is a stranger's.
func (b *Browser) Forge(ctx context.Context, label string, signed bool) error {
	sent, err := b.sentBy(label)
	if err != nil {
		return err
	}
	for _, name := range b.page.secrets(sent.button) {
		sent.form.Del(name)
	}
	if !signed {
		kept := b.jar
		b.jar = newJar(b.config.Now)
		defer func() { b.jar = kept }()
	}
	b.stranger = true
	defer func() { b.stranger = false }()
	return b.load(ctx, sent.method, sent.to, sent.form)
}

// Set types a value into a field, or chooses it in a list or among radio buttons; on a box, "on", "yes" and "true" tick
// it. Nothing is sent. A value that is not offered is a [*choice.Error] that lists those that are.
func (b *Browser) Set(label, value string) error {
	if b.page == nil {
		return ErrNoPage
	}
	return b.page.set(label, value)
}

// Tick ticks a box or, with on false, clears it.
func (b *Browser) Tick(label string, on bool) error {
	if b.page == nil {
		return ErrNoPage
	}
	value := "off"
	if on {
		value = "on"
	}
	return b.page.set(label, value)
}

// Value reads a field: what is typed, the words of what is chosen, "on" or "off" of a box.
func (b *Browser) Value(label string) (string, error) {
	if b.page == nil {
		return "", ErrNoPage
	}
	f, err := b.page.field(label)
	if err != nil {
		return "", err
	}
	return f.value(), nil
}

// PasswordField gives the label of the page's first password field that can be typed into.
func (b *Browser) PasswordField() (label string, ok bool) {
	if b.page == nil {
		return "", false
	}
	for _, f := range b.page.fields() {
		if f.kind == kindPassword && !f.locked() {
			return f.label, true
		}
	}
	return "", false
}

// Options lists what a field offers, nil for a field that is typed into.
func (b *Browser) Options(label string) ([]string, error) {
	if b.page == nil {
		return nil, ErrNoPage
	}
	f, err := b.page.field(label)
	if err != nil {
		return nil, err
	}
	return f.options(), nil
}

// Link gives the address behind a link of the page.
func (b *Browser) Link(label string) (string, error) {
	if b.page == nil {
		return "", ErrNoPage
	}
	target, err := b.page.find(label)
	if err != nil {
		return "", err
	}
	if target.kind != kindLink {
		return "", &choice.Error{What: "link", Wanted: label, Present: b.page.links()}
	}
	u, err := b.page.baseURL().Parse(target.href)
	if err != nil {
		return "", &LoadError{Host: b.page.url.Host, Reason: ReasonAddress, cause: err}
	}
	return u.String(), nil
}

// load fetches a page and makes it the open one. After an error the page that was open stays open.
func (b *Browser) load(ctx context.Context, method string, u *url.URL, form url.Values) error {
	for hop := 0; ; hop++ {
		if hop > maximumRedirects {
			return &LoadError{Host: u.Host, Reason: ReasonRedirects}
		}
		if b.holds(u) {
			return nil
		}
		if b.config.Secure && u.Scheme != "https" {
			reason := ReasonAddress
			if u.Scheme == "http" {
				reason = ReasonInsecure
			}
			return &LoadError{Host: u.Host, Reason: reason}
		}
		response, body, err := b.fetch(ctx, method, u, form)
		if err != nil {
			return err
		}
		if strings.HasPrefix(response.Header.Get("Content-Disposition"), "attachment") &&
			response.StatusCode == http.StatusOK {
			b.download = body // the page stays
			return nil
		}
		location := response.Header.Get("Location")
		if response.StatusCode < 300 || response.StatusCode > 399 || location == "" {
			b.page = newPage(u, response.StatusCode, response.Header.Get("Content-Type"), body)
			return nil
		}
		next, err := u.Parse(location)
		if err == nil && b.holds(next) { // it need not be a web address (RFC 8252 §7.1)
			return nil
		}
		if err != nil || next.Host == "" {
			return &LoadError{Host: u.Host, Reason: ReasonAddress, cause: err}
		}
		if next.Fragment == "" {
			next.Fragment = u.Fragment
		}
		// RFC 9110 §15.4: 307 and 308 keep the method; the others become GET, as all browsers do.
		if response.StatusCode != http.StatusTemporaryRedirect &&
			response.StatusCode != http.StatusPermanentRedirect {
			method, form = http.MethodGet, nil
		}
		u = next
	}
}

// holds reports whether an address is handed over, and notes it.
func (b *Browser) holds(u *url.URL) bool {
	if b.hold == nil || !b.hold(u.String()) {
		return false
	}
	b.held = u.String()
	return true
}

func (b *Browser) fetch(
	ctx context.Context, method string, u *url.URL, form url.Values,
) (*http.Response, []byte, error) {
	target := *u
	target.Fragment = ""
	var body io.Reader
	kind := ""
	if method == http.MethodPost {
		text, of := encode(form)
		body, kind = strings.NewReader(text), of
	}
	if b.config.WithTimeout != nil {
		limited, cancel := b.config.WithTimeout(ctx, Patience)
		defer cancel()
		ctx = limited
	}
	request, err := http.NewRequestWithContext(ctx, method, target.String(), body)
	if err != nil {
		return nil, nil, &LoadError{Host: u.Host, Reason: ReasonAddress, cause: err}
	}
	request.Header.Set("User-Agent", b.config.UserAgent)
	request.Header.Set("Accept", "text/html,application/xhtml+xml")
	request.Header.Set("Accept-Language", b.config.Language)
	if method == http.MethodPost {
		request.Header.Set("Content-Type", kind)
		switch {
		case b.stranger:
			request.Header.Set("Origin", strangersOrigin)
		case b.page != nil:
			request.Header.Set("Origin", b.page.url.Scheme+"://"+b.page.url.Host)
		}
	}
	if cookies := b.jar.header(u); cookies != "" {
		request.Header.Set("Cookie", cookies)
	}
	response, err := b.config.Transport.RoundTrip(request)
	if err != nil {
		return nil, nil, loadError(ctx, u.Host, err)
	}
	defer response.Body.Close()
	b.jar.set(u, response.Cookies())
	var content bytes.Buffer
	content.Grow(int(min(max(response.ContentLength, 0), b.config.Maximum)) + bytes.MinRead)
	n, err := content.ReadFrom(io.LimitReader(response.Body, b.config.Maximum+1))
	if err != nil {
		return nil, nil, loadError(ctx, u.Host, err)
	}
	if n > b.config.Maximum {
		return nil, nil, &LoadError{Host: u.Host, Reason: ReasonTooLarge}
	}
	return response, content.Bytes(), nil
}
