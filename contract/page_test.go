package contract_test

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/contract"
	"mfpsim/core/mail"
	"mfpsim/core/oauth"
	"mfpsim/core/outcome"
	"mfpsim/laws"
)

func TestThePageOfAdaptersHasEveryLawAndCapability(t *testing.T) {
	text, err := os.ReadFile("../docs/adapters.md")
	require.NoError(t, err)
	for _, law := range laws.Wishes() {
		require.Contains(t, string(text), fmt.Sprintf("| `%s` | %s | %s |", law.ID, law.Says, law.Clause))
	}
	for _, c := range contract.Capabilities() {
		require.Contains(t, string(text), "`"+c+"`")
	}
}

func TestThePageOfAdaptersHasARowOfEachKindWithItsSentenceItsNumbersAndWhetherTheSignInEnds(t *testing.T) {
	text, err := os.ReadFile("../docs/adapters.md")
	require.NoError(t, err)
	rows := map[string][]string{}
	for line := range strings.Lines(string(text)) {
		if cells := strings.Split(strings.TrimSpace(line), " | "); len(cells) == 4 && strings.HasPrefix(line, "| `") {
			rows[strings.Trim(cells[0], "| `")] = cells
		}
	}
	for _, kind := range outcome.Kinds() {
		row := rows[string(kind)]
		require.NotEmpty(t, row, "no row of %s", kind)
		require.Equal(t, kind.Sentence(), row[1])
		require.NotEmpty(t, strings.TrimSpace(row[2]), kind)
		ends := map[bool]string{true: "gone |", false: "kept |"}[kind.EndsSignIn()]
		require.Equal(t, ends, row[3], kind)
		numbers := regexp.MustCompile(`\b\d{5,8}\b`).FindAllString(row[2], -1)
		var wanted []string
		for _, number := range oauth.Codes() {
			if meaning, _ := oauth.Meaning(number); meaning == kind {
				wanted = append(wanted, strconv.Itoa(number))
			}
		}
		require.Equal(t, wanted, numbers, "the numbers of %s", kind)
	}
}

func TestThePageOfAdaptersHasEachChoiceOfASetting(t *testing.T) {
	text, err := os.ReadFile("../docs/adapters.md")
	require.NoError(t, err)
	for _, method := range mail.Methods() {
		require.Contains(t, string(text), fmt.Sprintf("`%s`", method))
	}
	for _, security := range mail.Securities() {
		require.Contains(t, string(text), fmt.Sprintf("`%s`", security))
	}
	factory := mail.FactorySettings()
	require.Contains(t, string(text), fmt.Sprintf(
		`{"method":%q,"port":%d,"security":%q,"validate_certificate":%t,"pop3_port":%d}`,
		factory.Method, factory.Port, factory.Security, factory.ValidateCertificate, factory.POP3Port,
	))
}

func TestTheSchemaHasEveryKindOfOutcome(t *testing.T) {
	for _, kind := range outcome.Kinds() {
		require.Contains(t, string(contract.Schema), fmt.Sprintf("%q", kind))
	}
}
