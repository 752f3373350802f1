package laws

import (
	"fmt"
	"slices"

	"mfpsim/journal"
)

// Law is one thing that must hold in every scenario.
type Law struct {
	ID     string `json:"id"`     // "poll-interval"
	Says   string `json:"says"`   // what must hold, one sentence
	Clause string `json:"clause"` // where it stands: a section of an RFC, a rule of the guide
	judge  func(*bench) []breach
}

// Breach is a place of the record at which a law was broken.
type Breach struct {
	Law   Law    `json:"law"`
	Entry int    `json:"entry"` // number in the journal; 0 if it is none of the journal's
	Says  string `json:"says"`  // what happened there
}

// String tells the breach on one line.
func (b Breach) String() string {
	place := ""
	if b.Entry > 0 {
		place = fmt.Sprintf(" (journal %d)", b.Entry)
	}
	return fmt.Sprintf("%s%s: %s. %s [%s]", b.Law.ID, place, b.Says, b.Law.Says, b.Law.Clause)
}

// Record is what a bench leaves behind, as far as laws look at it.
type Record struct {
	Entries []journal.Entry
	// Devices are the devices of the bench, by the names under which they dial.
	Devices []Device
	// Mails are the messages that were delivered.
	Mails []Mail
	// MailServers are the parties that an access token of an authorization server is for, by its host; of one that is
	// not named, the mail service of the cloud.
	MailServers map[string]string
}

// Device is what a device shows at the end, and what it was built to ask for.
type Device struct {
	Name string
	// ClientID and Scopes are those of the maker's application; no scopes: they are not known.
	ClientID string
	Scopes   []string
	// UserClientID is that of the maker's application for To My Email, with the same scopes; empty: it is not known.
	UserClientID string
	// Jobs are the rows of the job history; nil: they are not known.
	Jobs []Job
	// Before and After are what the device shows of what it has stored, before it was switched off and on and after it;
	// nil: nobody has looked.
	Before, After []string
}

// Job is a row of the job history.
type Job struct {
	Receipt                int
	Code, Status, Solution string
	// Wanted are status and solution of the code in the language of the device; nil: the code is not in the table.
	Wanted *Sentences
}

// Sentences belong to a code of the guide's table (guide rule R44).
type Sentences struct{ Status, Solution string }

// Mail is a delivered message.
type Mail struct {
	Mailbox string
	Header  []byte // as it lies there; what follows the header is not looked at
}

// All returns the laws in the order of the documentation.
func All() []Law {
	return slices.Concat(signInLaws, secrecyLaws, memoryLaws, mailLaws, wordLaws)
}

// Judge returns the places at which the record breaks a law, the first of each law and device only: what follows from
// it says no more.
func Judge(r Record) []Breach { return judge(r, All()) }

// JudgeStranger judges by the law about certificates alone, and what came after the entry with a number. What came
// before tells what an administrator has set.
func JudgeStranger(r Record, after int) []Breach {
	return slices.DeleteFunc(judge(r, secrecyLaws[:1]), func(b Breach) bool { return b.Entry <= after })
}

// JudgePowerOff judges by the law about power off alone.
func JudgePowerOff(r Record) []Breach { return judge(r, []Law{powerOffLaw}) }

func judge(r Record, laws []Law) []Breach {
	b := read(r)
	var found []Breach
	for _, law := range laws {
		seen := map[string]bool{}
		for _, broken := range law.judge(b) {
			if !seen[broken.device] {
				seen[broken.device] = true
				found = append(found, Breach{Law: law, Entry: broken.entry, Says: broken.says})
			}
		}
	}
	return found
}

// breach is what a law finds.
type breach struct {
	device string
	entry  int
	says   string
}

func breaks(device string, entry int, format string, args ...any) breach {
	return breach{device: device, entry: entry, says: device + " " + fmt.Sprintf(format, args...)}
}
