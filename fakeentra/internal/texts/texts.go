// Package texts has the texts of the pages in English, Hindi and Greek, and translates from one language into another.
package texts

// Key names a text of the pages.
type Key string

// Keys of the pages' texts. The English ones are Microsoft's words as far as
// docs/reference/entra.md §2.4, §5.2, §6 and §7 have them; the comment beside each row says so, or that the words are
// ours.
const (
	Simulation        Key = "simulation"
	CodeTitle         Key = "Enter code to allow access"
	CodeHelp          Key = "code-help"
	CodeLabel         Key = "code-label"
	CodeWrong         Key = "code-wrong"
	Next              Key = "next"
	Back              Key = "back"
	SignIn            Key = "sign-in-title"
	SignInTo          Key = "sign-in-to"
	AccountLabel      Key = "account-label"
	AccountEmpty      Key = "account-empty"
	AccountUnknown    Key = "account-unknown"
	AccountNotHere    Key = "account-not-here"
	PasswordTitle     Key = "password-title"
	PasswordLabel     Key = "password-label"
	PasswordEmpty     Key = "password-empty"
	PasswordWrong     Key = "password-wrong"
	Locked            Key = "locked"
	Disabled          Key = "disabled"
	SignInButton      Key = "sign-in-button"
	MFATitle          Key = "mfa-title"
	MFAHelp           Key = "mfa-help"
	MFAStandIn        Key = "mfa-stand-in"
	Approve           Key = "approve"
	EnrolTitle        Key = "enrol-title"
	EnrolHelp         Key = "enrol-help"
	OtherAccount      Key = "other-account"
	ConfirmTitle      Key = "confirm-title"
	ConfirmHelp       Key = "confirm-help"
	Continue          Key = "continue"
	Cancel            Key = "cancel"
	ConsentTitle      Key = "consent-title"
	ConsentLead       Key = "consent-lead"
	ConsentUnverified Key = "unverified"
	ConsentBox        Key = "consent-box"
	ConsentHelp       Key = "consent-help"
	ConsentReport     Key = "consent-report"
	Accept            Key = "accept"
	ApprovalTitle     Key = "approval-title"
	ApprovalHelp      Key = "approval-help"
	ApprovalSwitch    Key = "approval-switch"
	ApprovalReturn    Key = "approval-return"
	BlockTitle        Key = "block-title"
	BlockHelp         Key = "block-help"
	BlockSwitch       Key = "block-switch"
	MoreDetails       Key = "more-details"
	DeviceTitle       Key = "device-title"
	DeviceHelp        Key = "device-help"
	ErrorTitle        Key = "error-title"
	ErrorDetails      Key = "error-details"
	ErrorSend         Key = "error-send"
	Done              Key = "done"
	DeclinedTitle     Key = "declined-title"
	DeclinedHelp      Key = "declined-help"
	PickTitle         Key = "pick-title"
	PickOther         Key = "pick-other"
	SignedOutTitle    Key = "signed-out-title"
	SignedOutHelp     Key = "signed-out-help"
	SignInHere        Key = "sign-in-here"
	UnknownTitle      Key = "unknown-title"
	UnknownHelp       Key = "unknown-help"
	Accounts          Key = "accounts"
	AccountsHelp      Key = "accounts-help"
	TypePassword      Key = "type-password"
	NoRole            Key = "no-role"
	LookupTitle       Key = "lookup-title"
	UpdateTitle       Key = "update-title"
	UpdateHelp        Key = "update-help"
	UpdateLabel       Key = "update-label"
	UpdateSame        Key = "update-same"
	RequestTitle      Key = "request-title"
	RequestHelp       Key = "request-help"
	RequestLabel      Key = "request-label"
	RequestButton     Key = "request-button"
	RequestedTitle    Key = "requested-title"
	RequestedHelp     Key = "requested-help"
	UnmanagedTitle    Key = "unmanaged-title"
	UnmanagedHelp     Key = "unmanaged-help"
)

// wording is a text of a page, with where it comes from: "[C]" captured, "[D]" documented, "[R]" reported, "[I]"
// inferred, or "ours".
type wording struct{ text, source string }

// english holds the pages' words. {app}, {tenant} and the like are filled in.
var english = map[Key]wording{
	Simulation: {
		"This is a simulation by mfpsim, not a page of Microsoft. Type no real password here.",
		"ours",
	},
	CodeTitle: {
		"Enter code to allow access",
		"[R] docs/reference/entra.md §2.4",
	},
	CodeHelp: {
		"Enter the code that is displayed on your device.",
		"ours",
	},
	CodeLabel: {
		"Code",
		"[I] docs/reference/entra.md §2.4",
	},
	CodeWrong: {
		"That code didn't work. Check the code and try again.",
		"[R] docs/reference/entra.md §2.4",
	},
	Next: {
		"Next",
		"[R] docs/reference/entra.md §2.4; guide step 8",
	},
	Back: {
		"Back",
		"[R] docs/reference/entra.md §7 idBtn_Back",
	},
	SignIn: {
		"Sign in",
		"[R] docs/reference/entra.md §2.4",
	},
	PickTitle: {
		"Pick an account",
		"[R] docs/reference/entra.md §2.4",
	},
	PickOther: {
		"Use another account",
		"[I]",
	},
	SignInHere: {
		"to continue to {app}",
		"[I]",
	},
	SignedOutTitle: {
		"You signed out of your account",
		"[I]",
	},
	SignedOutHelp: {
		"It's a good idea to close all browser windows.",
		"[I]",
	},
	SignInTo: {
		"You're signing in to {app} on another device located in {country}. If it's not you, close this page.",
		"[R] docs/reference/entra.md §2.4",
	},
	AccountLabel: {
		"Email, phone, or Skype",
		"[I]",
	},
	AccountEmpty: {
		"Enter a valid email address, phone number, or Skype name.",
		"[R] docs/reference/entra.md §7",
	},
	AccountUnknown: {
		"We couldn't find an account with that username. Try another, or get a new Microsoft account.",
		"[R] docs/reference/entra.md §7",
	},
	AccountNotHere: {
		"This username may be incorrect. Make sure you typed it correctly. Otherwise, contact your admin.",
		"[R] docs/reference/entra.md §7",
	},
	PasswordTitle: {
		"Enter password",
		"[I]",
	},
	PasswordLabel: {
		"Password",
		"[I]",
	},
	PasswordEmpty: {
		"Please enter your password.",
		"[R] docs/reference/entra.md §7",
	},
	PasswordWrong: {
		"Your account or password is incorrect. If you don't remember your password, reset it now.",
		"[R] docs/reference/entra.md §7",
	},
	Locked: {
		"Your account is temporarily locked to prevent unauthorized use. Try again later, and if you still have trouble, contact your admin.",
		"[D] docs/reference/entra.md §7",
	},
	Disabled: {
		"Your account has been locked. Contact your support person to unlock it, then try again.",
		"[D] docs/reference/entra.md §7",
	},
	SignInButton: {
		"Sign In",
		"guide step 10",
	},
	MFATitle: {
		"Approve sign in request",
		"[I] docs/reference/entra.md §7",
	},
	MFAHelp: {
		"Verify your identity",
		"[I] docs/reference/entra.md §7",
	},
	MFAStandIn: {
		"The simulation has no second device: this button stands for it.",
		"ours",
	},
	Approve: {
		"Approve",
		"ours",
	},
	EnrolTitle: {
		"More information required",
		"[R] docs/reference/entra.md §5.2",
	},
	EnrolHelp: {
		"Your organization needs more information to keep your account secure",
		"[R] docs/reference/entra.md §5.2",
	},
	OtherAccount: {
		"Use a different account",
		"[R] docs/reference/entra.md §5.2",
	},
	ConfirmTitle: {
		"Are you trying to sign in to {app}?",
		"[R] docs/reference/entra.md §2.4",
	},
	ConfirmHelp: {
		"Only continue if you downloaded the app from a store or website that you trust.",
		"[R] docs/reference/entra.md §2.4",
	},
	Continue: {
		"Continue",
		"[R] docs/reference/entra.md §2.4",
	},
	Cancel: {
		"Cancel",
		"[R] docs/reference/entra.md §2.4",
	},
	ConsentTitle: {
		"Permissions requested",
		"[D] docs/reference/entra.md §6.1",
	},
	ConsentLead: {
		"This app would like to:",
		"[I]",
	},
	ConsentUnverified: {
		"unverified",
		"[D] docs/reference/entra.md §6.1",
	},
	ConsentBox: {
		"Consent on behalf of your organization",
		"[D] docs/reference/entra.md §6.1; guide rule R19",
	},
	ConsentHelp: {
		"Accepting these permissions means that you allow this app to use your data. You can change these permissions at https://myapps.microsoft.com.",
		"[I], address [D] docs/reference/entra.md §6.1",
	},
	ConsentReport: {
		"Does this app look suspicious? Report it here",
		"[D] docs/reference/entra.md §6.1",
	},
	Accept: {
		"Accept",
		"[D] docs/reference/entra.md §6.1; guide step 11",
	},
	ApprovalTitle: {
		"Need admin approval",
		"[R] docs/reference/entra.md §6.3",
	},
	ApprovalHelp: {
		"{app} needs permission to access resources in your organization that only an admin can grant. Please ask an admin to grant permission to this app before you can use it.",
		"[R] docs/reference/entra.md §6.3",
	},
	ApprovalSwitch: {
		"Have an admin account? Sign in with that account",
		"[R] docs/reference/entra.md §6.3",
	},
	ApprovalReturn: {
		"Return to the application without granting consent",
		"[R] docs/reference/entra.md §6.3",
	},
	BlockTitle: {
		"You cannot access this right now",
		"[R] docs/reference/entra.md §5.2",
	},
	BlockHelp: {
		"Your sign-in was successful but does not meet the criteria to access this resource. For example, you might be signing in from a browser, app, location, or an authentication flow that is restricted by your admin.",
		"[R] docs/reference/entra.md §5.2",
	},
	BlockSwitch: {
		"Sign out and sign in with a different account",
		"[R] docs/reference/entra.md §5.2",
	},
	MoreDetails: {
		"More details",
		"[R] docs/reference/entra.md §5.2",
	},
	DeviceTitle: {
		"Help us keep your device secure",
		"[C] docs/reference/entra.md §5.2",
	},
	DeviceHelp: {
		"Your sign-in was successful but your admin requires the device requesting access to be managed by {tenant} to access this resource.",
		"[C] docs/reference/entra.md §5.2",
	},
	ErrorTitle: {
		"Sorry, but we’re having trouble signing you in.",
		"[C] docs/reference/entra.md §5.2",
	},
	ErrorDetails: {
		"Troubleshooting details",
		"[R] docs/reference/entra.md §5.2",
	},
	ErrorSend: {
		"If you contact your administrator, send this info to them.",
		"[R] docs/reference/entra.md §5.2",
	},
	Done: {
		"You have signed in to the {app} application on your device. You may now close this window.",
		"[R] docs/reference/entra.md §2.4",
	},
	DeclinedTitle: {
		"You have cancelled the sign-in",
		"ours: docs/reference/entra.md §13.12",
	},
	DeclinedHelp: {
		"{app} was not signed in. You may now close this window.",
		"ours",
	},
	UnknownTitle: {
		"This page is not simulated",
		"ours",
	},
	UnknownHelp: {
		"mfpsim fakeentra has no {path}.",
		"ours",
	},
	Accounts: {
		"Test accounts",
		"ours",
	},
	AccountsHelp: {
		"The people of this bench. Choose one instead of typing.",
		"ours",
	},
	TypePassword: {
		"Type this test account's password and sign in for me",
		"ours",
	},
	NoRole: {
		"no role",
		"ours",
	},
	LookupTitle: {
		"Error code",
		"[I]",
	},
	UpdateTitle: {
		"Update your password",
		"[R] docs/reference/entra.md §7",
	},
	UpdateHelp: {
		"You need to update your password because this is the first time you are signing in, or because your password has expired.",
		"[R] docs/reference/entra.md §7",
	},
	UpdateLabel: {
		"New password",
		"[I] docs/reference/entra.md §7",
	},
	UpdateSame: {
		"Choose a password that you have not used before.",
		"ours",
	},
	RequestTitle: {
		"Approval required",
		"[R] docs/reference/entra.md §6.3",
	},
	RequestHelp: {
		"This app requires your admin's approval to:",
		"[R] docs/reference/entra.md §6.3",
	},
	RequestLabel: {
		"Enter justification for requesting this app",
		"[R] docs/reference/entra.md §6.3",
	},
	RequestButton: {
		"Request approval",
		"[R] docs/reference/entra.md §6.3",
	},
	RequestedTitle: {
		"Request sent",
		"ours",
	},
	RequestedHelp: {
		"Your admin has to approve {app} before you can use it.",
		"ours",
	},
	UnmanagedTitle: {
		"You can't get there from here",
		"[R] docs/reference/entra.md §5.2",
	},
	UnmanagedHelp: {
		"This application contains sensitive information and can only be accessed from: Devices or client applications that meet {tenant} management compliance policy.",
		"[R] docs/reference/entra.md §5.2",
	},
}

// Say returns the English words of a text; a page is brought into its language as a whole, by [Translate].
func Say(key Key) string { return english[key].text }

// Texts of the page "Stay signed in?": [R] docs/reference/entra.md §7.
const (
	StayTitle = "Stay signed in?"
	StayHelp  = "Do this to reduce the number of times you are asked to sign in."
	StayBox   = "Don't show this again"
	StayYes   = "Yes"
	StayNo    = "No"
)

// Texts of the page /error; the address is documented, the page was not captured, so all its words are ours.
const (
	LookupHelp    = "The simulation's catalogue of AADSTS numbers says:"
	LookupUnknown = "The simulation's catalogue has no such number."
	LookupLabel   = "AADSTS number"
	LookupButton  = "Look up"
)

// messageText is what the device shows: captured, docs/reference/entra.md §2.1.
const messageText = "To sign in, use a web browser to open the page {uri} and enter the code {code} to authenticate."

// DeviceMessage is what a device is to show its user, in a language if there is one: [D] DCF. {uri} and {code} are
// filled in.
func DeviceMessage(tag string) string {
	if w, ok := translations[Known(tag)][messageText]; ok {
		return w.text
	}
	return messageText
}
