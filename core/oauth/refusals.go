package oauth

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"mfpsim/core/outcome"
)

// refusal is an error answer of the token or device authorization endpoint (RFC 6749 §5.2), with Entra's additions.
type refusal struct {
	word          string // "error"
	suberror      string
	aadsts        int // 0: none
	traceID       string
	correlationID string
}

// decodeRefusal reads the answer's body; ok is false if it is no error answer.
func decodeRefusal(body []byte) (refusal, bool) {
	o, ok := decodeObject(body)
	if !ok {
		return refusal{}, false
	}
	word, ok := o.text("error")
	if !ok || !isErrorWord(word) {
		return refusal{}, false
	}
	r := refusal{word: word, aadsts: code(o)}
	// What follows is for diagnosis only: nonsense in it is left out, not an error.
	if sub, _ := o.text("suberror"); isWord(sub) {
		r.suberror = sub
	}
	if id, _ := o.text("trace_id"); isGUID(id) {
		r.traceID = id
	}
	if id, _ := o.text("correlation_id"); isGUID(id) {
		r.correlationID = id
	}
	return r, true
}

// code returns the AADSTS number: the first of error_codes, or the one that error_description begins with.
func code(o object) int {
	var numbers []json.Number
	if json.Unmarshal(o["error_codes"], &numbers) == nil && len(numbers) > 0 {
		if n := aadsts(numbers[0].String()); n != 0 {
			return n
		}
	}
	description, _ := o.text("error_description")
	return codeIn(description)
}

// codeIn returns the AADSTS number that a description begins with; 0 if it begins with none.
func codeIn(description string) int {
	rest, found := strings.CutPrefix(description, "AADSTS")
	if !found {
		return 0
	}
	end := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
	if end < 0 {
		end = len(rest)
	}
	return aadsts(rest[:end])
}

// aadsts reads a code; Microsoft's have five to eight digits, the first of which is not 0.
func aadsts(digits string) int {
	if len(digits) < 5 || len(digits) > 8 || digits[0] == '0' {
		return 0
	}
	n, err := strconv.ParseUint(digits, 10, 32)
	if err != nil {
		return 0
	}
	return int(n)
}

// isErrorWord reports whether a text can be an error: RFC 6749 §5.2 allows %x20-21 / %x23-5B / %x5D-7E.
func isErrorWord(s string) bool {
	return s != "" && len(s) <= maxWord && !strings.ContainsFunc(s, func(r rune) bool {
		return r < 0x20 || r > 0x7E || r == '"' || r == '\\'
	})
}

const maxWord = 64

// isWord reports whether a text is one plain word.
func isWord(s string) bool {
	if s == "" || len(s) > maxWord {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.') {
			return false
		}
	}
	return true
}

func isGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		c := s[i]
		hex := c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
		if dash != (c == '-') || !dash && !hex {
			return false
		}
	}
	return true
}

// byCode is what each AADSTS number means for a device. Sources: Microsoft's error code reference and message
// templates; the numbers marked "captured" were seen on the wire in answers to a refresh or a device code.
var byCode = map[int]outcome.Kind{
	// Expired by disuse or age.
	700082: outcome.SignInExpired, // captured: 90 days of inactivity
	70008:  outcome.SignInExpired, // captured: the older number of the same
	700081: outcome.SignInExpired,
	700084: outcome.SignInExpired, // single-page application, 24 h
	70019:  outcome.SignInCodeExpired,
	70020:  outcome.SignInCodeExpired, // captured

	50173: outcome.SignInRevoked, // captured
	50133: outcome.PasswordChanged,
	50132: outcome.PasswordChanged,
	50055: outcome.PasswordChanged,
	50144: outcome.PasswordChanged,

	65001:  outcome.ConsentWithdrawn, // captured
	65004:  outcome.SignInDeclined,   // reported: the person declined to consent
	90094:  outcome.ConsentWithdrawn,
	90095:  outcome.ConsentWithdrawn,
	900941: outcome.ConsentWithdrawn,
	900981: outcome.ConsentWithdrawn,

	// Conditional Access and its relatives.
	53000: outcome.PolicyBlocked, 53001: outcome.PolicyBlocked, 53002: outcome.PolicyBlocked,
	53003: outcome.PolicyBlocked, // captured
	53004: outcome.PolicyBlocked, 53005: outcome.PolicyBlocked, 53006: outcome.PolicyBlocked, 53007: outcome.PolicyBlocked,
	53008: outcome.PolicyBlocked, 53009: outcome.PolicyBlocked, 53010: outcome.PolicyBlocked, 53011: outcome.PolicyBlocked,
	530001: outcome.PolicyBlocked, 530003: outcome.PolicyBlocked, 530032: outcome.PolicyBlocked,
	530033: outcome.PolicyBlocked, // device flow and a policy on devices
	530034: outcome.PolicyBlocked,
	530035: outcome.PolicyBlocked, // security defaults
	530036: outcome.PolicyBlocked, // authentication flow, at a later refresh
	530084: outcome.PolicyBlocked,
	50097:  outcome.PolicyBlocked, // captured: device authentication required
	50105:  outcome.PolicyBlocked, // user not assigned to the application
	700003: outcome.PolicyBlocked, // device object gone

	50072: outcome.MultiFactorRequired, 50074: outcome.MultiFactorRequired,
	50076: outcome.MultiFactorRequired, // reported
	50078: outcome.MultiFactorRequired,
	50079: outcome.MultiFactorRequired, // captured
	50158: outcome.MultiFactorRequired,

	50057: outcome.AccountDisabled,
	50034: outcome.AccountDisabled, // captured
	50020: outcome.AccountDisabled,
	50053: outcome.AccountDisabled,

	70043: outcome.SignInFrequency, // captured
	70044: outcome.SignInFrequency, 70046: outcome.SignInFrequency,

	// The maker's application, its tenant or its request.
	700016:  outcome.ApplicationRefused, // captured
	7000112: outcome.ApplicationRefused, // captured
	7000218: outcome.ApplicationRefused, // captured: public client flows are off
	7000215: outcome.ApplicationRefused, 7000222: outcome.ApplicationRefused, 700025: outcome.ApplicationRefused,
	900144: outcome.ApplicationRefused, 90014: outcome.ApplicationRefused, 90002: outcome.ApplicationRefused,
	900023: outcome.ApplicationRefused, 50059: outcome.ApplicationRefused, 500011: outcome.ApplicationRefused,
	500014: outcome.ApplicationRefused, 650052: outcome.ApplicationRefused, 650053: outcome.ApplicationRefused,
	65005: outcome.ApplicationRefused, 650056: outcome.ApplicationRefused, 650057: outcome.ApplicationRefused,
	70003: outcome.ApplicationRefused, 70011: outcome.ApplicationRefused, 28000: outcome.ApplicationRefused,
	50194: outcome.ApplicationRefused, 9001023: outcome.ApplicationRefused, 90023: outcome.ApplicationRefused,
	90124: outcome.ApplicationRefused, 90130: outcome.ApplicationRefused, 9002332: outcome.ApplicationRefused,
	9002331: outcome.ApplicationRefused, // captured: for personal accounts only
	9002346: outcome.ApplicationRefused, 9002339: outcome.ApplicationRefused, 90027: outcome.ApplicationRefused,

	// Temporary by Microsoft's own words, whatever the error word (50196 is an invalid_grant).
	50196: outcome.CloudError, 90033: outcome.CloudError, 90055: outcome.CloudError,
	90006: outcome.CloudError, 90012: outcome.CloudError, 90024: outcome.CloudError,
}

// bySuberror is asked when the number is missing or not in the table (MSAL's vocabulary).
var bySuberror = map[string]outcome.Kind{
	"consent_required":             outcome.ConsentWithdrawn,
	"bad_token":                    outcome.SignInRevoked,
	"token_expired":                outcome.SignInExpired,
	"user_password_expired":        outcome.PasswordChanged,
	"basic_action":                 outcome.MultiFactorRequired,
	"additional_action":            outcome.MultiFactorRequired,
	"message_only":                 outcome.PolicyBlocked,
	"protection_policy_required":   outcome.PolicyBlocked,
	"device_authentication_failed": outcome.PolicyBlocked,
	"client_mismatch":              outcome.ApplicationRefused,
}

// byWord is asked last: RFC 6749 §5.2, RFC 8628 §3.5 and Entra's own words.
var byWord = map[string]outcome.Kind{
	"authorization_declined":    outcome.SignInDeclined, // Entra
	"access_denied":             outcome.SignInDeclined, // RFC 8628
	"expired_token":             outcome.SignInCodeExpired,
	"code_expired":              outcome.SignInCodeExpired, // Entra v1.0
	"bad_verification_code":     outcome.SignInRefused,     // Entra, documented; seen is invalid_grant
	"invalid_grant":             outcome.SignInRefused,
	"interaction_required":      outcome.SignInRefused, // Entra v1.0
	"consent_required":          outcome.ConsentWithdrawn,
	"login_required":            outcome.SignInRefused,
	"invalid_client":            outcome.ApplicationRefused,
	"unauthorized_client":       outcome.ApplicationRefused,
	"invalid_request":           outcome.ApplicationRefused,
	"invalid_scope":             outcome.ApplicationRefused,
	"invalid_resource":          outcome.ApplicationRefused,
	"invalid_tenant":            outcome.ApplicationRefused,
	"unsupported_grant_type":    outcome.ApplicationRefused,
	"unsupported_response_type": outcome.ApplicationRefused,
	"temporarily_unavailable":   outcome.CloudError,
	"server_error":              outcome.CloudError,
}

// Meaning says what an AADSTS number (as 53003) in a refusal means for a device; false for a number that is judged by
// its suberror or its word only.
func Meaning(aadsts int) (outcome.Kind, bool) {
	kind, known := byCode[aadsts]
	return kind, known
}

// Codes are the AADSTS numbers that have a meaning of their own, in their order.
func Codes() []int { return slices.Sorted(maps.Keys(byCode)) }

// kind says what the refusal means: by its number, or its suberror, or its word.
func (r refusal) kind() outcome.Kind {
	if k, known := byCode[r.aadsts]; known {
		return k
	}
	if k, known := bySuberror[r.suberror]; known {
		return k
	}
	if k, known := byWord[r.word]; known {
		return k
	}
	return outcome.RefusedUnknown // a word that nobody documents: the request is refused, the sign-in may be good
}
