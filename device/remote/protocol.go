package remote

import (
	"encoding/json"
	"time"

	"mfpsim/device"
	"mfpsim/journal"
	"mfpsim/screen"
	"mfpsim/vtime"
)

// Protocol is what a device and a bench of this version name it. A device of the same major version is spoken to:
// members that are not known are ignored, methods that are not known are [KindNotSupported].
const Protocol = "mfpsim-device/1"

// The paths of a device's control port.
const (
	PathHello   = "/v1"                      // GET: Hello
	PathBenches = "/v1/benches"              // POST Boot: Booted
	PathAct     = "/v1/benches/{id}/act"     // POST Act: Report
	PathWake    = "/v1/benches/{id}/wake"    // POST Wake: Report
	PathSlow    = "/v1/benches/{id}/slow"    // POST Slow: Report
	PathStalled = "/v1/benches/{id}/stalled" // POST Stalled: Report
	PathWaits   = "/v1/benches/{id}/waits"   // POST Waits: Waiting
	PathAnswer  = "/v1/benches/{id}/answer"  // POST Answer: Answered
	PathEnd     = "/v1/benches/{id}/end"     // POST: nothing
)

// PathNotes is where the bench's outlet takes what belongs into the record before the next octets: POST Notes.
const PathNotes = "/notes"

// Kinds of the clock that a device goes by.
const (
	ClockBench = "bench" // the bench tells it the time and wakes it
	ClockReal  = "real"  // the machine's
)

// Hello is what a device says of itself before there is a bench.
type Hello struct {
	Protocol     string              `json:"protocol" doc:"mfpsim-device/1"`
	Clock        string              `json:"clock" doc:"bench: the bench tells it the time and wakes it; real: it goes by the machine's clock"`
	Maker        string              `json:"maker"`
	Model        string              `json:"model" doc:"of a device that is booted without one being asked for"`
	Serial       string              `json:"serial,omitempty"`
	Firmware     string              `json:"firmware"`
	Languages    []string            `json:"languages" doc:"of the panel"`
	Capabilities []device.Capability `json:"capabilities" doc:"what it can do; a case that needs another one is skipped"`
	Methods      []string            `json:"methods,omitempty" doc:"acts that it knows; empty: it is asked and says"`
	ClientID     string              `json:"clientId,omitempty" doc:"identifier of its application at Entra ID (a GUID), which the bench then knows as the maker's; empty: that of the simulated printers"`
	Margins      *Margins            `json:"margins,omitempty" doc:"of clock real: how early it acts, for cases that are played with lives cut short"`
}

// Margins are how early a device acts before something runs out. A bench that cuts lives short leaves more than that of
// them, so that a case still says what it is to say.
type Margins struct {
	AccessTokenSeconds  int `json:"accessTokenSeconds" doc:"it takes a new access token so long before the old one ends"`
	RefreshTokenSeconds int `json:"refreshTokenSeconds" doc:"it renews its sign-in by itself so long before that ends; 0: it does not"`
}

// Boot puts a new device on a bench.
type Boot struct {
	Call       string    `json:"call" doc:"the call that the device works under while it starts"`
	Start      time.Time `json:"start" doc:"when the bench's time began"`
	Now        time.Time `json:"now" doc:"true time"`
	Seed       uint64    `json:"seed,string" doc:"decides, together with name, all that is random in the device"`
	Name       string    `json:"name" doc:"the bench's name of the device"`
	Model      string    `json:"model,omitempty" doc:"that was asked for; empty: the device's own choice"`
	Language   string    `json:"language,omitempty" doc:"of the panel; empty: the device's own choice"`
	Address    string    `json:"address" doc:"IP address on the standard network"`
	Further    string    `json:"further,omitempty" doc:"IP address on the additional network"`
	Password   string    `json:"administratorPassword" doc:"of a new device; one that cannot take it keeps its own"`
	Proxy      string    `json:"proxy" doc:"host and port of the way to the clouds: HTTP CONNECT with Connection-Name"`
	ProxyToken string    `json:"proxyToken,omitempty" doc:"to be sent to the proxy as Proxy-Authorization: Bearer …, with every request"`
	Roots      []Root    `json:"roots" doc:"certificate authorities that there are; the first signs all servers"`
}

// Root is a certificate authority.
type Root struct {
	Name string `json:"name" doc:"as a list of root certificates has it: Bench Root G1"`
	PEM  string `json:"pem"`
}

// Booted is the answer to Boot, when the device rests.
type Booted struct {
	ID          string              `json:"id" doc:"of the device, for the paths"`
	Description *device.Description `json:"description,omitempty"`
	Page        bool                `json:"page" doc:"it has a web page: the method page"`
	Report      *Report             `json:"report,omitempty"`
	Error       *Error              `json:"error,omitempty" doc:"why it does not start"`
}

// Act is something that a person does, or looks at.
type Act struct {
	Call   string          `json:"call" doc:"its name; empty: a look without a turn, in which the device acts on nothing"`
	Now    time.Time       `json:"now"`
	Method string          `json:"method"`
	Args   json.RawMessage `json:"args,omitempty" doc:"as the method has them"`
}

// Wake says that the time of a timer has come.
type Wake struct {
	Call  string    `json:"call"`
	Timer string    `json:"timer,omitempty" doc:"the timer's id; none: the one of wakeAt"`
	Now   time.Time `json:"now"`
}

// Timer is a timer of the device.
type Timer struct {
	ID string    `json:"id" doc:"the device's own name of it, not used again"`
	At time.Time `json:"at" doc:"true time"`
}

// Slow says that the answer on a connection takes time.
type Slow struct {
	Call       string `json:"call"`
	Connection string `json:"connection" doc:"the device's own name of it"`
	Given      int64  `json:"given" doc:"octets that the device was given on it after the answer to CONNECT; -1: that was not given yet"`
	Taken      int64  `json:"taken" doc:"octets of the device that have gone on; fewer than it has written: the network holds up a write"`
}

// Stalled asks whether the device waits on a connection on which nothing more will come.
type Stalled struct {
	Call       string `json:"call"`
	Connection string `json:"connection"`
	Given      int64  `json:"given"`
	Taken      int64  `json:"taken" doc:"octets of the device that were taken from it, after CONNECT"`
}

// Waits asks whether the device waits on a connection, having been given so many octets. It changes nothing.
type Waits struct {
	Connection string `json:"connection"`
	Given      int64  `json:"given"`
}

// Waiting is the answer to Waits, when the device does or has closed the connection.
type Waiting struct {
	Waits bool `json:"waits"`
}

// Answer says that the answer on a connection comes now.
type Answer struct {
	Connection string    `json:"connection"`
	Now        time.Time `json:"now"`
}

// Answered is the answer to Answer, at once.
type Answered struct {
	Gone  bool   `json:"gone" doc:"the device does not wait for it any more"`
	Error *Error `json:"error,omitempty"`
}

// Report is what a device says when it rests.
type Report struct {
	Sequence uint64            `json:"sequence" doc:"counts the reports of the device from 1; 0: the end of this call is told by another one"`
	Timers   []Timer           `json:"timers,omitempty" doc:"all of its timers, in the order in which they were set: those due at one instant come in their place among what others have due"`
	WakeAt   *time.Time        `json:"wakeAt,omitempty" doc:"in place of timers: true time of the earliest one"`
	Finished []string          `json:"finished,omitempty" doc:"calls that have ended during another one"`
	Pending  bool              `json:"pending,omitempty" doc:"the act sleeps on the device's own clock"`
	Moved    bool              `json:"moved,omitempty" doc:"of stalled: it does not wait, it has written more or closed"`
	Results  map[string]Result `json:"results,omitempty" doc:"of acts that have ended, by their calls"`
	Notes    []Note            `json:"notes,omitempty" doc:"what belongs into the record, in its order"`
	Error    *Error            `json:"error,omitempty" doc:"the device works no more"`
}

// Result is how an act ended. It can have both.
type Result struct {
	Value json.RawMessage `json:"value,omitempty"`
	Error *Error          `json:"error,omitempty"`
}

// Notes are things for the record that the bench is to hear before the next octets.
type Notes struct {
	Notes []Note `json:"notes"`
}

// Note is one thing that has happened to the device. One member is set.
type Note struct {
	Entry      *Entry   `json:"entry,omitempty"`
	Power      *bool    `json:"power,omitempty" doc:"it went on or off: its place on the network follows"`
	Additional *bool    `json:"additional,omitempty" doc:"it is connected to the additional network or not"`
	Hide       []string `json:"hide,omitempty" doc:"secrets that must show in no record"`
}

// Entry is an entry of the record.
type Entry struct {
	Kind   journal.Kind      `json:"kind"`
	Text   string            `json:"text"`
	Detail map[string]string `json:"detail,omitempty"`
	Screen *screen.Screen    `json:"screen,omitempty"`
}

// PageRequest is one request to the device's web page.
type PageRequest struct {
	Method string              `json:"method"`
	Target string              `json:"target" doc:"path and query"`
	Host   string              `json:"host"`
	Header map[string][]string `json:"header"`
	Body   []byte              `json:"body,omitempty"`
	TLS    bool                `json:"tls" doc:"it came over HTTPS"`
	Long   bool                `json:"long,omitempty" doc:"the body was too long to be handed on, and was thrown away"`
}

// PageAnswer is the answer to a PageRequest.
type PageAnswer struct {
	Aborted    bool                `json:"aborted,omitempty" doc:"the device closes the connection without an answer"`
	Status     int                 `json:"status"`
	Header     map[string][]string `json:"header"`
	Body       []byte              `json:"body,omitempty"`
	Unrecorded bool                `json:"unrecorded,omitempty" doc:"nobody looks for it in the record"`
	Record     *Exchange           `json:"record,omitempty" doc:"the exchange without its secrets; none: the bench records method, path and status"`
}

// Exchange is the record of a request to the web page, in which secrets are hidden.
type Exchange struct {
	Method         string  `json:"method"`
	Host           string  `json:"host"`
	Target         string  `json:"target"`
	RequestHeader  []Field `json:"requestHeader,omitempty"`
	RequestBody    string  `json:"requestBody,omitempty"`
	Status         int     `json:"status"`
	ResponseHeader []Field `json:"responseHeader,omitempty"`
	ResponseBody   string  `json:"responseBody,omitempty"`
}

// Field is a header field.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// The arguments of methods, where they are no types of package device.
type (
	noArgs     struct{}
	panelPress struct {
		Path string `json:"path" doc:"labels of keys: Scan > Email"`
	}
	panelEnter struct {
		Field string `json:"field"`
		Value string `json:"value"`
	}
	panelLogIn struct {
		User     string `json:"user"`
		Password string `json:"password" doc:"empty: the right one"`
	}
	pagesArgs struct {
		Pages int `json:"pages"`
	}
	languageArgs struct {
		Language string `json:"language"`
	}
	dateArgs struct {
		Date time.Time `json:"date"`
	}
	lengthArgs struct {
		Nanoseconds time.Duration `json:"nanoseconds"`
	}
	nameArgs struct {
		Name string `json:"name"`
	}
	versionArgs struct {
		Version string `json:"version"`
	}
	faultArgs struct {
		Fault *device.MemoryFault `json:"fault" doc:"none: it takes writes again"`
	}
	lastArgs struct {
		Last *time.Time `json:"last,omitempty" doc:"last day; none: without end"`
	}
)

// rest is a report as the bench's clock takes it.
func (r *Report) rest() vtime.Rest {
	rest := vtime.Rest{Sequence: r.Sequence, Finished: r.Finished, Pending: r.Pending, Moved: r.Moved}
	for _, t := range r.Timers {
		rest.Timers = append(rest.Timers, vtime.Timer{ID: t.ID, At: t.At})
	}
	if r.WakeAt != nil {
		rest.WakeAt = *r.WakeAt
	}
	return rest
}
