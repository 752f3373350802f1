package sim_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/choice"
	"mfpsim/sim/locale"
	"mfpsim/sim/models"
)

// waiting are messages that no surface shows yet, and what they wait for.
var waiting = map[string]string{
	"M2": "Microsoft's page says it; scenarios name it",
}

// sameWords are messages whose English words another one has too, on purpose.
var sameWords = map[string]string{
	"label.status-tab": "the tab of Web Config; label.status is the head of a column",
}

// literals are the texts that a program's source or a page's template has in quotes.
func literals(t *testing.T, root string, skip ...string) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	quoted := regexp.MustCompile(`"([A-Za-z0-9.-]+)"`)
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains(skip, filepath.ToSlash(path)):
			return filepath.SkipDir
		case strings.HasSuffix(path, ".html"):
			page, err := os.ReadFile(path)
			for _, m := range quoted.FindAllSubmatch(page, -1) {
				found[string(m[1])] = true
			}
			return err
		case !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
				text, err := strconv.Unquote(l.Value)
				require.NoError(t, err)
				found[text] = true
			}
			return true
		})
		return nil
	}))
	return found
}

// shownBy are the messages that a surface can show: those that its source names, and those of the models' data.
func shownBy(tables *locale.Tables, named, data map[string]bool) []string {
	var ids []string
	for _, id := range tables.IDs() {
		label, isLabel := strings.CutPrefix(id, locale.LabelID(""))
		if named[id] || data[id] || isLabel && named[label] {
			ids = append(ids, id)
		}
	}
	return ids
}

// dataOf are the messages that models name, for the panel, sheet and job history, and for Web Config.
func dataOf(t *testing.T, tables *locale.Tables) (panel, web map[string]bool) {
	t.Helper()
	set, err := models.Embedded()
	require.NoError(t, err)
	panel, web = map[string]bool{}, map[string]bool{}
	var menu func(items []models.MenuItem)
	menu = func(items []models.MenuItem) {
		for _, item := range items {
			panel[locale.LabelID(item.Label)] = true
			menu(item.Items)
		}
	}
	var tabs func(items []models.WebItem)
	tabs = func(items []models.WebItem) {
		for _, item := range items {
			web[locale.LabelID(item.Label)] = true
			tabs(item.Items)
		}
	}
	value := func(english string) { // "Off", "None"
		if id, ok := tables.Find(english); ok {
			panel[id], web[id] = true, true
		}
	}
	for _, name := range set.Names() {
		m, err := set.Get(name)
		require.NoError(t, err)
		menu(m.Panel.Menu)
		full := models.Outcome{Code: m.Mail.JobMemoryCode}
		panel[full.StatusID()], panel[full.SolutionID()] = true, true
		for _, setting := range m.Mail.Settings {
			panel[locale.LabelID(setting.Name)] = true
			for _, value := range setting.Values {
				panel[locale.LabelID(value)] = true
			}
		}
		tabs(m.WebConfig.Tabs)
		for _, label := range m.WebConfig.NetworkStatus {
			web[locale.LabelID(label)] = true
		}
		if f := m.FaxServer; f != nil {
			for _, format := range f.Formats {
				panel[locale.LabelID(format)], web[locale.LabelID(format)] = true, true
			}
			for _, code := range f.Codes {
				row := models.Outcome{Code: code}
				for _, id := range []string{row.StatusID(), row.SolutionID()} {
					panel[id], web[id] = true, true
				}
			}
			value(models.OtherService)
		}
		if n := m.EmailNotification; n != nil { // its mails are in the languages of the panel
			for _, cause := range append(n.Causes(), "test") {
				panel[locale.EventID(cause)] = true
			}
		}
		for _, f := range m.Firmwares {
			for _, method := range f.AuthenticationMethods {
				value(method)
			}
		}
		value(m.Network.ObtainAddress)
		value("None")
		for _, part := range m.Sheet.Sections {
			for _, label := range append(part.Rows, part.Title) {
				panel[locale.LabelID(label)] = true
			}
		}
		for _, label := range m.Sheet.States {
			panel[locale.LabelID(label)] = true
		}
		web[m.ConnectionTest.Busy] = true
		for _, id := range m.ConnectionTest.Advice {
			web[id] = true
		}
		for _, row := range m.Outcomes {
			cloud := models.Outcome{Code: row.CloudCode}
			for _, id := range []string{
				row.PanelID(), row.User, row.StatusID(), row.SolutionID(), cloud.StatusID(), cloud.SolutionID(),
			} {
				panel[id] = true
			}
			for _, id := range []string{
				row.SignIn, row.Test, row.Cloud, row.POP3, row.OAuth2, row.StatusID(), row.SolutionID(),
			} {
				web[id] = true
			}
		}
	}
	return panel, web
}

// TestEachTextIsTranslatedUsedAndSaidOnce finds what a table lacks, what nobody shows, and what stands there
// twice.
func TestEachTextIsTranslatedUsedAndSaidOnce(t *testing.T) {
	tables := standardTables(t)
	panelData, webData := dataOf(t, tables)
	surfaces := map[string][]string{
		"panel, sheet and job history": shownBy(
			tables, literals(t, ".", "locale", "models", "webconfig"), panelData,
		),
		"Web Config": shownBy(tables, literals(t, "webconfig"), webData),
	}
	maps.Copy(surfaces, map[string][]string{
		"facts and layouts of dates": shownBy(
			tables,
			literals(t, "facts"),
			map[string]bool{locale.StampID: true, locale.ClockID: true},
		),
	})
	var wrong []string
	used := map[string]bool{}
	for surface, ids := range surfaces {
		languages := []string{"hi", "el"}
		if surface == "Web Config" {
			languages = []string{"el"} // Web Config has no Hindi
		}
		for _, id := range ids {
			used[id] = true
			for _, language := range languages {
				if tables.In(language).Lacks(id) {
					wrong = append(
						wrong,
						fmt.Sprintf("%s is untranslated in %q; %s shows it", id, language, surface),
					)
				}
			}
		}
	}
	said := map[string]string{}
	for _, id := range tables.IDs() {
		switch {
		case !used[id] && waiting[id] == "":
			wrong = append(wrong, "nobody shows "+id)
		case used[id] && waiting[id] != "":
			wrong = append(wrong, id+" waits no longer")
		}
		if !tables.Has(id) || sameWords[id] != "" {
			continue
		}
		words := choice.Normalize(tables.In("en").Text(id))
		if words != "" && !strings.HasPrefix(id, "code.") {
			if other := said[words]; other != "" {
				wrong = append(wrong, id+" says the same as "+other)
			}
			said[words] = id
		}
	}
	slices.Sort(wrong)
	require.Empty(t, wrong)
}

// standardTables are the texts of the program.
func standardTables(t *testing.T) *locale.Tables {
	t.Helper()
	tables, err := locale.Embedded()
	require.NoError(t, err)
	return tables
}

// TestATextThatIsNotTheGuidesSaysSo holds that a text of Hindi or Greek is the guide's, or says that it is
// ours.
func TestATextThatIsNotTheGuidesSaysSo(t *testing.T) {
	page, err := os.ReadFile("../docs/reference/printer.md")
	require.NoError(t, err)
	reference := choice.Normalize(string(page))
	for _, language := range []string{"hi", "el"} {
		data, err := os.ReadFile("locale/messages/" + language + ".yaml")
		require.NoError(t, err)
		for n, line := range strings.Split(string(data), "\n") {
			id, text, found := strings.Cut(line, ": ")
			if !found || strings.HasPrefix(line, "#") || strings.HasPrefix(text, "{") {
				continue
			}
			words := choice.Normalize(strings.Trim(text, `"`))
			require.Contains(
				t, reference, words, "%s.yaml:%d: %s has no mark and is not in the guide", language, n+1, id,
			)
		}
	}
}
