package serve

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"mfpsim/choice"
	"mfpsim/cmd/mfpsim/serve/mailpit"
	"mfpsim/cmd/mfpsim/serve/routes"
	"mfpsim/fakeentra"
	"mfpsim/journal"
	"mfpsim/vtime"
)

type (
	group = routes.Group[*bench]
	route = routes.Route[*bench]
	act   = routes.Act[*bench]
)

// table is the control API: everything that the bench's pages can do, in JSON.
func table() []group {
	return []group{
		overview(), caseRoutes(), pageRoutes(), pointRoutes(), clockRoutes(), journalRoutes(), evidenceRoutes(), recordRoutes(), peopleRoutes(), entraRoutes(), mailRoutes(), exchangeRoutes(), networkRoutes(),
		providerRoutes(), printerRoutes(), userRoutes(),
	}
}

// tells makes an act that answers with something.
func tells[In, Out any](f func(b *bench, in In) (Out, error)) act {
	return routes.Tells(func(_ context.Context, b *bench, in In) (Out, error) { return f(b, in) })
}

// shows makes an act that takes nothing and answers with something.
func shows[Out any](f func(b *bench) (Out, error)) act {
	return tells(func(b *bench, _ routes.None) (Out, error) { return f(b) })
}

// does makes an act that has nothing to tell.
func does[In any](f func(b *bench, in In) error) act {
	return tells(func(b *bench, in In) (routes.Done, error) { return routes.Done{OK: true}, f(b, in) })
}

// errEnded is what a request hears whose bench has gone.
var errEnded = errors.New("the bench was reset meanwhile, or has ended")

// errHeld is what a probe hears of a bench that does not go on.
var errHeld = errors.New("the bench is held; GET /turn says by whom")

// failed says with which status an error is answered.
func failed(err error) (status int, message string) {
	var label *choice.Error
	var search mailpit.ErrSearch
	var entra *fakeentra.Error
	switch {
	case errors.Is(err, vtime.ErrClosed), errors.Is(err, errEnded):
		return http.StatusServiceUnavailable, errEnded.Error()
	case errors.Is(err, errHeld):
		return http.StatusServiceUnavailable, err.Error()
	case errors.Is(err, mailpit.ErrNone):
		return http.StatusNotFound, err.Error()
	case errors.As(err, &search):
		return http.StatusBadRequest, err.Error()
	case errors.As(err, &label):
		return http.StatusNotFound, label.Error()
	case errors.As(err, &entra): // without the name of the package: the request says whose it is
		return http.StatusUnprocessableEntity, entra.Cause.Error()
	default:
		return http.StatusUnprocessableEntity, err.Error()
	}
}

// act runs an act of a person in a turn of its own.
func (b *bench) act(name string, f func(ctx context.Context) error) error {
	var failed error
	if err := b.world.Do(name, 0, func(ctx context.Context) { failed = f(ctx) }); err != nil {
		return fmt.Errorf("the bench is stuck: %w", err)
	}
	return failed
}

// note records what was done through the control API or the bench's page.
func (b *bench) note(format string, values ...any) {
	b.lab.Journal.Append(
		journal.Entry{Party: "control", Kind: journal.KindNote, Text: journal.Plain(sprintf(format, values...))},
	)
}

// onTenant is an act on an organization, by default the one that was added last.
func (b *bench) onTenant(tenant, what string, f func(tenant string) error) error {
	if tenant == "" {
		only, err := b.lab.OnlyTenant()
		if err != nil {
			return err
		}
		tenant = only
	}
	return b.act("control: "+what, func(context.Context) error {
		b.note("entra: %s (%s)", what, tenant)
		return f(tenant)
	})
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// list makes null an empty list.
func list[T any](rows []T) []T {
	if rows == nil {
		return []T{}
	}
	return rows
}

type overviewAnswer struct {
	Bench    Endpoints `json:"bench" doc:"what serve --json prints"`
	Requests []string  `json:"requests" doc:"all requests of the control API"`
}

func overview() group {
	return group{Title: "The bench", Routes: append([]route{
		{
			Request: "GET /{$}", About: "Tells where the bench is, who has an account, and what can be asked.",
			Act: shows(func(b *bench) (overviewAnswer, error) {
				answer := overviewAnswer{Bench: b.endpoints}
				answer.Bench.Accounts = b.accounts()
				for _, r := range routes.All(table()) {
					answer.Requests = append(answer.Requests, strings.TrimSuffix(r.Request, "{$}"))
				}
				return answer, nil
			}),
		},
		{
			Request: "GET /openapi.json", About: "Returns this API as an OpenAPI 3.1 document.", Media: "application/json",
			Act: shows(func(*bench) (routes.Raw, error) { return openAPI() }),
		},
	}, probeRoutes()...)}
}
