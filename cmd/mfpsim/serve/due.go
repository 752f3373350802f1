package serve

import (
	"regexp"
	"strings"

	"mfpsim/fakeentra"
	"mfpsim/fakesmtp"
	"mfpsim/languages"
)

// The World knows what is due by names for diagnosis, in English. A reader of the page is told what they are about.

// dueSentence is a sentence for what is due, with {whose} and {what} in it.
type dueSentence struct {
	name *regexp.Regexp // whose party and matter are its groups
	text languages.Text
}

var dueSentences = []dueSentence{
	{
		regexp.MustCompile(`^(?:time-out|deadline) of (.+?)(?: for .+: .*|: (.*)|#\d+)?$`),
		languages.Text{
			English: "{whose} stops waiting for an answer: {what}.", Hindi: "{whose}: उत्तर की प्रतीक्षा समाप्त ({what})।",
			Greek: "{whose} παύει να περιμένει απάντηση: {what}.",
		},
	},
	{
		regexp.MustCompile(`^(?:delay on (.+)|(\S+) (?:for|calls) .*)$`),
		languages.Text{
			English: "An answer that was held back arrives.", Hindi: "रोका हुआ उत्तर पहुँचता है।", Greek: "Φτάνει μια απάντηση που είχε καθυστερήσει.",
		},
	},
	{
		regexp.MustCompile(`^(\S+): sign-in$`),
		languages.Text{
			English: "{whose} asks again whether the sign-in is complete.", Hindi: "{whose} फिर पूछता है कि साइन-इन पूरा हुआ या नहीं।",
			Greek: "{whose} ρωτά ξανά αν ολοκληρώθηκε η σύνδεση.",
		},
	},
	{
		regexp.MustCompile(`^(\S+): restart$`),
		languages.Text{
			English: "{whose} has restarted.", Hindi: "{whose} फिर से चालू हो जाता है।", Greek: "{whose} έχει επανεκκινηθεί.",
		},
	},
	{
		regexp.MustCompile(`^(\S+): (.+)$`),
		languages.Text{
			English: "{whose} goes on: {what}.", Hindi: "{whose}: काम आगे बढ़ता है ({what})।", Greek: "{whose} συνεχίζει: {what}.",
		},
	},
}

// dueMatters are what parties wait for.
var dueMatters = map[string]languages.Text{
	"scan to email":      {English: "scan to email", Hindi: "ईमेल पर स्कैन", Greek: "σάρωση σε email"},
	"sign-in":            {English: "sign-in", Hindi: "साइन-इन", Greek: "σύνδεση"},
	"sign-in page":       {English: "page of the sign-in", Hindi: "साइन-इन का पेज", Greek: "σελίδα σύνδεσης"},
	"email notification": {English: "email notification", Hindi: "ईमेल नोटिफिकेशन", Greek: "ειδοποίηση email"},
	"fax":                {English: "fax", Hindi: "फ़ैक्स", Greek: "φαξ"},
	"time server":        {English: "time server", Hindi: "टाइम सर्वर", Greek: "διακομιστής ώρας"},
	"":                   {English: "open connection", Hindi: "खुला कनेक्शन", Greek: "ανοιχτή σύνδεση δικτύου"},
}

var (
	duePrinter = languages.Text{English: "The printer", Hindi: "प्रिंटर", Greek: "Ο εκτυπωτής"}
	dueBench   = languages.Text{English: "The bench", Hindi: "बेंच", Greek: "Ο πάγκος δοκιμών"}
	dueOther   = languages.Text{
		English: "A time limit of the bench ends.", Hindi: "बेंच की एक समय-सीमा समाप्त होती है।", Greek: "Λήγει ένα χρονικό όριο του πάγκου δοκιμών.",
	}
)

// dueIn says in a language what is due by its name. printers are those of the bench: one alone needs no name.
func dueIn(name, language string, printers []string) string {
	for _, s := range dueSentences {
		found := s.name.FindStringSubmatch(name)
		if found == nil {
			continue
		}
		matter, known := dueMatters[strings.Join(found[2:], "")]
		if !known {
			matter = dueMatters[""]
		}
		whose := dueWhose(found[1], language, printers)
		return strings.NewReplacer("{whose}", whose, "{what}", matter.In(language)).Replace(s.text.In(language))
	}
	return dueOther.In(language)
}

// dueWhose is a party as a reader knows it.
func dueWhose(party, language string, printers []string) string {
	switch {
	case party == fakeentra.Party:
		return "Entra ID"
	case party == fakesmtp.Party:
		return "Exchange Online"
	}
	for _, printer := range printers {
		if party == printer && len(printers) > 1 {
			return duePrinter.In(language) + " " + printer
		}
		if party == printer {
			return duePrinter.In(language)
		}
	}
	return dueBench.In(language)
}
