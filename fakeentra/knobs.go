package fakeentra

import (
	"fmt"
	"net/http"
	"slices"
	"sort"
	"strconv"
	"strings"

	"mfpsim/journal"
)

// KnobKind is what a knob makes of an answer.
type KnobKind string

// Kinds of knobs.
const (
	KnobHTML      KnobKind = "html"      // a proxy's page in place of JSON; the request reached nobody
	KnobTruncated KnobKind = "truncated" // the right answer, cut off in the middle; what it did is done
	KnobHalf      KnobKind = "half"      // the same, but as a whole answer of half the length: JSON that ends too early
	KnobEmpty     KnobKind = "empty"     // status 200 and no body
	KnobNothing   KnobKind = "nothing"   // the connection is closed without an answer
	KnobError     KnobKind = "error"     // Knob.AADSTS in Entra's layout
	KnobStatus    KnobKind = "status"    // Knob.Status with plain text, Retry-After: 60 for 429 and 503 (entra.md §9)
)

// Knob makes the fake answer some requests otherwise than the state says: counted, never by chance.
type Knob struct {
	Kind     KnobKind
	Endpoint string // see [KnobEndpoints]; "": any that answers programs
	Grant    string // at the token endpoint: "device_code" or "refresh_token"; "": both
	After    int    // requests to let pass first
	Times    int    // requests to answer so; 0: all until ClearKnobs
	AADSTS   int    // of KnobError
	Status   int    // of KnobStatus; KnobHTML: 200 if 0
}

// armedKnob counts.
type armedKnob struct {
	Knob
	seen, done int
}

// KnobEndpoints returns the names that Knob.Endpoint knows.
func KnobEndpoints() []string {
	var names []string
	for _, e := range endpointRows() {
		if !slices.Contains(names, e.Name) {
			names = append(names, e.Name)
		}
	}
	sort.Strings(names)
	return names
}

// ParseKnob reads a knob from words such as "html", "endpoint=token", "grant=refresh_token", "after=1", "times=2",
// "error=50196", "status=503".
func ParseKnob(words ...string) (Knob, error) {
	var k Knob
	for _, word := range words {
		key, value, hasValue := strings.Cut(word, "=")
		number, err := strconv.Atoi(value)
		counted := err == nil && number >= 0
		switch {
		case !hasValue && (key == string(KnobHTML) || key == string(KnobTruncated) || key == string(KnobHalf) || key == string(KnobEmpty) || key == string(KnobNothing)):
			k.Kind = KnobKind(key)
		case key == "endpoint":
			k.Endpoint = value
		case key == "grant":
			k.Grant = value
		case key == "after" && counted:
			k.After = number
		case key == "times" && counted:
			k.Times = number
		case key == string(KnobError) && counted:
			k.Kind, k.AADSTS = KnobError, number
		case key == string(KnobStatus) && counted:
			k.Status = number
			if k.Kind == "" {
				k.Kind = KnobStatus
			}
		default:
			return Knob{}, fmt.Errorf("fakeentra: unknown word %q of a knob; the words are: html truncated half empty nothing error=N status=N endpoint=%s grant=device_code|refresh_token after=N times=N",
				word, strings.Join(KnobEndpoints(), "|"))
		}
	}
	return k, k.check()
}

func (k Knob) check() error {
	known := k.Endpoint == ""
	for _, name := range KnobEndpoints() {
		known = known || name == k.Endpoint
	}
	switch {
	case !known:
		return fmt.Errorf("fakeentra: unknown endpoint %q; the endpoints are: %s", k.Endpoint, strings.Join(KnobEndpoints(), ", "))
	case k.Grant != "" && k.Grant != "device_code" && k.Grant != "refresh_token":
		return fmt.Errorf("fakeentra: unknown grant %q; the grants are: device_code, refresh_token", k.Grant)
	case k.Kind == KnobError && catalogueIndex[rowKey{k.AADSTS, ""}] == nil:
		return fmt.Errorf("fakeentra: AADSTS%d is not in the catalogue", k.AADSTS)
	case k.Kind == KnobStatus && (k.Status < 200 || k.Status > 599):
		return fmt.Errorf("fakeentra: %d is no HTTP status", k.Status)
	case k.Kind == "":
		return fmt.Errorf("fakeentra: a knob needs a kind: html, truncated, half, empty, nothing, error=N or status=N")
	case k.After < 0 || k.Times < 0:
		return fmt.Errorf("fakeentra: a knob counts from 0")
	}
	return nil
}

// String says what the knob does, in the words of ParseKnob.
func (k Knob) String() string {
	words := []string{string(k.Kind)}
	switch k.Kind {
	case KnobError:
		words[0] = "error=" + itoa(k.AADSTS)
	case KnobStatus:
		words[0] = "status=" + itoa(k.Status)
	}
	for name, value := range map[string]string{"endpoint": k.Endpoint, "grant": k.Grant} {
		if value != "" {
			words = append(words, name+"="+value)
		}
	}
	if k.After > 0 {
		words = append(words, "after="+itoa(k.After))
	}
	if k.Times > 0 {
		words = append(words, "times="+itoa(k.Times))
	}
	sort.Strings(words[1:])
	return strings.Join(words, " ")
}

// Arm sets a knob. The first knob that fits a request and has requests left is the one that counts.
func (s *Server) Arm(k Knob) error {
	if err := k.check(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.knobs = append(s.knobs, &armedKnob{Knob: k})
	return nil
}

// ClearKnobs lets the fake answer truly again.
func (s *Server) ClearKnobs() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.knobs = nil
}

// UnmetKnobs returns the knobs that no request has met yet, or not as often as they say.
func (s *Server) UnmetKnobs() []Knob {
	s.mu.Lock()
	defer s.mu.Unlock()
	var unmet []Knob
	for _, k := range s.knobs {
		if k.done == 0 || k.done < k.Times {
			unmet = append(unmet, k.Knob)
		}
	}
	return unmet
}

// turnKnob finds the knob that a request meets, and counts.
func (s *Server) turnKnob(a *ask, endpoint *Endpoint) *Knob {
	s.mu.Lock()
	defer s.mu.Unlock()
	grant := a.param("grant_type")
	if grantDeviceCode[grant] {
		grant = "device_code"
	}
	for _, k := range s.knobs {
		if k.Endpoint == "" && endpoint.Kind != EndpointProtocol || k.Endpoint != "" && k.Endpoint != endpoint.Name || k.Grant != "" && k.Grant != grant || k.Times > 0 && k.done >= k.Times {
			continue
		}
		if k.seen++; k.seen <= k.After {
			continue
		}
		k.done++
		return &k.Knob
	}
	return nil
}

// proxyPage is what stands between a device and Microsoft in some hotels and offices.
const proxyPage = "<!DOCTYPE html>\n<html><head><title>Sign in to the network</title></head><body><h1>Sign in to the network</h1></body></html>\n"

// answerKnob answers in a knob's way; false if the true answer is still due, through the returned writer.
func (s *Server) answerKnob(w http.ResponseWriter, a *ask, k *Knob) (http.ResponseWriter, bool) {
	s.journal.Append(journal.Entry{Party: Party, Kind: journal.KindFault, Text: journal.Plain("answers otherwise: " + k.String())})
	switch k.Kind {
	case KnobHTML:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		write(w, max(k.Status, http.StatusOK), []byte(proxyPage))
	case KnobEmpty:
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		write(w, http.StatusOK, nil)
	case KnobNothing:
		panic(http.ErrAbortHandler) // the network's handler closes the connection
	case KnobError:
		s.answerError(w, a, fail(k.AADSTS))
	case KnobStatus:
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		if k.Status == http.StatusTooManyRequests || k.Status == http.StatusServiceUnavailable {
			w.Header().Set("Retry-After", "60")
		}
		write(w, k.Status, []byte(http.StatusText(k.Status)))
	case KnobHalf:
		return halfWriter{w}, false
	default:
		return cutWriter{w}, false
	}
	return w, true
}

// cutWriter lets half of a body through; its length has been promised before, so the client sees the connection break.
type cutWriter struct{ http.ResponseWriter }

func (c cutWriter) Write(p []byte) (int, error) {
	_, err := c.ResponseWriter.Write(p[:len(p)/2])
	return len(p), err
}

// halfWriter lets half of a body through and promises no more.
type halfWriter struct{ http.ResponseWriter }

func (h halfWriter) WriteHeader(status int) {
	h.Header().Del("Content-Length")
	h.ResponseWriter.WriteHeader(status)
}

func (h halfWriter) Write(p []byte) (int, error) {
	_, err := h.ResponseWriter.Write(p[:len(p)/2])
	return len(p), err
}
