package fakeentra

// Keys of the pages' texts. The English ones are Microsoft's words as far as docs/reference/entra.md §2.4, §5.2, §6 and §7 have them;
// the comment beside each row says so, or that the words are ours.
const (
	textSimulation        = "simulation"
	textCodeTitle         = "Enter code to allow access"
	textCodeHelp          = "code-help"
	textCodeLabel         = "code-label"
	textCodeWrong         = "code-wrong"
	textNext              = "next"
	textBack              = "back"
	textSignIn            = "sign-in-title"
	textSignInTo          = "sign-in-to"
	textAccountLabel      = "account-label"
	textAccountEmpty      = "account-empty"
	textAccountUnknown    = "account-unknown"
	textAccountNotHere    = "account-not-here"
	textPasswordTitle     = "password-title"
	textPasswordLabel     = "password-label"
	textPasswordEmpty     = "password-empty"
	textPasswordWrong     = "password-wrong"
	textLocked            = "locked"
	textDisabled          = "disabled"
	textSignInButton      = "sign-in-button"
	textMFATitle          = "mfa-title"
	textMFAHelp           = "mfa-help"
	textMFAStandIn        = "mfa-stand-in"
	textApprove           = "approve"
	textEnrolTitle        = "enrol-title"
	textEnrolHelp         = "enrol-help"
	textOtherAccount      = "other-account"
	textConfirmTitle      = "confirm-title"
	textConfirmHelp       = "confirm-help"
	textContinue          = "continue"
	textCancel            = "cancel"
	textConsentTitle      = "consent-title"
	textConsentLead       = "consent-lead"
	textConsentUnverified = "unverified"
	textConsentBox        = "consent-box"
	textConsentHelp       = "consent-help"
	textConsentReport     = "consent-report"
	textAccept            = "accept"
	textApprovalTitle     = "approval-title"
	textApprovalHelp      = "approval-help"
	textApprovalSwitch    = "approval-switch"
	textApprovalReturn    = "approval-return"
	textBlockTitle        = "block-title"
	textBlockHelp         = "block-help"
	textBlockSwitch       = "block-switch"
	textMoreDetails       = "more-details"
	textDeviceTitle       = "device-title"
	textDeviceHelp        = "device-help"
	textErrorTitle        = "error-title"
	textErrorDetails      = "error-details"
	textErrorSend         = "error-send"
	textDone              = "done"
	textDeclinedTitle     = "declined-title"
	textDeclinedHelp      = "declined-help"
	textPickTitle         = "pick-title"
	textPickOther         = "pick-other"
	textSignedOutTitle    = "signed-out-title"
	textSignedOutHelp     = "signed-out-help"
	textSignInHere        = "sign-in-here"
	textUnknownTitle      = "unknown-title"
	textUnknownHelp       = "unknown-help"
	textAccounts          = "accounts"
	textAccountsHelp      = "accounts-help"
	textTypePassword      = "type-password"
	textNoRole            = "no-role"
	textLookupTitle       = "lookup-title"
	textUpdateTitle       = "update-title"
	textUpdateHelp        = "update-help"
	textUpdateLabel       = "update-label"
	textUpdateSame        = "update-same"
	textRequestTitle      = "request-title"
	textRequestHelp       = "request-help"
	textRequestLabel      = "request-label"
	textRequestButton     = "request-button"
	textRequestedTitle    = "requested-title"
	textRequestedHelp     = "requested-help"
	textUnmanagedTitle    = "unmanaged-title"
	textUnmanagedHelp     = "unmanaged-help"
)

// wording is a text of a page, with where it comes from: "[C]" captured, "[D]" documented, "[R]" reported, "[I]" inferred, or "ours".
type wording struct{ text, source string }

// english holds the pages' words. {app}, {tenant} and the like are filled in.
var english = map[string]wording{
	textSimulation: {
		"This is a simulation by mfpsim, not a page of Microsoft. Type no real password here.",
		"ours",
	},
	textCodeTitle: {
		"Enter code to allow access",
		"[R] docs/reference/entra.md §2.4",
	},
	textCodeHelp: {
		"Enter the code that is displayed on your device.",
		"ours",
	},
	textCodeLabel: {
		"Code",
		"[I] docs/reference/entra.md §2.4",
	},
	textCodeWrong: {
		"That code didn't work. Check the code and try again.",
		"[R] docs/reference/entra.md §2.4",
	},
	textNext: {
		"Next",
		"[R] docs/reference/entra.md §2.4; guide step 8",
	},
	textBack: {
		"Back",
		"[R] docs/reference/entra.md §7 idBtn_Back",
	},
	textSignIn: {
		"Sign in",
		"[R] docs/reference/entra.md §2.4",
	},
	textPickTitle: {
		"Pick an account",
		"[R] docs/reference/entra.md §2.4",
	},
	textPickOther: {
		"Use another account",
		"[I]",
	},
	textSignInHere: {
		"to continue to {app}",
		"[I]",
	},
	textSignedOutTitle: {
		"You signed out of your account",
		"[I]",
	},
	textSignedOutHelp: {
		"It's a good idea to close all browser windows.",
		"[I]",
	},
	textSignInTo: {
		"You're signing in to {app} on another device located in {country}. If it's not you, close this page.",
		"[R] docs/reference/entra.md §2.4",
	},
	textAccountLabel: {
		"Email, phone, or Skype",
		"[I]",
	},
	textAccountEmpty: {
		"Enter a valid email address, phone number, or Skype name.",
		"[R] docs/reference/entra.md §7",
	},
	textAccountUnknown: {
		"We couldn't find an account with that username. Try another, or get a new Microsoft account.",
		"[R] docs/reference/entra.md §7",
	},
	textAccountNotHere: {
		"This username may be incorrect. Make sure you typed it correctly. Otherwise, contact your admin.",
		"[R] docs/reference/entra.md §7",
	},
	textPasswordTitle: {
		"Enter password",
		"[I]",
	},
	textPasswordLabel: {
		"Password",
		"[I]",
	},
	textPasswordEmpty: {
		"Please enter your password.",
		"[R] docs/reference/entra.md §7",
	},
	textPasswordWrong: {
		"Your account or password is incorrect. If you don't remember your password, reset it now.",
		"[R] docs/reference/entra.md §7",
	},
	textLocked: {
		"Your account is temporarily locked to prevent unauthorized use. Try again later, and if you still have trouble, contact your admin.",
		"[D] docs/reference/entra.md §7",
	},
	textDisabled: {
		"Your account has been locked. Contact your support person to unlock it, then try again.",
		"[D] docs/reference/entra.md §7",
	},
	textSignInButton: {
		"Sign In",
		"guide step 10",
	},
	textMFATitle: {
		"Approve sign in request",
		"[I] docs/reference/entra.md §7",
	},
	textMFAHelp: {
		"Verify your identity",
		"[I] docs/reference/entra.md §7",
	},
	textMFAStandIn: {
		"The simulation has no second device: this button stands for it.",
		"ours",
	},
	textApprove: {
		"Approve",
		"ours",
	},
	textEnrolTitle: {
		"More information required",
		"[R] docs/reference/entra.md §5.2",
	},
	textEnrolHelp: {
		"Your organization needs more information to keep your account secure",
		"[R] docs/reference/entra.md §5.2",
	},
	textOtherAccount: {
		"Use a different account",
		"[R] docs/reference/entra.md §5.2",
	},
	textConfirmTitle: {
		"Are you trying to sign in to {app}?",
		"[R] docs/reference/entra.md §2.4",
	},
	textConfirmHelp: {
		"Only continue if you downloaded the app from a store or website that you trust.",
		"[R] docs/reference/entra.md §2.4",
	},
	textContinue: {
		"Continue",
		"[R] docs/reference/entra.md §2.4",
	},
	textCancel: {
		"Cancel",
		"[R] docs/reference/entra.md §2.4",
	},
	textConsentTitle: {
		"Permissions requested",
		"[D] docs/reference/entra.md §6.1",
	},
	textConsentLead: {
		"This app would like to:",
		"[I]",
	},
	textConsentUnverified: {
		"unverified",
		"[D] docs/reference/entra.md §6.1",
	},
	textConsentBox: {
		"Consent on behalf of your organization",
		"[D] docs/reference/entra.md §6.1; guide rule R19",
	},
	textConsentHelp: {
		"Accepting these permissions means that you allow this app to use your data. You can change these permissions at https://myapps.microsoft.com.",
		"[I], address [D] docs/reference/entra.md §6.1",
	},
	textConsentReport: {
		"Does this app look suspicious? Report it here",
		"[D] docs/reference/entra.md §6.1",
	},
	textAccept: {
		"Accept",
		"[D] docs/reference/entra.md §6.1; guide step 11",
	},
	textApprovalTitle: {
		"Need admin approval",
		"[R] docs/reference/entra.md §6.3",
	},
	textApprovalHelp: {
		"{app} needs permission to access resources in your organization that only an admin can grant. Please ask an admin to grant permission to this app before you can use it.",
		"[R] docs/reference/entra.md §6.3",
	},
	textApprovalSwitch: {
		"Have an admin account? Sign in with that account",
		"[R] docs/reference/entra.md §6.3",
	},
	textApprovalReturn: {
		"Return to the application without granting consent",
		"[R] docs/reference/entra.md §6.3",
	},
	textBlockTitle: {
		"You cannot access this right now",
		"[R] docs/reference/entra.md §5.2",
	},
	textBlockHelp: {
		"Your sign-in was successful but does not meet the criteria to access this resource. For example, you might be signing in from a browser, app, location, or an authentication flow that is restricted by your admin.",
		"[R] docs/reference/entra.md §5.2",
	},
	textBlockSwitch: {
		"Sign out and sign in with a different account",
		"[R] docs/reference/entra.md §5.2",
	},
	textMoreDetails: {
		"More details",
		"[R] docs/reference/entra.md §5.2",
	},
	textDeviceTitle: {
		"Help us keep your device secure",
		"[C] docs/reference/entra.md §5.2",
	},
	textDeviceHelp: {
		"Your sign-in was successful but your admin requires the device requesting access to be managed by {tenant} to access this resource.",
		"[C] docs/reference/entra.md §5.2",
	},
	textErrorTitle: {
		"Sorry, but we’re having trouble signing you in.",
		"[C] docs/reference/entra.md §5.2",
	},
	textErrorDetails: {
		"Troubleshooting details",
		"[R] docs/reference/entra.md §5.2",
	},
	textErrorSend: {
		"If you contact your administrator, send this info to them.",
		"[R] docs/reference/entra.md §5.2",
	},
	textDone: {
		"You have signed in to the {app} application on your device. You may now close this window.",
		"[R] docs/reference/entra.md §2.4",
	},
	textDeclinedTitle: {
		"You have cancelled the sign-in",
		"ours: docs/reference/entra.md §13.12",
	},
	textDeclinedHelp: {
		"{app} was not signed in. You may now close this window.",
		"ours",
	},
	textUnknownTitle: {
		"This page is not simulated",
		"ours",
	},
	textUnknownHelp: {
		"mfpsim fakeentra has no {path}.",
		"ours",
	},
	textAccounts: {
		"Test accounts",
		"ours",
	},
	textAccountsHelp: {
		"The people of this bench. Choose one instead of typing.",
		"ours",
	},
	textTypePassword: {
		"Type this test account's password for me",
		"ours",
	},
	textNoRole: {
		"no role",
		"ours",
	},
	textLookupTitle: {
		"Error code",
		"[I]",
	},
	textUpdateTitle: {
		"Update your password",
		"[R] docs/reference/entra.md §7",
	},
	textUpdateHelp: {
		"You need to update your password because this is the first time you are signing in, or because your password has expired.",
		"[R] docs/reference/entra.md §7",
	},
	textUpdateLabel: {
		"New password",
		"[I] docs/reference/entra.md §7",
	},
	textUpdateSame: {
		"Choose a password that you have not used before.",
		"ours",
	},
	textRequestTitle: {
		"Approval required",
		"[R] docs/reference/entra.md §6.3",
	},
	textRequestHelp: {
		"This app requires your admin's approval to:",
		"[R] docs/reference/entra.md §6.3",
	},
	textRequestLabel: {
		"Enter justification for requesting this app",
		"[R] docs/reference/entra.md §6.3",
	},
	textRequestButton: {
		"Request approval",
		"[R] docs/reference/entra.md §6.3",
	},
	textRequestedTitle: {
		"Request sent",
		"ours",
	},
	textRequestedHelp: {
		"Your admin has to approve {app} before you can use it.",
		"ours",
	},
	textUnmanagedTitle: {
		"You can't get there from here",
		"[R] docs/reference/entra.md §5.2",
	},
	textUnmanagedHelp: {
		"This application contains sensitive information and can only be accessed from: Devices or client applications that meet {tenant} management compliance policy.",
		"[R] docs/reference/entra.md §5.2",
	},
}

// languages holds the tables that are there. A word that a table lacks is English.
var languages = map[string]map[string]wording{"en": english}

// say finds a text in the fake's language.
func (s *Server) say(key string) string {
	if w, ok := languages[s.config.Language][key]; ok {
		return w.text
	}
	return english[key].text
}
