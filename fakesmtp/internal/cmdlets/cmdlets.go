// Package cmdlets is a part of Exchange Online PowerShell: the grammar of cmdlets, and the cmdlets that
// concern client submission.
package cmdlets

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"mfpsim/fakesmtp/internal/address"
	"mfpsim/fakesmtp/internal/mailboxes"
)

// Error says what was wrong with a cmdlet, and what there is instead.
type Error struct {
	Cmdlet  string
	Problem string
	Known   []string // what would have been right
}

// Error gives one sentence.
func (e *Error) Error() string {
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
	run        func(call *call) (string, error)
}

// call is one cmdlet as it was typed.
type call struct {
	store        *mailboxes.Store
	maxSize      int64
	cmdlet       *cmdlet
	identity     string
	values       map[string]string // by parameter name, as in cmdlet.parameters
	organization mailboxes.OrganizationSettings
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
	return &Error{Cmdlet: c.cmdlet.name, Problem: fmt.Sprintf(format, args...), Known: known}
}

// words that stand for values, as PowerShell writes them.
const (
	wordTrue  = "$true"
	wordFalse = "$false"
	wordNull  = "$null"
)

// Console runs cmdlets, one at a time.
type Console struct {
	Mailboxes   *mailboxes.Store
	Now         func() time.Time
	Propagation time.Duration // how long a change takes unless the cmdlet says otherwise
	MaxSize     int64         // above which no mailbox may send, whatever it is allowed

	mu sync.Mutex
}

// Run runs a cmdlet as an administrator would, and returns what it prints. Names are compared without regard to case; a
// value follows its parameter as a word of its own or after a colon. Two words of the bench's own: propagation=15m lets
// a change take effect so much later, on the bench's clock, and -Organization names the organization where there are
// several that are not personal.
func (r *Console) Run(name string, args []string) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := slices.IndexFunc(cmdlets, func(c *cmdlet) bool { return strings.EqualFold(c.name, name) })
	if i < 0 {
		var known []string
		for _, c := range cmdlets {
			known = append(known, c.name)
		}
		return "", &Error{Cmdlet: name, Problem: "no such cmdlet", Known: known}
	}
	now := r.Now()
	c := &call{
		store: r.Mailboxes, maxSize: r.MaxSize, cmdlet: cmdlets[i], values: map[string]string{},
		typed: now, from: now.Add(r.Propagation),
	}
	if err := c.parse(args); err != nil {
		return "", err
	}
	if err := c.scope(); err != nil {
		return "", err
	}
	if err := c.administered(); err != nil {
		return "", err
	}
	return c.cmdlet.run(c)
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

// identifies reports whether a parameter says what -Identity says.
func (c *cmdlet) identifies(parameter string) bool {
	return strings.EqualFold(parameter, "Identity") ||
		strings.EqualFold(parameter, "Name") && strings.HasPrefix(c.name, "New-")
}

// take keeps one parameter.
func (c *call) take(name, value string) error {
	switch {
	case value == "":
		return c.fail(nil, "parameter -%s has an empty value; write %s, %s or %s as they stand",
			name, wordTrue, wordFalse, wordNull)
	case strings.EqualFold(name, "Confirm"):
		return nil
	case strings.EqualFold(name, "Organization"):
		c.values["Organization"] = value
		return nil
	case c.cmdlet.identity != "" && c.cmdlet.identifies(name):
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
		case "true", "false": // to PowerShell these are text
			return "", c.fail(nil, "parameter -%s cannot be %q; write $%s", parameter, value, strings.ToLower(value))
		case wordTrue, "1":
			return wordTrue, nil
		case wordFalse, "0":
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

// scope finds the organization whose administrator types the cmdlet.
func (c *call) scope() error {
	if name, given := c.values["Organization"]; given {
		found, known := c.store.Organization(name)
		if !known {
			return c.fail(c.domains(), "no organization %q", name)
		}
		c.organization = found
		return nil
	}
	if found, known := c.store.OrganizationOf(c.identity); known {
		c.organization = found
		return nil
	}
	for _, o := range c.store.Organizations() {
		switch {
		case o.Personal:
		case c.organization.ID == "":
			c.organization = o
		default:
			return c.fail(c.domains(), "there are several organizations; say which with -Organization")
		}
	}
	if c.organization.ID == "" {
		return c.fail(nil, "there is no organization")
	}
	return nil
}

// administered reports that personal accounts have nobody who could run a cmdlet for them
// (docs/reference/exchange-smtp.md §8).
func (c *call) administered() error {
	if c.organization.Personal {
		return c.fail(nil, "personal accounts have no administrator")
	}
	return nil
}

func (c *call) domains() []string {
	var domains []string
	for _, o := range c.store.Organizations() {
		domains = append(domains, o.Domains...)
	}
	return domains
}

// mailbox finds the mailbox that the cmdlet names, by any of its addresses.
func (c *call) mailbox() (mailboxes.MailboxSettings, error) {
	var known []string
	for _, m := range c.store.MailboxesOf(c.organization.ID) {
		if strings.EqualFold(m.Address, c.identity) || address.Among(m.Aliases, c.identity) {
			return m, nil
		}
		known = append(known, m.Address)
	}
	return mailboxes.MailboxSettings{}, c.fail(known, "couldn't find the mailbox %q", c.identity)
}

// changeMailbox changes the mailbox that the cmdlet names.
func (c *call) changeMailbox(change mailboxes.MailboxChange) error {
	m, err := c.mailbox()
	if err == nil {
		err = c.store.ChangeMailbox(m.Address, c.from, change)
	}
	return err
}

func (c *call) changeOrganization(change mailboxes.OrganizationChange) error {
	return c.store.ChangeOrganization(c.organization.ID, c.from, change)
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

// on reads a switch that was given; nil: it was not.
func (c *call) on(parameter string) *bool {
	if !c.has(parameter) {
		return nil
	}
	on := c.values[parameter] == wordTrue
	return &on
}

// not turns a switch round: Microsoft's says what is disabled, ours what is on.
func not(value *bool) *bool {
	if value == nil {
		return nil
	}
	turned := !*value
	return &turned
}
