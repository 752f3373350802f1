package manual

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"mfpsim/device"
	"mfpsim/device/mount"
	"mfpsim/faultnet"
	"mfpsim/guide"
	"mfpsim/journal"
	"mfpsim/vtime"
)

// Config says which printer a person stands before.
type Config struct {
	Desk *Desk
	// Model and Address are the printer's. Where a scenario names the address that printers of the bench have, Address
	// stands in its place; empty: that address itself.
	Model, Address string
	// Languages are those of its panel; the person sets it to the one that a bench begins in.
	Languages []string
	// Capabilities are what it can do, and a person can see or do. [Capabilities] are all that are possible.
	Capabilities []device.Capability
	// Words are its texts where the guide gives none.
	Words func(language string) device.Words
	// Opened is told the outlet of each bench, for further doors ([faultnet.Outlet.Lead]), and returns what closes
	// them; nil: there are none.
	Opened func(o *faultnet.Outlet) (closes func(), err error)
}

// Capabilities are those that a person can stand for.
func Capabilities() []device.Capability {
	return []device.Capability{
		device.CapabilityPanel, device.CapabilityWebConfig, device.CapabilityScan, device.CapabilityCopy,
		device.CapabilityJobHistory, device.CapabilityStatusSheet, device.CapabilityPower,
	}
}

// Mount puts the printer onto benches in real time. Each begins with the instruction to make it as new.
func Mount(c Config) mount.Constructor {
	return func(ctx context.Context, at mount.Point) (device.Device, error) {
		if at.World.Stepped() {
			return nil, errors.New("a person does not go by a clock that stands: the bench's time must flow")
		}
		d := &printer{config: c, at: at, language: at.Language}
		outlet, err := at.Network.OutletInRealTime(at.Name, faultnet.OutletConfig{})
		if err != nil {
			return nil, err
		}
		d.outlet, d.closes = outlet, func() {}
		if c.Opened != nil {
			closes, err := c.Opened(outlet)
			if err != nil {
				return nil, errors.Join(err, outlet.Close())
			}
			d.closes = closes
		}
		c.Desk.setBench(outlet.Address(), at.Network.Authority().PEM())
		_, err = d.do(ctx, "begin", map[string]any{"printer": at.Name, "language": at.Language}, Done)
		if err != nil {
			return nil, errors.Join(err, d.Close())
		}
		return d, nil
	}
}

// printer is a [device.Witness]. What it does not have is [device.Unsupported].
type printer struct {
	device.Unsupported
	config   Config
	at       mount.Point
	outlet   *faultnet.Outlet
	closes   func()
	language string
	sheets   int
}

var _ device.Witness = (*printer)(nil)

// Said is the detail of entries of the record that a person's answer is the source of.
const Said = "said by"

// do lays down an instruction and waits for what the person says. An answer that is no success is an error.
func (d *printer) do(ctx context.Context, method string, args any, answers ...Answer) (Reply, error) {
	return d.read(ctx, Instruction{Method: method, Args: argsOf(args), Answers: answers}, false)
}

// argsOf are arguments as JSON. They are maps of texts and data types, which can always be written.
func argsOf(args any) json.RawMessage {
	if args == nil {
		args = map[string]any{}
	}
	text, err := json.Marshal(args)
	if err != nil {
		panic(fmt.Sprintf("manual: the arguments of an instruction cannot be written: %v", err))
	}
	return text
}

// read is do for an instruction with values that are to be read, or with a secret that no record may show.
func (d *printer) read(ctx context.Context, i Instruction, secret bool) (Reply, error) {
	var reply Reply
	var failed error
	err := vtime.Away(ctx, "a person", func() { reply, failed = d.config.Desk.ask(i) })
	if err = errors.Join(err, failed); err != nil {
		return Reply{}, err
	}
	shown := string(i.Args)
	if secret {
		shown = "[redacted]"
	}
	said := fmt.Sprintf("%s %s: %s", i.Method, shown, reply.Answer)
	if reply.Text != "" {
		said += ": " + reply.Text
	}
	for _, name := range i.Values {
		said += fmt.Sprintf(" %s=%s", name, reply.Values[name])
	}
	d.at.Journal.Append(journal.Entry{
		Party: d.at.Name, Kind: journal.KindNote, Text: journal.Plain(said), Detail: map[string]string{Said: "a person"},
	})
	switch reply.Answer {
	case Absent:
		return reply, fmt.Errorf("%w: %s", device.ErrAbsent, i.Method)
	case Refused:
		return reply, device.ErrLocked
	case Otherwise:
		if !slices.Contains(i.Answers, AsShown) {
			return reply, fmt.Errorf("a person says: %s", reply.Text)
		}
	}
	return reply, nil
}

// act is do for what can be done, or not.
func (d *printer) act(ctx context.Context, method string, args any) error {
	_, err := d.do(ctx, method, args, Done, Otherwise, Absent)
	return err
}

// onPanel is a label, or a path of labels, in the words of the panel.
func (d *printer) onPanel(path string) string {
	return inWords(path, d.config.Words(d.language), func(label string) (string, bool) {
		return guide.OnPanel(d.language, label)
	})
}

// onPage is a label in the words of the web page.
func (d *printer) onPage(path string) string {
	language := guide.WebConfigLanguage(d.language)
	return inWords(path, d.config.Words(language), func(label string) (string, bool) {
		return guide.Words(language, label)
	})
}

// inWords are the labels of a path as the guide has them, else in other words.
func inWords(path string, other device.Words, in func(string) (string, bool)) string {
	parts := strings.Split(path, ">")
	for i, part := range parts {
		part = strings.TrimSpace(part)
		words, known := in(part)
		if !known {
			words = other.Translate(part)
		}
		parts[i] = words
	}
	return strings.Join(parts, " > ")
}

// Describe implements [device.Device].
func (d *printer) Describe(context.Context) (device.Description, error) {
	return device.Description{
		Name: d.at.Name, Model: d.config.Model, Address: d.own(d.at.Address), Language: d.language, Languages: d.config.Languages,
		Capabilities: d.config.Capabilities,
	}, nil
}

// own is a text of a scenario with the printer's own address in the place of the bench's.
func (d *printer) own(text string) string {
	if d.config.Address == "" {
		return text
	}
	return strings.ReplaceAll(text, d.at.Address, d.config.Address)
}

// Now implements [device.Device]: the person has set the printer's clock right.
func (d *printer) Now(context.Context) (time.Time, error) { return d.at.World.Now(), nil }

// Words implements [device.Device].
func (d *printer) Words(_ context.Context, language string) (device.Words, error) {
	return d.config.Words(language), nil
}

// Panel implements [device.Device].
func (d *printer) Panel() device.Panel { return panel{d} }

// WebConfig implements [device.Device].
func (d *printer) WebConfig() device.WebConfig { return webPage{d} }

// LoadOriginals implements [device.Device].
func (d *printer) LoadOriginals(ctx context.Context, pages int) error {
	return d.act(ctx, "loadOriginals", map[string]any{"pages": pages})
}

// LayOriginals implements [device.Device].
func (d *printer) LayOriginals(ctx context.Context, originals device.Originals) error {
	if originals.Picture != nil {
		return fmt.Errorf("%w: a person has no paper with the picture of this case", device.ErrAbsent)
	}
	return d.act(ctx, "layOriginals", originals)
}

// Scan implements [device.Device].
func (d *printer) Scan(ctx context.Context, request device.ScanRequest) (device.Screen, error) {
	if request.Picture != nil {
		return device.Screen{}, fmt.Errorf("%w: a person has no paper with the picture of this case", device.ErrAbsent)
	}
	return device.Screen{}, d.act(ctx, "scan", request)
}

// PrintSheet implements [device.Device].
func (d *printer) PrintSheet(ctx context.Context) (device.Screen, error) {
	err := d.act(ctx, "printSheet", map[string]any{})
	if err == nil {
		d.sheets++
	}
	return device.Screen{}, err
}

// Sheets implements [device.Device]: what is on the paper, the person is asked ([printer.Look]).
func (d *printer) Sheets(context.Context) ([]device.Sheet, error) {
	var sheets []device.Sheet
	for number := d.sheets; number > 0; number-- {
		sheets = append(sheets, device.Sheet{Number: number, Text: "(on paper)\n"})
	}
	return sheets, nil
}

// Power implements [device.Device].
func (d *printer) Power(ctx context.Context, act device.PowerAct) error {
	if act.AtWrite > 0 {
		return device.ErrNotSupported
	}
	return d.act(ctx, "power", act)
}

// SetLanguage implements [device.Device].
func (d *printer) SetLanguage(ctx context.Context, language string) error {
	err := d.act(ctx, "setLanguage", map[string]any{"language": language})
	if err == nil {
		d.language = language
	}
	return err
}

// Look implements [device.Witness].
func (d *printer) Look(ctx context.Context, look device.Look) (device.Sight, error) {
	if look.Field != "" {
		look.Field = d.onPage(look.Field)
	}
	words := make([]string, len(look.Words))
	for i, word := range look.Words {
		words[i] = d.own(word)
	}
	look.Words = words
	reply, err := d.do(ctx, "look", look, AsShown, Otherwise, Absent)
	return device.Sight{AsShown: reply.Answer == AsShown, Said: reply.Text}, err
}

// CountJobs implements [device.Witness].
func (d *printer) CountJobs(ctx context.Context) (int, error) {
	reply, err := d.read(ctx, Instruction{
		Method: "jobs.count", Args: argsOf(nil), Values: []string{"rows"}, Answers: []Answer{Done, Absent},
	}, false)
	if err != nil {
		return 0, err
	}
	rows, err := strconv.Atoi(strings.TrimSpace(reply.Values["rows"]))
	if err != nil {
		return 0, fmt.Errorf("a person says that the job history has %q rows, which is no number", reply.Values["rows"])
	}
	return rows, nil
}

// Close implements [device.Device].
func (d *printer) Close() error {
	d.closes()
	return d.outlet.Close()
}
