package fax

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"mfpsim/fakesmtp/generic"
	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/fakesmtp/internal/shell"
	"mfpsim/journal"
	"mfpsim/vtime"
)

// Server is one provider. Make it with [RunT] in a test or with [New] in a program. What it has of a mail server is
// generic's.
type Server struct {
	*generic.Server
	config Config
	clock  *vtime.Clock

	mu    sync.Mutex
	faxes []*Fax
	bytes int64 // of their documents
	jobs  int   // faxes so far
}

// Status is what became of a fax.
type Status string

// The statuses.
const (
	Calling Status = "calling"
	Sent    Status = "sent"
	Failed  Status = "failed"
)

// Fax is a document on its way to a number.
type Fax struct {
	Number   string // "+49301234567", or as it was dialled if it is not international
	Account  string // who sent it
	Subject  string
	Document []mail.Attachment
	Accepted time.Time
	Ended    time.Time
	Status   Status
	Reason   string // why it failed
}

// New returns a server that its Serve is to be called on.
func New(config Config) (*Server, error) {
	config = config.withDefaults()
	s := &Server{config: config}
	provider, err := generic.New(generic.Config{
		Bench: config.Bench, Host: config.Host, Accounts: config.Accounts, Tokens: config.Tokens, Mechanisms: config.Mechanisms,
		Challenge: config.Challenge, Security: config.Security, MaxSize: config.MaxSize, Recipient: s.recipient,
		Accept: s.accept, Patience: config.Patience,
	})
	if err != nil {
		return nil, fmt.Errorf("fax: %w", err)
	}
	s.Server = provider
	s.clock = provider.Network().World().Clock(config.Party)
	return s, nil
}

// RunT starts a server for a test and closes it at the test's end. If the test has failed, it logs the last lines of
// the conversations.
func RunT(t shell.T, config Config) *Server {
	t.Helper()
	return shell.Run(t, &config.Bench, func() (*Server, error) { return New(config) })
}

// Faxes returns the faxes that are kept (shell.Bench.Keep), in the order in which they were accepted.
func (s *Server) Faxes() []Fax {
	s.mu.Lock()
	defer s.mu.Unlock()
	faxes := make([]Fax, len(s.faxes))
	for i, f := range s.faxes {
		faxes[i] = *f
	}
	return faxes
}

// The longest and the shortest number that is taken: E.164 has 15 digits, and a number within a house has three.
const (
	shortest = 3
	longest  = 15
)

// writtenApart are the separators of RFC 3192 §2.
var writtenApart = strings.NewReplacer("-", "", ".", "")

// number reads a fax number from the part of an address before the @: digits with the separators of RFC 3192 §2, after
// a plus sign if it is international, after "FAX=" if the device writes addresses as that RFC does.
func number(local string) (string, bool) {
	if len(local) > 4 && strings.EqualFold(local[:4], "FAX=") {
		local = local[4:]
	}
	digits, international := strings.CutPrefix(local, "+")
	digits = writtenApart.Replace(digits)
	if len(digits) < shortest || len(digits) > longest || strings.Trim(digits, "0123456789") != "" {
		return "", false
	}
	if international {
		return "+" + digits, true
	}
	return digits, true
}

// Refusals of a recipient and of a message, as they go over the wire.
var (
	errDomain   = errors.New("this server sends faxes to number@domain of its own domain only")
	errNumber   = errors.New("not a fax number")
	errDocument = errors.New("nothing to fax: attach a PDF or TIFF document")
)

// recipient takes numbers of the domain.
func (s *Server) recipient(_, _, to string) error {
	at := strings.LastIndexByte(to, '@')
	if !strings.EqualFold(to[at+1:], s.config.Domain) {
		return errDomain
	}
	if _, ok := number(to[:max(at, 0)]); !ok {
		return errNumber
	}
	return nil
}

// documents are the media types that can be faxed.
var documents = []string{"application/pdf", "image/tiff", "image/tif"}

// accept takes a message and begins the calls, one for each number.
func (s *Server) accept(account string, m mail.Message) (mailboxes []string, err error) {
	var document []mail.Attachment
	for _, attachment := range m.Attachments() {
		if slices.Contains(documents, strings.ToLower(attachment.Type)) {
			document = append(document, attachment)
		}
	}
	if len(document) == 0 {
		return nil, errDocument
	}
	for _, to := range m.EnvelopeTo {
		n, _ := number(to[:strings.LastIndexByte(to, '@')])
		mailbox := n + "@" + s.config.Domain
		if slices.Contains(mailboxes, mailbox) {
			continue
		}
		mailboxes = append(mailboxes, mailbox)
		f := &Fax{
			Number: n, Account: account, Subject: m.Subject, Document: document, Accepted: m.ReceivedAt, Status: Calling,
		}
		job := s.add(f)
		s.Network().World().Go(s.config.Party+" calls "+n, func(ctx context.Context) { s.call(ctx, f, job) })
	}
	return mailboxes, nil
}

// add keeps a fax and returns its number. As of messages, the oldest fall out, the newest stays.
func (s *Server) add(f *Fax) (job int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.jobs++
	s.faxes = append(s.faxes, f)
	s.bytes += f.size()
	keep := s.config.Keep
	for len(s.faxes) > 1 &&
		(keep.Messages > 0 && len(s.faxes) > keep.Messages || keep.Bytes > 0 && s.bytes > keep.Bytes) {
		s.bytes -= s.faxes[0].size()
		s.faxes[0] = nil
		s.faxes = s.faxes[1:]
	}
	return s.jobs
}

// size is how many octets the document has.
func (f *Fax) size() (size int64) {
	for _, part := range f.Document {
		size += int64(len(part.Content))
	}
	return size
}

// call is a call: it takes its time, ends as the line has it, and the sender is told by mail.
func (s *Server) call(ctx context.Context, f *Fax, job int) {
	if s.config.Duration > 0 && s.clock.Sleep(ctx, s.config.Duration) != nil {
		return // the World has ended
	}
	ended := s.end(f, s.reached(f.Number))
	text := fmt.Sprintf("Fax to %s: %s", ended.Number, ended.Status)
	if ended.Reason != "" {
		text += ", " + ended.Reason
	}
	s.Journal().Append(journal.Entry{Party: s.config.Party, Kind: journal.KindNote, Text: journal.Plain(text)})
	s.Deliver(ended.Account, fmt.Appendf(nil, "From: Fax <fax@%s>\r\nTo: <%s>\r\nSubject: %s\r\n"+
		"Message-ID: <fax-%d@%s>\r\nDate: %s\r\nAuto-Submitted: auto-replied\r\n"+
		"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n",
		s.config.Domain, ended.Account, text, job, s.config.Domain, ended.Ended.UTC().Format(time.RFC1123Z), text))
}

// reached asks the line how the call to a number went.
func (s *Server) reached(number string) error {
	if s.config.Line == nil {
		return nil
	}
	return s.config.Line(number)
}

// end notes how a call has ended.
func (s *Server) end(f *Fax, failed error) Fax {
	s.mu.Lock()
	defer s.mu.Unlock()
	f.Status, f.Ended = Sent, s.clock.Now()
	if failed != nil {
		f.Status, f.Reason = Failed, failed.Error()
	}
	return *f
}
