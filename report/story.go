package report

import (
	"slices"
	"time"

	"mfpsim/journal"
	"mfpsim/sentences"
)

// Story is what the page of a case tells besides its record.
type Story struct {
	Case Case
	// Title is that of the case in TitleLanguage; empty: it has none but the case's, in English.
	Title, TitleLanguage string

	Language string // of the page: one of the guide's; another one is told in English
	Chapter  string // the guide's, in that language
	Ticket   string // what the customer wrote; empty: nobody pasted it
	Device   string // model and firmware
	Version  string // of this program
	ByHand   string // the command that leads to the case by hand; empty: there is none
	// Recorded is what was done by hand as a scenario, called [RecordedName]; empty: nothing was, or it could not be
	// recorded. Unrecorded is what of it is not in that scenario.
	Recorded   string
	Unrecorded []string
	// Script is the scenario as it was played; empty: there was none. Steps are its lines, told, by their number.
	// Parts are what steps are made of, by their text in the record.
	// Notes are its # sentences in the language of the page, by the English ones; what is not there stays English.
	Script string
	Steps  map[int]Step
	Parts  map[string]Step
	Notes  map[string]string
	// Failed is the line at which it failed; 0: at none. Wanted and Shown are what was to be seen there and what was,
	// if it was about something to be seen. Likely is what may be wrong.
	Failed                int
	Wanted, Shown, Likely string
	// Taken is the number of the entry of the record after which a person went on by hand; -1: nobody did.
	Taken int
	// Acts are what that person did, by the number of the entry that shows it. Hand says how far he has come with the
	// case; nil: there is none.
	Acts    map[int]Act
	Hand    *Hand
	Start   time.Time // true time at which the bench began
	End     time.Time // and that of now
	SignIns []SignIn
	Trace   []Trace
	// Before and After are images of the printer's memory; nil: it cannot be read out.
	Before, After []byte
	// Labels are the device's labels in the language of the page, by the English ones.
	Labels map[string]string
	// Styles are the style sheets of the pages in the record, by their path on their server.
	Styles map[string]string
}

// Step is a line of a script, told to people.
type Step struct {
	Says  string // in a sentence; empty: it is shown as the script has it
	Place string // where it is done or seen, as the bench's page has it: panel, web-config, browser, microsoft, …
	Tried bool   // of what was done by hand: it may have mended something
	// Tries is the sentence for a sign-in at Microsoft's page, of which the step is the last; empty: it is none.
	Tries string
	Looks bool // it says what was seen, not what somebody did
	Whole bool // of a part: it is made of the parts that follow it
	// Passes is how much time the step lets pass; 0: what it takes.
	Passes time.Duration
	// Sets is the English label of the setting that was typed or chosen; empty: none was.
	Sets string
	// Command is what was typed into PowerShell; empty: nothing was.
	Command string
}

// Act is what somebody did by hand.
type Act struct {
	Steps []Step
	Since int // number of the last entry before it was done; [AtOnce]: the entry that shows it is the act itself
}

// AtOnce says of an act that it took no time.
const AtOnce = -1

// Hand is how far somebody has come with a case by hand.
type Hand struct {
	Symptom string    // what the user reads, in the words of the device; empty: the case shows nothing of the kind
	Seen    time.Time // true time at which the symptom was first seen; zero: it was not
	Remedy  bool      // the case has one
	Mends   bool      // it has a symptom that goes away
	Solved  time.Time // true time at which the remedy had first worked; zero: it has not
	Next    string    // what of it is still to be done or seen; empty: nothing
	Skipped bool      // something that was to be seen was skipped
	// Cause is what is the matter, Helps what helps; Avoid are rules of the guide that keep it from happening. What is
	// empty nobody has written.
	Cause, Helps string
	Avoid        []string
}

// PlacePrinter is the place of what is done to the printer itself: its switch, its memory.
const PlacePrinter = "printer"

// PlaceExchange is the place of what an administrator does at Exchange.
const PlaceExchange = "exchange"

// SignIn is a row of Entra's sign-in log.
type SignIn struct {
	At          time.Time
	User        string
	Application string
	How         string // "deviceCode", "refresh token"
	AADSTS      int    // 0: success
	Reason      string
	Policies    []Policy // of Conditional Access, that had something to say
}

// wentOn is when a sign-in that was interrupted succeeded; zero: it did not.
func (s Story) wentOn(interrupted SignIn) time.Time {
	for _, next := range s.SignIns {
		of := next.User == interrupted.User && next.Application == interrupted.Application
		switch {
		case !of || next.At.Before(interrupted.At) || next.Interrupts():
		case next.AADSTS == 0:
			return next.At
		default:
			return time.Time{}
		}
	}
	return time.Time{}
}

// interrupts are codes with which Entra ID asks the person for something more: the log calls them interrupted, not
// failed (Microsoft Entra authentication error codes).
var interrupts = []int{50058, 50072, 50074, 50076, 50079, 50125, 50140, 50199}

// Interrupts reports whether the person was asked for something more.
func (s SignIn) Interrupts() bool { return slices.Contains(interrupts, s.AADSTS) }

// Policy is what a policy of Conditional Access said of a sign-in.
type Policy struct {
	Name string
	// Result is that of Microsoft Graph: success, failure, reportOnlySuccess, reportOnlyFailure, reportOnlyInterrupted;
	// or unknown.
	Result string
	What   string // what it demands, or of an unknown one the conditions that are not simulated; empty: nothing
}

// RecordedName is the ID of the scenario that a page of evidence brings along of what was done by hand.
const RecordedName = "recorded/by-hand"

// Trace is a row of Exchange's message trace.
type Trace struct {
	At                                 time.Time
	Sender, Recipient, Subject, Status string
	Detail                             string // why it failed
}

// lane is a party of the time line.
type lane int

// The lanes, from left to right.
const (
	person lane = iota
	printer
	entra
	exchange
	clock
)

var laneNames = []string{"person", "printer", "entra", "exchange", "clock"}

// Said is why the message failed, as the page has it.
func (t Trace) Said() string { return plainReply(t.Detail) }

// String is the name of the lane in addresses, classes and the table of words.
func (l lane) String() string { return laneNames[l] }

// event is a row of the time line: an act, or something that happened.
type event struct {
	ID        string
	At        time.Time
	From, To  lane
	Name      string // of who speaks, where the lane does not say it
	ToName    string // of who is spoken to, likewise
	Text      string
	Raw       string // the step as the script has it
	Command   string // of PowerShell
	Line      int    // of the script; 0: none
	Sub       bool   // a part of the step above
	NewDay    bool   // it came on another day than what stands above it
	Status    string // the reply's code of SMTP
	HTTP      string // and that of HTTP
	Refused   bool
	Good      bool
	code      string // of the job that ended so
	Failed    bool   // the scenario failed here
	Times     int
	Waits     bool   // asked again and again whether a sign-in is complete
	Shows     string // the message that the panel then showed
	Because   string // it was refused, in a few words of the reader's language
	Why       string // the reply itself
	Numbers   string // of the reply, for Microsoft's own people, and how many
	Groups    int
	Wire      string
	Connected string // the connection
	Before    []shot
	After     []shot
	Cause     *event // of a job that ended badly: the refusal that ended it, where there is one

	number  string // under which a cloud refused, AADSTS53003 or 535 5.7.139; empty: none did
	entries []journal.Entry
	step    bool
	looks   bool // of a step: it says what was seen
	passes  time.Duration
	passed  int // how often in a row as much time passed
}

// shot is a screen of the time line: which of the page's, and what it says.
type shot struct {
	Screen  int
	Surface string // panel, web, browser
	Text    string
	New     []string // lines that the screen before it did not have
	Told    bool     // no picture of it came, so Screen is its text
}

// section is a sentence of the script, with what happened under it.
type section struct {
	ID     string
	Says   string
	In     string // language of Says
	Word   string // of the table, where it has no sentence of its own
	Day    time.Time
	Events []*event
	Failed bool
	Played bool // something of it was
	Steps  []string
}

// direction says how the arrow of an event goes.
func (e *event) Direction() string {
	switch {
	case e.To > e.From:
		return "to"
	case e.To < e.From:
		return "back"
	}
	return ""
}

// Span is the part of the grid that an event takes.
func (e *event) Span() string {
	return string(rune('2'+min(e.From, e.To))) + string(rune('2'+max(e.From, e.To)))
}

// Lanes are the lanes that it touches, for the filter.
func (e *event) Lanes() string {
	if e.From == e.To {
		return e.From.String()
	}
	return e.From.String() + " " + e.To.String()
}

// laneOf is the lane of a party of the record.
func laneOf(party string) (lane, string) {
	switch {
	case party == "person" || party == "browser" || party == "control" || party == "client":
		return person, ""
	case party == "entra":
		return entra, ""
	case party == "smtp":
		return exchange, ""
	case len(party) > 6 && party[:6] == "login.":
		return entra, party
	case len(party) > 5 && party[:5] == "smtp.":
		return exchange, party
	case party == "printer":
		return printer, ""
	}
	return printer, party
}

// laneOfPlace is the lane of what a step acts on.
func laneOfPlace(place string) lane {
	switch place {
	case "browser", "microsoft":
		return entra
	case "mail", PlaceExchange:
		return exchange
	case "clock", "faults":
		return clock
	}
	return printer
}

// told takes over how a line of the record is told.
func (e *event) told(l sentences.Line) {
	e.Text, e.Refused, e.Good = l.Text, l.Tone == sentences.Refused, l.Tone == sentences.Good
	e.Why, e.Times, e.Waits = plainReply(l.Why), l.Times, l.Waits
	if l.Protocol == sentences.HTTP {
		e.HTTP = l.Status
	} else {
		e.Status = l.Status
	}
	e.Because, e.code = l.Because, l.Code
	e.Numbers, e.Groups = ownNumbers(l.Why)
	e.From, e.Name = laneOf(l.From)
	e.To, _ = laneOf(l.Party)
	if l.Answers {
		e.turn()
	}
	if l.Kind == string(journal.KindClock) {
		e.From, e.To = clock, clock
	}
}

// turn draws the arrow of a row the other way: it says what the other party answered, or showed.
func (e *event) turn() {
	e.From, e.To = e.To, e.From
	e.Name, e.ToName = e.ToName, e.Name
}
