package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"

	"mfpsim/defects"
)

// chosen is the environment's name for the defect that a program with several of them is to have.
const chosen = "MFPSIM_DEFECT"

// Building takes far longer than playing, so that as many defects as possible share one program. Each of them is a
// copy of the function in which it lies, and the function itself asks first which one is wanted; a table is chosen
// where it is declared, so that what is made of it, an index for example, is made of the chosen one.

// together writes an overlay with all defects that can share a program, and returns which they are.
func (p *planter) together(picked []defects.Defect, folder string) (overlay string, shared map[string]bool, err error) {
	shared = map[string]bool{}
	replace := map[string]string{}
	byFile := map[string][]defects.Defect{}
	for _, d := range picked {
		if d.Escapes == "" && strings.HasSuffix(d.File, ".go") {
			byFile[d.File] = append(byFile[d.File], d)
		}
	}
	for file, list := range byFile {
		original := filepath.Join(p.root, filepath.FromSlash(file))
		source, err := os.ReadFile(original)
		if err != nil {
			return "", nil, err
		}
		m, err := newMerger(file, string(source))
		if err != nil {
			return "", nil, err
		}
		for _, d := range list {
			if m.add(d) {
				shared[d.ID] = true
			}
		}
		text, err := m.text()
		if err != nil {
			return "", nil, fmt.Errorf("defects in %s together: %w", file, err)
		}
		changed := filepath.Join(folder, strings.ReplaceAll(file, "/", "_"))
		replace[original] = changed
		chooser := filepath.Join(folder, strings.ReplaceAll(filepath.Dir(file), "/", "_")+"_chooser.go")
		replace[filepath.Join(filepath.Dir(original), "defect_chooser.go")] = chooser
		say := fmt.Sprintf("package %s\n\nimport \"os\"\n\nvar defectChosen = os.Getenv(%q)\n", m.file.Name.Name, chosen)
		for name, content := range map[string][]byte{changed: text, chooser: []byte(say)} {
			if err := os.WriteFile(name, content, 0o600); err != nil {
				return "", nil, err
			}
		}
	}
	list, err := json.Marshal(map[string]map[string]string{"Replace": replace})
	if err != nil {
		return "", nil, err
	}
	overlay = filepath.Join(folder, "together.json")
	return overlay, shared, os.WriteFile(overlay, list, 0o600)
}

// merger puts several defects into one source file.
type merger struct {
	source  string
	set     *token.FileSet
	file    *ast.File
	choices map[int][]string // by the offset behind the brace that opens a function's body: its cases
	tables  map[int]*literal // by the offset at which a variable's value begins
	behind  bytes.Buffer     // what is appended to the file
	count   int
}

// literal is the value of a variable, of which there are several.
type literal struct {
	kind  string // its type
	end   int    // the offset behind it
	cases []string
}

func newMerger(name, source string) (*merger, error) {
	m := &merger{source: source, set: token.NewFileSet(), choices: map[int][]string{}, tables: map[int]*literal{}}
	var err error
	m.file, err = parser.ParseFile(m.set, name, source, parser.ParseComments|parser.SkipObjectResolution)
	return m, err
}

func (m *merger) offset(p token.Pos) int { return m.set.Position(p).Offset }

// add takes a defect in; false: it must have a program of its own.
func (m *merger) add(d defects.Defect) bool {
	at := strings.Index(m.source, d.Old)
	if at < 0 {
		return false
	}
	old, changed := d.Old, d.New
	for old != "" && changed != "" && old[0] == changed[0] {
		old, changed, at = old[1:], changed[1:], at+1
	}
	for old != "" && changed != "" && old[len(old)-1] == changed[len(changed)-1] {
		old, changed = old[:len(old)-1], changed[:len(changed)-1]
	}
	for _, declared := range m.file.Decls {
		begin, end := m.offset(declared.Pos()), m.offset(declared.End())
		if at < begin || at+len(old) > end {
			continue
		}
		rewritten := func(from, to int) string { return m.source[from:at] + changed + m.source[at+len(old):to] }
		switch one := declared.(type) {
		case *ast.FuncDecl:
			return m.function(d, one, at, at+len(old), rewritten)
		case *ast.GenDecl:
			return m.table(d, one, at, at+len(old), rewritten)
		}
	}
	return false
}

// function makes a copy of the function with the defect.
func (m *merger) function(d defects.Defect, f *ast.FuncDecl, from, to int, rewritten func(from, to int) string) bool {
	inside := f.Body != nil && from > m.offset(f.Body.Lbrace) && to <= m.offset(f.Body.Rbrace)
	if !inside || f.Type.TypeParams != nil || f.Name.Name == "init" {
		return false
	}
	var arguments []string
	for _, field := range f.Type.Params.List {
		for _, name := range field.Names {
			if name.Name == "_" {
				return false
			}
			argument := name.Name
			if _, variadic := field.Type.(*ast.Ellipsis); variadic {
				argument += "..."
			}
			arguments = append(arguments, argument)
		}
		if len(field.Names) == 0 {
			return false
		}
	}
	m.count++
	name := fmt.Sprintf("%s_defect%d", f.Name.Name, m.count)
	call := name
	if f.Recv != nil {
		receiver := f.Recv.List[0].Names
		if len(receiver) == 0 || receiver[0].Name == "_" {
			return false
		}
		call = receiver[0].Name + "." + name
	}
	call += "(" + strings.Join(arguments, ", ") + ")"
	begin := m.offset(f.Body.Lbrace) + 1
	if f.Type.Results != nil {
		call = "return " + call
	} else {
		call += "\nreturn"
	}
	m.choices[begin] = append(m.choices[begin], fmt.Sprintf("case %q:\n%s\n", d.ID, call))
	head := m.source[m.offset(f.Pos()):m.offset(f.Name.Pos())] + name + m.source[m.offset(f.Name.End()):begin]
	m.behind.WriteString("\n" + head + rewritten(begin, m.offset(f.End())) + "\n")
	return true
}

// table makes a copy of a variable's value with the defect.
func (m *merger) table(d defects.Defect, g *ast.GenDecl, from, to int, rewritten func(from, to int) string) bool {
	if g.Tok != token.VAR {
		return false
	}
	for _, each := range g.Specs {
		spec, is := each.(*ast.ValueSpec)
		if !is || len(spec.Names) != 1 || len(spec.Values) != 1 {
			continue
		}
		begin, end := m.offset(spec.Values[0].Pos()), m.offset(spec.Values[0].End())
		if from < begin || to > end {
			continue
		}
		value, is := spec.Values[0].(*ast.CompositeLit)
		if !is || from <= m.offset(value.Lbrace) {
			return false
		}
		if array, is := value.Type.(*ast.ArrayType); is && array.Len != nil {
			return false // its length may be told by the value
		}
		if m.tables[begin] == nil {
			m.tables[begin] = &literal{kind: m.source[m.offset(value.Type.Pos()):m.offset(value.Type.End())], end: end}
		}
		chosen := fmt.Sprintf("case %q:\nreturn %s\n", d.ID, rewritten(begin, end))
		m.tables[begin].cases = append(m.tables[begin].cases, chosen)
		return true
	}
	return false
}

// text is the file with all defects that were added.
func (m *merger) text() ([]byte, error) {
	var b bytes.Buffer
	closed := -1
	for i := 0; i < len(m.source); i++ {
		if i == closed {
			b.WriteString("\n}()")
		}
		if table := m.tables[i]; table != nil {
			cases := strings.Join(table.cases, "")
			fmt.Fprintf(&b, "func() %s {\nswitch defectChosen {\n%s}\nreturn ", table.kind, cases)
			closed = table.end
		}
		if cases := m.choices[i]; len(cases) > 0 {
			b.WriteString("\nswitch defectChosen {\n" + strings.Join(cases, "") + "}\n")
		}
		b.WriteByte(m.source[i])
	}
	b.Write(m.behind.Bytes())
	return format.Source(b.Bytes())
}
