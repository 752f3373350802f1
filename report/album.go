package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"html"
	"path"
	"regexp"
	"strings"

	htmltokens "golang.org/x/net/html"

	"mfpsim/journal"
	"mfpsim/screen/glass"
)

// album holds the screens of a page, each once: HTML with its style sheet beside it, without scripts.
type album struct {
	styles map[string]string // by path
	number map[string]int    // of a screen, by what it is
	sheet  map[string]int    // of a style sheet

	Sprite  string    `json:"sprite"`
	Sheets  []string  `json:"css"`
	Screens []picture `json:"screens"`
}

// picture is one screen. Its HTML has a mark where the style sheet belongs.
type picture struct {
	Sheet int    `json:"s"`
	HTML  string `json:"h"`
	Kind  string `json:"k"` // panel or page
}

// sheetMark is where the style sheet of a picture belongs, spriteMark where the drawings of icons do.
const (
	sheetMark  = "<!--css-->"
	spriteMark = "<!--icons-->"
)

var (
	linked  = regexp.MustCompile(`(?i)<link\b[^>]*\brel="?stylesheet"?[^>]*>`)
	address = regexp.MustCompile(`(?i)\bhref="([^"]*)"`)
	scripts = regexp.MustCompile(`(?is)<script\b.*?(?:</script\s*>|\z)|<meta\b[^>]*http-equiv[^>]*>|<noscript\b.*?</noscript\s*>`)
	spaces  = regexp.MustCompile(`\n[ \t\n]+`)
	focused = regexp.MustCompile(`(?i)(<(?:input|button|select|textarea|a)\b[^>]*?)\sautofocus\b(?:="[^"]*")?`)
)

func newAlbum(styles map[string]string, entries []journal.Entry) *album {
	a := &album{styles: map[string]string{}, number: map[string]int{}, sheet: map[string]int{}, Screens: []picture{}}
	for path, text := range styles {
		a.styles[path] = text
	}
	for _, e := range entries { // what a real browser has fetched is what the page looked like
		if e.HTTP == nil || e.HTTP.Status != 200 {
			continue
		}
		for _, f := range e.HTTP.ResponseHeader {
			if f.Name == "Content-Type" && strings.HasPrefix(f.Value.String(), "text/css") {
				a.styles[withoutQuery(e.HTTP.Target.String())] = e.HTTP.ResponseBody.String()
			}
		}
	}
	a.Sheets = []string{stillBase}
	return a
}

func withoutQuery(target string) string { before, _, _ := strings.Cut(target, "?"); return before }

// stillBase is for pages without a style sheet of their own; the others begin with it. Nothing in a picture can be
// touched.
const stillBase = "html{font:15px/1.5 sans-serif}body{margin:8px}a,button,input,select,textarea{pointer-events:none}"

// still is what the drawing of the glass needs in a picture, where it is not laid out anew.
const still = "html,body{margin:0;background:#2A2E31}.glass{container-name:still;border-radius:0}" +
	"button{pointer-events:none}.lcd .caret{animation:none}"

// panel adds a screen of a control panel. One without data is shown by its text.
func (a *album) panel(e journal.Entry) (int, error) {
	if e.Screen == nil {
		return a.text("panel", framed(e.Text.String())), nil
	}
	a.Sprite = string(glass.Sprite())
	drawn, err := glass.HTML(e.Screen)
	if err != nil {
		return 0, err
	}
	page := "<!DOCTYPE html><html lang=\"" + html.EscapeString(e.Screen.Language) + "\"><head>" + sheetMark +
		"</head><body>" + spriteMark + "<div class=\"glass\">" + string(drawn) + "</div></body></html>"
	return a.add("panel", string(glass.Style)+still, page), nil
}

// text adds the text of a screen or page of which there is no picture.
func (a *album) text(kind, text string) int {
	return a.add(kind, stillBase, "<!DOCTYPE html><html><head>"+sheetMark+"</head><body><pre>"+
		html.EscapeString(text)+"</pre></body></html>")
}

// page adds a page of the record.
func (a *album) page(body string) int {
	style := stillBase
	if link := linked.FindString(body); link != "" {
		if to := address.FindStringSubmatch(link); to != nil {
			style = a.styles[path.Clean("/"+withoutQuery(to[1]))] + stillBase[strings.Index(stillBase, "a,button"):]
		}
	}
	body = focused.ReplaceAllString(scripts.ReplaceAllString(body, ""), "$1") // nobody types into a picture
	marked := linked.FindStringIndex(body)
	switch {
	case marked != nil:
		body = body[:marked[0]] + sheetMark + linked.ReplaceAllString(body[marked[1]:], "")
	case strings.Contains(body, "<head>"):
		body = strings.Replace(body, "<head>", "<head>"+sheetMark, 1)
	default:
		body = sheetMark + body
	}
	return a.add("page", style, spaces.ReplaceAllString(body, "\n"))
}

func (a *album) add(kind, style, body string) int {
	const most = 64 << 10 // a page that is larger is no page for people
	if len(body) > most {
		body = strings.ToValidUTF8(body[:most], "")
	}
	at, known := a.sheet[style]
	if !known {
		at = len(a.Sheets)
		a.sheet[style] = at
		a.Sheets = append(a.Sheets, style)
	}
	number, known := a.number[kind+body]
	if !known {
		number = len(a.Screens)
		a.number[kind+body] = number
		a.Screens = append(a.Screens, picture{at, body, kind})
	}
	return number
}

var endsOfTags = strings.NewReplacer("</", `<\/`, "<!", `\u003c!`)

// data is the album as the page carries it: JSON in which nothing ends the element that it stands in.
func (a *album) data() (string, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(a); err != nil {
		return "", err
	}
	return endsOfTags.Replace(strings.TrimSpace(b.String())), nil
}

// hashes are the style sheets as a policy names them.
func (a *album) hashes() []string {
	var all []string
	for _, s := range a.Sheets {
		all = append(all, hashOf(s))
	}
	return all
}

func hashOf(text string) string {
	digest := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(digest[:]) + "'"
}

// hidden are the elements of a page of which nothing is seen, blocks those that begin a line.
var (
	hidden = named("script style title head")
	blocks = named("p div li ul h1 h2 h3 h4 h5 h6 tr dt form header main nav section button option")
)

func named(words string) map[string]bool {
	all := map[string]bool{}
	for _, word := range strings.Fields(words) {
		all[word] = true
	}
	return all
}

// textOf is roughly what a page says, for those who do not see it and for the search. Nothing is decided by it.
func textOf(page string) string {
	var said strings.Builder
	under := "" // the hidden element that is open
	for z := htmltokens.NewTokenizer(strings.NewReader(page)); ; {
		kind := z.Next()
		switch kind {
		case htmltokens.ErrorToken:
			return linesOf(said.String())
		case htmltokens.TextToken:
			if under == "" {
				said.Write(z.Text())
			}
			continue
		}
		tag, _ := z.TagName()
		name := string(tag)
		switch {
		case under != "":
			if kind == htmltokens.EndTagToken && name == under {
				under = ""
			}
		case kind == htmltokens.StartTagToken && hidden[name]:
			under = name
		case blocks[name]:
			said.WriteByte('\n')
		default:
			said.WriteByte(' ')
		}
	}
}

// linesOf is a text without blanks at the ends of its lines, runs of them, and empty lines.
func linesOf(text string) string {
	var lines []string
	for l := range strings.SplitSeq(text, "\n") {
		if l = strings.Join(strings.Fields(l), " "); l != "" {
			lines = append(lines, l)
		}
	}
	return strings.Join(lines, "\n") + "\n"
}
