// Submission (RFC 6409): the conversation, what replies mean, and what a connection test advises.
#pragma once
#include "net.hpp"

namespace smtp {

constexpr int64_t connect_ms = 60'000, command_ms = 300'000, data_ms = 600'000, quit_ms = 10'000, test_ms = 60'000;
constexpr size_t kept_line = 1500, longest_line = 64 << 10, longest_talk = 256 << 10, most_sent = 4 << 20;

struct Reply { int code; std::string enhanced, text; }; // a negative one
using Extensions = std::map<std::string, std::string>;  // with their parameters

struct Connection {
  int64_t id;
  std::string host, buffer;
  size_t talk = 0;
  bool greeted = false, unsent = false;
  int code = 0; // of the last reply

  void say(const std::string& data) {
    talk = 0;
    for (size_t at = 0; at < data.size() || !at; at += most_sent)
      net::later(J::object({{"do", "send"}, {"conn", id}, {"data", crypto::base64(data.substr(at, most_sent))}, {"timeout_ms", data_ms}}));
  }
  std::string line(int64_t timeout, const std::string& stage) {
    size_t end;
    while ((end = buffer.find('\n')) == std::string::npos) {
      J event = net::call(J::object({{"do", "receive"}, {"conn", id}, {"timeout_ms", timeout}}));
      if (event.str("event") == "failed") {
        unsent = event.is("unsent");
        throw Failed(event.str("error"), "MailServer", stage);
      }
      std::string data = crypto::unbase64(event.str("data"));
      buffer += data, talk += data.size();
      size_t last = buffer.rfind('\n');
      if (talk > longest_talk || buffer.size() - (last == std::string::npos ? 0 : last) > longest_line) throw Failed("ServerMalformed", "MailServer", stage);
    }
    std::string text = buffer.substr(0, end);
    buffer.erase(0, end + 1);
    if (!text.empty() && text.back() == '\r') text.pop_back();
    return text.substr(0, kept_line);
  }
  // reply reads a whole reply; one whose code does not begin with the expected digits is a Reply.
  std::vector<std::string> reply(int64_t timeout, const std::string& stage, std::vector<std::string> expected) {
    std::vector<std::string> lines;
    std::string digits;
    for (;;) {
      std::string l = line(timeout, stage);
      bool good = l.size() >= 3 && isdigit((unsigned char)l[0]) && isdigit((unsigned char)l[1]) && isdigit((unsigned char)l[2]) &&
                  (l.size() == 3 || l[3] == ' ' || l[3] == '-') && (digits.empty() || digits == l.substr(0, 3));
      if (!good) throw Failed("ServerMalformed", "MailServer", stage);
      digits = l.substr(0, 3);
      lines.push_back(l.size() > 4 ? l.substr(4) : "");
      if (l.size() == 3 || l[3] == ' ') break;
    }
    code = std::stoi(digits);
    for (auto& e : expected) if (!digits.compare(0, e.size(), e)) return lines;
    if (code < 400 || code > 599) throw Failed("ServerMalformed", "MailServer", stage).with("smtp_code", int64_t(code));
    std::string text;
    for (auto& l : lines) text += (text.empty() ? "" : "\n") + l;
    int a, b, c, used = 0;
    Reply r{code, "", text};
    if (sscanf(text.c_str(), "%1d.%3d.%3d%n", &a, &b, &c, &used) == 3 && (text[used] == ' ' || !text[used]))
      r.enhanced = text.substr(0, used), r.text = text.substr(std::min<size_t>(text.size(), used + 1));
    throw r;
  }
  std::vector<std::string> command(const std::string& text, int64_t timeout, const std::string& stage, std::vector<std::string> expected) {
    say(text + "\r\n");
    return reply(timeout, stage, expected);
  }
  // secure returns what failed, or an event that did not.
  J secure(bool verify) {
    return net::call(J::object({{"do", "starttls"}, {"conn", id}, {"timeout_ms", connect_ms},
                                {"tls", J::object({{"server_name", host}, {"verify", verify}, {"min_version", "1.2"}})}}));
  }
  void close() { net::later(J::object({{"do", "close"}, {"conn", id}})); }
};

inline Failed refusal(const std::string& stage, const Reply& r) {
  auto is = [&](const char* e) { return r.enhanced == e; };
  auto says = [&](const char* words) { return r.text.find(words) != std::string::npos; };
  bool throttled = r.code == 550 && r.enhanced.size() == 7 && !r.enhanced.compare(0, 6, "5.2.25") && r.enhanced[6] >= '1' && r.enhanced[6] <= '5';
  std::string kind = "MessageRefused";
  if (r.code == 451 && is("5.7.3")) kind = "STARTTLSRequired";
  else if (stage == "STARTTLS") kind = "NoSTARTTLS";
  else if (r.code == 421) kind = "ServerBusy";
  else if (stage == "AUTH") kind = r.code < 500 && r.code != 454 ? "ServerBusy" : "AuthenticationRefused";
  else if (r.code == 530 || r.code == 535) kind = "AuthenticationRefused";
  else if (r.code == 452 && is("4.5.3")) kind = "RecipientRefused";
  else if (r.code < 500 || throttled) kind = "ServerBusy";
  else if (is("5.2.252") || is("5.7.60") || says("SendAsDenied")) kind = "SenderRefused";
  else if (is("5.3.4") || is("5.2.3") || says("MapiExceptionMaxSubmissionExceeded") || (r.code == 552 && !is("5.2.2"))) kind = "TooLarge";
  else if (stage == "MAIL FROM") kind = "SenderRefused";
  else if (stage == "RCPT TO") kind = "RecipientRefused";
  return Failed(kind, "MailServer", stage).with("smtp_code", int64_t(r.code)).with("enhanced", r.enhanced);
}

inline Extensions extensions(const std::vector<std::string>& lines) {
  Extensions all;
  for (size_t i = 1; i < lines.size(); i++) {
    size_t blank = lines[i].find(' ');
    std::string word = lines[i].substr(0, blank), rest = blank == std::string::npos ? "" : lines[i].substr(blank + 1);
    for (auto& c : word) c = toupper(c);
    for (auto& c : rest) c = toupper(c);
    all[word] = rest;
  }
  return all;
}

struct Submitter {
  J settings;
  std::string host_name, account, secret; // who it is: a password, or an access token
  int64_t patience = command_ms;
  std::string stage;

  Connection dial() {
    J event = net::call(J::object({{"do", "connect"}, {"host", settings.str("server")}, {"port", settings.num("port")}, {"timeout_ms", connect_ms}}));
    if (event.str("event") == "failed") throw Failed(event.str("error"), "MailServer", "connect");
    Connection c;
    c.id = event.num("conn"), c.host = settings.str("server");
    return c;
  }

  // run connects, logs in, does the work and says goodbye.
  J run(std::function<J(Connection&, Extensions&)> work) {
    if (settings.str("method") == "OAuth2" && settings.str("security") == "None")
      throw Failed("NoSTARTTLS", "Device", "connect"); // no bearer token without TLS (RFC 6750 section 5.3)
    Connection c = dial();
    J result;
    std::unique_ptr<Failed> lost;
    bool leave = false;
    try {
      try {
        Extensions e = greet(c, leave);
        log_in(c, e);
        result = work(c, e);
      } catch (Reply& r) {
        throw refusal(stage, r);
      }
    } catch (Failed& f) {
      lost = std::make_unique<Failed>(f);
    }
    int64_t code = lost ? lost->result.num("smtp_code") : 0;
    if (leave || (c.greeted && (!lost || (code && code != 421) || lost->result.str("side") == "Device"))) quit(c);
    if (lost) throw *lost;
    return result;
  }

  void quit(Connection& c) {
    try {
      c.command("QUIT", quit_ms, "", {"2", "3", "4", "5"});
      c.close();
    } catch (Failed&) { // the message is delivered or refused already
    } catch (Reply&) {
    }
  }

  Extensions greet(Connection& c, bool& leave) {
    std::string security = settings.str("security"), hello = "EHLO " + host_name;
    if (security == "SSL/TLS") handshake(c);
    stage = security == "STARTTLS" ? "greeting" : "EHLO";
    c.reply(patience, stage, {"220"});
    if (security == "STARTTLS") {
      stage = "EHLO";
      Extensions before;
      try {
        before = extensions(c.command(hello, patience, stage, {"250"}));
      } catch (Reply& r) {
        if (r.code != 500 && r.code != 502) throw; // no ESMTP, hence no STARTTLS
        leave = true;
        throw Failed("NoSTARTTLS", "MailServer", stage).with("smtp_code", int64_t(r.code));
      }
      stage = "STARTTLS";
      bool offered = before.count("STARTTLS");
#ifdef PLANT_IGNORES_STRIPPED_STARTTLS
      if (!offered) { c.greeted = true; before["AUTH"] = "XOAUTH2 PLAIN LOGIN"; return before; } // it logs in all the same
#endif
      if (!offered) { leave = true; throw Failed("NoSTARTTLS", "MailServer", stage); }
      c.command("STARTTLS", patience, stage, {"220"});
      if (!c.buffer.empty()) throw Failed("ServerMalformed", "MailServer", stage); // text after its 220: somebody is in between
      handshake(c);
    }
    stage = "EHLO";
    std::vector<std::string> lines;
    try {
      lines = c.command(hello, patience, stage, {"250"});
    } catch (Reply& r) {
      if (r.code != 500 && r.code != 502) throw;
      lines = c.command("HELO " + host_name, patience, stage, {"250"});
    }
    c.greeted = true;
    return extensions(lines);
  }

  void handshake(Connection& c) {
    J event = c.secure(settings.is("validate_certificate"));
    if (event.str("event") != "failed") return;
    std::string kind = event.str("error");
    bool spoke = crypto::unbase64(event.str("first")).compare(0, 3, "220") == 0;
    if (kind == "SecureConnection" && settings.str("security") == "SSL/TLS" && spoke) kind = "STARTTLSRequired";
    throw Failed(kind, "MailServer", "connect");
  }

  void log_in(Connection& c, Extensions& e) {
    std::string method = settings.str("method"), offered = " " + e["AUTH"] + " ";
    auto has = [&](const char* m) { return offered.find(std::string(" ") + m + " ") != std::string::npos; };
    bool auth = offered != "  ";
    stage = "AUTH";
    if (method == "OAuth2" && has("XOAUTH2")) sasl(c, "AUTH XOAUTH2", {"user=" + account + "\1auth=Bearer " + secret + "\1\1", ""});
    else if (method == "SMTP AUTH" && has("PLAIN"))
      sasl(c, "AUTH PLAIN " + crypto::base64(std::string(1, 0) + account + std::string(1, 0) + secret), {});
    else if (method == "SMTP AUTH" && has("LOGIN")) sasl(c, "AUTH LOGIN", {account, secret});
    else if (method == "OAuth2" || method == "SMTP AUTH")
      throw Failed("AuthenticationUnsupported", "Device", "AUTH").with("advice", !auth ? "POP before SMTP" : method == "OAuth2" ? "SMTP AUTH" : "");
  }

  void sasl(Connection& c, const std::string& command, std::vector<std::string> answers) {
    c.say(command + "\r\n");
    for (size_t next = 0;; next++) {
      auto lines = c.reply(patience, "AUTH", {"235", "334"});
      if (c.code == 235) return;
      bool good;
      crypto::unbase64(lines.back(), &good);
      if (!good || next >= answers.size()) throw Failed("ServerMalformed", "MailServer", "AUTH");
      c.say(crypto::base64(answers[next]) + "\r\n");
    }
  }

  void test() {
    try {
      run([&](Connection& c, Extensions&) {
        stage = "MAIL FROM";
        c.command("MAIL FROM:<" + settings.str("sender") + ">", patience, stage, {"250"});
        return J();
      });
    } catch (Failed& f) {
      f.with("advice", advise(f));
      throw;
    }
  }

  J submit(const std::string& sender, const std::vector<J>& recipients, const std::string& mail) {
    return run([&](Connection& c, Extensions& e) {
      stage = "MAIL FROM";
      int64_t most = e.count("SIZE") ? atoll(e["SIZE"].c_str()) : 0;
      if (most > 0 && int64_t(mail.size()) > most) throw Failed("TooLarge", "Device", stage);
      std::string said = e.count("8BITMIME") ? " BODY=8BITMIME" : "";
      if (e.count("SIZE")) said += " SIZE=" + std::to_string(mail.size());
      c.command("MAIL FROM:<" + sender + ">" + said, patience, stage, {"250"});
      stage = "RCPT TO";
      J refused = J::list();
      std::unique_ptr<Failed> first;
      for (auto& to : recipients) {
        try {
          c.command("RCPT TO:<" + to.text + ">", patience, stage, {"25"});
        } catch (Reply& r) {
          if (r.code == 421) throw;
          refused.items.push_back(J::object({{"address", to.text}, {"smtp_code", r.code}, {"enhanced", r.enhanced}}));
          if (!first) first = std::make_unique<Failed>(refusal(stage, r));
        }
      }
      if (refused.items.size() == recipients.size()) throw first->with("refused", refused);
      stage = "DATA";
      c.command("DATA", patience, stage, {"354"});
      std::string data;
      data.reserve(mail.size() + 64);
      for (size_t i = 0; i < mail.size(); i++) {
        if (mail[i] == '.' && (!i || mail[i - 1] == '\n')) data += '.';
        data += mail[i];
      }
      c.say(data + ".\r\n");
      std::vector<std::string> words;
      try {
        words = c.reply(data_ms, stage, {"250"});
      } catch (Failed& f) {
        if (c.unsent) throw;
        f.result.set("kind", "DeliveryUnknown"); // the whole message has gone: it may be delivered
        throw f.with("refused", refused);
      }
      std::string last = words.back();
      int a, b, d, used = 0;
      if (sscanf(last.c_str(), "%1d.%3d.%3d %n", &a, &b, &d, &used) == 3) last.erase(0, used);
      for (auto& ch : last) if (ch < 0x20 || ch > 0x7e) ch = ' ';
      return J::object({{"refused", refused}, {"response", last.substr(0, 512)}, {"message_size", int64_t(mail.size())}});
    });
  }

  // advise finds out what the server would want to be set, by asking it once more without anything secret.
  std::string advise(const Failed& f) {
    std::string kind = f.kind(), at = f.result.str("stage"), security = settings.str("security"), method = settings.str("method");
    bool token = method == "OAuth2";
    if (!f.result.str("advice").empty()) return "";
    if (kind == "NoSTARTTLS" && security == "STARTTLS" && !token) return "None";
    if (kind == "STARTTLSRequired") return security == "SSL/TLS" && !token && !offers_starttls() ? "None" : "STARTTLS";
    if ((kind == "TimedOut" || kind == "ConnectionLost") && security != "SSL/TLS" && (at == "greeting" || at == "EHLO")) {
      try {
        Connection c = dial();
        return c.secure(false).str("event") == "failed" ? "" : "SSL/TLS"; // nothing is said over it
      } catch (Failed&) {
        return "";
      }
    }
    return kind == "AuthenticationRefused" && method == "Off" && at == "MAIL FROM" ? "SMTP AUTH" : "";
  }
  bool offers_starttls() {
    try {
      Connection c = dial();
      c.reply(patience, "EHLO", {"220"});
      auto e = extensions(c.command("EHLO " + host_name, patience, "EHLO", {"250"}));
      quit(c);
      return e.count("STARTTLS");
    } catch (Failed&) {
    } catch (Reply&) {
    }
    return false;
  }
};

} // namespace smtp
