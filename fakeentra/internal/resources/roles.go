package resources

import (
	"strings"

	"mfpsim/fakeentra/internal/words"
)

// cutRole parts an application permission, https://outlook.office365.com/SMTP.SendAsApp, into its resource and its
// name.
func cutRole(role string) (root, name string, ok bool) {
	i := strings.LastIndexByte(role, '/')
	if i < 0 {
		return "", "", false
	}
	return role[:i], role[i+1:], true
}

// HasRole reports whether an application permission is one of a resource.
func HasRole(role string) bool {
	root, name, _ := cutRole(role)
	r := Named(root)
	return r != nil && words.Contain(applicationRoles[r], name)
}

// RoleOf finds the name of an application permission if it is one of this resource.
func (r *API) RoleOf(role string) (name string, ok bool) {
	root, name, ok := cutRole(role)
	return name, ok && r.Is(root)
}

// applicationRoles are the application permissions of the resources: [D] learn.microsoft.com,
// how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth.
var applicationRoles = map[*API][]string{
	Exchange: {"SMTP.SendAsApp", "IMAP.AccessAsApp", "POP.AccessAsApp", "Mail.Send", "full_access_as_app"},
	Graph:    {"Mail.Send", "User.Read.All"},
}
