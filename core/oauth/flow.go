package oauth

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"mfpsim/core/outcome"
	"mfpsim/core/secret"
)

// grantDeviceCode is the grant type of RFC 8628 §3.4.
const grantDeviceCode = "urn:ietf:params:oauth:grant-type:device_code"

// slowDown is what a slow_down adds to the interval, for good (RFC 8628 §3.5).
const slowDown = 5 * time.Second

// maxBackoff bounds the wait after failures that may pass.
const maxBackoff = time.Minute

// Authorize asks for a device code and a user code (RFC 8628 §3.1). The error is an [*outcome.Outcome].
func (c *Client) Authorize(ctx context.Context, e Endpoint) (*DeviceCode, error) {
	form := url.Values{"client_id": {e.ClientID}, "scope": {strings.Join(e.Scopes, " ")}}
	got, failed := c.post(ctx, outcome.StageDeviceAuthorization, e.URLs().DeviceAuthURL, form)
	if failed != nil {
		return nil, failed
	}
	if got.status != http.StatusOK {
		_, failed := c.refused(got, outcome.StageDeviceAuthorization)
		return nil, failed
	}
	code, ok := decodeDeviceCode(got.body)
	if !got.json || !ok {
		return nil, c.malformed(got, outcome.StageDeviceAuthorization)
	}
	code.Expires = c.config.Clock.Now().Add(code.ExpiresIn)
	return &code, nil
}

// Poll waits until the person has entered the code and signed in, or the code's life is over (RFC 8628 §3.4, §3.5). It
// waits the interval before each request. A failure that may pass (connection, 5xx, 429) is tried again within the life
// of the code, with waits that double; when the life ends in the middle of such failures, the last of them is the
// outcome. The error is an [*outcome.Outcome]. The life is elapsed time from the call on: setting the device's date
// does not change it.
func (c *Client) Poll(ctx context.Context, e Endpoint, code *DeviceCode) (*Token, error) {
	life, cancel := c.config.Clock.WithTimeout(ctx, code.ExpiresIn)
	defer cancel()
	defer c.rest()
	form := url.Values{"grant_type": {grantDeviceCode}, "client_id": {e.ClientID}, "device_code": {code.Code.Reveal()}}
	interval, backoff := code.Interval, time.Duration(0)
	var last *outcome.Outcome // the failure of the last attempt, if it may pass
	for {
		wait := max(interval, backoff)
		if last != nil {
			wait = max(wait, last.RetryAfter)
		}
		if err := c.config.Clock.Sleep(life, wait); err != nil {
			return nil, c.over(ctx, last)
		}
		token, pending, failed := c.poll(life, e, form)
		switch {
		case failed != nil && outcome.Ended(life) != "" &&
			(failed.Kind == outcome.TimedOut || failed.Kind == outcome.Interrupted):
			return nil, c.over(ctx, last) // the life ended this request; no fault of the server
		case failed != nil && failed.Kind.Transient():
			// RFC 8628 §3.5: after a connection time-out a client MUST reduce its polling frequency; doubling is
			// recommended.
			last, backoff = failed, min(2*max(interval, backoff), maxBackoff)
		case failed != nil:
			return nil, failed
		case pending == "slow_down":
			interval += slowDown
			last, backoff = nil, 0
		case pending != "":
			last, backoff = nil, 0
		case token.Account == "":
			// Without a name there is nobody to authenticate as at the mail server.
			return nil, outcome.New(outcome.CloudMalformed, outcome.Cloud, outcome.StageToken, c.config.Clock.Now())
		default:
			return token, nil
		}
	}
}

// over says how polling ended when the life of the code, or the caller's context, did.
func (c *Client) over(ctx context.Context, last *outcome.Outcome) *outcome.Outcome {
	now := c.config.Clock.Now()
	switch kind := outcome.Ended(ctx); {
	case kind != "":
		return outcome.New(kind, outcome.Device, outcome.StageToken, now)
	case last != nil:
		return last
	default:
		return outcome.New(outcome.SignInCodeExpired, outcome.Cloud, outcome.StageToken, now)
	}
}

// poll asks once. pending is the word that tells to go on.
func (c *Client) poll(
	ctx context.Context, e Endpoint, form url.Values,
) (token *Token, pending string, failed *outcome.Outcome) {
	got, failed := c.post(ctx, outcome.StageToken, e.URLs().TokenURL, form)
	if failed != nil {
		return nil, "", failed
	}
	if got.status == http.StatusOK {
		token, failed = c.token(got, e, outcome.StageToken)
		return token, "", failed
	}
	r, failed := c.refused(got, outcome.StageToken)
	if r.word == "authorization_pending" || r.word == "slow_down" {
		return nil, r.word, nil
	}
	return nil, "", failed
}

// Refresh gets a new access token (RFC 6749 §6), and usually a new refresh token. It names the scope of the sign-in,
// which is what a refresh without one is given as well; Microsoft asks clients not to rely on that
// (docs/reference/entra.md §4.1). The error is an [*outcome.Outcome].
func (c *Client) Refresh(ctx context.Context, e Endpoint, refresh secret.Secret) (*Token, error) {
	form := url.Values{
		"grant_type": {"refresh_token"}, "client_id": {e.ClientID}, "refresh_token": {refresh.Reveal()},
		"scope": {strings.Join(e.Scopes, " ")},
	}
	defer c.rest()
	got, failed := c.post(ctx, outcome.StageRefresh, e.URLs().TokenURL, form)
	if failed != nil {
		return nil, failed
	}
	if got.status != http.StatusOK {
		_, failed := c.refused(got, outcome.StageRefresh)
		return nil, failed
	}
	token, failed := c.token(got, e, outcome.StageRefresh)
	if failed != nil {
		return nil, failed
	}
	return token, nil
}

func (c *Client) token(got *answer, e Endpoint, stage outcome.Stage) (*Token, *outcome.Outcome) {
	token, ok := decodeToken(got.body, e.ClientID)
	if !got.json || !ok {
		return nil, c.malformed(got, stage)
	}
	token.Expires = c.config.Clock.Now().Add(token.ExpiresIn)
	return &token, nil
}

func (c *Client) malformed(got *answer, stage outcome.Stage) *outcome.Outcome {
	o := outcome.New(outcome.CloudMalformed, outcome.Cloud, stage, c.config.Clock.Now())
	o.HTTPStatus = got.status
	return o
}

// refused classifies an answer that is not 200.
func (c *Client) refused(got *answer, stage outcome.Stage) (refusal, *outcome.Outcome) {
	var r refusal
	understood := false
	if got.json {
		r, understood = decodeRefusal(got.body)
	}
	var kind outcome.Kind
	switch {
	case got.status >= 500 || got.status == http.StatusTooManyRequests:
		kind = outcome.CloudError // whatever the body: Entra's 429 is plain text
	case got.status >= 400 && understood:
		kind = r.kind()
	default:
		kind = outcome.CloudMalformed // also redirects, which are not followed: a form with a token goes nowhere else
	}
	if stage == outcome.StageRefresh && kind == outcome.SignInCodeExpired {
		kind = outcome.SignInExpired // at a refresh there is no code
	}
	o := outcome.New(kind, outcome.Cloud, stage, c.config.Clock.Now())
	o.HTTPStatus, o.RetryAfter = got.status, got.retryAfter
	o.AADSTS, o.Suberror, o.TraceID, o.CorrelationID = r.aadsts, r.suberror, r.traceID, r.correlationID
	return r, o
}
