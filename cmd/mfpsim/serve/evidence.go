package serve

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"mfpsim/explain"
	"mfpsim/guide"
	"mfpsim/lab"
	"mfpsim/report"
	"mfpsim/scenarios"
)

// saved is the evidence that was saved last.
type saved struct {
	mu    sync.Mutex
	files map[string][]byte
	page  []byte          // by itself
	name  string          // of the page, when it is sent on
	taken map[string]bool // names that were given
}

// named is a name for a page that no page before it has.
func (s *saved) named(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.taken == nil {
		s.taken = map[string]bool{}
	}
	free := name
	for n := 2; s.taken[free]; n++ {
		free = fmt.Sprintf("%s-%d", name, n)
	}
	s.taken[free] = true
	return free + ".html"
}

// errLeak keeps evidence from being saved that would tell a secret.
var errLeak = errors.New("nothing was saved: a secret would be in the evidence. Where --password gives an everyday word, give another one; " +
	"else this is a mistake in mfpsim: please report it, without the evidence")

// gather is what the bench has to tell now, in a language.
func (b *bench) gather(language string) report.Evidence {
	id, replay := "serve", "mfpsim serve"
	if b.config.Command != "" {
		id, replay = "exec", "mfpsim exec"
	}
	switch {
	case b.config.Scenario != "":
		id, replay = b.config.Scenario, replay+" --scenario "+b.config.Scenario
		if b.config.Folder != "" {
			replay += " --folder " + b.config.Folder
		}
	case b.config.Script != "":
		replay += " --script " + filepath.Base(b.config.Script)
	case b.config.Prepared:
		replay += " --ready"
	}
	if !b.config.Start.IsZero() {
		replay += " --start " + b.config.Start.Format(time.RFC3339)
	}
	if b.config.Model != "" {
		replay += " --model " + quotedModel(b.config.Model)
	}
	replay = fmt.Sprintf("%s --seed %d%s", replay, b.config.Seed, b.config.Command)
	story := scenarios.StoryOf(b.lab, b.printer.Name, language)
	story.Version, story.Before, story.Taken = b.config.Version, b.memory, b.since
	if b.taken != nil {
		b.taken.Look()
		b.taken.Evidence(&story)
		because(b.taken, &story)
	}
	story.Acts = scenarios.ActsOf(b.lab, b.taken, b.printer.Name, story.Taken, language)
	replay = b.recordedByHand(&story, replay)
	e := report.Evidence{ID: id, Journal: b.lab.Journal, Replay: replay, Story: &story}
	e.MailsDropped = b.lab.SMTP.DroppedMails()
	for _, m := range b.lab.Mails() {
		e.Mails = append(e.Mails, report.Mail(m))
	}
	for _, m := range b.lab.SentMails() {
		e.Sent = append(e.Sent, report.Mail(m))
	}
	return e
}

// because says what the table of causes has of a case: what is the matter and what helps, and of the guide's rules that
// the case is about those that come before any trouble.
func because(c *scenarios.Case, story *report.Story) {
	all := explain.AllCauses(story.Language)
	at := slices.IndexFunc(all, func(cause explain.Cause) bool { return cause.Scenario == c.Scenario.ID })
	if at < 0 {
		return
	}
	story.Hand.Cause, story.Hand.Helps = all[at].Says, all[at].Do
	told, err := explain.Explain(strings.Join(c.Scenario.Proofs(), " "), story.Language)
	rules, errOfRules := scenarios.Rules()
	if err != nil || errOfRules != nil {
		return
	}
	for _, item := range told.Items {
		before := func(r scenarios.Rule) bool { return r.ID == item.Name && !isTrouble(r.Source) }
		if slices.Contains(item.Causes, all[at].ID) && slices.ContainsFunc(rules, before) {
			story.Hand.Avoid = append(story.Hand.Avoid, item.Title)
		}
	}
}

// isTrouble reports whether a chapter of the guide is of its Troubleshooting.
func isTrouble(title string) bool {
	return slices.ContainsFunc(guide.Chapters(), func(c guide.Chapter) bool {
		return c.English == title && strings.HasPrefix(c.Number, "8")
	})
}

func quotedModel(model string) string {
	if strings.Contains(model, " ") {
		return "'" + model + "'"
	}
	return model
}

// recordedByHand brings along what was done by hand as a scenario, and returns the command that plays it: in the folder
// of the page. Without one it is the command that makes the bench, and the page says what could not be recorded.
func (b *bench) recordedByHand(story *report.Story, replay string) string {
	if b.config.Command != "" {
		return replay // a program was at work, not a person
	}
	b.recording.mu.Lock()
	done, err := scenarios.RecordHand(b.lab, b.taken, b.printer.Name, b.beginning(), b.since, b.recording.of)
	b.recording.mu.Unlock()
	story.Recorded, story.Unrecorded = done.Text, done.Unsaid
	if err != nil {
		story.Unrecorded = append(story.Unrecorded, "all of it: "+err.Error())
	}
	if story.Recorded == "" {
		return replay
	}
	story.Unrecorded = append(story.Unrecorded, b.unrecorded()...)
	story.ByHand = replay
	replay = fmt.Sprintf("mfpsim run --folder . %s --seed %d", report.RecordedName, b.config.Seed)
	if b.config.Model != "" {
		replay += " --model " + quotedModel(b.config.Model)
	}
	if b.config.Language != "" && b.config.Language != "en" {
		replay += " --lang " + b.config.Language
	}
	if !b.config.AsOf.IsZero() {
		replay += " --as-of " + b.config.AsOf.UTC().Format(time.DateOnly)
	}
	return replay
}

// unrecorded are options of the command line under which the bench stood and a scenario does not.
func (b *bench) unrecorded() (options []string) {
	for option, is := range map[string]bool{
		"--start": !b.config.Start.IsZero(), "--strict-doors": b.config.StrictDoors, "--password": len(b.config.Passwords) > 0,
		"--flash": b.config.Flash != "",
	} {
		if is {
			options = append(options, "mfpsim serve "+option)
		}
	}
	slices.Sort(options)
	return options
}

// evidence writes what the bench leaves behind.
func (b *bench) evidence() error {
	if b.config.Evidence == "" || b.lab == nil {
		return nil
	}
	return b.write(b.gather(b.config.Language))
}

// write writes evidence into the folder that the command line names, unless a secret is in it.
func (b *bench) write(e report.Evidence) error {
	e.Up = true
	files, err := e.Files()
	if err == nil {
		err = b.noSecretIn(files)
	}
	if err != nil {
		return err
	}
	return report.WriteEvidence(b.config.Evidence, b.config.run(), e, files)
}

// noSecretIn refuses files that would tell a secret.
func (b *bench) noSecretIn(files map[string][]byte) error {
	if leaks := lab.FindLeaks(files, b.lab.Secrets()); len(leaks) > 0 {
		return fmt.Errorf("%w: %v", errLeak, leaks[0])
	}
	return nil
}

// save keeps the evidence of now, and writes it into the folder that the command line names, if it names one.
func (b *bench) save(language, ticket string) (evidenceAnswer, error) {
	e := b.gather(or(language, "en"))
	e.Story.Ticket = strings.TrimSpace(ticket)
	files, err := e.Files()
	if err != nil {
		return evidenceAnswer{}, err
	}
	page, err := e.Page()
	if err != nil {
		return evidenceAnswer{}, err
	}
	name := b.saved.named(strings.ReplaceAll(e.ID, "/", "-") + "-" + e.Story.End.UTC().Format("2006-01-02-150405"))
	all := maps.Clone(files)
	all[name] = page
	if err := b.noSecretIn(all); err != nil {
		return evidenceAnswer{}, err
	}
	answer := evidenceAnswer{Name: name, Bytes: len(page), Files: len(files)}
	if b.config.Evidence != "" {
		if err := b.write(e); err != nil {
			return evidenceAnswer{}, err
		}
		answer.Folder = filepath.Join(b.config.Evidence, filepath.FromSlash(e.ID))
	}
	b.saved.mu.Lock()
	defer b.saved.mu.Unlock()
	b.saved.files, b.saved.page, b.saved.name = files, page, answer.Name
	return answer, nil
}

// lastSaved is what was saved last; what nobody has saved yet is saved now.
func (b *bench) lastSaved(language string) (files map[string][]byte, page []byte, name string, err error) {
	last := func() bool {
		b.saved.mu.Lock()
		defer b.saved.mu.Unlock()
		files, page, name = b.saved.files, b.saved.page, b.saved.name
		return files != nil
	}
	if !last() {
		if _, err = b.save(language, ""); err == nil {
			last()
		}
	}
	return files, page, name, err
}

// packed are files in one archive, whose bytes depend on them alone.
func packed(folder string, files map[string][]byte) ([]byte, error) {
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		w, err := archive.CreateHeader(&zip.FileHeader{Name: folder + "/" + name, Method: zip.Deflate})
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(files[name]); err != nil {
			return nil, err
		}
	}
	err := archive.Close()
	return out.Bytes(), err
}

// attached lets a browser keep a file, and not open it here.
func attached(name string) http.Header {
	return http.Header{
		"Content-Disposition": {`attachment; filename="` + name + `"`}, "Content-Security-Policy": {"sandbox; default-src 'none'"},
	}
}
