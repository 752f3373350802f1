// Package sheet prints the network status sheet (guide rule R27) as text. The order of its sections is recalled from
// manuals, not confirmed (docs/reference/printer.md §3).
package sheet

import (
	"strings"
	"unicode"

	"mfpsim/sim/facts"
	"mfpsim/sim/locale"
)

// width is how many characters a label takes before its colon.
const width = 30

// columns is how much room a text takes in a font of one width: signs that combine with the letter before take none.
func columns(text string) int {
	n := 0
	for _, r := range text {
		if !unicode.In(r, unicode.Mn, unicode.Mc, unicode.Me, unicode.Cf) {
			n++
		}
	}
	return n
}

type section struct {
	title string
	rows  []facts.Row
}

// Print returns the sheet. No password is on it, because the facts hold none.
func Print(f facts.Facts, texts *locale.Texts) string {
	label := texts.Label
	var b strings.Builder
	title := f.Model.Name + "  " + label("network-status-sheet")
	b.WriteString(title + "\n" + strings.Repeat("=", columns(title)) + "\n")
	for _, s := range sections(f, texts) {
		b.WriteString("\n<" + s.title + ">\n")
		for _, row := range s.rows {
			value := row.Value
			if value == "" {
				value = "-"
			}
			b.WriteString(
				"  " + row.Label + strings.Repeat(" ", max(1, width-columns(row.Label))) + ": " + value + "\n",
			)
		}
	}
	b.WriteString("\n" + label("printed") + " " + texts.Stamp(f.Now) + "\n")
	return b.String()
}

func sections(f facts.Facts, texts *locale.Texts) []section {
	label := texts.Label
	network := f.Network(texts)
	wired, tcpip := network[:2], network[2:]
	disabled, use := label("disable"), label("use")
	return []section{
		{label("general-information"), f.Product(texts)[:5]},
		{label("wired-lan"), wired},
		{label("tcp-ip"), tcpip},
		{label("network-security"), []facts.Row{{Label: label("ipsec"), Value: disabled}, {Label: label("ieee8021x"), Value: disabled}}},
		{
			label("services"),
			[]facts.Row{
				{Label: label("bonjour"), Value: use},
				{Label: label("llmnr"), Value: use},
				{Label: label("snmp"), Value: use},
				{Label: label("ipp"), Value: use},
			},
		},
		{label("wifi-direct"), []facts.Row{{Label: label("connection-mode"), Value: label("off")}}},
		{label("email-server"), f.EmailServer(texts)},
	}
}
