// Package yamlfile reads YAML files with data of the simulated printer, and reports every mistake with file and line.
// Nothing in such a file can make the program panic.
package yamlfile

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Error is one mistake in a file.
type Error struct {
	File    string
	Line    int // from 1
	Problem string
}

// Error gives the mistake as compilers do: "mfp-4100.yaml:12: no label "scann"".
func (e *Error) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Problem) }

// File is a file that was read.
type File struct {
	name string
	root ast.Node // nil for an empty file
}

// Parse reads a file; name is how errors call it. The error is an [*Error].
func Parse(name string, data []byte) (*File, error) {
	f := &File{name: name}
	parsed, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, f.wrap(err)
	}
	if len(parsed.Docs) > 1 {
		second := parsed.Docs[1].GetToken().Position.Line
		return nil, &Error{File: name, Line: second, Problem: "a second document; a file holds one"}
	}
	if len(parsed.Docs) == 1 {
		f.root = parsed.Docs[0].Body
	}
	return f, nil
}

// Decode fills a variable. A key that it has no room for is an error, and so is one that stands twice.
func (f *File) Decode(to any) error {
	if f.root == nil {
		return &Error{File: f.name, Line: 1, Problem: "the file is empty"}
	}
	if err := yaml.NodeToValue(f.root, to, yaml.Strict()); err != nil {
		return f.wrap(err)
	}
	return nil
}

// Errorf makes an error about what stands at a path of keys and, counted from 0, places in lists. Where the path leads
// nowhere the line is that of the last step that is there.
func (f *File) Errorf(path []string, format string, values ...any) error {
	return &Error{File: f.name, Line: f.line(path), Problem: fmt.Sprintf(format, values...)}
}

func (f *File) line(path []string) int {
	line, node := 1, f.root
	for _, step := range path {
		key, value := child(node, step)
		if value == nil {
			return line
		}
		if key == nil {
			key = value
		}
		line, node = start(key), value
	}
	return line
}

// child returns what a step leads to, and the key if it is a mapping's.
func child(node ast.Node, step string) (key, value ast.Node) {
	switch n := node.(type) {
	case *ast.TagNode:
		return child(n.Value, step)
	case *ast.AnchorNode:
		return child(n.Value, step)
	case *ast.MappingValueNode: // a mapping of one pair
		if n.Key.String() == step || n.Key.GetToken().Value == step {
			return n.Key, n.Value
		}
	case *ast.MappingNode:
		for _, pair := range n.Values {
			if key, value := child(pair, step); value != nil {
				return key, value
			}
		}
	case *ast.SequenceNode:
		if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(n.Values) {
			return nil, n.Values[i]
		}
	}
	return nil, nil
}

// start is the line that a node begins in.
func start(node ast.Node) int {
	switch n := node.(type) {
	case *ast.MappingNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			return start(n.Values[0])
		}
	case *ast.MappingValueNode:
		return start(n.Key)
	}
	return node.GetToken().Position.Line
}

// wrap turns an error of the YAML library, which prints pieces of the file, into one line.
func (f *File) wrap(err error) error {
	var told yaml.Error
	if errors.As(err, &told) && told.GetToken() != nil {
		return &Error{File: f.name, Line: told.GetToken().Position.Line, Problem: told.GetMessage()}
	}
	return &Error{File: f.name, Line: 1, Problem: err.Error()}
}
