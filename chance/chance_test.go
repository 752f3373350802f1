package chance_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/chance"
)

func TestTheSameSeedAndPartyGiveTheSameBytes(t *testing.T) {
	draw := func(seed uint64, party string) string {
		r := chance.New(seed, party)
		return r.UUID() + r.Hex(7) + r.Letters("ABC", 5)
	}
	require.Equal(t, draw(7, "entra"), draw(7, "entra"))
	require.NotEqual(t, draw(7, "entra"), draw(8, "entra"))
	require.NotEqual(t, draw(7, "entra"), draw(7, "smtp"))
}

func TestUUIDIsOfVersionFour(t *testing.T) {
	require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, chance.New(1, "x").UUID())
}

func TestTheEndOfAUUIDCanBeGiven(t *testing.T) {
	whole := chance.New(1, "x").UUID()
	require.Equal(t, whole[:34]+"00", chance.New(1, "x").UUIDEnding("00"), "the same bytes are drawn")
}
