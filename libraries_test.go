package mfpsim_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// owners are the libraries that the owner of the project wants to see used, each where it stands: the package whose
// program imports it.
var owners = []struct{ path, in string }{
	{"golang.org/x/oauth2", "core/oauth"},
	{"github.com/emersion/go-smtp", "core/mail"},
	{"github.com/emersion/go-smtp", "fakesmtp/generic"},
	{"github.com/mhale/smtpd", "fakesmtp/legacy"},
}

// pinned are the versions that the owner has named.
var pinned = map[string]string{"github.com/mhale/smtpd": "v0.8.3"}

// requirement is a line of go.mod.
var requirement = regexp.MustCompile(`(?m)^\s*(?:require )?(\S+\.\S+/\S+) (v\S+)( // indirect)?$`)

// missingOwners tells what is wrong with the imports of packages.
func missingOwners(packages []goPackage) []string {
	var wrong []string
	for _, owner := range owners {
		i := slices.IndexFunc(packages, func(p goPackage) bool { return p.ImportPath == module+"/"+owner.in })
		if i < 0 || !slices.Contains(packages[i].Imports, owner.path) {
			wrong = append(wrong, owner.in+" does without "+owner.path)
		}
	}
	return wrong
}

func TestTheOwnersLibrariesServeWhereTheyAreWanted(t *testing.T) {
	packages := listPackages(t)
	require.Empty(t, missingOwners(packages))
	require.Len(t, missingOwners(nil), len(owners), "the test sees a library that is missing")
	content, err := os.ReadFile("go.mod")
	require.NoError(t, err)
	direct := map[string]string{}
	for _, m := range requirement.FindAllStringSubmatch(string(content), -1) {
		if m[3] == "" {
			direct[m[1]] = m[2]
		}
	}
	for _, owner := range owners {
		require.Contains(t, direct, owner.path, "go.mod requires it directly")
	}
	for path, version := range pinned {
		require.Equal(t, version, direct[path], path)
	}
}

// assertions are packages that tests could use in testify's place.
var assertions = []string{
	"github.com/stretchr/testify/assert", "github.com/stretchr/testify/suite", "github.com/stretchr/testify/mock", "gotest.tools/",
	"github.com/onsi/", "github.com/matryer/is",
}

func TestTestsAssertWithTestify(t *testing.T) {
	const testify = "github.com/stretchr/testify/require"
	using := 0
	for _, p := range listPackages(t) {
		if roomOf(rooms(t), p.ImportPath) == "" && p.ImportPath != module {
			continue
		}
		imports := slices.Concat(p.TestImports, p.XTestImports)
		for _, path := range imports {
			for _, other := range assertions {
				require.False(
					t, strings.HasPrefix(path, other), "the tests of %s import %s: this project asserts with %s",
					p.ImportPath, path, testify,
				)
			}
		}
		if slices.Contains(imports, testify) {
			using++
		}
	}
	require.Greater(t, using, 30, "packages whose tests use it")
}
