package serve

import (
	"errors"
	"regexp"
	"strings"
	"sync"

	"mfpsim/cmd/mfpsim/serve/routes"
	"mfpsim/scenarios"
)

// recording is the recording of a bench, if there is one.
type recording struct {
	mu sync.Mutex
	of *scenarios.Recorder
}

type expectRequest struct {
	Line    string `json:"line,omitempty" doc:"an assertion of the language: jobs shows Email 361; in place of surface and text"`
	Surface string `json:"surface,omitempty" doc:"where the text is to be seen: panel, webconfig, browser, jobs or sheet"`
	Text    string `json:"text,omitempty" doc:"what is to be seen there, as it stands there"`
	Not     bool   `json:"not,omitempty" doc:"it is not to be seen there"`
}

type saveRequest struct {
	Name  string `json:"name" doc:"of the scenario: small letters, digits and hyphens"`
	Title string `json:"title,omitempty" doc:"in a sentence; without it the file has a place to fill in"`
}

type recordAnswer struct {
	Recording bool     `json:"recording" doc:"there is a recording"`
	Lines     []string `json:"lines" doc:"what was done and expected, in the words of the language"`
	Expects   int      `json:"expects" doc:"how many of the lines are assertions; without one nothing is saved"`
	Unsaid    []string `json:"unsaid" doc:"what was done and the language has no words for: it is not played back"`
}

type scenarioAnswer struct {
	File string `json:"file" doc:"where it belongs in a folder of scenarios: recorded/NAME.txtar"`
	Text string `json:"text" doc:"the scenario"`
	Run  string `json:"run" doc:"the command that plays it, in the folder that holds recorded/"`
}

// scenarioName is how a scenario may be called.
var scenarioName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

var errNotRecording = errors.New("nothing is recorded; POST /record/start begins")

func recordRoutes() group {
	return group{
		Title: "Recording",
		About: "What people do on the bench, in whatever window, as a scenario: keys of the panel, forms of Web Config and of Microsoft's pages, control requests. docs/bench.md says how it is played back.",
		Routes: []route{
			{
				Request: "POST /record/start",
				About:   "Begins a recording, in place of one that there is. With a case, what was done since its handover is part of it.",
				Act:     shows((*bench).startRecording),
			},
			{Request: "GET /record", About: "Tells what was recorded so far.", Act: shows((*bench).recordNow)},
			{
				Request: "POST /record/expect", Example: `{"line":"! jobs shows Email 361"}`,
				About: "Says what is to be seen. It must hold now, and is looked at again whenever the recording is played.",
				Act:   tells((*bench).expect),
			},
			{
				Request: "POST /record/save", Example: `{"name":"what-happened"}`,
				About: "Returns the recording as a scenario. One that expects nothing is refused.", Act: tells((*bench).saveRecording),
			},
			{
				Request: "POST /record/discard", About: "Ends the recording.",
				Act: shows(func(b *bench) (recordAnswer, error) {
					b.recording.mu.Lock()
					b.recording.of = nil
					b.recording.mu.Unlock()
					return b.recordNow()
				}),
			},
		},
	}
}

func (b *bench) startRecording() (recordAnswer, error) {
	r, err := scenarios.Record(b.lab, b.taken, b.printer.Name, b.beginning())
	if err != nil {
		return recordAnswer{}, err
	}
	b.recording.mu.Lock()
	b.recording.of = r
	b.recording.mu.Unlock()
	return b.recordNow()
}

// beginning are the lines that make a bench like this one; a recording begins with them.
func (b *bench) beginning() []string {
	switch {
	case b.config.Script != "":
		return strings.Split(strings.TrimRight(b.config.script, "\n"), "\n")
	case b.config.Prepared:
		return append([]string{"tenant contoso.com smtp-auth=enabled security-defaults=off"}, usualPeople...)
	}
	return append([]string{"tenant contoso.com user-consent=none"}, usualPeople...)
}

// usualPeople are the accounts of a bench that begins with nobody's case, as [bench.people] makes them.
var usualPeople = []string{
	"tenant outlook.com personal",
	"user admin@contoso.com role='Cloud Application Administrator' mailbox",
	"user scanner@contoso.com mailbox",
	"user alice@contoso.com mailbox",
	"user consent@contoso.com role='Cloud Application Administrator' no-mailbox",
	"user bob@outlook.com mailbox",
}

func (b *bench) recordNow() (recordAnswer, error) {
	b.recording.mu.Lock()
	defer b.recording.mu.Unlock()
	if b.recording.of == nil {
		return recordAnswer{Lines: []string{}, Unsaid: []string{}}, nil
	}
	now := b.recording.of.Now()
	return recordAnswer{true, list(now.Lines), now.Expects, list(now.Unsaid)}, nil
}

func (b *bench) expect(in expectRequest) (recordAnswer, error) {
	b.recording.mu.Lock()
	if b.recording.of == nil {
		b.recording.mu.Unlock()
		return recordAnswer{}, errNotRecording
	}
	var err error
	if in.Line != "" {
		err = b.recording.of.Expect(in.Line)
	} else {
		err = b.recording.of.ExpectText(in.Surface, in.Text, in.Not)
	}
	b.recording.mu.Unlock()
	if err != nil {
		return recordAnswer{}, err
	}
	return b.recordNow()
}

func (b *bench) saveRecording(in saveRequest) (scenarioAnswer, error) {
	b.recording.mu.Lock()
	defer b.recording.mu.Unlock()
	switch {
	case b.recording.of == nil:
		return scenarioAnswer{}, errNotRecording
	case !scenarioName.MatchString(in.Name):
		return scenarioAnswer{}, routes.Refuse("%q is no name of a scenario: small letters and digits, parted by hyphens", in.Name)
	}
	text, err := b.recording.of.Save(in.Name, in.Title)
	if err != nil {
		return scenarioAnswer{}, err
	}
	file := "recorded/" + in.Name + ".txtar"
	return scenarioAnswer{file, text, "mfpsim run --folder . recorded/" + in.Name}, nil
}
