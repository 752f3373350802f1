//go:build interop

// Package interop runs other people's programs against the fake: `make interop`.
package interop

import (
	"bufio"
	"encoding/json"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/phrase"
	"mfpsim/vtime"
)

const (
	authority = "https://login.microsoftonline.com"
	redirect  = "http://localhost:8400"
	otherApp  = "9e0c4f6a-3b62-4f6e-a4c6-52c7c0a7a001" // "Allow public client flows: No"
	ghostApp  = "9e0c4f6a-3b62-4f6e-a4c6-52c7c0a7a002" // not registered
)

var mailScopes = []string{"https://outlook.office.com/SMTP.Send", "offline_access"}

// node is the running script.
type node struct {
	t     *testing.T
	entra *fakeentra.Server
	in    io.Writer
	out   *bufio.Scanner
}

// heard is a line that the script says.
type heard struct {
	OK       bool
	Name     string
	Code     string // of an error, or the user code
	Text     string
	Suberror string
	Account  string
	HasToken bool
	Message  string
	Address  string
	Scopes   []string
	// FromCache: the library found the token again by its scopes, and asked nobody.
	FromCache bool
}

func start(t *testing.T) *node {
	t.Helper()
	return run(t, "msal-node", []string{"node", "signin.cjs"}, fakeentra.Application{
		ID: fakeentra.ClientID, Name: fakeentra.ApplicationName, PublicRedirectURIs: []string{"http://localhost"},
	}, fakeentra.Application{
		ID: otherApp, Name: "A server", Confidential: true, WebRedirectURIs: []string{"https://app.example/"},
	})
}

// run starts a script in its folder beside a fake that has some applications.
func run(t *testing.T, folder string, words []string, applications ...fakeentra.Application) *node {
	t.Helper()
	world := vtime.NewFlowing(time.Time{})
	t.Cleanup(world.Close)
	record := journal.New(world.Now)
	network := faultnet.New(faultnet.Config{World: world, Journal: record, Seed: 7})
	entra := fakeentra.RunT(t, fakeentra.Config{
		World: world, Network: network, Journal: record, Seed: 7, Interval: 1e9,
		Applications: applications,
	})
	roots := filepath.Join(t.TempDir(), "roots.pem")
	require.NoError(t, os.WriteFile(roots, network.Authority().PEM(), 0o600))
	base, err := url.Parse(entra.URL())
	require.NoError(t, err)
	command := exec.Command(words[0], words[1:]...)
	command.Dir, command.Stderr = folder, os.Stderr
	command.Env = append(
		os.Environ(), "NODE_EXTRA_CA_CERTS="+roots, "REQUESTS_CA_BUNDLE="+roots, "ENTRA_PORT="+base.Port(),
		"ENTRA_AUTHORITY="+authority,
	)
	in, err := command.StdinPipe()
	require.NoError(t, err)
	out, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	t.Cleanup(func() {
		_ = in.Close()
		_ = command.Process.Kill() // it may still poll
		_ = command.Wait()
	})
	return &node{t: t, entra: entra, in: in, out: bufio.NewScanner(out)}
}

func (n *node) say(message map[string]any) {
	n.t.Helper()
	text, err := json.Marshal(message)
	require.NoError(n.t, err)
	_, err = n.in.Write(append(text, '\n'))
	require.NoError(n.t, err)
}

func (n *node) hear() heard {
	n.t.Helper()
	require.True(n.t, n.out.Scan(), "the script has ended")
	var h heard
	require.NoError(n.t, json.Unmarshal(n.out.Bytes(), &h), n.out.Text())
	return h
}

// ask runs an act; change alters what it asks for.
func (n *node) ask(act string, change func(map[string]any)) {
	n.t.Helper()
	message := map[string]any{
		"act": act, "client": fakeentra.ClientID, "tenant": "organizations", "scopes": mailScopes, "redirect": redirect,
	}
	if change != nil {
		change(message)
	}
	n.say(message)
}

// device signs somebody in by device code; between acts while the client polls.
func (n *node) device(change func(map[string]any), between func(code string)) heard {
	n.t.Helper()
	n.ask("device", change)
	h := n.hear()
	if h.Message == "" {
		return h // refused at once
	}
	require.Contains(n.t, h.Message, h.Code)
	between(h.Code)
	return n.hear()
}

func (n *node) approve(principal string) func(string) {
	return func(code string) {
		n.t.Helper()
		require.NoError(n.t, n.entra.Approve(code, principal))
	}
}

func (n *node) refresh(account string) heard {
	n.t.Helper()
	n.ask("refresh", func(m map[string]any) { m["account"] = account })
	return n.hear()
}

// code signs somebody in by authorization code; spoil alters the code on its way.
func (n *node) code(principal string, spoil func(string) string) heard {
	n.t.Helper()
	n.ask("code", nil)
	h := n.hear()
	require.NotEmpty(n.t, h.Address, h.Text)
	if principal == "" {
		n.say(map[string]any{"code": spoil("")})
		return n.hear()
	}
	location, err := n.entra.Authorize(h.Address, principal)
	require.NoError(n.t, err)
	back, err := url.Parse(location)
	require.NoError(n.t, err)
	require.Equal(n.t, "s", back.Query().Get("state"))
	n.say(map[string]any{"code": spoil(back.Query().Get("code"))})
	return n.hear()
}

func TestMSALNodeSignsInAndRefreshes(t *testing.T) {
	n := start(t)
	const admin, alice = "admin@contoso.com", "alice@contoso.com"
	h := n.device(nil, n.approve(admin))
	require.True(t, h.OK, h.Text)
	require.True(t, h.HasToken)
	require.Equal(t, admin, h.Account)
	require.True(t, n.refresh(admin).OK)
	h = n.code(alice, func(code string) string { return code })
	require.True(t, h.OK, h.Text)
	require.Equal(t, alice, h.Account)
	require.True(t, n.refresh(alice).OK)
	h = n.device(func(m map[string]any) { m["tenant"] = "consumers" }, n.approve("bob@outlook.com"))
	require.True(t, h.OK, h.Text)
	require.Equal(t, "bob@outlook.com", h.Account)
}

func TestMSALNodeHearsWhyItWasRefused(t *testing.T) {
	n := start(t)
	const admin, alice = "admin@contoso.com", "alice@contoso.com"
	fresh := func() {
		h := n.device(nil, n.approve(alice))
		require.True(t, h.OK, h.Text)
	}
	policy := func(words ...string) {
		change, err := phrase.Policy(words)
		require.NoError(t, err)
		_, err = n.entra.ChangePolicy("contoso.com", "A policy", change)
		require.NoError(t, err)
	}
	require.True(t, n.device(nil, n.approve(admin)).OK, "consent for the organization")
	for _, test := range []struct {
		name     string
		run      func() heard
		code     string // MSAL's word
		text     string
		suberror string
	}{
		{"declined", func() heard {
			return n.device(nil, func(code string) { require.NoError(t, n.entra.Decline(code)) })
			// while it polls, this client keeps the word and drops the sentence
		}, "post_request_failed", "authorization_declined", ""},
		{"an unknown application", func() heard {
			return n.device(func(m map[string]any) { m["client"] = ghostApp }, nil)
		}, "post_request_failed", "unauthorized_client", ""},
		{"public client flows not allowed", func() heard {
			return n.device(func(m map[string]any) { m["client"] = otherApp }, n.approve(admin))
		}, "post_request_failed", "invalid_client", ""},
		{"an unknown tenant", func() heard {
			return n.device(func(m map[string]any) { m["tenant"] = "nowhere.example" }, nil)
		}, "post_request_failed", "invalid_tenant", ""},
		{"sessions revoked", func() heard {
			fresh()
			require.NoError(t, n.entra.Revoke(alice))
			return n.refresh(alice)
		}, "invalid_grant", "AADSTS50173", "bad_token"},
		{"unused for 90 days", func() heard {
			fresh()
			n.entra.ExpireRefreshTokens()
			return n.refresh(alice)
		}, "invalid_grant", "AADSTS700082", ""},
		{"blocked by Conditional Access", func() heard {
			fresh()
			policy("grant=block", "state=on")
			defer policy("state=off")
			return n.refresh(alice)
		}, "invalid_grant", "AADSTS53003", "message_only"},
		{"second factor demanded", func() heard {
			fresh()
			policy("grant=mfa", "state=on")
			defer policy("state=off")
			return n.refresh(alice)
		}, "invalid_grant", "AADSTS50076", "basic_action"},
		{"account disabled", func() heard {
			fresh()
			require.NoError(t, n.entra.Disable(alice))
			defer func() { require.NoError(t, n.entra.Enable(alice)) }()
			return n.refresh(alice)
		}, "invalid_grant", "AADSTS50057", ""},
		{"an invented authorization code", func() heard {
			return n.code("", func(string) string { return "1.invented" })
		}, "invalid_grant", "AADSTS9002313", ""},
		{"consent withdrawn", func() heard {
			fresh()
			require.NoError(t, n.entra.WithdrawConsent("contoso.com", fakeentra.ClientID))
			return n.refresh(alice)
		}, "invalid_grant", "AADSTS65001", "consent_required"},
	} {
		t.Run(test.name, func(t *testing.T) {
			n.t = t
			h := test.run()
			require.False(t, h.OK)
			require.Contains(t, h.Text, test.text, "%+v", h)
			if test.code != "" {
				require.Equal(t, test.code, h.Code, "%+v", h)
			}
			require.Equal(t, test.suberror, h.Suberror, "%+v", h)
		})
	}
}
