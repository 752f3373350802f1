package catalogue

import (
	"strings"

	"mfpsim/fakeentra/internal/words"
)

// Sentence is the text after the number, with every place of it filled: by what [Problem.With] was told, else by what
// stands for it.
func (p *Problem) Sentence() string {
	if strings.IndexByte(p.Row.Text, '{') < 0 {
		return p.Row.Text
	}
	pairs := append(p.values[:len(p.values):len(p.values)], ofRow[p.Row.Code]...)
	return words.Fill(p.Row.Text, append(pairs, standIns...)...)
}

// ofRow are stand-ins of single rows, in which a word means another thing than elsewhere.
var ofRow = map[int][]string{
	500011: {"{name}", "https://outlook.office.com"},
	500014: {"{identifier}", exchange}, 50072: {"{identifier}", exchange}, 50079: {"{identifier}", exchange},
	50076: {"{resource}", exchange}, 50078: {"{resource}", exchange},
	90014:  {"{name}", "client_id"},
	900144: {"{name}", "client_id"},
}

// standIns are what a sentence says where nothing is known: an answer that is planted has no person and no resource.
var standIns = []string{
	"{accepted}", "POST, OPTIONS", "{appConstant}", "Application", "{appId}", unknownID,
	"{appName}", unknownName, "{applicationId}", unknownID, "{asked}", "https://app.example",
	"{errorCode}", "400", "{expires}", unknownTime, "{first}", "https://app.example/callback", "{grant}", "unknown",
	"{id}", unknownID, "{identifier}", unknownID, "{idle}", "90.00:00:00", "{idp}", "https://sts.windows.net/" + unknownID + "/",
	"{issued}", unknownTime, "{method}", "GET", "{name}", unknownName, "{now}", unknownTime, "{organization}", unknownName,
	"{origin}", "https://app.example", "{redirectTerm}", "redirect URI", "{regList}", unknownID,
	"{replyAddress}", "https://app.example", "{resConstant}", "Resource", "{resource}", unknownID,
	"{resourceAppId}", unknownID, "{resourceId}", unknownID, "{resourceName}", unknownName, "{scope}", "unknown",
	"{scopes}", "unknown", "{seconds}", "86400", "{state}", "unregistered", "{tenant}", unknownID, "{tenantId}", unknownID,
	"{tenantName}", unknownID, "{time}", "1.00:00:00", "{type}", "unknown", "{user}", unknownUser,
	"{validFrom}", unknownTime,
}

// exchange is the id of Exchange Online, which a device that sends mail asks for.
const exchange = "00000002-0000-0ff1-ce00-000000000000"

// Values that stand for what is not known.
const (
	unknownID   = "00000000-0000-0000-0000-000000000000"
	unknownName = "unknown"
	unknownTime = "2026-01-01T00:00:00.0000000Z"
	unknownUser = "user@example.com"
)
