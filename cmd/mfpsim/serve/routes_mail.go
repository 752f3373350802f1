package serve

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"mfpsim/cmd/mfpsim/serve/mailpit"
	"mfpsim/cmd/mfpsim/serve/routes"
	"mfpsim/fakesmtp"
)

type listRequest struct {
	Start string `json:"-" query:"start" doc:"how many to pass over, newest first"`
	Limit string `json:"-" query:"limit" doc:"how many to return at most; without it 50"`
	To    string `json:"-" query:"to" doc:"only mails to this address; no parameter of Mailpit's"`
	Wait  string `json:"-" query:"wait" doc:"how long to wait for a mail to return, in bench time: 10s; no parameter of Mailpit's"`
}

type searchRequest struct {
	Query string `json:"-" query:"query" doc:"Mailpit's words: to: from: cc: bcc: reply-to: addressed: subject: message-id: tag: is:read is:unread has:attachment after: before: larger: smaller:, - before a word turns it round"`
	Zone  string `json:"-" query:"tz" doc:"time zone of after: and before:, such as Europe/Paris; without it UTC"`
	Start string `json:"-" query:"start" doc:"how many to pass over, newest first"`
	Limit string `json:"-" query:"limit" doc:"how many to return at most; without it 50"`
	Wait  string `json:"-" query:"wait" doc:"how long to wait for a mail that fits, in bench time: 10s; no parameter of Mailpit's"`
}

type deleteRequest struct {
	IDs []string `json:"IDs,omitempty" doc:"those to delete; without them all"`
}

type deleteSearchRequest struct {
	Query string `json:"-" query:"query" doc:"as for GET"`
	Zone  string `json:"-" query:"tz" doc:"as for GET"`
}

type markRequest struct {
	IDs    []string `json:"IDs,omitempty" doc:"those to mark; without them and Search all"`
	Search string   `json:"Search,omitempty" doc:"mark those that fit a search"`
	Read   bool     `json:"Read,omitempty" doc:"as read; without it as unread"`
	Zone   string   `json:"-" query:"tz" doc:"time zone of dates in Search"`
}

type messageRequest struct {
	ID string `json:"-" path:"id" doc:"of a message, or latest"`
}

type rawRequest struct {
	ID       string `json:"-" path:"id" doc:"of a message, or latest"`
	Download bool   `json:"-" query:"dl" doc:"1: as a file"`
}

type partRequest struct {
	ID   string `json:"-" path:"id" doc:"of a message, or latest"`
	Part string `json:"-" path:"part" doc:"PartID of an attachment"`
}

type infoAnswer struct {
	Version  string         `json:"Version" doc:"mfpsim"`
	Messages int            `json:"Messages" doc:"in all"`
	Unread   int            `json:"Unread"`
	Tags     map[string]int `json:"Tags" doc:"how many messages have each tag"`
}

func mailRoutes() group {
	return group{
		Title: "Mail, under Mailpit's paths",
		About: "Helpers that read mails out of [Mailpit](https://mailpit.axllent.org/docs/api-v1/) work when they are given `$CONTROL` as its address. All mails that have arrived are in one list, " +
			"each once, newest first: those to every mailbox and to every address of the Internet, and non-delivery reports (tag `NDR`). What only lies in Sent Items has not arrived. " +
			"What is deleted here is shown no more; the mailbox, its quota, the message trace and the evidence keep it. There are no relaying, no tags of your own and no checks of HTML or links.",
		Routes: []route{
			{
				Request: "GET /api/v1/messages", At: "/api/v1/messages?to=alice@contoso.com&wait=10s",
				About: "Lists the mails, newest first.", Act: routes.Tells(listMails),
			},
			{
				Request: "GET /api/v1/search", At: "/api/v1/search?query=to:alice@contoso.com+subject:Scan",
				About: "Lists the mails that fit a search, newest first.", Act: routes.Tells(searchMails),
			},
			{
				Request: "GET /api/v1/message/{id}", At: "/api/v1/message/latest",
				About: "Returns a mail with its text, its attachments and its envelope, and marks it as read.",
				Act:   tells(func(b *bench, in messageRequest) (mailpit.Message, error) { return b.mails.Message(in.ID) }),
			},
			{
				Request: "GET /api/v1/message/{id}/headers", At: "/api/v1/message/latest/headers",
				About: "Returns the header fields of a mail, by their names.",
				Act: tells(func(b *bench, in messageRequest) (map[string][]string, error) {
					return b.mails.Headers(in.ID)
				}),
			},
			{
				Request: "GET /api/v1/message/{id}/raw", At: "/api/v1/message/latest/raw",
				About: "Returns a mail as it lies in the mailbox.", Act: tells((*bench).rawMail),
			},
			{
				Request: "GET /view/{id}", At: "/view/latest", Media: "text/html",
				About: "Returns the HTML of a mail as a page that runs nothing, fetches nothing and leads nowhere, for a frame of the bench's page.",
				Act:   tells((*bench).htmlOfMail),
			},
			{
				Request: "GET /api/v1/message/{id}/part/{part}", At: "/api/v1/message/latest/part/2",
				About: "Returns an attachment, decoded.", Media: "*/*", Act: tells((*bench).mailPart),
			},
			{
				Request: "PUT /api/v1/messages", Example: `{"Search":"subject:Scan","Read":true}`, About: "Marks mails as read or unread.",
				Act: tells(func(b *bench, in markRequest) (routes.Raw, error) {
					return plainOK, b.mails.Mark(in.IDs, in.Search, in.Zone, in.Read)
				}),
			},
			{
				Request: "DELETE /api/v1/search", At: "/api/v1/search?query=subject:Scan", About: "Deletes the mails that fit a search.",
				Act: tells(func(b *bench, in deleteSearchRequest) (routes.Raw, error) {
					if strings.TrimSpace(in.Query) == "" {
						return routes.Raw{}, errNoQuery
					}
					return plainOK, b.mails.Delete(nil, in.Query, in.Zone)
				}),
			},
			{
				Request: "DELETE /api/v1/messages", Example: `{"IDs":[]}`, About: "Deletes mails: some, or all.",
				Act: tells(func(b *bench, in deleteRequest) (routes.Raw, error) {
					return plainOK, b.mails.Delete(in.IDs, "", "")
				}),
			},
			{
				Request: "GET /api/v1/tags", About: "Lists the tags that there are.",
				Act: shows(func(b *bench) ([]string, error) {
					all, err := b.mails.Find(mailpit.Query{}, 0, 0)
					return list(all.Tags), err
				}),
			},
			{
				Request: "GET /api/v1/info", About: "Tells how many mails there are.",
				Act: shows(func(b *bench) (infoAnswer, error) {
					all, err := b.mails.Find(mailpit.Query{}, 0, 0)
					if err != nil {
						return infoAnswer{}, err
					}
					reports, err := b.mails.Find(mailpit.Query{Search: "tag:NDR"}, 0, 0)
					answer := infoAnswer{"mfpsim", all.Total, all.Unread, map[string]int{}}
					if reports.MessagesCount > 0 {
						answer.Tags["NDR"] = reports.MessagesCount
					}
					return answer, err
				}),
			},
		},
	}
}

// plainOK is what Mailpit says to acts that have nothing to tell.
var plainOK = routes.Raw{Type: "text/plain", Body: []byte("ok")}

var errNoQuery = routes.Refuse("parameter \"query\" is missing; write query=subject:Scan")

func listMails(ctx context.Context, b *bench, in listRequest) (mailpit.List, error) {
	return b.findMails(ctx, mailpit.Query{To: in.To}, in.Start, in.Limit, in.Wait)
}

func searchMails(ctx context.Context, b *bench, in searchRequest) (mailpit.List, error) {
	if strings.TrimSpace(in.Query) == "" {
		return mailpit.List{}, errNoQuery
	}
	return b.findMails(ctx, mailpit.Query{Search: in.Query, Zone: in.Zone}, in.Start, in.Limit, in.Wait)
}

// findMails lists mails, and waits for one if it is to.
func (b *bench) findMails(
	ctx context.Context, q mailpit.Query, start, limit, wait string,
) (found mailpit.List, err error) {
	from, most := mailpit.Window(start, limit)
	waited := b.await(ctx, wait, func() bool {
		found, err = b.mails.Find(q, from, most)
		return err != nil || found.MessagesCount > 0
	})
	return found, errors.Join(waited, err)
}

func (b *bench) rawMail(in rawRequest) (routes.Raw, error) {
	raw, err := b.mails.Raw(in.ID)
	answer := routes.Raw{Type: "text/plain; charset=utf-8", Body: raw}
	if in.Download {
		answer.Header = http.Header{"Content-Disposition": {`attachment; filename="` + url.PathEscape(in.ID) + `.eml"`}}
	}
	return answer, err
}

// mailPart returns an attachment. What a browser would run comes as a file.
func (b *bench) mailPart(in partRequest) (routes.Raw, error) {
	part, content, err := b.mails.Part(in.ID, in.Part)
	kind, disposition := part.ContentType, "inline"
	if kind == "" || strings.Contains(kind, "html") || strings.Contains(kind, "xml") || strings.Contains(kind, "xsl") {
		kind, disposition = "application/octet-stream", "attachment"
	}
	name := or(part.FileName, part.ContentID)
	header := http.Header{
		"Content-Disposition": {disposition + `; filename="` + url.PathEscape(name) + `"`}, "X-Content-Type-Options": {"nosniff"},
	}
	if kind == "application/pdf" { // the browser's own reader shows it, in a frame of the bench's page
		header.Set("Content-Security-Policy", "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'")
	}
	return routes.Raw{Type: kind, Body: content, Header: header}, err
}

// htmlOfMail returns the HTML of a mail. It comes from outside: its policy takes every right from it.
func (b *bench) htmlOfMail(in messageRequest) (routes.Raw, error) {
	m, err := b.mails.Message(in.ID)
	return routes.Raw{Type: "text/html; charset=utf-8", Body: []byte(m.HTML), Header: http.Header{
		"Content-Security-Policy": {"sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"},
		"X-Content-Type-Options":  {"nosniff"},
	}}, err
}

type addressRequest struct {
	Address string `json:"-" path:"address" doc:"of a mailbox"`
}

type traceRow struct {
	At         time.Time `json:"at" doc:"when it was submitted"`
	Connection string    `json:"connection" doc:"on which it was submitted"`
	Sender     string    `json:"sender" doc:"MAIL FROM"`
	Recipient  string    `json:"recipient"`
	Subject    string    `json:"subject"`
	MessageID  string    `json:"messageId"`
	Size       int       `json:"size" doc:"octets"`
	Status     string    `json:"status" doc:"Delivered or Failed"`
	Detail     string    `json:"detail" doc:"why it failed"`
}

type refusalRow struct {
	At         time.Time `json:"at"`
	Connection string    `json:"connection"`
	User       string    `json:"user" doc:"who the client said it was, as far as it had"`
	Reply      string    `json:"reply" doc:"what the client was told"`
	Reason     string    `json:"reason" doc:"why, which the client is not told; only of a refused AUTH"`
	Event      string    `json:"event" doc:"the row of the replies, for exchange answer event="`
}

// beyondRoutes are what else an administrator of Exchange Online sees.
func beyondRoutes() []route {
	return []route{
		{
			Request: "GET /sent/{address}", At: "/sent/admin@contoso.com", About: "Lists the Sent Items of a mailbox, oldest first.",
			Act: tells(func(b *bench, in addressRequest) ([]storedMail, error) {
				return shown(b.lab.SMTP.SentItems(in.Address)), nil
			}),
		},
		{
			Request: "GET /exchange/reports", About: "Lists the non-delivery reports that lie in mailboxes, oldest first.",
			Act: shows(func(b *bench) ([]storedMail, error) {
				var reports []fakesmtp.Message
				for _, d := range b.lab.SMTP.Deliveries(0) {
					if d.NonDelivery {
						reports = append(reports, d.Message)
					}
				}
				return shown(reports), nil
			}),
		},
		{
			Request: "GET /exchange/trace", About: "Returns the message trace, oldest first: what became of each message to each recipient.",
			Act: shows(func(b *bench) ([]traceRow, error) {
				rows := []traceRow{}
				for _, t := range b.lab.SMTP.Trace() {
					rows = append(rows, traceRow{
						t.At, t.Connection, t.Sender, t.Recipient, t.Subject, t.MessageID, t.Size, string(t.Status), t.Detail,
					})
				}
				return rows, nil
			}),
		},
		{
			Request: "GET /exchange/refusals", About: "Lists what the mail server has refused, oldest first, with the reasons that clients are not told.",
			Act: shows(func(b *bench) ([]refusalRow, error) {
				rows := []refusalRow{}
				for _, r := range b.lab.SMTP.Refusals() {
					rows = append(rows, refusalRow{
						r.At, r.Connection, r.User, r.Reply, string(r.Reason), string(r.Event),
					})
				}
				return rows, nil
			}),
		},
	}
}
