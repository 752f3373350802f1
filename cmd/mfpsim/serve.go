package main

import (
	"errors"

	"mfpsim/cmd/mfpsim/serve"
)

// serveCommand is `mfpsim serve`.
type serveCommand struct {
	Scenario string `placeholder:"ID" help:"Play a scenario up to its handover and stay there."`
	Evidence string `placeholder:"DIR" help:"Write the record into this folder when Ctrl-C ends the program."`
	JSON     bool   `name:"json" help:"Print the addresses as one line of JSON when ready, and nothing else."`
	Seed     uint64 `default:"0" help:"Seed of every id, code and token."`
	Model    string `placeholder:"NAME" help:"Model of the printer: ${models}. Default: ${default_model}."`
	Lang     string `placeholder:"LANG" default:"en" help:"Language of panel and Web Config: ${languages}."`
	Flash    string `placeholder:"DIR" help:"Keep the printers' memory in this folder, so that settings and sign-ins survive a restart. A missing folder is made with mode 0700. Each printer's key lies beside its memory (NAME.key, 0600); it is a simulator's key and protects nothing. Entra and the mail service start empty each time and do not know a sign-in that was kept."`
	CA       string `name:"ca" placeholder:"FILE" help:"File to write the certificate authority to (PEM). Default: a temporary file."`

	Keep int `placeholder:"N" default:"${keep}" help:"How many journal entries and how many mails to keep, at most 64 MiB and 256 MiB of them."`

	Listen        string `placeholder:"HOST" default:"127.0.0.1" help:"Address to listen on."`
	WebConfigPort int    `placeholder:"PORT" default:"0" help:"Port of Web Config; 0: any."`
	PanelPort     int    `placeholder:"PORT" default:"0" help:"Port of the panel; 0: any."`
	EntraPort     int    `placeholder:"PORT" default:"0" help:"Port of Entra; 0: any."`
	SMTPPort      int    `name:"smtp-port" placeholder:"PORT" default:"0" help:"Port of SMTP; 0: any."`
	ControlPort   int    `placeholder:"PORT" default:"0" help:"Port of the control API; 0: any."`
}

// Run serves until Ctrl-C.
func (c *serveCommand) Run(s *streams) error {
	if c.Keep < 1 {
		return usage("--keep %d: one entry and one mail are kept at least", c.Keep)
	}
	err := serve.Run(s.ctx, serve.Config{
		Scenario: c.Scenario, Evidence: c.Evidence, Version: buildVersion(), JSON: c.JSON, Seed: c.Seed, Model: c.Model, Language: c.Lang,
		Flash: c.Flash, CA: c.CA, Host: c.Listen, Keep: c.Keep,
		Ports: serve.Ports{WebConfig: c.WebConfigPort, Panel: c.PanelPort, Entra: c.EntraPort, SMTP: c.SMTPPort, Control: c.ControlPort},
		Out:   strict{s.out},
	})
	if s.out.failed != nil {
		return nil // told at the end
	}
	var misuse *serve.ConfigError
	if errors.As(err, &misuse) {
		return usageError{err}
	}
	return err
}
