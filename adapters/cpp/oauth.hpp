// Device authorization grant (RFC 8628), refresh (RFC 6749 section 6), and what refusals mean.
#pragma once
#include <algorithm>
#include <ctime>
#include <set>
#include <sstream>

#include "net.hpp"

namespace oauth {

inline const char* device_code_grant = "urn:ietf:params:oauth:grant-type:device_code";
constexpr int64_t request_ms = 60'000, slow_down_ms = 5'000, most_backoff_ms = 60'000, most_life_s = 400LL * 24 * 3600;

struct Token { std::string access, refresh, account; int64_t life_ms = 0; };
struct Code { std::string device, user, uri; int64_t life_ms = 0, interval_ms = 0, expires_ms = 0; };
struct Answer { int64_t status = 0; J headers, object; };

inline const std::map<std::string, const char*>& by_code() {
  static std::map<std::string, const char*> table;
  static const std::pair<const char*, const char*> rows[] = {
      {"SignInExpired", "700082 70008 700081 700084"}, {"SignInCodeExpired", "70019 70020"}, {"SignInRevoked", "50173"},
      {"PasswordChanged", "50133 50132 50055 50144"}, {"ConsentWithdrawn", "65001 90094 90095 900941 900981"}, {"SignInDeclined", "65004"},
      {"PolicyBlocked", "53000 53001 53002 53003 53004 53005 53006 53007 53008 53009 53010 53011 530001 530003 530032 530033 530034 530035 "
                        "530036 530084 50097 50105 700003"},
      {"MultiFactorRequired", "50072 50074 50076 50078 50079 50158"}, {"AccountDisabled", "50057 50034 50020 50053"},
      {"SignInFrequency", "70043 70044 70046"}, {"CloudError", "50196 90033 90055 90006 90012 90024"},
      {"ApplicationRefused", "700016 7000112 7000218 7000215 7000222 700025 900144 90014 90002 900023 50059 500011 500014 650052 650053 65005 "
                             "650056 650057 70003 70011 28000 50194 9001023 90023 90124 90130 9002332 9002331 9002346 9002339 90027"}};
  if (table.empty())
    for (auto& row : rows) {
      std::istringstream codes(row.second);
      for (std::string code; codes >> code;) table[code] = row.first;
    }
  return table;
}

inline const std::map<std::string, const char*> by_suberror = {
    {"consent_required", "ConsentWithdrawn"}, {"bad_token", "SignInRevoked"}, {"token_expired", "SignInExpired"},
    {"user_password_expired", "PasswordChanged"}, {"basic_action", "MultiFactorRequired"}, {"additional_action", "MultiFactorRequired"},
    {"message_only", "PolicyBlocked"}, {"protection_policy_required", "PolicyBlocked"}, {"device_authentication_failed", "PolicyBlocked"},
    {"client_mismatch", "ApplicationRefused"}};
inline const std::map<std::string, const char*> by_word = {
    {"authorization_declined", "SignInDeclined"}, {"access_denied", "SignInDeclined"}, {"expired_token", "SignInCodeExpired"},
    {"code_expired", "SignInCodeExpired"}, {"bad_verification_code", "SignInRefused"}, {"invalid_grant", "SignInRefused"},
    {"interaction_required", "SignInRefused"}, {"consent_required", "ConsentWithdrawn"}, {"login_required", "SignInRefused"},
    {"invalid_client", "ApplicationRefused"}, {"unauthorized_client", "ApplicationRefused"}, {"invalid_request", "ApplicationRefused"},
    {"invalid_scope", "ApplicationRefused"}, {"invalid_resource", "ApplicationRefused"}, {"invalid_tenant", "ApplicationRefused"},
    {"unsupported_grant_type", "ApplicationRefused"}, {"unsupported_response_type", "ApplicationRefused"},
    {"temporarily_unavailable", "CloudError"}, {"server_error", "CloudError"}};
inline const std::set<std::string> ends_sign_in = {
    "SignInExpired", "SignInRevoked", "PasswordChanged", "ConsentWithdrawn", "PolicyBlocked", "MultiFactorRequired", "AccountDisabled",
    "SignInFrequency", "SignInRefused"};
inline const std::set<std::string> transient = {"CloudError", "NameNotResolved", "Unreachable", "TimedOut", "ConnectionLost", "ServerBusy"};

inline bool visible(const J& v, size_t limit) {
  return v.kind == J::Text && !v.text.empty() && v.text.size() <= limit &&
         std::all_of(v.text.begin(), v.text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}
inline bool is_word(const std::string& s) {
  return !s.empty() && s.size() <= 64 && std::all_of(s.begin(), s.end(), [](unsigned char c) { return isalnum(c) || c == '_' || c == '-' || c == '.'; });
}
inline bool is_guid(const std::string& s) {
  if (s.size() != 36) return false;
  for (size_t i = 0; i < 36; i++)
    if ((i == 8 || i == 13 || i == 18 || i == 23) ? s[i] != '-' : !isxdigit((unsigned char)s[i])) return false;
  return true;
}
inline bool secure_address(const J& v) {
  if (!visible(v, 2048) || v.text.compare(0, 8, "https://")) return false;
  std::string host = v.text.substr(8, v.text.find_first_of("/?#", 8) - 8);
  return !host.empty() && host.find('@') == std::string::npos;
}
// seconds is a whole number of seconds, as a number or in digits; -1 for nonsense, absent if there is none.
inline int64_t seconds(const J& v, int64_t absent) {
  int64_t n = v.number;
  if (v.kind == J::Null) return absent;
  if (v.kind == J::Text) {
    if (v.text.empty() || v.text.size() > 10 || v.text.find_first_not_of("0123456789") != std::string::npos) return -1;
    n = std::stoll(v.text);
  } else if (v.kind != J::Int) return -1;
  return n < 0 || n > most_life_s ? -1 : n;
}
inline std::string form(const std::vector<std::pair<std::string, std::string>>& fields) {
  static const char* digits = "0123456789ABCDEF";
  std::string out;
  for (auto& f : fields) {
    out += (out.empty() ? "" : "&") + f.first + "=";
    for (unsigned char c : f.second) {
      if (isalnum(c) || c == '-' || c == '_' || c == '.' || c == '~') out += c;
      else if (c == ' ') out += '+';
      else { out += '%'; out += digits[c >> 4]; out += digits[c & 15]; }
    }
  }
  return out;
}
inline std::string code_in(const std::string& description) {
  if (description.compare(0, 6, "AADSTS")) return "";
  size_t end = description.find_first_not_of("0123456789", 6);
  std::string digits = description.substr(6, end == std::string::npos ? end : end - 6);
  return digits.size() >= 5 && digits.size() <= 8 && digits[0] != '0' ? digits : "";
}
inline std::string aadsts(const J& answer) {
  auto& codes = answer.at("error_codes").items;
  if (!codes.empty() && codes[0].kind == J::Int) {
    std::string code = code_in("AADSTS" + std::to_string(codes[0].number));
    if (!code.empty()) return code;
  }
  return code_in(answer.str("error_description"));
}
inline int64_t http_date(const std::string& text) { // RFC 9110 section 5.6.7, the form that servers send; -1: none
  struct tm t {};
  const char* end = strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &t);
  return end && !*end ? timegm(&t) : -1;
}
inline int64_t retry_after_ms(const J& headers) {
  std::string value = headers.str("retry-after");
  if (value.empty()) return 0;
  int64_t wait = 0;
  if (value.find_first_not_of("0123456789") == std::string::npos) wait = value.size() > 9 ? 3600 : std::stoll(value);
  else {
    int64_t until = http_date(value), since = http_date(headers.str("date"));
    wait = until < 0 || since < 0 ? 0 : until - since;
  }
  return std::max<int64_t>(0, std::min<int64_t>(wait, 3600)) * 1000;
}

struct Client {
  std::string user_agent;

  Answer post(const std::string& stage, const std::string& url, const std::string& body, bool keep, int64_t timeout_ms = request_ms) {
    J headers = J::object({{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}, {"User-Agent", user_agent}});
    J event = net::call(J::object({{"do", "http"}, {"method", "POST"}, {"url", url}, {"headers", headers}, {"body", body}, {"keep", keep},
                                   {"timeout_ms", std::max<int64_t>(1, std::min(timeout_ms, request_ms))},
                                   {"tls", J::object({{"verify", true}, {"min_version", "1.2"}})}}));
    if (event.str("event") == "failed") throw Failed(event.str("error"), "Cloud", stage).with("http_status", event.num("status"));
    Answer a{event.num("status"), event.at("headers"), J()};
    std::string coding = a.headers.str("content-encoding"), type = a.headers.str("content-type");
    if (!coding.empty() && coding != "identity") throw Failed("CloudMalformed", "Cloud", stage).with("http_status", a.status);
    type = type.substr(0, type.find(';'));
    bool ok = false;
    if (type == "application/json") a.object = J::parse(event.str("body"), ok);
    if (!ok || a.object.kind != J::Object) a.object = J();
    return a;
  }

  Failed refused(const Answer& a, const std::string& stage) {
    std::string word = a.object.str("error"), code, sub, kind = "CloudMalformed";
    bool understood = is_word(word);
    if (understood) code = aadsts(a.object), sub = a.object.str("suberror");
    if (a.status >= 500 || a.status == 429) kind = "CloudError";
    else if (a.status >= 400 && understood) {
      kind = "RefusedUnknown";
      if (by_word.count(word)) kind = by_word.at(word);
      if (by_suberror.count(sub)) kind = by_suberror.at(sub);
      if (by_code().count(code)) kind = by_code().at(code);
    }
    if (stage == "refresh" && kind == "SignInCodeExpired") kind = "SignInExpired";
    Failed f(kind, "Cloud", stage);
    f.with("http_status", a.status).with("aadsts", int64_t(code.empty() ? 0 : std::stoll(code))).with("retry_after_ms", retry_after_ms(a.headers));
    if (is_word(sub)) f.with("suberror", sub);
    for (auto name : {"trace_id", "correlation_id"})
      if (understood && is_guid(a.object.str(name))) f.with(name, a.object.str(name));
    return f;
  }

  Code authorize(const J& service) {
    const char* stage = "device authorization";
    Answer a = post(stage, service.str("device_authorization_endpoint"), form({{"client_id", service.str("client_id")}, {"scope", scope(service)}}), true);
    if (a.status != 200) throw refused(a, stage);
    auto& o = a.object;
    int64_t life = seconds(o.at("expires_in"), -1), interval = seconds(o.at("interval"), 0);
    if (!visible(o.at("user_code"), 64) || !visible(o.at("device_code"), 4096) || !secure_address(o.at("verification_uri")) || life <= 0 || interval < 0)
      throw Failed("CloudMalformed", "Cloud", stage).with("http_status", a.status);
    return {o.str("device_code"), o.str("user_code"), o.str("verification_uri"), life * 1000, (interval ? interval : 5) * 1000, hal::now_ms + life * 1000};
  }

  // poll waits until the person has signed in. The life of the code is elapsed time: setting the date does not change it.
  Token poll(const J& service, const Code& code) {
    int64_t end = hal::up_ms + code.life_ms, interval = code.interval_ms, backoff = 0;
    std::unique_ptr<Failed> last;
    std::string body = form({{"grant_type", device_code_grant}, {"client_id", service.str("client_id")}, {"device_code", code.device}});
    for (;;) {
      int64_t wait = std::max(interval, backoff);
      if (last) wait = std::max(wait, last->result.num("retry_after_ms"));
#ifdef PLANT_POLLS_TOO_FAST
      wait = 1000;
#endif
      if (!hal::sleep_until(std::min(hal::up_ms + wait, end))) throw Failed("Interrupted", "Device", "token");
      auto over = [&] { return last ? *last : Failed("SignInCodeExpired", "Cloud", "token"); };
      if (hal::up_ms >= end) throw over();
      try {
        Answer a = post("token", service.str("token_endpoint"), body, true, end - hal::up_ms);
        if (a.status == 200) {
          Token t = token(a, service, "token");
          if (t.account.empty()) throw Failed("CloudMalformed", "Cloud", "token");
          return t;
        }
        std::string pending = a.object.str("error");
        if (pending != "authorization_pending" && pending != "slow_down") throw refused(a, "token");
        if (pending == "slow_down") interval += slow_down_ms;
        last.reset(), backoff = 0;
      } catch (Failed& f) {
        if (f.kind() == "TimedOut" && hal::up_ms >= end) throw over();
        if (!transient.count(f.kind())) throw;
        // RFC 8628 section 3.5: after a connection time-out a client polls less often; doubling is recommended
        last = std::make_unique<Failed>(f), backoff = std::min(2 * std::max(interval, backoff), most_backoff_ms);
      }
    }
  }

  Token refresh(const J& service, const std::string& refresh_token) {
    Answer a = post("refresh", service.str("token_endpoint"),
                    form({{"grant_type", "refresh_token"}, {"client_id", service.str("client_id")}, {"refresh_token", refresh_token}, {"scope", scope(service)}}),
                    false);
    if (a.status != 200) throw refused(a, "refresh");
    return token(a, service, "refresh");
  }

  static std::string scope(const J& service) {
    std::string s;
    for (auto& one : service.at("scopes").items) s += (s.empty() ? "" : " ") + one.text;
    return s;
  }

  Token token(const Answer& a, const J& service, const std::string& stage) {
    auto& o = a.object;
    Token t{o.str("access_token"), o.str("refresh_token"), "", 0};
    int64_t life = seconds(o.at("expires_in"), 0);
    std::string type = o.str("token_type");
    std::transform(type.begin(), type.end(), type.begin(), ::tolower);
    bool good = !o.find("error") && type == "bearer" && visible(o.at("access_token"), 16384) && life >= 0 &&
                (o.at("refresh_token").kind == J::Null || visible(o.at("refresh_token"), 16384));
    auto& identity = o.at("id_token");
    if (good && identity.kind != J::Null) good = (t.account = account(identity.text, service.str("client_id"))) != "";
    if (!good) throw Failed("CloudMalformed", "Cloud", stage).with("http_status", a.status);
    t.life_ms = life * 1000;
    return t;
  }

  // account reads an id_token that is made out to a client; "" if it is none. Its signature is not checked: it comes over TLS from the token
  // endpoint (OpenID Connect Core 3.1.3.7, item 6).
  static std::string account(const std::string& token, const std::string& client) {
    size_t one = token.find('.'), two = one == std::string::npos ? one : token.find('.', one + 1);
    if (two == std::string::npos || token.find('.', two + 1) != std::string::npos) return "";
    bool good[3], read[2];
    std::string head = crypto::unbase64(token.substr(0, one), &good[0]), body = crypto::unbase64(token.substr(one + 1, two - one - 1), &good[1]);
    crypto::unbase64(token.substr(two + 1), &good[2]);
    J header = J::parse(head, read[0]), who = J::parse(body, read[1]);
    static const std::set<std::string> known = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"};
    if (!good[0] || !good[1] || !good[2] || !read[0] || !read[1] || !known.count(header.str("alg"))) return "";
    bool ours = who.str("aud") == client;
    for (auto& one : who.at("aud").items) ours = ours || one.text == client;
    if (!ours || (!who.str("azp").empty() && who.str("azp") != client)) return "";
    for (auto name : {"preferred_username", "upn", "email"})
      if (visible(who.at(name), 255) && who.str(name).find('@') != std::string::npos) return who.str(name);
    return "";
  }
};

} // namespace oauth
