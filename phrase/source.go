package phrase

import (
	"errors"

	"mfpsim/choice"
	"mfpsim/fakeentra"
)

// Whose source a phrase tells.
const (
	Device  = "device"  // that asks for tokens
	Browser = "browser" // of the person
)

// Source reads from where the device, or the person's browser, reaches the cloud: "device address=203.0.113.7
// country=DE compliant=yes". What is not said is as for a device that is not known.
func Source(words []string) (of string, source fakeentra.Source, err error) {
	plain, values, err := Settings(words, "address", "country", "platform", "compliant", "joined", "risk")
	switch {
	case err != nil:
		return "", source, err
	case len(plain) != 1:
		return "", source, errors.New("a source is told of the device or of the browser: device|browser address=A")
	case plain[0] != Device && plain[0] != Browser:
		return "", source, &choice.Error{What: "party", Wanted: plain[0], Present: []string{Device, Browser}}
	case values["address"] == "":
		return "", source, errors.New("a source has an address: address=203.0.113.7")
	}
	source = fakeentra.Source{
		Address: values["address"], Country: values["country"], Platform: values["platform"], Risk: values["risk"],
	}
	if source.Compliant, err = values.Either("compliant", "yes", "no", false); err != nil {
		return "", source, err
	}
	source.DomainJoined, err = values.Either("joined", "yes", "no", false)
	return plain[0], source, err
}
