package fakeentra_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
	"mfpsim/fakeentra/internal/endpoints"
	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/phrase"
	"mfpsim/vtime"
)

// arm plants a sequence of answers, written in words.
func (c *client) arm(words string) {
	c.t.Helper()
	split, err := phrase.Split(words)
	require.NoError(c.t, err, words)
	planted, err := phrase.EntraAnswers(split)
	require.NoError(c.t, err, words)
	require.NoError(c.t, c.entra.Arm(planted...), words)
}

// parseOne reads one answer.
func parseOne(words ...string) (fakeentra.Answer, error) {
	parsed, err := phrase.EntraAnswers(words)
	if err != nil {
		return fakeentra.Answer{}, err
	}
	if len(parsed) != 1 {
		return fakeentra.Answer{}, fmt.Errorf("%d answers", len(parsed))
	}
	return parsed[0], nil
}

func TestEveryKindOfPlantedAnswer(t *testing.T) {
	page := func(c *client, user string) string {
		return c.person().open("https://login.microsoft.com/device").press("Next", "otc", user).heading()
	}
	json := "application/json; charset=utf-8"
	for name, test := range map[string]struct {
		words  string
		status int
		check  func(t *testing.T, c *client, a answer, user, device string)
	}{
		"a proxy's page": {"html", 200, func(t *testing.T, _ *client, a answer, _, _ string) {
			require.Equal(t, "text/html; charset=utf-8", a.header.Get("Content-Type"))
		}},
		"a proxy's page with a status of its own": {"html status=511", 511, nil},
		"no body": {"empty", 200, func(t *testing.T, _ *client, a answer, _, _ string) { require.Empty(t, a.body) }},
		"an error of the catalogue": {"error=90033", 503, func(t *testing.T, _ *client, a answer, _, _ string) {
			requireAADSTS(t, a, 90033, "temporarily_unavailable")
			require.Equal(t, "60", a.header.Get("Retry-After"))
		}},
		"an error with another word, suberror and status": {
			"error=AADSTS53003 word=interaction_required suberror=basic_action status=401", 401,
			func(t *testing.T, _ *client, a answer, _, _ string) {
				requireAADSTS(t, a, 53003, "interaction_required")
				require.Equal(t, "basic_action", a.text("suberror"))
			},
		},
		"a number that the catalogue lacks, with its sentence and word": {
			"error=900439 text='The cloud is ''another'' one.' word=invalid_client status=401", 401,
			func(t *testing.T, _ *client, a answer, _, _ string) {
				requireAADSTS(t, a, 900439, "invalid_client")
				require.Regexp(t, `^AADSTS900439: The cloud is 'another' one\. Trace ID: `, a.text("error_description"))
				require.Contains(t, a.text("error_uri"), "/error?code=900439")
			},
		},
		"a number that the catalogue lacks, with its sentence only": {
			"error=900439 text=No.", 400, func(t *testing.T, _ *client, a answer, _, _ string) {
				requireAADSTS(t, a, 900439, "invalid_request")
			},
		},
		"a number of the catalogue with another sentence": {
			"error=50196 text='Turned round and round.'", 400, func(t *testing.T, _ *client, a answer, _, _ string) {
				requireAADSTS(t, a, 50196, "invalid_grant")
				require.Contains(t, a.text("error_description"), "AADSTS50196: Turned round and round. Trace ID: ")
			},
		},
		"members with other values": {
			"change error slow_down change error_codes [1,2] change extra '{\"a\": true}' change timestamp none change trace_id '\"none\"'",
			400, func(t *testing.T, _ *client, a answer, _, _ string) {
				require.Equal(t, "slow_down", a.text("error"))
				require.Equal(t, []any{1.0, 2.0}, a.json["error_codes"])
				require.Equal(t, map[string]any{"a": true}, a.json["extra"])
				require.NotContains(t, a.json, "timestamp")
				require.Equal(t, "none", a.text("trace_id"))
				require.Contains(t, a.text("error_description"), "AADSTS70016", "the others are as they were")
				require.Regexp(t, `^\{"error":"slow_down","error_description":`, a.body, "in their order")
			},
		},
		"loop detection": {"error=50196", 400, func(t *testing.T, _ *client, a answer, _, _ string) { requireAADSTS(t, a, 50196, "invalid_grant") }},
		"plain-text 429": {"status=429", 429, func(t *testing.T, _ *client, a answer, _, _ string) {
			require.Equal(t, "Too Many Requests", a.body)
			require.Equal(t, "60", a.header.Get("Retry-After"))
			require.Equal(t, "text/plain; charset=utf-8", a.header.Get("Content-Type"))
		}},
		"503 with Retry-After of its own": {
			"status=503 retry-after=7", 503, func(t *testing.T, _ *client, a answer, _, _ string) {
				require.Equal(t, "7", a.header.Get("Retry-After"))
			},
		},
		"503 without Retry-After": {"status=503 retry-after=none", 503, func(t *testing.T, _ *client, a answer, _, _ string) { require.Empty(t, a.header.Get("Retry-After")) }},
		"a body as it stands":     {"body={} status=418", 418, func(t *testing.T, _ *client, a answer, _, _ string) { require.Equal(t, "{}", a.body) }},
		"a redirect": {"redirect=/elsewhere status=307", 307, func(t *testing.T, _ *client, a answer, _, _ string) {
			require.Equal(t, "/elsewhere", a.header.Get("Location"))
		}},
		"members twice": {"duplicate", 400, func(t *testing.T, _ *client, a answer, _, _ string) {
			require.Equal(t, 2, strings.Count(a.body, `"error":`))
			require.Equal(t, json, a.header.Get("Content-Type"))
		}},
		"a body of 1 MiB": {"huge", 400, func(t *testing.T, _ *client, a answer, _, _ string) { require.Len(t, a.body, 1<<20) }},
		"another status": {"answer status=200", 200, func(t *testing.T, _ *client, a answer, _, _ string) {
			requireAADSTS(t, a, 70016, "authorization_pending")
		}},
		"another content type": {"content-type=text/plain", 400, func(t *testing.T, _ *client, a answer, _, _ string) {
			require.Equal(t, "text/plain", a.header.Get("Content-Type"))
		}},
		"no content type": {"content-type=none", 400, func(t *testing.T, _ *client, a answer, _, _ string) {
			require.NotContains(t, a.header.Get("Content-Type"), "json")
		}},
		"another charset": {"charset=utf-16", 400, func(t *testing.T, _ *client, a answer, _, _ string) {
			require.Equal(t, "application/json; charset=utf-16", a.header.Get("Content-Type"))
		}},
		"declined by a person who is not there": {
			"declined", 400, func(t *testing.T, _ *client, a answer, _, _ string) {
				require.Equal(t, "authorization_declined", a.text("error"))
			},
		},
		"expired early": {"expired", 400, func(t *testing.T, c *client, a answer, user, _ string) {
			requireAADSTS(t, a, 70020, "expired_token")
			require.Error(t, c.entra.EnterCode(user))
		}},
		"slow_down":            {"slow-down", 400, func(t *testing.T, _ *client, a answer, _, _ string) { require.Equal(t, "slow_down", a.text("error")) }},
		"approved by somebody": {"approve=admin@contoso.com", 200, func(t *testing.T, _ *client, a answer, _, _ string) { require.NotEmpty(t, a.text("access_token")) }},
		"pending, whatever was approved": {"pending", 400, func(t *testing.T, _ *client, a answer, _, _ string) {
			requireAADSTS(t, a, 70016, "authorization_pending")
		}},
		"the page refuses the code, the device waits": {
			"code-refused", 400, func(t *testing.T, c *client, a answer, user, device string) {
				require.Equal(t, "Enter code to allow access", page(c, user))
				requireAADSTS(t, c.poll(device), 70016, "authorization_pending")
				c.entra.ClearAnswers()
				require.Equal(t, "Sign in", page(c, user))
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := stepped(t)
			c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
			user, device := c.ask()
			c.arm(test.words)
			a := c.poll(device)
			require.Equal(t, test.status, a.status, a.body)
			if test.check != nil {
				test.check(t, c, a, user, device)
			}
		})
	}
}

func TestPlantedAnswersMakeASequence(t *testing.T) {
	c := stepped(t)
	user, device := c.ask()
	require.NoError(t, c.entra.Approve(user, "admin@contoso.com"))
	c.arm("pending times=2 then status=503 times=1 then empty times=1")
	var seen []int
	for range 5 {
		seen = append(seen, c.poll(device).status)
	}
	require.Equal(t, []int{400, 400, 503, 200, 200}, seen, "two polls before success, an outage, an empty answer, the tokens")
	require.Len(t, c.entra.Answers(), 3)
	require.Empty(t, c.entra.UnmetAnswers())
}

func TestAPlantedAnswerEndsWithTime(t *testing.T) {
	c := stepped(t)
	_, device := c.ask()
	c.arm("status=503 for=1m then status=500 until=2026-03-02T09:02:00Z")
	require.Equal(t, 503, c.poll(device).status)
	c.advance(time.Minute)
	require.Equal(t, 500, c.poll(device).status)
	c.advance(time.Minute)
	requireAADSTS(t, c.poll(device), 70016, "authorization_pending")
}

func TestAPlantedAnswerMeansOneEndpointGrantAndClient(t *testing.T) {
	c := stepped(t)
	tokens := c.signIn("admin@contoso.com")
	c.arm("status=500 grant=refresh_token")
	_, device := c.ask()
	requireAADSTS(t, c.poll(device), 70016, "authorization_pending")
	require.Equal(t, 500, c.refresh(tokens.text("refresh_token")).status)
	c.entra.ClearAnswers()
	c.arm("status=500 client=11111111-2222-3333-4444-555555555555 times=1")
	require.Equal(t, 200, c.refresh(tokens.text("refresh_token")).status)
	c.entra.ClearAnswers()

	for _, endpoint := range endpoints.All() { // every endpoint of the table
		if endpoint.Name == "style" {
			continue
		}
		c.arm("status=599 times=1 endpoint=" + endpoint.Name)
		method := http.MethodGet
		if len(endpoint.Methods) > 0 {
			method = endpoint.Methods[0]
		}
		path := strings.NewReplacer("{tenant}", "common", "{name}", "x").Replace(endpoint.Path)
		require.Equal(t, 599, c.do(method, authority+path, "application/x-www-form-urlencoded", "").status, path)
	}
	require.Empty(t, c.entra.UnmetAnswers())
}

func TestCodesOfAnotherLifetimeAndInterval(t *testing.T) {
	c := stepped(t)
	c.arm("lifetime=30s interval=1s times=1")
	a := c.post(devicecode, url.Values{"client_id": {c.id}, "scope": {fakeentra.Scope}})
	require.EqualValues(t, 30, a.json["expires_in"])
	require.EqualValues(t, 1, a.json["interval"])
	c.advance(30 * time.Second)
	requireAADSTS(t, c.poll(a.text("device_code")), 70020, "expired_token")
	_, device := c.ask()
	c.advance(14 * time.Minute)
	requireAADSTS(t, c.poll(device), 70016, "authorization_pending")
}

func TestLatencyIsBenchTime(t *testing.T) {
	world := vtime.NewStepped(start)
	defer world.Close()
	network := faultnet.New(faultnet.Config{World: world, Journal: journal.New(world.Now)})
	c := newClient(t, fakeentra.Config{World: world, Network: network})
	c.arm("latency=20s status=503 times=1")
	transport := &http.Transport{
		DialContext:     network.Dialer("printer").DialContext,
		TLSClientConfig: &tls.Config{RootCAs: network.Authority().Pool(), Time: world.Now},
	}
	defer transport.CloseIdleConnections()
	var status int
	require.NoError(t, world.Do("printer", time.Minute, func(ctx context.Context) {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, authority+"/common"+token, nil)
		if err != nil {
			return
		}
		if response, err := transport.RoundTrip(request); err == nil {
			status = response.StatusCode
			_ = response.Body.Close()
		}
	}))
	require.Equal(t, 503, status)
	require.Equal(t, start.Add(20*time.Second), world.Now())
}

// talk posts to the token endpoint from a party of the bench, several times over one transport, and returns what came
// of it. A request that is not answered within a minute fails.
func talk(t *testing.T, c *client, network *faultnet.Network, world *vtime.World, times int) (seen []string) {
	t.Helper()
	dialTLS := func(ctx context.Context, how, address string) (net.Conn, error) {
		conn, err := network.Dialer("printer").DialContext(ctx, how, address)
		if err != nil {
			return nil, err
		}
		host, _, _ := net.SplitHostPort(address)
		secure := tls.Client(conn, &tls.Config{ServerName: host, RootCAs: network.Authority().Pool(), Time: world.Now})
		return secure, secure.HandshakeContext(ctx)
	}
	transport := faultnet.NewTransport(faultnet.TransportConfig{DialTLS: dialTLS, Now: world.Now, IdleLimit: time.Hour})
	defer transport.CloseIdleConnections()
	require.NoError(t, world.Do("printer", time.Hour, func(ctx context.Context) {
		for range times {
			ctx, cancel := world.Clock("printer").WithTimeout(ctx, time.Minute)
			request, err := http.NewRequestWithContext(ctx, http.MethodPost, authority+"/common"+token, nil)
			if err != nil {
				seen = append(seen, err.Error())
				cancel()
				continue
			}
			response, err := transport.RoundTrip(request)
			if err != nil {
				seen = append(seen, "no answer at "+world.Now().Format(time.TimeOnly))
				cancel()
				continue
			}
			body, err := io.ReadAll(response.Body)
			_ = response.Body.Close()
			ends := response.Header.Get("Connection")
			seen = append(seen, fmt.Sprintf("%d %v %d %s", response.StatusCode, err, len(body), ends))
			cancel()
		}
	}))
	return seen
}

func TestWhatBecomesOfTheConnectionAfterAPlantedAnswer(t *testing.T) {
	for words, want := range map[string]struct{ seen, connections []string }{
		"body={} times=1":                     {[]string{"200 <nil> 2 ", "400"}, []string{"printer#1"}},
		"body={} times=1 then=close":          {[]string{"200 <nil> 2 ", "400"}, []string{"printer#1", "printer#2"}},
		"body={} times=1 then=silent":         {[]string{"200 <nil> 2 ", "no answer at 09:01:00"}, []string{"printer#1"}},
		"body={} after=1 times=1 then=silent": {[]string{"400", "200 <nil> 2 "}, []string{"printer#1"}},
	} {
		t.Run(words, func(t *testing.T) {
			world := vtime.NewStepped(start)
			defer world.Close()
			record := journal.New(world.Now)
			network := faultnet.New(faultnet.Config{World: world, Journal: record})
			c := newClient(t, fakeentra.Config{World: world, Network: network, Journal: record})
			c.arm(words)
			seen := talk(t, c, network, world, 2)
			require.Len(t, seen, 2)
			for i := range seen {
				require.True(t, strings.HasPrefix(seen[i], want.seen[i]), "%q", seen)
			}
			var connections []string
			for _, entry := range record.Entries() {
				if entry.Kind == journal.KindHTTP && !slices.Contains(connections, entry.Connection) {
					connections = append(connections, entry.Connection)
				}
			}
			require.Equal(t, want.connections, connections)
			require.Empty(t, c.entra.UnmetAnswers())
		})
	}
}

func TestPlantedAnswersAreWrittenAsTheyAreRead(t *testing.T) {
	for _, words := range []string{
		"html endpoint=token after=1 times=2", "error=50196 word=x suberror=y", "status=429 retry-after=none", "body={}", "redirect=https://x.example/",
		"answer status=200 content-type=text/plain charset=utf-8", "approve=alice@contoso.com grant=device_code after=3", "duplicate", "huge", "endless", "gzip-bomb grant=refresh_token", "header-flood times=2", "half", "truncated",
		"status=503 until=2026-03-02T10:00:00Z", "status=503 for=10m0s latency=5s", "code endpoint=devicecode lifetime=1m0s interval=1s",
		"pending grant=device_code times=3", "code-refused endpoint=code-page", "empty client=x", "nothing",
		"error=900439 text='What it''s about: a # and blanks' word=invalid_grant", "change scope 'Mail.Send openid' change expires_in 0 times=1",
		"answer then=silent after=2", "html then=close",
	} {
		split, err := phrase.Split(words)
		require.NoError(t, err, words)
		k, err := parseOne(split...)
		require.NoError(t, err, words)
		written, err := phrase.Split(k.String())
		require.NoError(t, err, k.String())
		again, err := parseOne(written...)
		require.NoError(t, err, k.String())
		require.Equal(t, k, again)
		require.ElementsMatch(t, split, written)
	}
	for _, words := range []string{
		"", "sleepy", "html empty", "error=1", "error", "status=99", "status", "times=-1 html", "html endpoint=nowhere", "html grant=password", "until=soon html",
		"redirect=", "approve=", "html latency=0s", "code endpoint=devicecode", "declined endpoint=keys", "lifetime=1m endpoint=token", "after=1",
		"html text=x", "change", "change scope", "change scope x html", "html change scope x", "change x y endpoint=code-page", "then=never html",
		"nothing then=silent", "truncated then=close",
	} {
		_, err := parseOne(strings.Fields(words)...)
		require.Error(t, err, words)
	}
	for _, words := range []string{"then", "html then empty", "html times=1 then", "times=1 then html"} {
		_, err := phrase.EntraAnswers(strings.Fields(words))
		require.Error(t, err, words)
	}
	c := stepped(t)
	require.ErrorContains(
		t, c.entra.Arm(fakeentra.Answer{Kind: "html"}, fakeentra.Answer{Kind: "approve", User: "nobody@x.example"}),
		"nobody@x.example",
	)
	require.Empty(t, c.entra.Answers(), "all or none")
}
