package manual

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"mfpsim/device/manual"
)

//go:embed page.html
var pageFile string

//go:embed style.css
var style []byte

var pageTemplate = template.Must(template.New("page").Parse(pageFile))

// choice is an answer that can be given.
type choice struct {
	Answer  manual.Answer
	Words   string
	Primary bool
}

// row is a case that has ended.
type row struct{ ID, Verdict string }

// view is what the page shows.
type view struct {
	Language    string
	Languages   []language
	T           func(name string) string
	Instruction *manual.Instruction
	Head        string
	Sentence    string
	Expected    []string
	Absent      bool
	Within      string
	Choices     []choice
	Values      []value
	Otherwise   bool
	Text        string // that was typed, where the answer was not taken
	Refused     string
	Ended       bool
	Cases       []row
}

type (
	language struct {
		Tag, Name string
		Current   bool
	}
	value struct{ Name, Label, Typed string }
)

// languageCookie keeps the language of the page.
const languageCookie = "mfpsim-manual-language"

// page writes what there is to do. It waits for it for a while.
func (s *server) page(w http.ResponseWriter, r *http.Request) {
	tag := s.Language
	if cookie, err := r.Cookie(languageCookie); err == nil {
		tag = cookie.Value
	}
	if wanted := r.URL.Query().Get("lang"); wanted != "" {
		tag = languageOf(wanted)
		http.SetCookie(w, &http.Cookie{Name: languageCookie, Value: tag, Path: "/", SameSite: http.SameSiteStrictMode})
	}
	i, there, ended := s.next(r.Context(), 0, true)
	s.write(w, http.StatusOK, s.view(languageOf(tag), i, there, ended))
}

// view is the page for an instruction.
func (s *server) view(tag string, i manual.Instruction, there, ended bool) view {
	v := view{Language: tag, T: func(name string) string { return say(tag, "page", name) }, Ended: ended && !there}
	for _, other := range Languages() {
		v.Languages = append(v.Languages, language{other, languageNames[other], other == tag})
	}
	for _, c := range slices.Backward(s.Desk.Cases()) {
		v.Cases = append(v.Cases, row{c.ID, say(tag, "verdicts", c.Verdict)})
	}
	if !there {
		return v
	}
	v.Instruction, v.Sentence = &i, Sentence(tag, i)
	v.Head = say(tag, "page", "instruction", "id", strconv.Itoa(i.ID))
	if look, is := lookOf(i); is {
		v.Expected, v.Absent = look.Words, look.Absent
		if look.Within > 0 {
			v.Within = say(tag, "page", "within", "seconds", strconv.Itoa(int(look.Within.Seconds())))
		}
	}
	for _, answer := range i.Answers {
		words := say(tag, "answers", string(answer))
		if v.Absent && answer == manual.AsShown {
			words = say(tag, "answers", "as-shown-absent")
		}
		if v.Otherwise = v.Otherwise || answer == manual.Otherwise; answer != manual.Otherwise {
			v.Choices = append(v.Choices, choice{answer, words, answer == manual.Done || answer == manual.AsShown})
		}
	}
	for _, name := range i.Values {
		v.Values = append(v.Values, value{Name: name, Label: say(tag, "page", name)})
	}
	return v
}

// Answers are the words of an answer, for the template.
func (v view) Answers(name string) string { return say(v.Language, "answers", name) }

// Stop says how a run is stopped. The option in it is not broken over two lines.
func (v view) Stop() template.HTML {
	const option = "--state"
	text := template.HTMLEscapeString(v.T("stop"))
	return template.HTML(strings.ReplaceAll(text, option, `<code class="whole">`+option+`</code>`))
}

// form takes the answer of the page.
func (s *server) form(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maximumAnswer)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "the form cannot be read", http.StatusBadRequest)
		return
	}
	id, _ := strconv.Atoi(r.PostForm.Get("id"))
	reply := manual.Reply{Answer: manual.Answer(r.PostForm.Get("answer")), Values: map[string]string{}}
	if reply.Answer == manual.Otherwise {
		reply.Text = r.PostForm.Get("text")
	}
	i, there, _ := s.next(r.Context(), 0, false)
	for _, name := range i.Values {
		reply.Values[name] = r.PostForm.Get("value." + name)
	}
	err := s.Desk.Reply(id, reply)
	if err == nil || !there || i.ID != id { // one that was answered before: the page goes on
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	tag := s.Language
	if cookie, err := r.Cookie(languageCookie); err == nil {
		tag = cookie.Value
	}
	v := s.view(languageOf(tag), i, true, false)
	v.Refused, v.Text = say(v.Language, "page", "refused-reply", "why", err.Error()), r.PostForm.Get("text")
	for n, one := range v.Values {
		v.Values[n].Typed = reply.Values[one.Name]
	}
	s.write(w, http.StatusUnprocessableEntity, v)
}

func (s *server) write(w http.ResponseWriter, status int, v view) {
	var text bytes.Buffer
	if err := pageTemplate.Execute(&text, v); err != nil {
		http.Error(w, "the page cannot be written: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(text.Bytes()) // a browser that has gone needs no answer
}
