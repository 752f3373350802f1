package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"mfpsim/scenarios"
)

// newCommand is `mfpsim new`.
type newCommand struct {
	Name   string `arg:"" help:"folder/name, in small letters, digits and -. A name alone goes into the folder own."`
	Folder string `placeholder:"DIR" default:"." help:"Source folder that it is written into. Default: the current folder."`
	Guide  string `placeholder:"TITLE" help:"The guide's chapter that it is about: its English title. Default: Cannot Send Email."`
}

// Run writes the file and says what comes next.
func (c *newCommand) Run(s *streams) error {
	file, err := scenarios.Skeleton(c.Folder, c.Name, c.Guide)
	if err != nil {
		return usageError{err}
	}
	id := strings.TrimSuffix(filepath.ToSlash(file), ".txtar")
	if within, err := filepath.Rel(c.Folder, file); err == nil {
		id = strings.TrimSuffix(filepath.ToSlash(within), ".txtar")
	}
	_, _ = fmt.Fprintf(s.out, "%s\nIt passes as it stands. Write your title, change its steps (docs/language.md), then:\n"+
		"  mfpsim check %s\n  mfpsim run --folder %s %s\n  mfpsim serve --folder %s --scenario %s\n",
		file, file, c.Folder, id, c.Folder, id)
	return nil
}

// checkCommand is `mfpsim check`.
type checkCommand struct {
	Files []string `arg:"" name:"file" help:"Scenario files, folder/name.txtar; of a folder all that are below it."`
}

// Run looks at each file, and fails if one has a mistake.
func (c *checkCommand) Run(s *streams) error {
	files, err := c.files()
	if err != nil {
		return usageError{err}
	}
	failed := false
	for _, file := range files {
		found, err := scenarios.CheckFile(file)
		if err != nil {
			failed = true
			_, _ = fmt.Fprintln(s.out, err)
			continue
		}
		needs := ""
		for i, need := range found.Required() {
			needs += map[bool]string{true: "; needs ", false: ", "}[i == 0] + string(need)
		}
		_, _ = fmt.Fprintf(s.out, "%s: no mistakes%s\n", file, needs)
	}
	if failed {
		return exit(exitFailed)
	}
	return nil
}

// files are those that were named, and those of the folders that were named.
func (c *checkCommand) files() ([]string, error) {
	var files []string
	for _, name := range c.Files {
		info, err := os.Stat(name)
		switch {
		case errors.Is(err, os.ErrNotExist) && !strings.HasSuffix(name, ".txtar"):
			return nil, fmt.Errorf("there is no file %s; check takes files, as own/story.txtar, or a folder of them", name)
		case err != nil:
			return nil, fmt.Errorf("%s cannot be read: %w", name, cause(err))
		case !info.IsDir():
			files = append(files, name)
			continue
		}
		before := len(files)
		err = filepath.WalkDir(name, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() && strings.HasSuffix(path, ".txtar") {
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("%s cannot be read: %w", name, cause(err))
		}
		if len(files) == before {
			return nil, fmt.Errorf("no scenario in %s; they are files folder/name.txtar", name)
		}
	}
	return files, nil
}
