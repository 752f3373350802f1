// Package mailpit shows the mails of a bench as Mailpit's API v1 does: its members, identifiers of parts and search
// words, so that helpers which read mails out of Mailpit read them out of a bench. Mailpit is a mail catcher
// (github.com/axllent/mailpit); the shapes are those of its version 1.33.
//
// What is read, and what is deleted, belongs to the [Box] and not to the mail service: a deleted mail is shown no more,
// and the mailbox, its quota, the message trace and the evidence keep it.
package mailpit
