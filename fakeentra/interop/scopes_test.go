//go:build interop

package interop

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra"
)

const (
	mailSend = "https://outlook.office.com/SMTP.Send"
	mailRead = "https://outlook.office.com/IMAP.AccessAsUser.All"
)

// Each shape is what a program asks for; fakeentra/grid_test.go asks the same by MSAL for Go and by x/oauth2
// (docs/reference/entra.md E1, §3.1). cached: the library finds the token again by what it asked for.
func TestMSALForNodeAndForPythonAndSixShapesOfScope(t *testing.T) {
	const mail, graph = mailSend + " offline_access", "User.Read"
	for library, words := range map[string][]string{
		"msal-node": {"node", "signin.cjs"}, "msal-python": {"/usr/bin/python3", "signin.py"}, // Debian's, whose package it is
	} {
		for _, shape := range []struct {
			name, requested string
			scopes          []string
			said            string
			refused         string // by Microsoft
			reserved        bool   // MSAL for Python asks for OpenID's words itself, and takes them from nobody
			missed          bool   // the answer lacks what was asked for, so the token is not found again
		}{
			{name: "a long name", requested: mail, scopes: []string{mailSend}, said: mailSend},
			{name: "a short name", requested: graph, scopes: []string{"User.Read"}, said: "User.Read profile openid email"},
			{
				name: ".default of Exchange", requested: mail, scopes: []string{"https://outlook.office.com/.default"},
				said: mailSend + " https://outlook.office.com/.default",
			},
			{
				name: ".default of Graph", requested: graph, scopes: []string{"https://graph.microsoft.com/.default"},
				said: "email openid profile https://graph.microsoft.com/User.Read https://graph.microsoft.com/.default",
			},
			{
				name: "two resources", requested: mail, scopes: []string{mailSend, "https://graph.microsoft.com/Mail.Read"},
				said: mailSend, missed: true,
			},
			{
				name: "OpenID's words only", requested: mail, scopes: []string{"openid", "profile"}, said: "profile openid email",
				reserved: true,
			},
			{
				name: ".default beside a name", requested: mail, scopes: []string{"https://outlook.office.com/.default", mailRead},
				refused: "AADSTS70011",
			},
		} {
			t.Run(library+" asks for "+shape.name, func(t *testing.T) {
				n := run(t, library, words, fakeentra.Application{
					ID: fakeentra.ClientID, Name: fakeentra.ApplicationName, RequestedScopes: strings.Fields(shape.requested),
				})
				h := n.device(func(m map[string]any) { m["scopes"] = shape.scopes }, n.approve("alice@contoso.com"))
				switch {
				case shape.reserved && library == "msal-python":
					require.Contains(t, h.Text, "user-provided scopes")
					return
				case shape.refused != "":
					require.False(t, h.OK)
					if library == "msal-python" { // MSAL for Node polls on with no code, and tells of that
						require.Contains(t, h.Text, shape.refused)
					}
					return
				}
				require.True(t, h.OK, h.Text)
				if library == "msal-python" && shape.missed { // it asks in no order: the token is for either
					require.False(t, h.FromCache)
					return
				}
				require.ElementsMatch(t, strings.Fields(shape.said), h.Scopes)
				if library == "msal-python" {
					require.True(t, h.FromCache)
				}
			})
		}
	}
}
