package phrase

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"mfpsim/choice"
	"mfpsim/device"
)

// Event reads what happens to a printer, and how often: "paper-out times=40".
func Event(words []string) (name string, times int, err error) {
	plain, values, err := Settings(words, "times")
	if err != nil {
		return "", 0, err
	}
	if len(plain) != 1 {
		return "", 0, errors.New("one thing happens at a time: NAME [times=N]")
	}
	times = 1
	if text, given := values["times"]; given {
		err = positive("times", text, &times)
	}
	if times > 1000 {
		err = errors.New("times= is 1000 at most")
	}
	return plain[0], times, err
}

// Scan reads how something is scanned: "pages=3 size=A4 dpi=300 color format=jpeg max=5MB split". What is no word of
// it is returned: addresses. A picture is not read here; it is a file of whoever speaks.
func Scan(words []string) (request device.ScanRequest, rest []string, err error) {
	plain, values, err := Settings(words, "subject", "file", "pages", "size", "dpi", "format", "max")
	if err != nil {
		return request, nil, err
	}
	request.Subject, request.File, request.Size = values["subject"], values["file"], values["size"]
	if text := values["pages"]; text != "" {
		if err := number("pages", text, &request.Pages); err != nil {
			return request, nil, err
		}
	}
	set := func(name, value string) {
		request.Settings = append(request.Settings, device.Setting{Name: name, Value: value})
	}
	if text := values["format"]; text != "" {
		format, known := map[string]string{
			"pdf": "PDF (Multi Page)", "single-pdf": "PDF (Single Page)", "jpeg": "JPEG",
		}[text]
		if !known {
			return request, nil, &choice.Error{
				What:    "format",
				Wanted:  text,
				Present: []string{"pdf", "single-pdf", "jpeg"},
			}
		}
		set("File Format", format)
	}
	if text := values["dpi"]; text != "" {
		set("Resolution", text+" dpi")
	}
	colors := map[string]string{"color": "Color", "colour": "Color", "gray": "Gray", "grey": "Gray"}
	for _, word := range plain {
		switch {
		case colors[word] != "":
			set("Color Mode", colors[word])
		case word == "split":
			set("Divide into Emails", "On")
		default:
			rest = append(rest, word)
		}
	}
	if text := values["max"]; text != "" {
		set("Attached File Max Size", strings.TrimSuffix(strings.ToUpper(text), "MB")+" MB")
	}
	return request, rest, nil
}

// PowerAct reads what becomes of a printer's supply: "off", "on", "cut", "cut at=write:2", "cut at=write:2 byte=100".
func PowerAct(words []string) (device.PowerAct, error) {
	plain, values, err := Settings(words, "at", "byte")
	if err != nil {
		return device.PowerAct{}, err
	}
	state, more := First(plain)
	states := []string{"off", "on", "cut"}
	act := device.PowerAct{State: state}
	switch at, timed := values["at"]; {
	case !slices.Contains(states, state):
		return act, &choice.Error{What: "power state", Wanted: state, Present: states}
	case len(more) > 0:
		return act, fmt.Errorf("power is %s; %q does not belong there", state, more[0])
	case !timed && values["byte"] != "":
		return act, errors.New("byte= needs at=write:N, the write that it is a part of")
	case timed && state != "cut":
		return act, errors.New("at= belongs to power cut")
	case timed:
		text, is := strings.CutPrefix(at, "write:")
		if act.AtWrite, err = strconv.Atoi(text); err != nil || !is || act.AtWrite < 1 {
			return act, fmt.Errorf("at=%s is no write; it is at=write:N, 1 is the next", at)
		}
	}
	if text := values["byte"]; text != "" {
		act.AtByte = new(int)
		if err := number("byte", text, act.AtByte); err != nil {
			return act, err
		}
	}
	return act, nil
}

// MemoryFault reads what is wrong with a printer's memory: "refuses writes", "refuses writes after=1 times=2". Only the
// word [OK] gives none.
func MemoryFault(words []string) (*device.MemoryFault, error) {
	plain, values, err := Settings(words, "after", "times")
	if err != nil {
		return nil, err
	}
	if len(plain) == 1 && plain[0] == OK {
		if len(values) > 0 {
			return nil, errors.New("ok takes no further words")
		}
		return nil, nil
	}
	if strings.Join(plain, " ") != "refuses writes" {
		return nil, &choice.Error{
			What: "fault of a memory", Wanted: strings.Join(plain, " "), Present: []string{OK, "refuses writes"},
		}
	}
	var fault device.MemoryFault
	for _, setting := range []struct {
		key  string
		into *int
		read func(key, text string, into *int) error
	}{{"after", &fault.After, number}, {"times", &fault.Times, positive}} {
		if text := values[setting.key]; text != "" {
			if err := setting.read(setting.key, text, setting.into); err != nil {
				return nil, err
			}
		}
	}
	return &fault, nil
}

// User reads a user of a printer: "alice email=alice@contoso.com name='Alice Smith' number=4711 administrator". Without
// a name he is called as his ID.
func User(words []string) (u device.User, err error) {
	plain, values, err := Settings(words, "email", "name", "number", "department")
	if err != nil {
		return u, err
	}
	if len(plain) == 0 || len(plain) > 2 || len(plain) == 2 && plain[1] != "administrator" || values["email"] == "" {
		return u, errors.New("a user is ID email=ADDRESS [name=N] [number=N] [department=D] [administrator]")
	}
	u = device.User{
		ID: plain[0], Name: plain[0], Number: values["number"], Email: values["email"],
		Department: values["department"], Administrator: len(plain) == 2,
	}
	if name := values["name"]; name != "" {
		u.Name = name
	}
	return u, nil
}

// License reads a license key of Print Admin Serverless: its last day, until=DATE, or none, and whose it is,
// of=PRINTER.
func License(words []string) (last time.Time, of string, err error) {
	plain, values, err := Settings(words, "until", "of")
	switch {
	case err != nil:
		return last, "", err
	case len(plain) > 0:
		return last, "", errors.New("a license has no more than its last day: [until=DATE]")
	}
	if day := values["until"]; day != "" {
		last, err = Date(day)
		isDay := last.Equal(last.Truncate(24*time.Hour)) && last.Year() >= 2000 && last.Year() < 2179
		if err == nil && !isDay {
			err = errors.New("until= is a day from 2000 to 2178: until=2026-12-31")
		}
	}
	return last, values["of"], err
}

// UserAuthentication reads "on sender=user": whether users log in, and whose address sends (guide rule R30).
func UserAuthentication(words []string) (on, userSends bool, err error) {
	plain, values, err := Settings(words, "sender")
	if err != nil {
		return false, false, err
	}
	sender := values["sender"]
	known := sender == "" || sender == "user" || sender == "printer"
	if len(plain) != 1 || plain[0] != "on" && plain[0] != "off" || !known {
		return false, false, errors.New("user authentication is on|off [sender=printer|user]")
	}
	return plain[0] == "on", sender == "user", nil
}
