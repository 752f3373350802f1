package mailboxes

import "time"

// setting is a switch whose change takes effect later than it is made, as an administrator's change in Exchange Online
// does.
type setting[V any] struct {
	steps []step[V] // in the order in which they take effect; the first holds from the beginning
}

type step[V any] struct {
	from  time.Time
	value V
}

func newSetting[V any](value V) setting[V] { return setting[V]{steps: []step[V]{{value: value}}} }

// set changes the value from a time on; changes that were to come later are overtaken.
func (s *setting[V]) set(value V, from time.Time) {
	for len(s.steps) > 1 && !s.steps[len(s.steps)-1].from.Before(from) {
		s.steps = s.steps[:len(s.steps)-1]
	}
	s.steps = append(s.steps, step[V]{from, value})
}

// change sets the value if one is given.
func (s *setting[V]) change(value *V, from time.Time) {
	if value != nil {
		s.set(*value, from)
	}
}

// at returns the value that the front ends act on at a time.
func (s *setting[V]) at(now time.Time) V {
	value := s.steps[0].value
	for _, step := range s.steps[1:] {
		if !step.from.After(now) {
			value = step.value
		}
	}
	return value
}

// written returns the value that was set last, which the cmdlets show at once.
func (s *setting[V]) written() V { return s.steps[len(s.steps)-1].value }
