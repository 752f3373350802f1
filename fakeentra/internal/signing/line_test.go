package signing_test

import (
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra/internal/signing"
)

func TestFirstComeFirstServed(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	line := signing.NewLine()
	var (
		group  sync.WaitGroup
		served []int
		held   = make(chan struct{})
		inside = make(chan struct{})
	)
	group.Go(func() {
		line.Do(func() {
			close(inside)
			<-held
		})
	})
	<-inside
	for i := range 20 {
		group.Go(func() { line.Do(func() { served = append(served, i) }) })
		for range 10 {
			runtime.Gosched() // one processor: who was started runs until it waits
		}
	}
	close(held)
	group.Wait()
	require.IsIncreasing(t, served)
	require.Len(t, served, 20)
}

func TestAsManyAtATimeAsThereAreProcessors(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(3))
	line := signing.NewLine()
	var group, all sync.WaitGroup
	all.Add(3)
	for range 3 {
		group.Go(func() {
			line.Do(func() {
				all.Done()
				all.Wait() // returns only if the three are inside together
			})
		})
	}
	group.Wait()
}
