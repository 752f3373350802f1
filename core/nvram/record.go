package nvram

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"

	"mfpsim/core/mail"
	"mfpsim/core/secret"
)

// Schema is the version of the record that this package writes. It reads every version from 1 on.
const Schema = 2

// Record is all that survives power off.
type Record struct {
	Settings map[Owner]mail.Settings // of the owners that have some
	SignIns  map[Owner]SignIn        // that are stored
}

// factory is the record of a new device.
func factory() Record {
	return Record{Settings: map[Owner]mail.Settings{Printer: mail.FactorySettings()}, SignIns: map[Owner]SignIn{}}
}

// SignIn is a stored sign-in. The access token is not part of it: it is short-lived and kept in volatile memory only.
type SignIn struct {
	Service      mail.Service
	Account      string
	RefreshToken secret.Secret // empty if the service gave none
	SignedInAt   time.Time     // when the person signed in, by the device's clock
	RefreshedAt  time.Time     // when the service gave this refresh token
}

// line is a record's JSON in its frame.
type line struct {
	Schema     int             `json:"schema"`
	Generation uint64          `json:"generation"`
	Checksum   string          `json:"checksum"` // SHA-256 over schema, generation and the record's bytes
	Record     json.RawMessage `json:"record"`
}

type recordLine struct {
	KeyID    string                 `json:"key_id"`
	Settings map[Owner]settingsLine `json:"settings"`
	SignIns  map[Owner]signInLine   `json:"sign_ins,omitempty"`
}

// recordLine1 is the record of version 1, which knew one owner.
type recordLine1 struct {
	KeyID    string       `json:"key_id"`
	Settings settingsLine `json:"settings"`
	SignIn   *signInLine  `json:"sign_in,omitempty"`
}

type settingsLine struct {
	Method              mail.Method   `json:"authentication_method"`
	Service             mail.Service  `json:"email_service"`
	Account             string        `json:"authenticated_account"`
	SealedPassword      string        `json:"authenticated_password_sealed"`
	Sender              string        `json:"sender"`
	Server              string        `json:"smtp_server"`
	Port                int           `json:"smtp_port"`
	Security            mail.Security `json:"secure_connection"`
	ValidateCertificate bool          `json:"certificate_validation"`
	POP3Server          string        `json:"pop3_server"`
	POP3Port            int           `json:"pop3_port"`
}

type signInLine struct {
	Service            mail.Service `json:"email_service"`
	Account            string       `json:"account"`
	SealedRefreshToken string       `json:"refresh_token_sealed"`
	SignedInAt         time.Time    `json:"signed_in_at"`
	RefreshedAt        time.Time    `json:"refreshed_at"`
}

// purposePassword and purposeToken bind a secret to its place in a record of a version.
func purposePassword(schema int, owner Owner) string {
	if schema == 1 {
		return "authenticated password"
	}
	return "authenticated password\x00" + string(owner)
}

func purposeToken(schema int, owner Owner, s signInLine) string {
	place := "\x00" + string(s.Service) + "\x00" + s.Account
	if schema == 1 {
		return "refresh token" + place
	}
	return "refresh token\x00" + string(owner) + place
}

func checksum(schema int, generation uint64, record []byte) string {
	h := sha256.New()
	h.Write([]byte(strconv.Itoa(schema) + "\n" + strconv.FormatUint(generation, 10) + "\n"))
	h.Write(record)
	return hex.EncodeToString(h.Sum(nil))
}

// encode makes a record's JSON, in the newest schema.
func encode(r Record, s *sealer) ([]byte, error) {
	out := recordLine{KeyID: s.id, Settings: map[Owner]settingsLine{}, SignIns: map[Owner]signInLine{}}
	// In the order of the owners, so that the same randomness gives the same bytes.
	for _, owner := range slices.Sorted(maps.Keys(r.Settings)) {
		in := r.Settings[owner]
		password, err := s.seal(in.Password, purposePassword(Schema, owner))
		if err != nil {
			return nil, err
		}
		out.Settings[owner] = settingsLine{
			Method: in.Method, Service: in.Service, Account: in.Account, SealedPassword: password,
			Sender: in.Sender, Server: in.Server, Port: in.Port, Security: in.Security,
			ValidateCertificate: in.ValidateCertificate, POP3Server: in.POP3Server, POP3Port: in.POP3Port,
		}
	}
	for _, owner := range slices.Sorted(maps.Keys(r.SignIns)) {
		in := r.SignIns[owner]
		sealed := signInLine{
			Service: in.Service, Account: in.Account, SignedInAt: in.SignedInAt.UTC(), RefreshedAt: in.RefreshedAt.UTC(),
		}
		token, err := s.seal(in.RefreshToken, purposeToken(Schema, owner, sealed))
		if err != nil {
			return nil, err
		}
		sealed.SealedRefreshToken = token
		out.SignIns[owner] = sealed
	}
	record, err := json.Marshal(out)
	if err != nil || !out.known() {
		return nil, &Error{Fault: FaultEncode}
	}
	return record, nil
}

// encodeLine puts a record into its frame.
func encodeLine(schema int, generation uint64, record []byte) ([]byte, error) {
	record, err := json.Marshal(json.RawMessage(record)) // as it will be in the frame: the checksum is over these bytes
	if err != nil {
		return nil, &Error{Fault: FaultEncode}
	}
	encoded, err := json.Marshal(line{
		Schema: schema, Generation: generation, Checksum: checksum(schema, generation, record), Record: record,
	})
	if err != nil {
		return nil, &Error{Fault: FaultEncode}
	}
	return encoded, nil
}

// decodeLine reads the line that a part of an image begins with and checks its checksum; ok is false if nothing that
// was written whole begins there. slots is how many it takes.
func decodeLine(part []byte) (l line, slots int, ok bool) {
	text, rest, _ := bytes.Cut(part, []byte{'\n'})
	slots = slotsFor(len(text))
	padding := rest[:min(len(rest), slots*SlotSize-len(text)-1)]
	if bytes.Count(padding, []byte{'\n'}) != len(padding) { // what is left of a longer, older line
		return line{}, 0, false
	}
	if json.Unmarshal(text, &l) != nil || l.Schema < 1 || l.Generation == 0 {
		return line{}, 0, false
	}
	return l, slots, l.Checksum == checksum(l.Schema, l.Generation, l.Record)
}

// decodeRecord reads a record of our schema or an older one. With secrets that cannot be opened it returns
// the settings without passwords and sign-ins, and FaultSealed.
func decodeRecord(schema int, content []byte, s *sealer) (Record, error) {
	in, ok := parseRecord(schema, content)
	if !ok {
		return Record{}, &Error{Fault: FaultCorrupt}
	}
	r, bare := factory(), factory()
	sealed := true
	for owner, settings := range in.Settings {
		password, opens := s.open(settings.SealedPassword, purposePassword(schema, owner))
		sealed = sealed && opens
		kept := mail.Settings{
			Method: settings.Method, Service: settings.Service, Account: settings.Account, Sender: settings.Sender,
			Server: settings.Server, Port: settings.Port, Security: settings.Security,
			ValidateCertificate: settings.ValidateCertificate,
			POP3Server:          settings.POP3Server, POP3Port: settings.POP3Port,
		}
		bare.Settings[owner] = kept
		kept.Password = password
		r.Settings[owner] = kept
	}
	for owner, signIn := range in.SignIns {
		token, opens := s.open(signIn.SealedRefreshToken, purposeToken(schema, owner, signIn))
		sealed = sealed && opens
		r.SignIns[owner] = SignIn{
			Service: signIn.Service, Account: signIn.Account, RefreshToken: token,
			SignedInAt: signIn.SignedInAt, RefreshedAt: signIn.RefreshedAt,
		}
	}
	switch {
	case in.KeyID != s.id:
		return bare, &Error{Fault: FaultForeignKey}
	case !sealed: // somebody has changed the record: no secret in it is trusted
		return bare, &Error{Fault: FaultSealed}
	}
	return r, nil
}

// parseRecord reads a record's JSON, one of version 1 as the printer's; ok is false for one that no device has written.
func parseRecord(schema int, content []byte) (r recordLine, ok bool) {
	if schema == 1 {
		var old recordLine1
		if json.Unmarshal(content, &old) != nil {
			return recordLine{}, false
		}
		r = recordLine{
			KeyID: old.KeyID, Settings: map[Owner]settingsLine{Printer: old.Settings}, SignIns: map[Owner]signInLine{},
		}
		if old.SignIn != nil {
			r.SignIns[Printer] = *old.SignIn
		}
		return r, true
	}
	if json.Unmarshal(content, &r) != nil || !r.known() {
		return recordLine{}, false
	}
	return r, true
}

// known reports whether all owners are such as a device has.
func (r recordLine) known() bool {
	for owner := range r.Settings {
		if !owner.known() {
			return false
		}
	}
	for owner := range r.SignIns {
		if !owner.known() {
			return false
		}
	}
	return true
}
