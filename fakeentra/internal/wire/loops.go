package wire

import (
	"strings"
	"time"
)

// loopWindow is how far back the loop detector looks ([D] BRK, March 2019).
const loopWindow = 5 * time.Minute

// loopKey tells one request from another: client, what it asks for, and the instance that asks ([D] BRK: user hint,
// scope or resource, client id, redirect URI, response type and mode; instances are told apart by their cookies).
func loopKey(a *Request, kind, application string) string {
	instance := ""
	if a.HTTP != nil {
		if cookie, err := a.HTTP.Cookie("fpc"); err == nil {
			instance = cookie.Value
		}
	}
	words := []string{instance, kind, application, a.Path}
	for _, name := range []string{
		"scope", "resource", "login_hint", "redirect_uri", "response_type", "response_mode",
		"device_code", "code",
	} {
		words = append(words, a.Param(name))
	}
	return strings.Join(words, "\x00")
}

// Looping counts the same request and reports whether it came too often (LoopLimit, AADSTS50196).
func (f *Front) Looping(a *Request, kind, application string) bool {
	if f.LoopLimit <= 0 {
		return false
	}
	key := loopKey(a, kind, application)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.loops == nil {
		f.loops = map[string]int{}
	}
	for old, over := f.looked.Over(a.At); over; old, over = f.looked.Over(a.At) {
		if f.loops[old]--; f.loops[old] == 0 {
			delete(f.loops, old)
		}
	}
	f.loops[key]++
	f.looked.Add(key, a.At.Add(loopWindow))
	return f.loops[key] >= f.LoopLimit
}
