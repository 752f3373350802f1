// Package interop holds no code: its tests let programs that were written apart meet. The core of the printer sends
// through the relatives of fakesmtp, which neither of them may import; and, with the build tag interop, clients that
// others wrote send through fakesmtp, unmodified: curl, nodemailer, emersion/go-smtp and Python's smtplib (`make
// interop`, which installs them).
package interop
