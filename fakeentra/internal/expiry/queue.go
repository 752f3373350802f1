// Package expiry keeps things in the order in which they expire, so that a holder of many of them can drop the expired
// ones without looking at the others.
package expiry

import (
	"container/heap"
	"slices"
	"time"
)

// Queue holds keys by the ends of their lives. The zero Queue is empty. It is not safe for concurrent use.
type Queue[K any] struct{ entries entries[K] }

type entry[K any] struct {
	end time.Time
	key K
}

// Add notes when a life ends. A key whose life is changed is added once more; both ends come out.
func (q *Queue[K]) Add(key K, end time.Time) { heap.Push(&q.entries, entry[K]{end, key}) }

// Over takes out the key whose life has been over longest; ok is false if all still live.
func (q *Queue[K]) Over(now time.Time) (key K, ok bool) {
	if len(q.entries) == 0 || now.Before(q.entries[0].end) {
		return key, false
	}
	first, _ := heap.Pop(&q.entries).(entry[K])
	if len(q.entries) < cap(q.entries)/4 {
		q.entries = slices.Clone(q.entries) // a crowd has gone
	}
	return first.key, true
}

// entries are a heap.
type entries[K any] []entry[K]

func (e entries[K]) Len() int           { return len(e) }
func (e entries[K]) Less(i, j int) bool { return e[i].end.Before(e[j].end) }
func (e entries[K]) Swap(i, j int)      { e[i], e[j] = e[j], e[i] }

// Push and Pop are [heap.Interface]'s.
func (e *entries[K]) Push(x any) { *e = append(*e, x.(entry[K])) }

// Pop is described at Push.
func (e *entries[K]) Pop() any {
	last := len(*e) - 1
	x := (*e)[last]
	(*e)[last] = entry[K]{}
	*e = (*e)[:last]
	return x
}
