package serve

import (
	"cmp"

	"mfpsim/fakeentra"
)

// exportedPolicy sets a policy as it is exported from the portal or from Microsoft Graph; name, if not empty, wins over
// its displayName.
func (b *bench) exportedPolicy(in policyRequest, name string) (made fakeentra.Policy, err error) {
	err = b.onTenant(in.Tenant, "policy "+cmp.Or(name, "from an export"), func(tenant string) (err error) {
		made, err = b.lab.Entra.SetPolicyJSON(tenant, name, in.Policy)
		return err
	})
	return made, err
}
