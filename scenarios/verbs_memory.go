package scenarios

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"mfpsim/lab"
	"mfpsim/phrase"
)

// noSecrets stands for all that the bench keeps secret: tokens, codes, passwords.
const noSecrets = "secrets"

// verbMemory looks at what the printer's memory holds, as somebody does who has taken out the chip. A word is
// looked for as it is, and in the encodings in which a secret could lie there.
func (p *play) verbMemory(_ bool, args []string) (string, error) {
	what, rest := phrase.First(args)
	if what == "refuses" || what == phrase.OK {
		return p.memoryFault(args)
	}
	no := len(rest) > 0 && rest[0] == "no"
	if no {
		rest = rest[1:]
	}
	if what != "has" || len(rest) != 1 || !no && rest[0] == noSecrets {
		return "", usage("memory")
	}
	if err := p.settle(); err != nil {
		return "", err
	}
	d, err := p.device()
	if err != nil {
		return "", err
	}
	var image []byte
	if err := p.do(func(ctx context.Context) (err error) { image, err = d.Memory(ctx); return err }); err != nil {
		return "", err
	}
	wanted := rest
	if rest[0] == noSecrets {
		wanted = p.lab.Secrets()
	}
	found := lab.FindLeaks(map[string][]byte{"memory": image}, wanted)
	switch {
	case no && rest[0] == noSecrets && len(found) > 0:
		var places []string
		for _, leak := range found {
			places = append(places, leak.String())
		}
		return "", fmt.Errorf(
			"the memory holds secrets in a form that anybody can read:\n  %s", strings.Join(places, "\n  "),
		)
	case no && len(found) > 0:
		return "", fmt.Errorf("the memory has %q: byte %d, %s", rest[0], found[0].Offset, found[0].Encoding)
	case !no && len(found) == 0:
		return "", fmt.Errorf("the memory has no %q; it holds %d bytes", rest[0], len(image))
	case len(image) == 0:
		return "", errors.New("the memory is empty")
	}
	return fmt.Sprintf("%d bytes\n", len(image)), nil
}

// memoryFault makes the printer's memory refuse writes, or take them again.
func (p *play) memoryFault(args []string) (string, error) {
	fault, err := phrase.MemoryFault(args)
	if err != nil {
		return "", err
	}
	d, err := p.device()
	if err != nil {
		return "", err
	}
	if err := p.do(func(ctx context.Context) error { return d.SetMemoryFault(ctx, fault) }); err != nil {
		return "", err
	}
	if fault == nil {
		return "memory ok", nil
	}
	return "memory " + fault.String(), nil
}
