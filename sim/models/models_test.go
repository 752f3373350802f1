package models_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/device"
	"mfpsim/sim/models"
)

func TestTheModelIsCompleteAndNoRealMakers(t *testing.T) {
	model, err := models.Get("")
	require.NoError(t, err)
	require.Equal(t, "MFP-4100", model.Name)
	require.Equal(t, []string{"Microsoft Exchange Online", "Outlook.com"}, model.Services())
	for _, p := range model.Providers {
		require.Equal(t, "smtp-mail.outlook.com", p.SMTPAddress)
		require.Equal(t, 587, p.SMTPPort)
		require.Equal(t, "STARTTLS", p.SecureConnection)
	}
	work, _ := model.Provider("Microsoft Exchange Online")
	personal, _ := model.Provider("Outlook.com")
	require.Equal(t, "organizations", work.Tenant)
	require.Equal(t, "consumers", personal.Tenant)
}

func TestTheCodesAreThoseOfTheGuideForTheirCauses(t *testing.T) {
	model, err := models.Get("mfp-4100")
	require.NoError(t, err)
	for code, kinds := range map[string][]string{
		"":    {"NotConfigured"},
		"360": {"NoSignIn", "SignInWaiting"},
		"361": {"SignInExpired"},
		"370": {"SignInRevoked", "PasswordChanged", "ConsentWithdrawn", "PolicyBlocked", "MultiFactorRequired", "AccountDisabled", "SignInFrequency", "ApplicationRefused", "SignInRefused"},
		"311": {"NameNotResolved"},
		"312": {"AuthenticationRefused"},
		"313": {"Unreachable", "TimedOut", "ConnectionLost", "CertificateUntrusted", "CertificateDate", "NoSTARTTLS", "SenderRefused", "RecipientRefused", "CloudError", "CloudMalformed"},
		"314": {"TooLarge"},
	} {
		for _, kind := range kinds {
			require.Equal(t, code, model.Outcome(kind).Code, kind)
		}
	}
	require.Equal(t, "M1", model.Outcome("NoSignIn").PanelID())
	require.Equal(t, "M4", model.Outcome("SignInExpired").PanelID())
	require.Equal(t, "code.312.status", model.Outcome("AuthenticationRefused").PanelID())
	require.Equal(t, "313", model.Outcome("something new").Code)
}

func TestAnOldFirmwareHasNoOAuth2(t *testing.T) {
	model, err := models.Get("")
	require.NoError(t, err)
	newest, err := model.Fitted("")
	require.NoError(t, err)
	require.True(t, newest.Supports(models.MethodOAuth2))
	old, err := model.Fitted("1.04.GN22")
	require.NoError(t, err)
	require.False(t, old.Supports(models.MethodOAuth2))
	_, err = model.Fitted("9.99")
	var label *device.LabelError
	require.True(t, errors.As(err, &label))
	require.Contains(t, label.Present, "1.04.GN22")
}

func TestAnUnknownModelIsRefusedWithThoseThatAreThere(t *testing.T) {
	_, err := models.Get("MFP-9999")
	require.EqualError(t, err, `no model "MFP-9999" here; there are: MFP-4100`)
}

func TestAWrongModelFileIsRefused(t *testing.T) {
	for name, data := range map[string]string{
		"an unknown key":      "name: A\nprice: 12\n",
		"nothing":             "",
		"not YAML":            "name: [",
		"a missing serial":    "name: A\n",
		"a code without text": "name: A\nserial: B\nmac: C\nfirmware: v\nfirmwares: [{version: v}]\nlanguages: [en]\nwebConfigLanguages: [en]\nproviders: [{service: S}]\nadministrator: {lockoutAttempts: 1, webSessionTime: 1m, panelSessionTime: 1m}\nmail: {jobHistoryLength: 1}\noutcomes: [{kind: K, code: '999', source: x}]\n",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := models.Parse([]byte(data))
			require.Error(t, err)
		})
	}
}

func TestACopyIsOnesOwn(t *testing.T) {
	model, err := models.Get("")
	require.NoError(t, err)
	own, err := models.Copy("")
	require.NoError(t, err)
	require.Equal(t, model, own)
	own.Outcomes[0].Code = "999"
	own.Providers[0].Scopes[0] = "other"
	require.NotEqual(t, model.Outcomes[0].Code, own.Outcomes[0].Code)
	require.NotEqual(t, "other", model.Providers[0].Scopes[0])
	_, err = models.Copy("MFP-9999")
	require.Error(t, err)
}
