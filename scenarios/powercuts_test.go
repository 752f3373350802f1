package scenarios

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/chance"
	"mfpsim/core/nvram"
	"mfpsim/device"
	"mfpsim/lab"
	"mfpsim/sim"
	"mfpsim/vtime"
)

// cutsPart is which part of the writes of all scenarios is cut: one of so many, drawn by faultsSeed. `make faults` cuts
// all.
var cutsPart = flag.Int("cuts", 60, "cut the power in one of so many writes to the printers' memory; 1: in all")

// written is one write to a printer's memory.
type written struct {
	chip  string // which part of the memory
	holds string // its record after the write; "" for none
}

// memories are both parts of a printer's memory, with all that was written to them.
type memories struct {
	mu     sync.Mutex
	writes []written
}

// watched is one part.
type watched struct {
	nvram.Slots
	name string
	of   *memories
}

func (w *watched) Read() ([]byte, error) { return w.Flash.Read() }

func (w *watched) Write(image []byte) error {
	if err := w.Flash.Write(image); err != nil {
		return err
	}
	record, _, err := w.Load()
	w.of.mu.Lock()
	defer w.of.mu.Unlock()
	w.of.writes = append(w.of.writes, written{w.name, string(record)})
	return err
}

func (m *memories) configure(config *lab.Config, printer string) {
	config.Defect.Printer = func(p *sim.Config) {
		if p.Name == printer {
			p.Flash = &watched{nvram.Slots{Flash: nvram.NewMemory(nil), Schema: nvram.Schema}, "settings", m}
			p.Records = &watched{nvram.Slots{Flash: nvram.NewMemory(nil), Schema: 2}, "records", m}
		}
	}
}

// used is the printer whose writes are cut: the one that a scenario adds for itself, else the first.
func used(s Scenario) string {
	for _, line := range strings.Split(s.Text, "\n") {
		if words := strings.Fields(line); len(words) > 2 && words[0] == "printer" && words[1] == "use" {
			return words[2]
		}
	}
	return lab.DefaultPrinter
}

// lived plays a scenario, with the power cut in a write if act says so.
func lived(t require.TestingT, s Scenario, act *device.PowerAct) (*memories, *play, func()) {
	m := &memories{}
	config := lab.Config{Seed: *faultsSeed}
	name := used(s)
	m.configure(&config, name)
	if act != nil {
		config.Defect.Device = func(d device.Device) device.Device {
			x, err := d.Describe(context.Background())
			require.NoError(t, err)
			if x.Name == name {
				require.NoError(t, d.Power(context.Background(), *act))
			}
			return d
		}
	}
	bench, err := lab.New(config)
	require.NoError(t, err)
	p, err := newPlay(s, bench, bench.Language())
	require.NoError(t, err)
	p.armed[name] = act != nil
	_, err = p.script(false, "")
	require.NoError(t, err)
	return m, p, func() { require.NoError(t, bench.Close()) }
}

// writesOf lists the writes of a scenario to the memory of the printer that it uses; none of one that tampers with them
// itself.
func writesOf(t require.TestingT, s Scenario) []written {
	if strings.Contains(s.Text, "\npower cut at=") || strings.Contains(s.Text, "\nmemory refuses") {
		return nil
	}
	m, _, end := lived(t, s, nil)
	defer end()
	return m.writes
}

// TestAPowerCutInAnyWriteOfAnyScenarioLeavesTheOldOrTheNew cuts the power in each write that a scenario makes. What
// the scenario wants to see then is another story; what the printer wakes with is not.
func TestAPowerCutInAnyWriteOfAnyScenarioLeavesTheOldOrTheNew(t *testing.T) {
	all, err := All()
	require.NoError(t, err)
	dice := chance.New(*faultsSeed, "power cuts")
	var cuts, tried int
	for _, s := range all {
		if *cutsPart > 1 && dice.Intn(*cutsPart) >= 6 { // of a few scenarios a few writes
			continue
		}
		writes := writesOf(t, s)
		cuts += len(writes)
		for write := 1; write <= len(writes); write++ {
			if *cutsPart > 1 && dice.Intn(6) != 0 {
				continue
			}
			tried++
			act := device.PowerAct{State: "cut", AtWrite: write}
			if n := dice.Intn(2000); n < 1000 {
				act.AtByte = &n
			}
			t.Run(fmt.Sprintf("%s %s", strings.ReplaceAll(s.ID, "/", " "), act), func(t *testing.T) {
				t.Parallel()
				wakes(t, s, act, writes)
			})
		}
	}
	t.Logf("%d writes, %d tried", cuts, tried)
}

// wakes plays a scenario in which the power fails in a write, and switches the printer on.
func wakes(t *testing.T, s Scenario, act device.PowerAct, whole []written) {
	m, p, end := lived(t, s, &act)
	defer end()
	world := p.lab.World
	for _, broke := range world.Panics() {
		require.Fail(t, "a party panicked", "%v\n%s", broke, broke.Stack)
	}
	printer, err := p.device()
	require.NoError(t, err)
	state, err := printer.MemoryState(t.Context())
	require.NoError(t, err)
	require.Empty(t, state.Unmet, "the play is not the one whose writes were counted")

	// Bounded in time: whatever was under way ends.
	require.NoError(t, ended(world.Settle(settling)), "something goes on in the dark")
	began := world.Now()
	require.NoError(t, p.do(func(ctx context.Context) error {
		return printer.Power(ctx, device.PowerAct{State: "on"})
	}))
	require.Equal(t, began, world.Now(), "a printer wakes at once")
	_, err = printer.Panel().Screen(t.Context())
	require.NoError(t, err, "the printer does not wake")

	// The memory holds what it held before the write, or what was to be written.
	last := act.AtWrite - 1
	require.Equal(t, whole[:last], m.writes[:last], "the play is not the one whose writes were counted")
	before := ""
	for _, w := range whole[:last] {
		if w.chip == whole[last].chip {
			before = w.holds
		}
	}
	require.Equal(t, whole[last].chip, m.writes[last].chip)
	require.Contains(t, []string{before, whole[last].holds}, m.writes[last].holds, "neither the old nor the new")
	for _, e := range p.lab.Journal.Entries() {
		require.NotContains(t, e.Text.String(), "was damaged and is lost")
	}
	sent := map[string]int{}
	jobs, err := printer.Jobs(t.Context())
	require.NoError(t, err)
	for _, job := range jobs {
		require.NotEqual(t, "Sending", job.Result, "%+v", job)
		if job.Type == "Email" && job.Result == "Completed" {
			sent[job.To]++
		}
	}
	for to, count := range sent {
		if !strings.Contains(to, ",") {
			require.GreaterOrEqual(t, len(p.lab.SMTP.Mailbox(to)), count, "a job to %s says Completed", to)
		}
	}
	broken, err := Judge(p.lab)
	require.NoError(t, err)
	require.Empty(t, broken)
}

// ended takes a bench on which nothing is due for one that has come to rest.
func ended(err error) error {
	if errors.Is(err, vtime.ErrNothingDue) {
		return nil
	}
	return err
}
