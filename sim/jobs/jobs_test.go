package jobs_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/device"
	"mfpsim/sim/jobs"
	"mfpsim/sim/locale"
)

type memory struct {
	data []byte
	err  error
}

func (m *memory) Load() ([]byte, error) { return m.data, m.err }
func (m *memory) Save(d []byte) error   { m.data = d; return m.err }

func texts(t *testing.T, language string) *locale.Texts {
	tables, err := locale.Embedded()
	require.NoError(t, err)
	return tables.In(language)
}

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func TestAJobIsShownWithCodeStatusAndRemedyOfTheGuide(t *testing.T) {
	h := jobs.Open(&memory{}, 10, "001", func(jobs.Record) {})
	receipt := h.Add(jobs.Record{Time: noon, Type: "email", To: "bob@fabrikam.com", Result: jobs.Running})
	require.Equal(t, "Sending", h.View(texts(t, "en"))[0].Result)
	h.End(receipt, noon, jobs.Failed, "361")
	require.Equal(t, []device.Job{{
		Receipt: 1, Time: noon, Type: "Email", To: "bob@fabrikam.com", Result: "Error", State: device.JobFailed, Code: "361", Ended: noon,
		Status:   "The connection to the cloud service or email service has expired.",
		Solution: "Connect to the cloud service or email service.",
	}}, h.View(texts(t, "en")))
	require.Equal(t, "Η σύνδεση στην υπηρεσία cloud ή email έχει λήξει.", h.View(texts(t, "el"))[0].Status)
}

func TestTheHistorySurvivesPowerOffAndAJobUnderWayHasCode001(t *testing.T) {
	m := &memory{}
	h := jobs.Open(m, 10, "001", func(jobs.Record) {})
	first := h.Add(jobs.Record{Time: noon, Type: "email", Result: jobs.Running})
	h.End(first, noon, jobs.Completed, "")
	h.Add(jobs.Record{Time: noon, Type: "email", Result: jobs.Running})
	again := jobs.Open(m, 10, "001", func(jobs.Record) {})
	view := again.View(texts(t, "en"))
	require.Equal(t, "001", view[0].Code)
	require.Equal(t, "Error", view[0].Result)
	require.Equal(t, "Completed", view[1].Result)
	require.Equal(t, 3, again.Add(jobs.Record{Type: "copy", Result: jobs.Completed}), "receipt numbers go on")
}

func TestOnlyTheNewestJobsAreKept(t *testing.T) {
	h := jobs.Open(&memory{}, 2, "001", func(jobs.Record) {})
	for range 3 {
		h.Add(jobs.Record{Type: "email", Result: jobs.Completed})
	}
	view := h.View(texts(t, "en"))
	require.Len(t, view, 2)
	require.Equal(t, 3, view[0].Receipt)
	_, found := h.Get(1)
	require.False(t, found)
}

func TestADamagedHistoryIsBegunAnewAndSaidSo(t *testing.T) {
	for name, m := range map[string]*memory{
		"torn":       {data: []byte(`{"schema":1,"jo`)},
		"foreign":    {data: []byte(`{"schema":7}`)},
		"unreadable": {err: errors.New("bad block")},
	} {
		t.Run(name, func(t *testing.T) {
			h := jobs.Open(m, 5, "001", func(jobs.Record) {})
			require.Error(t, h.Broken())
			require.Empty(t, h.View(texts(t, "en")))
			m.err = nil
			h.Add(jobs.Record{Type: "email", Result: jobs.Completed})
			require.NoError(t, h.Broken())
		})
	}
}
