package fakesmtp

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
)

// CmdletError says what was wrong with a cmdlet, and what there is instead.
type CmdletError struct {
	Cmdlet  string
	Problem string
	Known   []string // what would have been right
}

// Error gives one sentence.
func (e *CmdletError) Error() string {
	text := "exchange " + e.Cmdlet + ": " + e.Problem
	if len(e.Known) > 0 {
		text += "; there are: " + strings.Join(e.Known, ", ")
	}
	return text
}

// kind is the type of a parameter's value.
type kind int

const (
	isText kind = iota
	isBool
	isNullableBool
	isSize
	isNumber
)

// maxRecipientLimit is the largest number of recipients that a mailbox can be allowed (docs/reference/exchange-smtp.md
// §3).
const maxRecipientLimit = 1000

// cmdlet is one command of Exchange Online PowerShell.
type cmdlet struct {
	name       string
	identity   string // what -Identity, or the first argument, names; empty: nothing
	parameters map[string]kind
	required   []string
	run        func(s *Server, call *call) (string, error)
}

// call is one cmdlet as it was typed.
type call struct {
	cmdlet       *cmdlet
	identity     string
	values       map[string]string // by parameter name, as in cmdlet.parameters
	organization *organization
	typed        time.Time // when the cmdlet was run
	from         time.Time // when a change takes effect
}

// has reports whether a parameter was given.
func (c *call) has(parameter string) bool { _, given := c.values[parameter]; return given }

// some makes sure that one of the parameters was given.
func (c *call) some(parameters ...string) error {
	if slices.ContainsFunc(parameters, c.has) {
		return nil
	}
	return c.fail(c.known(), "parameter -%s is missing", strings.Join(parameters, " or -"))
}

func (c *call) fail(known []string, format string, args ...any) error {
	return &CmdletError{Cmdlet: c.cmdlet.name, Problem: fmt.Sprintf(format, args...), Known: known}
}

// words that stand for values, as PowerShell writes them.
const (
	wordTrue  = "$true"
	wordFalse = "$false"
	wordNull  = "$null"
)

// Cmdlet runs a cmdlet of Exchange Online PowerShell as an administrator would, and returns what it prints. Names are compared
// without regard to case; a value follows its parameter as a word of its own or after a colon. Two words of the bench's own:
// propagation=15m lets a change take effect so much later, on the bench's clock, and -Organization names the organization where there are
// several that are not personal.
func (s *Server) Cmdlet(name string, args []string) (string, error) {
	i := slices.IndexFunc(cmdlets, func(c *cmdlet) bool { return strings.EqualFold(c.name, name) })
	if i < 0 {
		var known []string
		for _, c := range cmdlets {
			known = append(known, c.name)
		}
		return "", &CmdletError{Cmdlet: name, Problem: "no such cmdlet", Known: known}
	}
	c := &call{cmdlet: cmdlets[i], values: map[string]string{}, typed: s.shell.Clock.Now(), from: s.shell.Clock.Now().Add(s.config.Propagation)}
	if err := c.parse(args); err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.scope(c); err != nil {
		return "", err
	}
	if err := c.administered(); err != nil {
		return "", err
	}
	return c.cmdlet.run(s, c)
}

// parse reads the arguments.
func (c *call) parse(args []string) error {
	for len(args) > 0 {
		argument := args[0]
		args = args[1:]
		switch {
		case argument == "":
			return c.fail(nil, "an argument is empty; write %s, %s or %s as they stand", wordTrue, wordFalse, wordNull)
		case strings.HasPrefix(argument, "-"):
			name, value, attached := strings.Cut(argument[1:], ":")
			if !attached {
				if len(args) == 0 {
					return c.fail(nil, "parameter -%s has no value", name)
				}
				value, args = args[0], args[1:]
			}
			if err := c.take(name, value); err != nil {
				return err
			}
		case strings.HasPrefix(strings.ToLower(argument), "propagation="):
			delay, err := time.ParseDuration(argument[len("propagation="):])
			if err != nil || delay < 0 {
				return c.fail(nil, "%q is no duration such as propagation=15m", argument)
			}
			c.from = c.typed.Add(delay)
		case c.cmdlet.identity != "" && c.identity == "":
			c.identity = argument
		default:
			return c.fail(c.known(), "%q is not expected here", argument)
		}
	}
	if c.cmdlet.identity != "" && c.identity == "" && !strings.HasPrefix(c.cmdlet.name, "Get-") {
		return c.fail(nil, "-Identity is missing: %s", c.cmdlet.identity)
	}
	for _, name := range c.cmdlet.required {
		if !c.has(name) {
			return c.fail(c.known(), "parameter -%s is missing", name)
		}
	}
	return nil
}

// take keeps one parameter.
func (c *call) take(name, value string) error {
	switch {
	case value == "":
		return c.fail(nil, "parameter -%s has an empty value; write %s, %s or %s as they stand", name, wordTrue, wordFalse, wordNull)
	case strings.EqualFold(name, "Confirm"):
		return nil
	case strings.EqualFold(name, "Organization"):
		c.values["Organization"] = value
		return nil
	case c.cmdlet.identity != "" && (strings.EqualFold(name, "Identity") || strings.EqualFold(name, "Name") && strings.HasPrefix(c.cmdlet.name, "New-")):
		c.identity = value
		return nil
	}
	for parameter, kind := range c.cmdlet.parameters {
		if !strings.EqualFold(parameter, name) {
			continue
		}
		if c.has(parameter) {
			return c.fail(nil, "parameter -%s is given twice", parameter)
		}
		value, err := c.check(parameter, kind, value)
		c.values[parameter] = value
		return err
	}
	return c.fail(c.known(), "no parameter -%s", name)
}

// check brings a value into the form in which it is kept.
func (c *call) check(parameter string, kind kind, value string) (string, error) {
	switch kind {
	case isBool, isNullableBool:
		switch strings.ToLower(value) {
		case wordTrue, "true", "1":
			return wordTrue, nil
		case wordFalse, "false", "0":
			return wordFalse, nil
		case wordNull:
			if kind == isNullableBool {
				return wordNull, nil
			}
		}
		known := []string{wordTrue, wordFalse}
		if kind == isNullableBool {
			known = append(known, wordNull)
		}
		return "", c.fail(known, "parameter -%s cannot be %q", parameter, value)
	case isNumber:
		if n, err := strconv.ParseUint(value, 10, 31); err != nil || n == 0 {
			return "", c.fail([]string{"a number"}, "parameter -%s cannot be %q", parameter, value)
		}
	case isSize:
		size, ok := parseSize(value)
		if !ok {
			return "", c.fail([]string{"35MB", "150MB", "36700160"}, "parameter -%s cannot be %q", parameter, value)
		}
		return strconv.FormatInt(size, 10), nil
	}
	return value, nil
}

// parseSize reads 35MB, 512KB or a number of octets.
func parseSize(value string) (int64, bool) {
	upper, unit := strings.ToUpper(value), int64(1)
	for suffix, factor := range map[string]int64{"KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30} {
		if rest, found := strings.CutSuffix(upper, suffix); found {
			upper, unit = strings.TrimSpace(rest), factor
		}
	}
	size, err := strconv.ParseInt(upper, 10, 32)
	return size * unit, err == nil && size > 0
}

func (c *call) known() []string {
	var known []string
	for parameter := range c.cmdlet.parameters {
		known = append(known, "-"+parameter)
	}
	if c.cmdlet.identity != "" {
		known = append(known, "-Identity")
	}
	sort.Strings(known)
	return append(known, "-Organization", "propagation=")
}

// scope finds the organization whose administrator types the cmdlet. Under s.mu.
func (s *Server) scope(c *call) error {
	if name, given := c.values["Organization"]; given {
		if c.organization = s.organizationOf(name); c.organization == nil {
			return c.fail(s.domains(), "no organization %q", name)
		}
		return nil
	}
	if c.identity != "" {
		if m := s.mailboxOf(c.identity); m != nil && m.organization != nil {
			c.organization = m.organization
			return nil
		}
	}
	for _, o := range s.organizations {
		switch {
		case o.personal:
		case c.organization == nil:
			c.organization = o
		default:
			return c.fail(s.domains(), "there are several organizations; say which with -Organization")
		}
	}
	if c.organization == nil {
		return c.fail(nil, "there is no organization")
	}
	return nil
}

// administered reports that personal accounts have nobody who could run a cmdlet for them
// (docs/reference/exchange-smtp.md §8).
func (c *call) administered() error {
	if c.organization.personal {
		return c.fail(nil, "personal accounts have no administrator")
	}
	return nil
}

func (s *Server) domains() []string {
	var domains []string
	for _, o := range s.organizations {
		domains = append(domains, o.domains...)
	}
	return domains
}

// mailbox finds the mailbox that the cmdlet names. Under s.mu.
func (c *call) mailbox(s *Server) (*mailbox, error) {
	m := s.mailboxOf(c.identity)
	if m == nil || m.organization != c.organization {
		return nil, c.fail(s.addresses(c.organization), "couldn't find the mailbox %q", c.identity)
	}
	return m, nil
}

func (s *Server) addresses(o *organization) []string {
	var addresses []string
	for _, m := range s.order {
		if m.organization == o {
			addresses = append(addresses, m.address)
		}
	}
	return addresses
}

// properties prints an object as Format-List does: names to the left, values after a colon.
func properties(pairs ...string) string {
	width := 0
	for i := 0; i < len(pairs); i += 2 {
		width = max(width, len(pairs[i]))
	}
	var b strings.Builder
	for i := 0; i < len(pairs); i += 2 {
		fmt.Fprintln(&b, strings.TrimRight(fmt.Sprintf("%-*s : %s", width, pairs[i], pairs[i+1]), " "))
	}
	return b.String()
}

// truth prints a switch as PowerShell does; $null prints nothing.
func truth(value *bool) string {
	switch {
	case value == nil:
		return ""
	case *value:
		return "True"
	}
	return "False"
}

// nullable reads what check has let through.
func nullable(value string) *bool {
	if value == wordNull {
		return nil
	}
	on := value == wordTrue
	return &on
}
