// Package transit writes what Exchange Online writes into the header of a message that goes through it, and its reports
// of messages that it could not deliver (docs/reference/exchange-smtp.md X4 to X7).
//
// The forms and the order of the fields are those of public mails; their keys are in docs/reference/sources.md:
// EXO-MAIL and EXO-DKIM as a mailbox on the Internet gets them from an organization, EXO-OUTLOOK from a personal
// account, EXO-INSIDE in a mailbox of the same organization, EXO-NDR for reports. What only the service itself can read
// (X-Microsoft-Antispam-Message-Info and its like) is drawn from the seed. Sent Items are inferred.
package transit

import (
	"strings"
	"time"

	"mfpsim/chance"
	"mfpsim/fakesmtp/internal/mail"
	"mfpsim/fakesmtp/internal/replies"
)

// Organization is the sender's, as headers tell it.
type Organization struct {
	ID       string // tenant id
	Domain   string // the first accepted one
	Initial  string // TENANT.onmicrosoft.com
	Personal bool   // that of personal accounts
}

// Initial returns the domain that an organization was made with: the first of its domains below onmicrosoft.com, or one
// made of the first label of its default domain.
func Initial(domains []string) string {
	const below = ".onmicrosoft.com"
	for _, domain := range domains {
		if strings.HasSuffix(strings.ToLower(domain), below) {
			return domain
		}
	}
	return label(domains[0]) + below
}

// Route is the servers that a connection leads to. Messages of one connection share it.
type Route struct {
	Seed     uint64
	FrontEnd string // host name in tails
	Backend  string // mailbox server
	Site     string // how the names of servers begin
	Forest   string // how they end
}

// Way is the way of one message through the service. It is a [mail.Carrier].
type Way struct {
	*Route
	Sender    *Organization
	NetworkID string // see [NetworkID]
	// MessageID is what the service gave, in the place of the client's or for want of one; empty: the client's holds.
	MessageID string
	// Inbound: the message came in by the MX door, and its header says so already.
	Inbound bool
}

// servers draws the servers that a message comes by after the first one.
func (w *Way) servers() (random *chance.Reader, first, next, last machine) {
	random = chance.New(w.Seed, "message "+w.NetworkID)
	draw := func() machine {
		return machineOf(w.Seed, w.Site+"MB"+digits(random, 4)+"."+w.Forest)
	}
	return random, machineOf(w.Seed, w.Backend), draw(), draw()
}

func digits(random *chance.Reader, n int) string { return random.Letters("0123456789", n) }

// Carry writes the header of a message as a mailbox holds it.
func (w *Way) Carry(c mail.Carried, blank bool) mail.Header {
	random, first, next, last := w.servers()
	l := &letter{Way: w, carried: c, random: random, first: first, next: next, last: last, at: c.Message.ReceivedAt}
	switch {
	case c.Seat.Sent:
		return l.sent()
	case c.Seat.Organization == w.Sender.ID && !w.Sender.Personal:
		return l.inside()
	default:
		return l.outside(blank)
	}
}

// letter is a header in the making.
type letter struct {
	*Way
	carried           mail.Carried
	random            *chance.Reader
	first, next, last machine
	at                time.Time
	header            mail.Header
}

// add adds a field.
func (l *letter) add(name, value string) {
	if !strings.HasPrefix(value, "\r\n") {
		value = " " + value
	}
	l.header = append(l.header, mail.Field(name+":"+value+"\r\n"))
}

// fold adds a field whose value begins on the next line, as the service folds long ones.
func (l *letter) fold(name, value string) { l.add(name, "\r\n\t"+value) }

// sent is the header of the copy in Sent Items.
func (l *letter) sent() mail.Header {
	l.submission()
	l.client()
	return l.header
}

// inside is the header in a mailbox of the same organization.
func (l *letter) inside() mail.Header {
	l.add("Received", "from "+l.next.host+" ("+l.next.plain+")\r\n by "+l.last.host+" with HTTPS;\r\n "+l.date())
	l.results()
	l.handedOn()
	l.submission()
	l.client()
	l.add("X-MS-Exchange-Organization-MessageDirectionality", "Originating")
	l.add("X-MS-Exchange-Organization-AuthSource", l.first.host)
	l.add("X-MS-Exchange-Organization-AuthAs", "Internal")
	l.add("X-MS-Exchange-Organization-AuthMechanism", "04")
	l.add("X-MS-Exchange-Organization-Network-Message-Id", "\r\n "+l.NetworkID)
	l.add("X-MS-PublicTrafficType", "Email")
	l.add("X-MS-TrafficTypeDiagnostic", "\r\n "+diagnostic(l.first, l.next, l.last))
	l.add("Return-Path", l.carried.Message.EnvelopeFrom)
	l.add("X-MS-Exchange-Organization-ExpirationStartTime", l.moment()+"\r\n (UTC)")
	l.add("X-MS-Exchange-Organization-ExpirationStartTimeReason", "OriginalSubmit")
	l.add("X-MS-Exchange-Organization-ExpirationInterval", "1:00:00:00.0000000")
	l.add("X-MS-Exchange-Organization-ExpirationIntervalReason", "OriginalSubmit")
	l.add("X-MS-Office365-Filtering-Correlation-Id", l.NetworkID)
	l.relayed()
	l.add("X-MS-Exchange-AtpMessageProperties", "SA|SL")
	l.add("X-Microsoft-Antispam", "BCL:0;")
	l.add("X-Forefront-Antispam-Report", "\r\n CIP:255.255.255.255;CTRY:;LANG:en;SCL:1;SRV:;IPV:NLI;SFV:NSPM;H:"+
		l.first.host+";PTR:;CAT:NONE;SFS:;DIR:INT;")
	l.add("X-OriginatorOrg", l.Sender.Domain)
	l.crossTenant()
	l.add("X-MS-Exchange-Transport-EndToEndLatency", "00:00:0"+digits(l.random, 1)+"."+digits(l.random, 7))
	l.add("X-MS-Exchange-Processed-By-BccFoldering", versionAt(l.at).mapi)
	l.fold("X-Microsoft-Antispam-Mailbox-Delivery",
		"ucf:0;jmr:0;auth:0;dest:I;ENG:(910001)(944506478)(944626604)(920097)(425001)(930097)(140003)(1420103);")
	l.fold("X-Microsoft-Antispam-Message-Info", l.sealed(messageInfo))
	return l.header
}

// outside is the header in a mailbox on the Internet or of another organization. What that mailbox's own servers would
// add is not simulated, but for Return-Path.
func (l *letter) outside(blank bool) mail.Header {
	// The signatures stand first and are made last.
	if !l.Sender.Personal {
		l.results()
	}
	l.handedOn()
	l.submission()
	l.client()
	l.add("X-MS-PublicTrafficType", "Email")
	l.add("X-MS-TrafficTypeDiagnostic", diagnostic(l.first, l.next))
	l.add("X-MS-Office365-Filtering-Correlation-Id", l.NetworkID)
	if l.Sender.Personal {
		l.fold("X-Microsoft-Antispam", "BCL:0;ARA:14566002|15080799012|8060799015|461199028|8022599003|5062599005|"+
			"5072599009|23021999003|19110799012|10035399007|440099028|3412199025|12091999003;")
	} else {
		l.relayed()
		l.fold("X-Microsoft-Antispam", "BCL:0;ARA:13230040|366016|376014|1800799024;")
	}
	l.fold("X-Microsoft-Antispam-Message-Info", l.encoded(messageInfo))
	if !l.Sender.Personal {
		l.fold("X-Forefront-Antispam-Report", "CIP:255.255.255.255;CTRY:;LANG:en;SCL:1;SRV:;IPV:NLI;SFV:NSPM;H:"+
			l.first.host+";PTR:;CAT:NONE;SFS:(13230040)(366016)(376014)(1800799024);DIR:OUT;SFP:1101;")
	}
	l.add("X-MS-Exchange-AntiSpam-MessageData-ChunkCount", "1")
	l.fold("X-MS-Exchange-AntiSpam-MessageData-0", l.encoded(messageData))
	if l.Sender.Personal {
		l.add("X-OriginatorOrg", personalOriginator)
	} else {
		l.add("X-OriginatorOrg", l.Sender.Domain)
	}
	l.crossTenant()
	return append(append(l.trace(), l.signatures(blank)...), l.header...)
}

// personalOriginator is the X-OriginatorOrg of personal accounts in EXO-OUTLOOK.
const personalOriginator = "sct-15-20-9412-4-msonline-outlook-63b91.templateTenant"

// trace is what the recipient's own server puts first (RFC 5321 §4.4).
func (l *letter) trace() mail.Header {
	return mail.Header{mail.Field("Return-Path: <" + l.carried.Message.EnvelopeFrom + ">\r\n")}
}

// date is the time of arrival as Received and Date have it: the day of the month is not padded.
func (l *letter) date() string { return replies.InBanner(l.at) }

// moment is the time of arrival in ten thousandths of a second.
func (l *letter) moment() string { return l.at.UTC().Format("02 Jan 2006 15:04:05.0000") }

// results is what the service says of the client's own signatures: it had none to look at.
func (l *letter) results() {
	l.add("Authentication-Results", "dkim=none (message not signed)\r\n header.d=none;dmarc=none action=none header.from="+
		l.from()+";")
}

// from is the domain of From.
func (l *letter) from() string {
	m := l.carried.Message
	return domainOf(m.From, domainOf(m.EnvelopeFrom, l.Sender.Domain))
}

// handedOn is the step from the mailbox server to the next one.
func (l *letter) handedOn() {
	l.add("Received", "from "+l.first.host+" ("+l.first.plain+")\r\n by "+l.next.host+" ("+l.next.plain+
		") with\r\n Microsoft SMTP Server (version=TLS1_2,\r\n cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id "+
		versionAt(l.at).smtp+";\r\n "+l.date())
}

// submission is the step from the mailbox to the mailbox server.
func (l *letter) submission() {
	l.add("Received", "from "+l.first.host+"\r\n (["+l.first.local+"]) by "+l.first.host+"\r\n (["+l.first.local+"%"+
		string(rune('0'+l.first.zone))+"]) with mapi id "+versionAt(l.at).mapi+";\r\n "+l.date())
}

// client is what the client wrote, with what it left out, and how it came in.
func (l *letter) client() {
	m := l.carried.Message
	original := ""
	for _, field := range l.carried.Header {
		if l.MessageID != "" && field.Is("Message-ID") {
			original = field.Value()
			field = mail.Field("Message-ID:\r\n " + l.MessageID + "\r\n")
		}
		l.header = append(l.header, field)
	}
	if l.carried.Header.Last("From") == nil && m.EnvelopeFrom != "" {
		l.add("From", "<"+m.EnvelopeFrom+">") // (docs/reference/exchange-smtp.md X2)
	}
	if l.carried.Header.Last("Date") == nil {
		l.add("Date", l.date())
	}
	if l.MessageID != "" && original == "" {
		l.add("Message-ID", "\r\n "+l.MessageID)
	}
	front := machineOf(l.Seed, l.FrontEnd)
	l.add("X-ClientProxiedBy", front.host+"\r\n ("+front.plain+") To "+l.first.host+"\r\n ("+l.first.plain+")")
	if original != "" {
		l.add("X-Microsoft-Original-Message-ID", "\r\n "+original)
	}
	l.add("MIME-Version", "1.0")
	if l.Sender.Personal {
		l.add("X-MS-Exchange-MessageSentRepresentingType", "1")
	}
}

// relayed are two fields of work accounts.
func (l *letter) relayed() {
	l.add("X-MS-Exchange-SenderADCheck", "1")
	l.add("X-MS-Exchange-AntiSpam-Relay", "0")
}

// crossTenant is what one organization's servers tell another's.
func (l *letter) crossTenant() {
	const prefix = "X-MS-Exchange-CrossTenant-"
	l.add(prefix+"Network-Message-Id", l.NetworkID)
	l.add(prefix+"AuthSource", l.first.host)
	l.add(prefix+"AuthAs", "Internal")
	l.add(prefix+"OriginalArrivalTime", l.moment()+"\r\n (UTC)")
	l.add(prefix+"FromEntityHeader", "Hosted")
	l.add(prefix+"Id", l.Sender.ID)
	if l.Sender.Personal {
		l.fold(prefix+"RMS-PersistedConsumerOrg", "00000000-0000-0000-0000-000000000000")
	} else {
		l.add(prefix+"MailboxType", "HOSTED")
		l.add(prefix+"UserPrincipalName", l.sealed(principalName))
	}
	l.add("X-MS-Exchange-Transport-CrossTenantHeadersStamped", label(l.next.host))
}

// diagnostic names the servers that a message came by.
func diagnostic(by ...machine) string {
	parts := make([]string, len(by))
	for i, m := range by {
		parts[i] = label(m.host) + ":EE_"
	}
	return strings.Join(parts, "|")
}

// domainOf is the domain of an address, or what stands in for none.
func domainOf(address, otherwise string) string {
	if at := strings.LastIndexByte(address, '@'); at >= 0 && at+1 < len(address) {
		return address[at+1:]
	}
	return otherwise
}
