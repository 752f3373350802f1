package fakeentra

import (
	"net/http"

	"mfpsim/fakeentra/internal/pages"
)

// handlers answer the endpoints of the table, by their paths.
var handlers map[string]func(*Server, http.ResponseWriter, *ask)

func init() { // filled here, because handlers refer to the table
	handlers = map[string]func(*Server, http.ResponseWriter, *ask){
		"/common/discovery/instance":                      (*Server).instance,
		"/{tenant}/v2.0/.well-known/openid-configuration": (*Server).configuration,
		"/{tenant}/discovery/v2.0/keys":                   (*Server).keysV2,
		"/{tenant}/discovery/keys":                        (*Server).keysV1,
		"/{tenant}/oauth2/v2.0/devicecode":                (*Server).deviceCode,
		"/{tenant}/oauth2/v2.0/token":                     (*Server).token,
		"/{tenant}/oauth2/deviceauth":                     (*Server).codeEntry,
		"/device":                                         (*Server).entrance,
		"/devicelogin":                                    (*Server).entrance,
		"/link":                                           (*Server).entrance,
		pages.PathLogin:                                   (*Server).step,
		pages.PathMFA:                                     (*Server).step,
		pages.PathConfirm:                                 (*Server).step,
		pages.PathPermissions:                             (*Server).step,
		pages.PathError:                                   (*Server).lookup,
		pages.PathStyle:                                   (*Server).style,
		"/{tenant}/oauth2/v2.0/authorize":                 (*Server).authorizeV2,
		"/{tenant}/oauth2/v2.0/logout":                    (*Server).logout,
		"/{tenant}/kerberos":                              (*Server).kerberos,
		"/oidc/userinfo":                                  (*Server).userInfo,
		"/{tenant}/v2.0/adminconsent":                     (*Server).adminConsentV2,
		"/{tenant}/adminconsent":                          (*Server).adminConsentV1,
		"/{tenant}/oauth2/devicecode":                     (*Server).deviceCodeV1,
		"/{tenant}/oauth2/token":                          (*Server).tokenV1,
		"/{tenant}/oauth2/authorize":                      (*Server).authorizeV1,
		"/{tenant}/oauth2/logout":                         (*Server).logout,
		"/{tenant}/.well-known/openid-configuration":      (*Server).configurationV1,
		"/{tenant}/UserRealm/{name}":                      (*Server).userRealm,
		"/common/GetCredentialType":                       (*Server).credentialType,
	}
}
