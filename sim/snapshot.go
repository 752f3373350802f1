package sim

import (
	"mfpsim/core/mail"
	"mfpsim/sim/facts"
)

// Facts is what panel, Web Config and sheet show.
func (p *Printer) Facts() facts.Facts {
	f := facts.Facts{
		Model: p.model, Serial: p.serial, MAC: p.mac, Address: p.config.Address, Further: p.config.Further, HostName: p.hostName,
		Now: p.now(), Standard: p.model.Network,
	}
	live := p.on()
	if live == nil {
		return f
	}
	set := live.memory.settings()
	f.Settings, f.Standard = set, p.networkOf(set.Network)
	f.HostName = p.hostNameOf(live)
	f.RootsVersion = rootsOf(set, live)
	f.Firmware = live.firmware
	f.Email = emailOf(live.mail)
	if p.model.FaxServer != nil {
		f.Fax = emailOf(live.fax)
	}
	return f
}

// emailOf is what is stored of the settings of an email server.
func emailOf(m Mailer) facts.Email {
	settings, status := m.Settings(), m.Status()
	e := facts.Email{
		Method: string(settings.Method), Service: string(settings.Service), Account: settings.Account, Sender: settings.Sender,
		SignedIn: settings.Method == mail.MethodOAuth2 && status.Stored, Server: settings.Server, Port: settings.Port,
		Security: string(settings.Security), ValidateCertificate: settings.ValidateCertificate, POP3Server: settings.POP3Server,
		POP3Port: settings.POP3Port,
	}
	if e.SignedIn {
		e.Account = status.StoredAccount
	}
	return e
}
