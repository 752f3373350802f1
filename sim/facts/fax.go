package facts

import "mfpsim/sim/locale"

// faxServer are all of the fax server's settings at once.
const faxServer = "fax-server"

// FaxServer are the settings of the fax server and of its email server, as Web Config, panel and sheet show them (ours:
// the guide shows those of the printer's email server only). Of one that is not used only that; empty on a model that
// has none.
func (f Facts) FaxServer(texts *locale.Texts) []Row {
	model, set := f.Model.FaxServer, f.Settings.FaxServer
	if model == nil {
		return nil
	}
	if !set.Use {
		return []Row{{texts.Label(faxServer), texts.Label("do-not-use")}}
	}
	return append([]Row{
		{texts.Label(faxServer), texts.Label("use")},
		{texts.Label("fax-domain"), set.Domain},
		{texts.Label("attachment-format"), texts.Label(set.FormatOf(model))},
	}, f.Fax.rows(texts)...)
}
