package scenarios

import "fmt"

// mostInserted bounds what the names of one line stand for together, in octets, and mostSet what all names of a
// scenario do: env A=$A$A twenty times over is a million times A.
const (
	mostInserted = 64 << 10
	mostSet      = 1 << 20
)

// insertion puts values in the place of the names of one line, as long as they are not too long together.
type insertion struct {
	lookup   func(name string) string
	inserted int
}

func (in *insertion) value(name string) string {
	value := in.lookup(name)
	if in.inserted += len(value); in.inserted > mostInserted {
		return ""
	}
	return value
}

func (in *insertion) tooLong() error {
	if in.inserted > mostInserted {
		return fmt.Errorf("what the names of this line stand for is longer than %d KiB together", mostInserted>>10)
	}
	return nil
}

// values is what env has set.
type values struct {
	of     map[string]string
	octets int // of names and values
}

func (v *values) put(name, value string) error {
	if old, known := v.of[name]; known {
		v.octets -= len(name) + len(old)
	}
	v.of[name] = value
	if v.octets += len(name) + len(value); v.octets > mostSet {
		return fmt.Errorf("what env has set is longer than %d MiB together", mostSet>>20)
	}
	return nil
}
