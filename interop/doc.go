// Package interop has tests only. They connect programs that do not know each other: the core of the printer sends
// through the relatives of fakesmtp, although neither may import the other; and, with the build tag interop, clients
// that others wrote send through fakesmtp, unmodified: curl, nodemailer, emersion/go-smtp and Python's smtplib (`make
// interop`, which installs them).
package interop
