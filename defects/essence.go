package defects

import (
	"go/scanner"
	"go/token"
	"path"
	"strings"
)

// essence is what a compiler reads of a file: of Go the tokens, without comments and line ends; of anything else the
// words. A verdict does not become stale because somebody has broken a line.
func essence(file, text string) string {
	if path.Ext(file) != ".go" {
		return strings.Join(strings.Fields(text), " ")
	}
	var s scanner.Scanner
	set := token.NewFileSet()
	s.Init(set.AddFile("", set.Base(), len(text)), []byte(text), nil, 0)
	var b strings.Builder
	comma := false // it counts only if no bracket follows it: there it belongs to the line's end
	for {
		_, kind, literal := s.Scan()
		if kind == token.EOF {
			return b.String()
		}
		if kind == token.SEMICOLON && literal == "\n" {
			continue
		}
		if comma && kind != token.RPAREN && kind != token.RBRACE && kind != token.RBRACK {
			b.WriteString(",\n")
		}
		if comma = kind == token.COMMA; comma {
			continue
		}
		b.WriteString(kind.String() + " " + literal + "\n")
	}
}
