package fakeentra

import (
	"mfpsim/fakeentra/internal/access"
	"mfpsim/fakeentra/internal/answers"
	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/directory"
	"mfpsim/fakeentra/internal/doors"
	"mfpsim/fakeentra/internal/hosts"
	"mfpsim/fakeentra/internal/resources"
	"mfpsim/fakeentra/internal/signinlog"
	"mfpsim/fakeentra/internal/tokens"
	"mfpsim/fakeentra/internal/wire"
)

// Party is the name under which the fake appears in the journal, in the network and among the clocks.
const Party = hosts.Party

// GovernmentCloud is the cloud of a [Tenant] in Azure Government. The fake is the public cloud.
const GovernmentCloud = directory.GovernmentCloud

// ErrExists is what adding a user or an application fails with, by [errors.Is], when it is there already.
var ErrExists = directory.ErrExists

// What there is in the directory.
type (
	// Tenant is one directory: an organization, or the one tenant of all personal accounts.
	Tenant = directory.Tenant
	// Cloud is one of Microsoft's national clouds; see [Tenant].
	Cloud = directory.Cloud
	// User is one account.
	User = directory.User
	// Password is a password that redacts itself when it is formatted or marshalled. A string literal is one.
	Password = directory.Password
	// Application is an app registration.
	Application = directory.Application
	// ClientSecret is a secret of an application that is not a public client.
	ClientSecret = directory.ClientSecret
	// Resource is an API that tokens are made for, with its permissions.
	Resource = resources.API
	// Permission is one permission of a [Resource].
	Permission = resources.Permission
	// ServicePrincipal is an application, or an API, as one tenant knows it: an "enterprise application".
	ServicePrincipal = directory.ServicePrincipal
	// Consent is one delegated permission grant (Microsoft Graph: oauth2PermissionGrant).
	Consent = directory.Consent
	// AuditEntry is a row of the audit log: what was changed in the directory.
	AuditEntry = directory.AuditEntry
	// Change is something in the directory that another service of the bench has to know.
	Change = directory.Change
)

// Disabled is the State of a [User], an [Application] or a [ServicePrincipal] that is not in use.
const Disabled = directory.Disabled

// Kinds of a [Change].
const (
	ChangeDefaults = directory.ChangeDefaults // security defaults of a tenant
	ChangePassword = directory.ChangePassword // of a user
	ChangeUserNew  = directory.ChangeUserNew
	ChangeUserGone = directory.ChangeUserGone
)

// What a tenant asks of its people.
type (
	// Policy is a Conditional Access policy. It is evaluated at every sign-in in the browser, at the issue of tokens
	// and at every refresh.
	Policy = access.Policy
	// PolicyMember is a member of a policy that mfpsim does not simulate.
	PolicyMember = access.Member
	// NamedLocation is a place that policies name: address ranges, or countries.
	NamedLocation = access.NamedLocation
	// Source is where a request comes from, as Conditional Access sees it. The person's browser and the device that
	// polls and refreshes have one each.
	Source = access.Source
)

// What the fake says, and what it is made to say.
type (
	// Answer makes the fake answer some requests otherwise than the state says: counted, never by chance. They stand in
	// a row; a request meets the first that fits it and has requests left, so answers with Times make a sequence.
	Answer = answers.Answer
	// AnswerChange gives a member of a JSON answer another value: of an [Answer] of the kind "change".
	AnswerChange = answers.Change
	// Refusal is how Entra refused: a person on a page, or a program at an endpoint.
	Refusal = catalogue.Refusal
	// Day is a day since which Entra ID has answered otherwise than before.
	Day = wire.Day
	// CatalogueRow is one sentence of Entra ID: a row of the AADSTS catalogue.
	CatalogueRow = catalogue.Row
	// Door is a cell of the table of doors, see [Doors].
	Door = doors.Row
	// SignIn is a row of the sign-in log: what an administrator reads when a device cannot sign in.
	SignIn = signinlog.SignIn
	// SignInLog is the log, or a part of it: Filter finds rows by their words, Table draws them.
	SignInLog = signinlog.Rows
	// Claims is what an access token says of its bearer.
	Claims = tokens.Claims
)
