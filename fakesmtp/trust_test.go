package fakesmtp

import (
	"crypto/rsa"
	"math/big"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"

	"mfpsim/fakesmtp/refusal"
	"mfpsim/vtime"
)

func TestTrustedKeysAreEnoughOfADirectory(t *testing.T) {
	issuing := prompt(t, Config{})
	const tenant = "0a1b2c3d-0000-4000-8000-000000000001"
	s := prompt(t, Config{Directory: TrustKeys(issuing.issuer.Keys)})
	require.NoError(
		t,
		s.AddOrganization(Organization{ID: tenant, Domains: []string{"contoso.com"}, SMTPAuth: true, BasicAuth: true}),
	)
	require.NoError(t, s.AddMailbox(Mailbox{Address: "scans@contoso.com"}))
	claims := goodClaims(s)
	claims.User = "scans@contoso.com"
	require.Equal(t, accepted, greeted(t, s).say("AUTH XOAUTH2 "+blob("scans@contoso.com", issuing.IssueToken(claims))))
	require.Equal(
		t, "535 5.7.3 Authentication unsuccessful"+tail,
		loosely(greeted(t, s).say("AUTH XOAUTH2 "+blob("scans@contoso.com", strangers(s)))),
	)
	require.Equal(t, refusal.Signature, s.Refusals()[0].Reason)
	c := greeted(t, s)
	c.say("AUTH LOGIN " + encode("scans@contoso.com"))
	require.Regexp(t, "^535 5.7.139 ", c.say(encode("anything")))
}

func TestATokenThatWasGoodIsRefusedWhenItsKeyIsGoneOrItsTimeIsOver(t *testing.T) {
	issuing := prompt(t, Config{})
	keys := issuing.issuer.Keys()
	world := vtime.NewStepped(time.Time{})
	defer world.Close()
	s := prompt(t, Config{World: world, Directory: TrustKeys(func() jose.JSONWebKeySet { return keys })})
	require.NoError(t, s.AddOrganization(Organization{Domains: []string{"contoso.com"}, SMTPAuth: true}))
	require.NoError(t, s.AddMailbox(Mailbox{Address: "scans@contoso.com"}))
	claims := s.ClaimsOf("scans@contoso.com", "SMTP.Send", world.Now(), world.Now().Add(time.Hour))
	token := issuing.IssueToken(claims)
	judge := func() refusal.Reason { return s.LogOnToken("scans@contoso.com", token, "SMTP.Send") }
	for range 2 {
		require.Empty(t, judge())
	}
	require.Equal(t, refusal.Scope, s.LogOnToken("scans@contoso.com", token, "POP.AccessAsUser.All"))
	require.Equal(t, refusal.Signature, s.LogOnToken("scans@contoso.com", token[:len(token)-6]+"AAAAAA", "SMTP.Send"))
	good := keys
	key := good.Keys[0].Key.(*rsa.PublicKey)
	another := &rsa.PublicKey{N: new(big.Int).Add(key.N, big.NewInt(2)), E: key.E}
	keys = jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: another, KeyID: good.Keys[0].KeyID}}}
	require.Equal(t, refusal.Signature, judge(), "another key has taken its name")
	keys = jose.JSONWebKeySet{}
	require.Equal(t, refusal.UnknownKey, judge())
	keys = good
	require.Empty(t, judge())
	_, err := world.Advance(2 * time.Hour)
	require.NoError(t, err)
	require.Equal(t, refusal.Expired, judge())
}
