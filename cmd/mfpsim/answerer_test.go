package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"mfpsim/browser"
	"mfpsim/device"
	"mfpsim/device/manual"
	"mfpsim/device/mount"
	"mfpsim/faultnet"
	"mfpsim/journal"
	"mfpsim/sim"
	"mfpsim/vtime"
)

// asAnswerer makes the test binary a program that answers the instructions of `run --device manual` in a person's
// place. Its value is the address of the instructions. It does what they say on a simulated printer of its own, whose
// traffic goes through the proxy that the run tells.
const asAnswerer = "MFPSIM_TEST_ANSWERER"

// answerer answers instructions until the run has ended.
type answerer struct {
	base    string
	world   *vtime.World
	network *faultnet.Network
	device  device.Device
	web     http.Handler
}

func answer(base string) {
	a := &answerer{base: strings.TrimSuffix(base, "/")}
	for after := 0; ; {
		var i manual.Instruction
		switch status := a.get(fmt.Sprintf("/v1/instruction?after=%d", after), &i); status {
		case http.StatusOK:
		case http.StatusNoContent:
			continue
		default:
			return // the run has ended
		}
		after = i.ID
		reply := a.follow(i)
		text, _ := json.Marshal(reply)
		at := fmt.Sprintf("%s/v1/instructions/%d/answer", a.base, i.ID)
		response, err := http.Post(at, "application/json", bytes.NewReader(text))
		if err != nil {
			return
		}
		said, _ := io.ReadAll(response.Body)
		_ = response.Body.Close()
		fmt.Println(i.Method, string(i.Args), string(text), response.StatusCode, string(said))
	}
}

// get fetches JSON and returns the status, 0 if nobody answers.
func (a *answerer) get(path string, into any) int {
	response, err := http.Get(a.base + path)
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusOK {
		_ = json.NewDecoder(response.Body).Decode(into)
	}
	return response.StatusCode
}

// follow does what an instruction says.
func (a *answerer) follow(i manual.Instruction) manual.Reply {
	var args struct {
		Path, Field, Value, Label, Language, State string
		Wrong                                      bool
		device.ScanRequest
	}
	_ = json.Unmarshal(i.Args, &args)
	if i.Method == "begin" {
		return done(a.begin(args.Language))
	}
	if i.Method == "look" {
		var look device.Look
		_ = json.Unmarshal(i.Args, &look)
		return a.look(look)
	}
	reply := manual.Reply{Answer: manual.Done, Values: map[string]string{}}
	err := a.do(func(ctx context.Context) (err error) {
		switch i.Method {
		case "panel.press":
			_, err = a.device.Panel().Press(ctx, args.Path)
		case "webConfig.logIn":
			_, err = a.device.WebConfig().LogIn(ctx, "", args.Wrong)
		case "webConfig.open":
			_, err = a.device.WebConfig().Open(ctx, args.Path)
		case "webConfig.click":
			_, err = a.device.WebConfig().Click(ctx, args.Label)
		case "webConfig.set":
			_, err = a.device.WebConfig().Set(ctx, args.Field, args.Value)
		case "webConfig.userCode":
			reply.Values["code"], reply.Values["url"], err = a.device.WebConfig().UserCode(ctx)
		case "scan":
			_, err = a.device.Scan(ctx, args.ScanRequest)
		case "jobs.count":
			var jobs []device.Job
			jobs, err = a.device.Jobs(ctx)
			reply.Values["rows"] = fmt.Sprint(len(jobs))
		default:
			reply.Answer = manual.Absent
		}
		return err
	})
	if err != nil {
		return done(err)
	}
	return reply
}

func done(err error) manual.Reply {
	if err != nil {
		return manual.Reply{Answer: manual.Otherwise, Text: err.Error()}
	}
	return manual.Reply{Answer: manual.Done}
}

func (a *answerer) do(f func(ctx context.Context) error) (err error) {
	if failed := a.world.Do("answerer", 0, func(ctx context.Context) { err = f(ctx) }); failed != nil {
		return failed
	}
	return err
}

// begin makes the printer as new: another one, on the bench of this case.
func (a *answerer) begin(language string) error {
	if a.device != nil {
		a.network.CloseFar()
		_ = a.device.Close()
		a.world.Close()
	}
	var run struct{ Proxy string }
	a.get("/v1/run", &run)
	response, err := http.Get(a.base + "/authority.pem")
	if err != nil {
		return err
	}
	pem, _ := io.ReadAll(response.Body)
	_ = response.Body.Close()
	a.world = vtime.NewFlowing(time.Time{})
	a.network, err = faultnet.NewBeyond(faultnet.Beyond{
		World: a.world, Outlet: run.Proxy, Roots: map[string][]byte{faultnet.RootG1: pem},
	})
	if err != nil {
		return err
	}
	return a.do(func(ctx context.Context) error {
		a.device, err = sim.Mounted(nil, nil)(ctx, mount.Point{
			Name: "printer", World: a.world, Network: a.network, Journal: journal.New(a.world.Now), Language: language,
			AdministratorPassword: "Answerer-1",
			ServeWeb:              func(w mount.Web) error { a.web = w.Page; return nil },
			Window:                func() *browser.Browser { return browser.New(browser.Config{Transport: a}) },
			Power:                 func(bool) {}, Additional: func(bool) {}, Hide: func(...string) {},
		})
		return err
	})
}

// RoundTrip is the way of the person's browser to the printer's page.
func (a *answerer) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	if r.Body == nil {
		r.Body = http.NoBody
	}
	served := httptest.NewRequestWithContext(r.Context(), r.Method, r.URL.String(), r.Body)
	served.Header = r.Header
	a.web.ServeHTTP(w, served)
	response := w.Result()
	response.Request = r
	return response, nil
}

// look looks until the words are there, as long as they may take.
func (a *answerer) look(look device.Look) manual.Reply {
	for end := a.world.Now().Add(look.Within); ; {
		lines, err := a.lines(look)
		if err != nil {
			return done(err)
		}
		shown := false
		for _, line := range lines {
			shown = shown || inOrder(line, look.Words)
		}
		switch {
		case shown != look.Absent:
			return manual.Reply{Answer: manual.AsShown}
		case !a.world.Now().Before(end):
			return manual.Reply{Answer: manual.Otherwise, Text: strings.Join(lines, "\n") + "\n"}
		}
		if err := a.world.Pass(100 * time.Millisecond); err != nil {
			return done(err)
		}
	}
}

func (a *answerer) lines(look device.Look) (lines []string, err error) {
	err = a.do(func(ctx context.Context) error {
		switch look.Surface {
		case device.SurfacePage:
			page, err := a.device.WebConfig().Page(ctx)
			lines = append(append(page.Lines, page.Buttons...), page.Title, page.Path)
			return err
		case device.SurfacePanel:
			s, err := a.device.Panel().Screen(ctx)
			lines = append(append(append([]string{}, s.Lines...), s.Keys...), s.Path)
			return err
		case device.SurfaceJobs:
			jobs, err := a.device.Jobs(ctx)
			for _, j := range jobs[:min(len(jobs), 1)] {
				cells := []string{j.Type, j.To, j.Result, j.Code, j.Status, j.Solution}
				lines = append(lines, strings.Join(cells, " | "))
			}
			return err
		}
		return device.ErrNotSupported
	})
	return lines, err
}

func inOrder(line string, words []string) bool {
	line = strings.ToLower(line)
	for _, word := range words {
		at := strings.Index(line, strings.ToLower(word))
		if at < 0 {
			return false
		}
		line = line[at+len(word):]
	}
	return true
}

func init() {
	if base := os.Getenv(asAnswerer); base != "" {
		answer(base)
		os.Exit(0)
	}
}
