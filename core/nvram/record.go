package nvram

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"time"

	"mfpsim/core/mail"
	"mfpsim/core/secret"
)

// Schema is the version of the record that this package writes.
const Schema = 1

// Record is all that survives power off.
type Record struct {
	Settings mail.Settings
	SignIn   *SignIn // nil: none is stored
}

// SignIn is a stored sign-in. The access token is not part of it: it is short-lived and kept in volatile memory only.
type SignIn struct {
	Service      mail.Service
	Account      string
	RefreshToken secret.Secret // empty if the service gave none
	SignedInAt   time.Time     // when the person signed in, by the device's clock
	RefreshedAt  time.Time     // when the service gave this refresh token
}

// line is one slot's JSON.
type line struct {
	Schema     int             `json:"schema"`
	Generation uint64          `json:"generation"`
	Checksum   string          `json:"checksum"` // SHA-256 over schema, generation and the record's bytes
	Record     json.RawMessage `json:"record"`
}

type recordLine struct {
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

const purposePassword = "authenticated password"

func purposeToken(service mail.Service, account string) string {
	return "refresh token\x00" + string(service) + "\x00" + account
}

func checksum(schema int, generation uint64, record []byte) string {
	h := sha256.New()
	h.Write([]byte(strconv.Itoa(schema) + "\n" + strconv.FormatUint(generation, 10) + "\n"))
	h.Write(record)
	return hex.EncodeToString(h.Sum(nil))
}

// encode makes one slot's line.
func encode(r Record, generation uint64, s *sealer) ([]byte, error) {
	password, err := s.seal(r.Settings.Password, purposePassword)
	if err != nil {
		return nil, err
	}
	out := recordLine{KeyID: s.id, Settings: settingsLine{
		Method: r.Settings.Method, Service: r.Settings.Service, Account: r.Settings.Account, SealedPassword: password,
		Sender: r.Settings.Sender, Server: r.Settings.Server, Port: r.Settings.Port, Security: r.Settings.Security,
		ValidateCertificate: r.Settings.ValidateCertificate, POP3Server: r.Settings.POP3Server, POP3Port: r.Settings.POP3Port,
	}}
	if r.SignIn != nil {
		token, err := s.seal(r.SignIn.RefreshToken, purposeToken(r.SignIn.Service, r.SignIn.Account))
		if err != nil {
			return nil, err
		}
		out.SignIn = &signInLine{
			Service: r.SignIn.Service, Account: r.SignIn.Account, SealedRefreshToken: token,
			SignedInAt: r.SignIn.SignedInAt.UTC(), RefreshedAt: r.SignIn.RefreshedAt.UTC(),
		}
	}
	record, err := json.Marshal(out)
	if err != nil {
		return nil, &Error{Fault: FaultEncode}
	}
	encoded, err := json.Marshal(line{
		Schema: Schema, Generation: generation, Checksum: checksum(Schema, generation, record), Record: record,
	})
	if err != nil {
		return nil, &Error{Fault: FaultEncode}
	}
	return encoded, nil
}

// decodeLine checks a slot's schema and checksum; ok is false if it holds nothing that was written whole.
func decodeLine(slot []byte) (l line, ok bool) {
	text, padding, _ := bytes.Cut(slot, []byte{'\n'})
	if bytes.Count(padding, []byte{'\n'}) != len(padding) { // what is left of a longer, older line
		return line{}, false
	}
	if json.Unmarshal(text, &l) != nil || l.Schema < 1 || l.Generation == 0 {
		return line{}, false
	}
	return l, l.Checksum == checksum(l.Schema, l.Generation, l.Record)
}

// decodeRecord reads the record of a line of our schema. With secrets that cannot be opened it returns the settings
// without password and sign-in, and FaultSealed.
func decodeRecord(l line, s *sealer) (Record, error) {
	var in recordLine
	if json.Unmarshal(l.Record, &in) != nil {
		return Record{}, &Error{Fault: FaultCorrupt}
	}
	r := Record{Settings: mail.Settings{
		Method: in.Settings.Method, Service: in.Settings.Service, Account: in.Settings.Account, Sender: in.Settings.Sender,
		Server: in.Settings.Server, Port: in.Settings.Port, Security: in.Settings.Security,
		ValidateCertificate: in.Settings.ValidateCertificate, POP3Server: in.Settings.POP3Server, POP3Port: in.Settings.POP3Port,
	}}
	if in.KeyID != s.id {
		return r, &Error{Fault: FaultForeignKey}
	}
	password, ok := s.open(in.Settings.SealedPassword, purposePassword)
	if !ok {
		return r, &Error{Fault: FaultSealed}
	}
	r.Settings.Password = password
	if in.SignIn != nil {
		token, ok := s.open(in.SignIn.SealedRefreshToken, purposeToken(in.SignIn.Service, in.SignIn.Account))
		if !ok {
			return r, &Error{Fault: FaultSealed}
		}
		r.SignIn = &SignIn{
			Service: in.SignIn.Service, Account: in.SignIn.Account, RefreshToken: token,
			SignedInAt: in.SignIn.SignedInAt, RefreshedAt: in.SignIn.RefreshedAt,
		}
	}
	return r, nil
}
