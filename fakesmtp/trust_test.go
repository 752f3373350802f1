package fakesmtp

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/fakesmtp/refusal"
)

func TestTrustedKeysAreEnoughOfADirectory(t *testing.T) {
	issuing := prompt(t, Config{})
	const tenant = "0a1b2c3d-0000-4000-8000-000000000001"
	s := prompt(t, Config{Directory: TrustKeys(issuing.issuer.Keys)})
	require.NoError(t, s.AddOrganization(Organization{ID: tenant, Domains: []string{"contoso.com"}, SMTPAuth: true, BasicAuth: true}))
	require.NoError(t, s.AddMailbox(Mailbox{Address: "scans@contoso.com"}))
	claims := goodClaims(s)
	claims.User = "scans@contoso.com"
	require.Equal(t, accepted, greeted(t, s).say("AUTH XOAUTH2 "+blob("scans@contoso.com", issuing.IssueToken(claims))))
	require.Equal(t, "535 5.7.3 Authentication unsuccessful"+tail, loosely(greeted(t, s).say("AUTH XOAUTH2 "+blob("scans@contoso.com", strangers(s)))))
	require.Equal(t, refusal.Signature, s.Refusals()[0].Reason)
	c := greeted(t, s)
	c.say("AUTH LOGIN " + encode("scans@contoso.com"))
	require.Regexp(t, "^535 5.7.139 ", c.say(encode("anything")))
}
