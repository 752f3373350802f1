package scenarios

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"mfpsim/choice"
	"mfpsim/device"
	"mfpsim/fakeentra"
	"mfpsim/phrase"
	"mfpsim/screen"
)

// isPage reports whether a panel shows a page of the email service (guide rules R31 to R37).
func isPage(s device.Screen) bool { return s.Data != nil && s.Data.Kind == screen.Page }

// pageOfPanel waits until the page that a panel is loading is there, as a person does, and returns what is shown.
func (p *play) pageOfPanel(panel device.Panel) (shown device.Screen, err error) {
	see := func(ctx context.Context) (surface, error) {
		var err error
		shown, err = panel.Screen(ctx)
		return surface{}, err
	}
	loaded := func(surface) bool { return !isPage(shown) || shown.Data.Progress == nil }
	_, _, err = p.await(patience, see, loaded)
	return shown, err
}

// labelOnPage is a label of a scenario as the page on the panel has it: in its language, in the first words of the
// guide.
func (p *play) labelOnPage(shown device.Screen, label string) string {
	if !isPage(shown) || slices.Contains(shown.Keys, label) || slices.Contains(shown.Fields, label) {
		return label
	}
	words, ok := fakeentra.Words(p.language, label)
	if ok && (slices.Contains(shown.Keys, words) || slices.Contains(shown.Fields, words)) {
		return words
	}
	return label
}

// panelSurface is a screen as shows searches it. Scenarios name the words of Microsoft's pages in English: those stand
// beside the words of the page's language.
func (p *play) panelSurface(shown device.Screen) surface {
	s := screenSurface(shown)
	if !isPage(shown) || p.language == english {
		return s
	}
	var more []string
	for _, row := range shown.Data.Rows {
		if words, ok := fakeentra.English(p.language, row.Label); ok {
			row.Label = words
			more = append(more, row.Line())
		}
	}
	for _, words := range append([]string{shown.Data.Title}, shown.Keys...) {
		if words, ok := fakeentra.English(p.language, words); ok {
			more = append(more, words)
		}
	}
	s.lines = append(more, s.lines...)
	return s
}

// panelLexicon are the words of a panel; of a page on it those of Microsoft's pages too.
func (p *play) panelLexicon(shown device.Screen) lexicon {
	if !isPage(shown) {
		return p.panelWords
	}
	return func(args []string) ([]string, error) {
		words, err := p.panelWords(args)
		for i, arg := range args {
			if _, ok := fakeentra.Words(p.language, arg); ok && i < len(words) {
				words[i] = arg
			}
		}
		return words, err
	}
}

// onPage reports whether the words of panel are those of a page of the email service.
func onPage(what string, rest []string) bool {
	switch what {
	case "sign-in":
		return len(rest) > 0
	case "tick":
		return len(rest) == 1
	case "enter":
		return len(rest) == 2 && rest[0] == "account" || len(rest) > 0 && len(rest) < 3 && rest[0] == "password" &&
			(len(rest) == 1 || rest[1] == "wrong")
	}
	return false
}

// pageVerb plays what is done on a page of the email service: enter account A, enter password [wrong], tick BOX, and
// sign-in A [consent=…], which is all of it.
func (p *play) pageVerb(panel device.Panel, what string, rest []string) (string, error) {
	if what == "sign-in" {
		return p.signInOnPanel(panel, rest)
	}
	shown, err := p.pageOfPanel(panel)
	if err != nil {
		return "", err
	}
	if !isPage(shown) {
		return "", &surfaceError{
			cause: errors.New("the panel shows no page of the email service"), surface: screenSurface(shown),
		}
	}
	return p.onPanel(func(ctx context.Context) (device.Screen, error) {
		switch {
		case what == "tick":
			box := p.labelOnPage(shown, rest[0])
			for _, row := range shown.Data.Rows {
				if row.Role == screen.Box && row.Label == box && row.On {
					return shown, nil // it is ticked
				}
			}
			return panel.Press(ctx, box)
		case rest[0] == "account":
			p.account = rest[1]
			return p.typeOnPage(ctx, panel, shown, false, p.account)
		}
		password := wrongPassword
		if len(rest) == 1 {
			if p.account == "" {
				return shown, errors.New("whose password? begin with: panel enter account A")
			}
			var err error
			if password, err = p.lab.Password(p.account); err != nil {
				return shown, err
			}
		}
		return p.typeOnPage(ctx, panel, shown, true, password)
	})
}

// typeOnPage types into the first field of the page that is a password's, or is none.
func (p *play) typeOnPage(
	ctx context.Context, panel device.Panel, shown device.Screen, masked bool, value string,
) (device.Screen, error) {
	for _, row := range shown.Data.Rows {
		if row.Masked == masked && row.Role == "" && slices.Contains(shown.Fields, row.Label) {
			return panel.Enter(ctx, row.Label, value)
		}
	}
	what := "account"
	if masked {
		what = "password"
	}
	return shown, &choice.Error{What: "field", Wanted: what, Present: shown.Fields}
}

// onPanel is an act on the panel, and the screen that it leads to.
func (p *play) onPanel(f func(ctx context.Context) (device.Screen, error)) (string, error) {
	var s device.Screen
	err := p.act(act, func(ctx context.Context) (err error) { s, err = f(ctx); return err })
	if err != nil {
		return "", err
	}
	return s.String(), nil
}

// panelSignIn reads the words of panel sign-in: who signs in, and the steps where the page asks for permissions.
func panelSignIn(args []string) (who string, consent [][]string, err error) {
	plain, values, err := phrase.Settings(args, "consent")
	if err != nil || len(plain) != 1 {
		return "", nil, errors.Join(err, usage("panel"))
	}
	consent, known := map[string][][]string{
		"": nil, "user": {{"press", "Accept"}}, "cancel": {{"press", "Cancel"}},
		"organization": {{"tick", consentBox}, {"press", "Accept"}},
	}[values["consent"]]
	if !known {
		return "", nil, &choice.Error{
			What: "consent", Wanted: values["consent"], Present: []string{"organization", "user", "cancel"},
		}
	}
	return plain[0], consent, nil
}

// signInOnPanel is Microsoft's side of chapter 7's procedures in one line: account, password, and what the pages ask
// after it.
func (p *play) signInOnPanel(panel device.Panel, args []string) (string, error) {
	who, consent, err := panelSignIn(args)
	if err != nil {
		return "", err
	}
	output := ""
	play := func(steps ...[]string) error {
		for _, step := range steps {
			if output, err = p.inner(append([]string{"panel"}, step...)); err != nil {
				return fmt.Errorf("panel sign-in: %s: %w", quoted(step), err)
			}
		}
		return nil
	}
	if err := play([]string{"enter", "account", who}, []string{"press", "Next"},
		[]string{"enter", "password"}, []string{"press", "Sign In"}); err != nil {
		return output, err
	}
	for range 8 {
		shown, err := p.pageOfPanel(panel)
		s := p.panelSurface(shown)
		if err != nil || !isPage(shown) {
			return shown.String(), err
		}
		step := pressed(p.secondFactor(s))
		if s.shows([]string{"Permissions requested"}) {
			step, consent = consent, nil
		}
		if step == nil {
			return s.drawn, &surfaceError{cause: errors.New("the sign-in does not expect this page"), surface: s}
		}
		if err := play(step...); err != nil {
			return output, err
		}
	}
	return output, errors.New("panel sign-in: it goes round in circles")
}

// pressed are steps in the browser as they are taken on the panel.
func pressed(steps [][]string) [][]string {
	for _, step := range steps {
		if step[0] == "click" {
			step[0] = "press"
		}
	}
	return steps
}
