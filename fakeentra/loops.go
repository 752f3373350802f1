package fakeentra

import (
	"net/http"
	"strings"
	"time"

	"mfpsim/fakeentra/internal/endpoints"
)

// loopWindow is how far back the loop detector looks ([D] BRK, March 2019).
const loopWindow = 5 * time.Minute

// loopKey tells one request from another: client, what it asks for, and the instance that asks ([D] BRK: user hint, scope or resource,
// client id, redirect URI, response type and mode; instances are told apart by their cookies).
func loopKey(a *ask, kind string, application *Application) string {
	instance := ""
	if a.request != nil {
		if cookie, err := a.request.Cookie("fpc"); err == nil {
			instance = cookie.Value
		}
	}
	words := []string{instance, kind, application.ID, a.path}
	for _, name := range []string{"scope", "resource", "login_hint", "redirect_uri", "response_type", "response_mode", "device_code", "code"} {
		words = append(words, a.param(name))
	}
	return strings.Join(words, "\x00")
}

// looping counts the same request and reports whether it came too often (Config.LoopLimit, AADSTS50196); under s.mu.
func (s *Server) looping(a *ask, kind string, application *Application) bool {
	if s.config.LoopLimit <= 0 {
		return false
	}
	key := loopKey(a, kind, application)
	var kept []time.Time
	for _, at := range s.loops[key] {
		if a.at.Sub(at) < loopWindow {
			kept = append(kept, at)
		}
	}
	s.loops[key] = append(kept, a.at)
	return len(kept)+1 >= s.config.LoopLimit
}

// options answers a browser that asks whether a page with script may call (entra.md §2.3: CORS since 2024).
func (s *Server) options(w http.ResponseWriter, a *ask, e *endpoints.Endpoint) {
	s.setCommon(w.Header(), a)
	h := w.Header()
	methods := strings.Join(e.Methods, ", ")
	if methods == "" {
		methods = http.MethodGet
	}
	h["Allow"] = []string{methods + ", OPTIONS"}
	if a.request.Header.Get("Origin") != "" {
		h["Access-Control-Allow-Origin"] = []string{"*"}
		h["Access-Control-Allow-Methods"] = []string{methods + ", OPTIONS"}
		if asked := a.request.Header.Get("Access-Control-Request-Headers"); asked != "" {
			h["Access-Control-Allow-Headers"] = []string{asked}
		}
		h["Access-Control-Max-Age"] = []string{"86400"}
	}
	w.WriteHeader(http.StatusNoContent)
}
