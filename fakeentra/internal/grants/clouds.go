package grants

import (
	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/wire"
)

// otherCloud refuses a client with a secret or a certificate that asks the public host for a tenant of another cloud:
// 900439 if the address names that tenant, 900382 if only the grant leads there; nil: it is in order
// (docs/reference/entra.md §1.1, E16). What a client without either hears is not established; it is let in.
func (e *Endpoint) otherCloud(a *wire.Request) *catalogue.Problem {
	if _, secret, assertion := a.Client(); secret == "" && assertion == "" {
		return nil
	}
	if home, known := e.Directory.HomeBy(a.Alias.Tenant); known && home.Cloud != directory.PublicCloud {
		return catalogue.Fail(900439)
	}
	if e.Directory.AccountBy(e.subject(a).user).Home.Cloud != directory.PublicCloud {
		return catalogue.Fail(900382)
	}
	return nil
}
