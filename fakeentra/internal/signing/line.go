package signing

import "runtime"

// Line is where answers wait to be signed: first come, first served, and no more at a time than there are processors.
// Without it whoever comes takes part of the processors from those who came before, and some answers are never done.
type Line struct{ places chan struct{} }

// NewLine makes a line.
func NewLine() *Line { return &Line{places: make(chan struct{}, runtime.GOMAXPROCS(0))} }

// Do runs work when its turn has come. Those who wait do so in the order of the channel, which is that of their coming.
func (l *Line) Do(work func()) {
	l.places <- struct{}{}
	defer func() { <-l.places }()
	work()
	// what came over the network meanwhile is run before the next signature, or it would wait for many
	runtime.Gosched()
}
