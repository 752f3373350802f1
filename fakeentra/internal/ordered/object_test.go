package ordered_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/fakeentra/internal/ordered"
)

func TestMembersKeepTheirOrder(t *testing.T) {
	o := ordered.New(
		0,
	).Text(
		"z", `say "ü" <&>`,
	).Number(
		"y", -1,
	).Boolean(
		"x", true,
	).Null(
		"w",
	).Numbers(
		"v",
	).Texts(
		"u", "a", "b",
	)
	o.Objects("t", ordered.New(0), ordered.New(0).Null("s")).Nested("r", ordered.New(0)).Raw("q", []byte("1.5"))
	o.Raws("p", []json.RawMessage{[]byte("1"), []byte("null")}).Members([]byte(`{"o":1,"n":2}`)).Members([]byte("{}"))
	require.Equal(t, `{"z":"say \"ü\" <&>","y":-1,"x":true,"w":null,"v":[],"u":["a","b"],"t":[{},{"s":null}],"r":{},"q":1.5,"p":[1,null],"o":1,"n":2}`,
		string(o.Bytes()))
}

func TestAPlacedTextIsFoundInTheBytes(t *testing.T) {
	o := ordered.New(0).Text("a", "b")
	start, end := o.Place("token", func(to []byte) []byte { return append(to, "xyz"...) })
	require.Equal(t, "xyz", string(o.Null("c").Bytes()[start:end]))
}

func TestAnObjectCanBeAddedToAfterItWasLookedAt(t *testing.T) {
	o := ordered.New(100).Text("a", "b")
	first := o.Bytes()
	second := o.Null("c").Bytes()
	require.Equal(t, `{"a":"b"}`, string(first))
	require.Equal(t, `{"a":"b","c":null}`, string(second))
	require.Equal(t, `{"a":"b","c":null}`, string(o.Bytes()))
}

func TestWhatIsNoUTF8IsReplaced(t *testing.T) {
	text := ordered.New(0).Text("a", "\xff\x01\n").Bytes()
	require.Equal(t, `{"a":"\ufffd\u0001\n"}`, string(text))
	require.True(t, json.Valid(text))
}
