package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/defects"
)

const paper = `package paper

const width = 210

var sizes = []string{"A4", "A5"}

type tray struct{ sheets int }

func (t *tray) take(n int) bool {
	if t.sheets < n {
		return false
	}
	t.sheets -= n
	return true
}

func (t *tray) clear() { t.sheets = 0 }

func (*tray) empty() bool { return false }
`

func TestManyDefectsShareOneFile(t *testing.T) {
	m, err := newMerger("paper.go", paper)
	require.NoError(t, err)
	for _, c := range []struct {
		id, old, new string
		shares       bool
	}{
		{"no-a5", `"A4", "A5"`, `"A4"`, true},
		{"takes-too-many", "t.sheets < n", "t.sheets < 0", true},
		{"takes-none", "t.sheets -= n", "t.sheets -= 0", true},
		{"never-clear", "t.sheets = 0", "_ = t", true},
		{"a-constant", "210", "297", false},
		{"a-receiver-without-a-name", "{ return false }", "{ return true }", false},
		{"not-there", "letter", "legal", false},
	} {
		require.Equal(t, c.shares, m.add(defects.Defect{ID: c.id, Old: c.old, New: c.new}), c.id)
	}
	text, err := m.text()
	require.NoError(t, err)
	require.Equal(t, `package paper

const width = 210

var sizes = func() []string {
	switch defectChosen {
	case "no-a5":
		return []string{"A4"}
	}
	return []string{"A4", "A5"}
}()

type tray struct{ sheets int }

func (t *tray) take(n int) bool {
	switch defectChosen {
	case "takes-too-many":
		return t.take_defect1(n)
	case "takes-none":
		return t.take_defect2(n)
	}

	if t.sheets < n {
		return false
	}
	t.sheets -= n
	return true
}

func (t *tray) clear() {
	switch defectChosen {
	case "never-clear":
		t.clear_defect3()
		return
	}
	t.sheets = 0
}

func (*tray) empty() bool { return false }

func (t *tray) take_defect1(n int) bool {
	if t.sheets < 0 {
		return false
	}
	t.sheets -= n
	return true
}

func (t *tray) take_defect2(n int) bool {
	if t.sheets < n {
		return false
	}
	t.sheets -= 0
	return true
}

func (t *tray) clear_defect3() { _ = t }
`, string(text))
}
