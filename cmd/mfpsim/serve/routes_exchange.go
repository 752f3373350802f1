package serve

import (
	"context"
	"math"
	"strings"
	"time"

	"mfpsim/cmd/mfpsim/serve/routes"
	"mfpsim/fakesmtp"
	"mfpsim/phrase"
)

type cmdletRequest struct {
	Name      string   `json:"name" doc:"the cmdlet, for example Set-CASMailbox"`
	Arguments []string `json:"arguments,omitempty" doc:"its words, for example alice@contoso.com, -SmtpClientAuthenticationDisabled, $false"`
}

type cmdletAnswer struct {
	Output string `json:"output" doc:"what the cmdlet prints"`
}

type mailboxRequest struct {
	Address string `json:"-" path:"address" doc:"of the mailbox"`
	From    int    `json:"-" query:"from" doc:"number of the first mail to return, counted from 1 including discarded mails"`
	Limit   *int   `json:"-" query:"limit" doc:"how many to return at most; 0 only counts"`
	Wait    string `json:"-" query:"wait" doc:"how long to wait for a mail to return, in bench time: 10s"`
}

type mailboxAnswer struct {
	Messages []storedMail `json:"messages" doc:"oldest first"`
	Count    int          `json:"count" doc:"how many mails have arrived in all"`
	Dropped  int          `json:"dropped" doc:"how many of the oldest were discarded"`
}

type storedMail struct {
	Number      int          `json:"number" doc:"in the mailbox, from 1"`
	From        string       `json:"from" doc:"address of the From header"`
	To          []string     `json:"to" doc:"addresses of the To header"`
	Subject     string       `json:"subject"`
	Text        string       `json:"text" doc:"the first text part"`
	ReceivedAt  time.Time    `json:"receivedAt"`
	Attachments []attachment `json:"attachments"`
}

type attachment struct {
	Name string `json:"name" doc:"of the file"`
	Type string `json:"type" doc:"media type"`
	Size int    `json:"size" doc:"octets, decoded"`
}

func exchangeRoutes() group {
	return group{Title: "Exchange Online", Routes: append([]route{
		{
			Request: "GET /mailbox/{address}", At: "/mailbox/alice@contoso.com?from=1&limit=10",
			About: "Lists the mails of an address, oldest first.", Act: routes.Tells(mailbox),
		},
		{
			Request: "POST /exchange/cmdlet", About: "Runs a cmdlet of Exchange Online PowerShell, as an administrator would.",
			Example: `{"name":"Set-TransportConfig","arguments":["-SmtpClientAuthenticationDisabled","$false"]}`,
			Act:     tells((*bench).cmdlet),
		},
		{
			Request: "POST /exchange/answer", Example: `{"words":"data '451 4.7.0 Try later' times=1"}`,
			About: "Makes the mail server say something else than it would, in place of what was planted: the words of `exchange answer`.",
			Act: said("exchange answer", alone(phrase.ExchangeAnswers),
				func(b *bench, answers []fakesmtp.Answer) (plantedAnswers, error) {
					err := b.lab.SetExchangeAnswers(answers...)
					return b.exchangeAnswers(), err
				}),
		},
		{
			Request: "GET /exchange/answer", About: "Lists the answers that are planted, and those that were not met.",
			Act: shows(func(b *bench) (plantedAnswers, error) { return b.exchangeAnswers(), nil }),
		},
	}, append(beyondRoutes(), actRoutes()...)...)}
}

func (b *bench) exchangeAnswers() plantedAnswers {
	return answersNow(b.lab.SMTP.Answers(), b.lab.SMTP.UnmetAnswers())
}

func (b *bench) cmdlet(in cmdletRequest) (cmdletAnswer, error) {
	var printed string
	err := b.act("control: cmdlet", func(context.Context) (err error) {
		b.note("exchange: %s %s", in.Name, strings.Join(in.Arguments, " "))
		printed, err = b.lab.SMTP.Cmdlet(in.Name, in.Arguments)
		return err
	})
	return cmdletAnswer{printed}, err
}

// mailbox lists messages of an address, oldest first: those from a number on, and at most so many. It tells how many
// have come, and how many of the oldest have fallen out.
func mailbox(ctx context.Context, b *bench, in mailboxRequest) (answer mailboxAnswer, err error) {
	if !strings.Contains(in.Address, "@") {
		return answer, routes.Refuse("%q is no e-mail address", in.Address)
	}
	limit := math.MaxInt
	if in.Limit != nil {
		limit = *in.Limit
	}
	err = b.await(ctx, in.Wait, func() bool {
		answer.Count, answer.Dropped = b.lab.SMTP.MailCount(in.Address)
		answer.Messages = b.mail(in.Address, in.From, limit)
		return len(answer.Messages) > 0
	})
	return answer, err
}

// mail returns mails of a mailbox that were not deleted.
func (b *bench) mail(address string, from, limit int) []storedMail {
	return shown(b.lab.SMTP.MailboxPage(address, from, limit))
}

// shown tells of mails in JSON.
func shown(messages []fakesmtp.Message) []storedMail {
	rows := []storedMail{}
	for _, m := range messages {
		row := storedMail{
			Number: m.Number, From: m.From, To: list(m.To), Subject: m.Subject, Text: m.Text(),
			ReceivedAt: m.ReceivedAt, Attachments: []attachment{},
		}
		for _, a := range m.Attachments() {
			row.Attachments = append(row.Attachments, attachment{a.Name, a.Type, a.Size})
		}
		rows = append(rows, row)
	}
	return rows
}
