package contract

// Version is the number of the contract. A core that answers another one is not started.
const Version = 1

// Limits of what a core may say. A message of the largest size goes in several sends.
const (
	maximumLine    = 64 << 20
	maximumActions = 32      // in one answer
	maximumSteps   = 10_000  // lines of one operation
	flashSize      = 4 << 20 // octets of memory
	maximumBody    = 1 << 20 // octets of an answer of HTTP that a core is told
)

// Names of events and actions.
const (
	eventBoot      = "boot"
	eventConfigure = "configure"
	eventRun       = "run"

	eventBeginSignIn    = "begin_sign_in"
	eventOpenPage       = "open_sign_in_page"
	eventCompletePage   = "complete_sign_in"
	eventCancelSignIn   = "cancel_sign_in"
	eventDiscard        = "discard"
	eventSignOut        = "sign_out"
	eventCheck          = "check"
	eventSave           = "save"
	eventConnectionTest = "connection_test"
	eventSend           = "send"

	eventHTTP      = "http"
	eventConnected = "connected"
	eventSecured   = "secured"
	eventReceived  = "received"
	eventStored    = "stored"
	eventWoke      = "woke"
	eventFailed    = "failed"

	eventInterrupt = "interrupt" // is not answered

	doHTTP       = "http"
	doConnect    = "connect"
	doStartTLS   = "starttls"
	doReceive    = "receive"
	doStore      = "store"
	doWakeAt     = "wake_at"
	doOutcome    = "outcome"
	doSend       = "send"
	doClose      = "close"
	doRest       = "rest"
	doBackground = "background"
	doCancel     = "cancel"
)

// Event is a line to the core.
type Event struct {
	Number    int    `json:"n"`
	Operation int    `json:"op,omitempty"` // 0: none, as of boot and configure
	Event     string `json:"event"`
	NowMS     int64  `json:"now_ms"`                 // the device's date
	UpMS      int64  `json:"up_ms"`                  // since power on
	OffsetS   int    `json:"utc_offset_s,omitempty"` // the device's time difference, which mails carry
	Random    string `json:"random,omitempty"`       // hex; with boot and the first line of an operation

	// of boot
	Contract   int               `json:"contract,omitempty"`
	Flash      *string           `json:"flash,omitempty"` // base64
	FlashSize  int               `json:"flash_size,omitempty"`
	SealingKey string            `json:"sealing_key,omitempty"` // hex
	HostName   string            `json:"host_name,omitempty"`
	UserAgent  string            `json:"user_agent,omitempty"`
	Owners     map[string]*Owner `json:"owners,omitempty"`  // of configure too
	Entries    map[string]string `json:"entries,omitempty"` // base64, by key: the memory of a core with store: kv

	// of configure, to a core with tls: own
	RootsPEM  string `json:"roots_pem,omitempty"`  // the certificates that it trusts
	RootsFile string `json:"roots_file,omitempty"` // a file that has them
	// and to one with dial: own
	Resolve   map[string]string `json:"resolve,omitempty"` // host:port: where to connect to instead
	SilenceMS int64             `json:"silence_ms,omitempty"`

	// of what begins an operation
	Owner    string        `json:"owner,omitempty"`
	SignedBy []string      `json:"sign_out,omitempty"` // owners, of sign_out
	Service  string        `json:"service,omitempty"`
	Address  string        `json:"address,omitempty"`
	Settings *SettingsLine `json:"settings,omitempty"`
	Message  *Message      `json:"message,omitempty"`

	// of what came of an action
	Status     int               `json:"status,omitempty"`
	Headers    map[string]string `json:"headers,omitempty"` // names in lower case
	Body       *string           `json:"body,omitempty"`
	Body64     string            `json:"body_b64,omitempty"` // in place of body where that is not UTF-8
	Connection int               `json:"conn,omitempty"`
	Data       string            `json:"data,omitempty"`   // base64
	Error      string            `json:"error,omitempty"`  // of failed: a kind of outcome
	First      string            `json:"first,omitempty"`  // base64: what came in place of TLS
	Unsent     bool              `json:"unsent,omitempty"` // of failed: not all that was to be sent has left the device
}

// Owner is what can be told about an owner of a sign-in from outside: services, and what its network does not do.
type Owner struct {
	Services []Service `json:"services,omitempty"`
	Barred   []string  `json:"barred,omitempty"` // authentication methods
}

// Service is an email service that an owner can sign in to.
type Service struct {
	Name                string   `json:"name"`
	Authorization       string   `json:"authorization_endpoint,omitempty"`
	DeviceAuthorization string   `json:"device_authorization_endpoint"`
	Token               string   `json:"token_endpoint"`
	Issuer              string   `json:"issuer,omitempty"` // {tenantid} in it stands for the tenant of the person
	ClientID            string   `json:"client_id"`
	Scopes              []string `json:"scopes"`
	RedirectURI         string   `json:"redirect_uri,omitempty"`
	Server              string   `json:"smtp_server,omitempty"`
	Port                int      `json:"smtp_port,omitempty"`
	Security            string   `json:"security,omitempty"`
}

// SettingsLine are the settings of an email server.
type SettingsLine struct {
	Method       string `json:"method"`
	Service      string `json:"service,omitempty"`
	Account      string `json:"account,omitempty"`
	Password     string `json:"password,omitempty"`
	KeepPassword bool   `json:"keep_password,omitempty"` // to the core: the one that is stored stays
	PasswordSet  bool   `json:"password_set,omitempty"`  // from the core, in place of the password
	Sender       string `json:"sender,omitempty"`
	Server       string `json:"server,omitempty"`
	Port         int    `json:"port,omitempty"`
	Security     string `json:"security,omitempty"`
	Validate     bool   `json:"validate_certificate,omitempty"`
	POP3Server   string `json:"pop3_server,omitempty"`
	POP3Port     int    `json:"pop3_port,omitempty"`
}

// Message is a mail to be sent.
type Message struct {
	From            string       `json:"from,omitempty"` // empty: the sender of the settings
	To              []string     `json:"to"`
	Subject         string       `json:"subject"`
	Text            string       `json:"text"`
	Program         string       `json:"program,omitempty"` // for X-Mailer
	Attachments     []Attachment `json:"attachments,omitempty"`
	AttachmentLimit int64        `json:"attachment_limit,omitempty"` // octets; absent: none
}

// Attachment is a file of a mail.
type Attachment struct {
	Name string `json:"name"`
	Type string `json:"type,omitempty"`
	Data string `json:"data"` // base64
}

// Answer is a line of the core.
type Answer struct {
	Number  int               `json:"n"`
	Actions []Action          `json:"do,omitempty"`
	State   map[string]*State `json:"state,omitempty"` // of the owners that have changed

	// of boot
	Contract     int      `json:"contract,omitempty"`
	Core         string   `json:"core,omitempty"` // what it calls itself
	TLS          string   `json:"tls,omitempty"`
	Dial         string   `json:"dial,omitempty"`
	Clock        string   `json:"clock,omitempty"`
	Store        string   `json:"store,omitempty"`
	Capabilities []string `json:"caps,omitempty"`
	Recovered    string   `json:"recovered,omitempty"`
	Margins      *Margins `json:"margins,omitempty"`
}

// Margins are how early a core with clock: real acts, so that tokens and sign-ins can be cut short for it.
type Margins struct {
	// AccessTokenMS is how long before the end of an access token it takes a new one.
	AccessTokenMS int64 `json:"access_token_ms"`
	// RefreshTokenMS is how long before its end it renews a sign-in by itself; 0: it does not.
	RefreshTokenMS int64 `json:"refresh_token_ms"`
}

// Action is something that the core wants.
type Action struct {
	Do         string            `json:"do"`
	Operation  int               `json:"op,omitempty"` // of background and cancel
	Method     string            `json:"method,omitempty"`
	URL        string            `json:"url,omitempty"`
	Headers    map[string]string `json:"headers,omitempty"`
	Body       string            `json:"body,omitempty"`
	Keep       bool              `json:"keep,omitempty"` // the connection, for the next request
	Host       string            `json:"host,omitempty"`
	Port       int               `json:"port,omitempty"`
	TLS        *TLS              `json:"tls,omitempty"`
	Connection int               `json:"conn,omitempty"`
	TimeoutMS  int64             `json:"timeout_ms,omitempty"`
	Text       string            `json:"text,omitempty"`
	Data       string            `json:"data,omitempty"` // base64, in place of text
	At         int               `json:"at,omitempty"`
	Size       *int              `json:"size,omitempty"`  // of the memory after a store; absent: it may grow
	Key        string            `json:"key,omitempty"`   // of store, with store: kv
	Erase      bool              `json:"erase,omitempty"` // of store, with store: kv: nothing of what it had is left
	UpMS       int64             `json:"up_ms,omitempty"`
	Result
}

// TLS is how a connection is to be secured.
type TLS struct {
	ServerName string `json:"server_name,omitempty"`
	Verify     *bool  `json:"verify"`
	MinVersion string `json:"min_version,omitempty"` // "1.2" if absent
}

// Result is how an operation, or a sign-in, has ended.
type Result struct {
	OK            bool      `json:"ok,omitempty"`
	Kind          string    `json:"kind,omitempty"`
	Side          string    `json:"side,omitempty"`
	Stage         string    `json:"stage,omitempty"`
	OfService     string    `json:"service,omitempty"`
	AADSTS        int       `json:"aadsts,omitempty"`
	Suberror      string    `json:"suberror,omitempty"`
	HTTPStatus    int       `json:"http_status,omitempty"`
	TraceID       string    `json:"trace_id,omitempty"`
	CorrelationID string    `json:"correlation_id,omitempty"`
	SMTPCode      int       `json:"smtp_code,omitempty"`
	Enhanced      string    `json:"enhanced,omitempty"`
	Refused       []Refusal `json:"refused,omitempty"`
	RetryAfterMS  int64     `json:"retry_after_ms,omitempty"`
	Advice        string    `json:"advice,omitempty"`
	Fields        []Field   `json:"fields,omitempty"`     // of check and save: what cannot be stored
	MessageID     string    `json:"message_id,omitempty"` // of send
	Size          *int      `json:"message_size,omitempty"`
	Response      string    `json:"response,omitempty"` // the server's last words
}

// Refusal is a recipient whom the mail server did not accept.
type Refusal struct {
	Address  string `json:"address"`
	SMTPCode int    `json:"smtp_code"`
	Enhanced string `json:"enhanced,omitempty"`
}

// Field is a field of the settings that cannot be stored.
type Field struct {
	Field   string `json:"field"`
	Problem string `json:"problem"`
}

// State is what a core shows of one owner.
type State struct {
	Phase           string        `json:"phase"`
	Service         string        `json:"service,omitempty"`
	Account         string        `json:"account,omitempty"`
	UserCode        string        `json:"user_code,omitempty"`
	VerificationURI string        `json:"verification_uri,omitempty"`
	CodeExpiresMS   int64         `json:"code_expires_ms,omitempty"` // by the device's date
	SignInPage      string        `json:"sign_in_page,omitempty"`
	Ended           *Result       `json:"ended,omitempty"`
	Lost            *Result       `json:"lost,omitempty"`
	Stored          bool          `json:"stored,omitempty"`
	StoredAccount   string        `json:"stored_account,omitempty"`
	Ready           *Result       `json:"ready,omitempty"`    // why nothing can be sent; absent: it can
	Settings        *SettingsLine `json:"settings,omitempty"` // of printer and fax server
}

// stateOfUsers is the name under which a core says the state of users whom it knows nothing of.
const stateOfUsers = "users"
