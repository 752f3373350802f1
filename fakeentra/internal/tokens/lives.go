package tokens

import (
	"cmp"
	"slices"
	"time"
)

// Life is how long what a grant gave out last lives. It holds no token.
type Life struct {
	Grant       Grant
	Renewed     time.Time // when it was issued
	AccessEnds  time.Time
	AccessVoid  bool // by [Mint.ExpireAccess]
	Offline     bool // there is a refresh token
	RefreshVoid bool // by an act: it is renewed no more

	access, refresh uint64
}

// live notes what was issued last for a grant. refresh is 0 where no refresh token came along.
func (m *Mint) live(g Grant, at time.Time, seconds int64, access, refresh uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	life := m.lives[g.Number]
	life.Renewed, life.AccessEnds, life.access = at, at.Add(time.Duration(seconds)*time.Second), access
	if refresh != 0 {
		life.Offline, life.refresh = true, refresh
	}
	m.lives[g.Number] = life
}

// Lives returns the lives of all grants, in the order in which they were given.
func (m *Mint) Lives() []Life {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := make([]Life, 0, len(m.lives))
	for number, life := range m.lives {
		life.Grant = m.grants[number]
		life.AccessVoid = life.access <= m.accessMark
		life.RefreshVoid = life.refresh <= m.refreshMark || m.dead[life.refresh] || m.spent[life.refresh]
		all = append(all, life)
	}
	slices.SortFunc(all, func(a, b Life) int { return cmp.Compare(a.Grant.Number, b.Grant.Number) })
	return all
}
