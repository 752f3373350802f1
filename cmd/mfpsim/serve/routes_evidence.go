package serve

import (
	"strings"

	"mfpsim/cmd/mfpsim/serve/routes"
)

type evidenceRequest struct {
	Ticket   string `json:"ticket,omitempty" doc:"what the customer wrote: it stands at the head of the page"`
	Language string `json:"language,omitempty" doc:"of the page: en, hi or el; without it en"`
}

type savedRequest struct {
	Language string `json:"-" query:"language" doc:"of the page, if nothing was saved yet: en, hi or el; without it en"`
}

type evidenceAnswer struct {
	Name   string `json:"name" doc:"of the page, when it is sent on"`
	Bytes  int    `json:"bytes" doc:"of the page"`
	Files  int    `json:"files" doc:"how many there are in the folder"`
	Folder string `json:"folder" doc:"where they were written, if the command line names a folder for evidence; else empty"`
}

func evidenceRoutes() group {
	return group{
		Title: "Evidence",
		About: "A page that says what happened, in one file that opens without a network, and a folder with it: docs/verdicts.md.",
		Routes: []route{
			{
				Request: "POST /evidence", Example: `{"language":"en"}`,
				About: "Saves the evidence as it is now. It is searched for every secret of the bench; one that had any would not be saved.",
				Act:   tells(func(b *bench, in evidenceRequest) (evidenceAnswer, error) { return b.save(in.Language, in.Ticket) }),
			},
			{
				Request: "GET /evidence/page", About: "Returns the page that was saved last, as a file that needs none beside it.", Media: "text/html",
				Act: tells(func(b *bench, in savedRequest) (routes.Raw, error) {
					_, page, name, err := b.lastSaved(in.Language)
					return routes.Raw{Type: "text/html; charset=utf-8", Body: page, Header: attached(name)}, err
				}),
			},
			{
				Request: "GET /evidence/folder", About: "Returns the folder that was saved last, as a zip archive.", Media: "application/zip",
				Act: tells(func(b *bench, in savedRequest) (routes.Raw, error) {
					files, _, name, err := b.lastSaved(in.Language)
					if err != nil {
						return routes.Raw{}, err
					}
					name = strings.TrimSuffix(name, ".html")
					body, err := packed(name, files)
					return routes.Raw{Type: "application/zip", Body: body, Header: attached(name + ".zip")}, err
				}),
			},
		},
	}
}
