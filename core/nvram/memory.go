package nvram

import (
	"errors"
	"slices"
	"sync"
)

// ErrPowerCut is what a [Memory] answers to the write at which its power was cut, and from then on until
// [Memory.Restore].
var ErrPowerCut = errors.New("nvram: power cut")

// Memory is a [Flash] in memory whose power can be cut in the middle of a write, for simulated devices and tests. The
// zero value is an empty memory. It is safe for concurrent use.
type Memory struct {
	mu      sync.Mutex
	image   []byte
	writes  int
	armed   bool
	cutAt   int // the write at which to cut, counted from 1
	cutByte int // how many bytes of it still arrive
	dark    bool
}

// NewMemory returns a memory that holds a copy of image.
func NewMemory(image []byte) *Memory { return &Memory{image: slices.Clone(image)} }

// Read returns a copy of the image.
func (m *Memory) Read() ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.dark {
		return nil, ErrPowerCut
	}
	return slices.Clone(m.image), nil
}

// Write replaces the image, or as much of it as arrives before the power is cut.
func (m *Memory) Write(image []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.dark {
		return ErrPowerCut
	}
	m.writes++
	if m.armed && m.writes == m.cutAt {
		m.armed, m.dark = false, true
		n := min(m.cutByte, len(image))
		torn := slices.Clone(image[:n])
		if n < len(m.image) {
			torn = append(torn, m.image[n:]...)
		}
		m.image = torn
		return ErrPowerCut
	}
	m.image = append(m.image[:0], image...)
	return nil
}

// CutPower arms one power cut: at the write-th write from now (1 is the next), after so many bytes of it.
func (m *Memory) CutPower(write, bytes int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.armed, m.cutAt, m.cutByte = true, m.writes+write, bytes
}

// Restore brings the power back and disarms a cut that was not reached.
func (m *Memory) Restore() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.armed, m.dark = false, false
}

// Writes returns how many writes there were.
func (m *Memory) Writes() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.writes
}

// Image returns a copy of what the memory holds, power or not.
func (m *Memory) Image() []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.image)
}
