package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"mfpsim/journal"
)

// Mail is one message as it lay in a mailbox, or in its Sent Items.
type Mail struct {
	Mailbox string
	Number  int // there, from 1
	Raw     []byte
	// Submitted is the message as the client sent it, octet by octet; nil: none did.
	Submitted []byte
}

// Evidence is what one played case leaves behind.
type Evidence struct {
	ID      string // a relative path of plain names: the folder it is written to
	Journal *journal.Journal
	Mails   []Mail // non-delivery reports too
	Sent    []Mail // in Sent Items; what was submitted is written beside them, once
	// Replay is the command line that plays the same case again, byte by byte.
	Replay string
	// MailsDropped is how many mails were not kept.
	MailsDropped int
	// Failure is the failure in full; empty if the case passed.
	Failure string
	// Core is what was said to a mail core in a process of its own, and its answers; empty: there was none.
	Core []byte
	// Panics are the calls that led to each panic of a party; none on a bench that works.
	Panics []string
	// Story is what the page of the case tells besides; nil: there is no page.
	Story *Story
	// Up says that the page leads to that of a run, which lies in the folder that ID is a path from.
	Up bool

	alone bool // of its page: no file lies beside it
}

// Page renders the page to be sent on alone: it has no links to files beside it. There must be a Story.
func (e Evidence) Page() ([]byte, error) {
	files, err := e.Files()
	if err != nil {
		return nil, err
	}
	delete(files, PageName)
	e.alone, e.Up = true, false
	return e.page(e.Journal.Entries(), sorted(files))
}

// Files renders the evidence: file names (with / between parts) and their content.
func (e Evidence) Files() (map[string][]byte, error) {
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	encoder.SetEscapeHTML(false)
	entries := e.Journal.Entries()
	dropped := 0
	if len(entries) > 0 {
		dropped = entries[0].Number - 1
	}
	if dropped > 0 {
		fmt.Fprintf(&lines, "{\"dropped\":%d}\n", dropped)
	}
	for _, entry := range entries {
		if err := encoder.Encode(entry); err != nil {
			return nil, fmt.Errorf("journal entry %d: %w", entry.Number, err)
		}
	}
	files := map[string][]byte{
		"journal.jsonl": lines.Bytes(),
		"entra.txt":     told(dropped, Conversation(entries, "entra", nil), "Nobody spoke to Entra ID."),
		"smtp.txt":      told(dropped, Conversation(entries, "smtp", nil), "Nobody spoke to the mail server."),
		"screens.txt":   told(dropped, ofKind(entries, journal.KindScreen), "No screen was shown."),
		"sheet.txt":     told(dropped, ofKind(entries, journal.KindSheet), "No status sheet was printed."),
		"replay.txt":    []byte(e.Replay + "\n"),
	}
	if e.Failure != "" {
		files["failure.txt"] = []byte(strings.TrimRight(e.Failure, "\n") + "\n")
	}
	if len(e.Core) > 0 {
		files["core.jsonl"] = e.Core
	}
	if len(e.Panics) > 0 {
		files["panics.txt"] = []byte(strings.Join(e.Panics, "\n\n") + "\n")
	}
	for _, m := range e.Mails {
		files[fmt.Sprintf("mails/%s-%03d.eml", EscapeName(m.Mailbox), m.Number)] = m.Raw
	}
	for _, m := range e.Sent {
		name := fmt.Sprintf("%s-%03d.eml", EscapeName(m.Mailbox), m.Number)
		files["mails/sent/"+name] = m.Raw
		if m.Submitted != nil {
			files["mails/submitted/"+name] = m.Submitted
		}
	}
	if e.MailsDropped > 0 {
		files["mails/dropped.txt"] = fmt.Appendf(nil, "The first %d mails were not kept.\n", e.MailsDropped)
	}
	if e.Story == nil {
		return files, nil
	}
	if e.Story.Script != "" {
		files["scenario.txtar"] = []byte(e.Story.Script)
	}
	if e.Story.Recorded != "" {
		files[RecordedName+".txtar"] = []byte(e.Story.Recorded)
	}
	var err error
	if files["wire.har"], err = har(entries, e.Story.Version); err != nil {
		return nil, err
	}
	if files[PageName], err = e.page(entries, sorted(files)); err != nil {
		return nil, err
	}
	return files, nil
}

// told says in a file that there was nothing, so that an empty file is never taken for a lost one, and what the journal
// did not keep.
func told(dropped int, text, nothing string) []byte {
	if text == "" {
		text = nothing + "\n"
	}
	if dropped > 0 {
		text = fmt.Sprintf("(The first %d entries of the journal were not kept.)\n\n%s", dropped, text)
	}
	return []byte(text)
}

// FolderError says that the evidence folder cannot be used.
type FolderError struct {
	Folder string
	Why    string
	cause  error
}

// Error names the folder and what is wrong with it.
func (e *FolderError) Error() string { return fmt.Sprintf("evidence folder %s: %s", e.Folder, e.Why) }

// Unwrap gives the file system's error.
func (e *FolderError) Unwrap() error { return e.cause }

func folderError(folder string, err error) error {
	why := "cannot be used"
	switch {
	case errors.Is(err, fs.ErrPermission):
		why = "permission denied"
	case errors.Is(err, fs.ErrExist):
		why = "something of that name is in the way"
	case errors.Is(err, fs.ErrNotExist):
		why = "cannot be made there"
	}
	var path *fs.PathError
	if why == "cannot be used" && errors.As(err, &path) {
		why = path.Err.Error()
	}
	return &FolderError{Folder: folder, Why: why, cause: err}
}

// CheckFolder makes the evidence folder if need be and looks whether a run could use it. The error is a [*FolderError].
func CheckFolder(folder string, run Run) error {
	f, err := OpenFolder(folder, run)
	if err != nil {
		return err
	}
	return f.Close(false)
}

// WriteEvidence writes the evidence of a run that has played one case into folder/ID: files are those of
// [Evidence.Files]. The error is a [*FolderError].
func WriteEvidence(folder string, run Run, e Evidence, files map[string][]byte) error {
	f, err := OpenFolder(folder, run)
	if err != nil {
		return err
	}
	if err = f.Write(e.ID, files); err == nil && e.Story != nil {
		only := e.Story.Case
		only.ID, only.Virtual = e.ID, e.Story.End.Sub(e.Story.Start)
		onlyOne := Index{Run: run, Cases: []Case{only}, Replay: e.Replay}
		if e.Story.TitleLanguage == run.Language {
			onlyOne.Titles = map[string]string{e.ID: e.Story.Title}
		}
		var beside map[string][]byte
		if beside, err = onlyOne.Files(); err == nil {
			err = f.WriteBeside(beside)
		}
	}
	return errors.Join(err, f.Close(err == nil))
}
