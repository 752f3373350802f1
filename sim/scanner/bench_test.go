package scanner_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/sim/scanner"
)

func BenchmarkThreeTruePages(b *testing.B) {
	for b.Loop() {
		_, err := scanner.Scan(scanner.Originals{Pages: 3, Size: "A4"}, settings)
		require.NoError(b, err)
	}
}
