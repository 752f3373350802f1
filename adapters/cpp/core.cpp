// An auth/mail core for mfpsim's core contract in C++17, without a library. It has no sign-in on the device's own page and no POP before SMTP,
// and says so: scenarios that need one are skipped.
#include "memory.hpp"
#include "message.hpp"
#include "oauth.hpp"
#include "smtp.hpp"

using std::string;

constexpr int64_t margin_ms = 5 * 60'000; // an access token is not used in the last minutes of its life

struct SignIn {
  string service, account, refresh, access;
  int64_t obtained_ms = 0, expires_ms = 0;
  int serial = 0; // the same for all that come from one act of signing in
};
struct Attempt {
  J service;
  oauth::Code code;
  std::unique_ptr<SignIn> done; // it waits for OK
  int operation = 0;
};
using SignInPtr = std::shared_ptr<SignIn>;

J factory() {
  return J::object({{"method", "Off"}, {"service", ""}, {"account", ""}, {"password", ""}, {"sender", ""}, {"server", ""}, {"port", 25},
                    {"security", "None"}, {"validate_certificate", true}, {"pop3_server", ""}, {"pop3_port", 110}});
}

// Mailer is the mail of one owner: the printer, or the fax server. They know nothing of each other.
struct Mailer {
  string owner;
  J settings = factory();
  SignInPtr stored;
  std::shared_ptr<Attempt> attempt;
  std::unique_ptr<Failed> ended, lost;
  bool unkept = false; // the newest refresh token is not in the memory
};

struct Change { J settings; SignInPtr stored; };

struct Core {
  std::map<string, Mailer> mailers;
  J owners = J::object();
  Memory memory;
  oauth::Client client;
  string host_name;
  int serial = 0;

  J boot(const J& event) {
    owners = event.at("owners"), host_name = event.str("host_name"), client.user_agent = event.str("user_agent");
    memory.open(crypto::unbase64(event.str("flash")), crypto::unhex(event.str("sealing_key")));
    string recovered = memory.recovered;
    bool ok;
    for (auto& m : memory.record.at("settings").members) {
      Mailer& mailer = of(m.first);
      mailer.settings = m.second;
      mailer.settings.set("password", memory.unseal(m.second.str("password"), "password " + m.first, ok));
      if (!ok) recovered = "the secrets of the memory were sealed with another key";
    }
    for (auto& m : memory.record.at("sign_ins").members) {
      SignIn s{m.second.str("service"), m.second.str("account"), "", "", 0, 0, ++serial};
      s.refresh = memory.unseal(m.second.str("refresh_token_sealed"), place(m.first, s), ok);
      if (ok) of(m.first).stored = std::make_shared<SignIn>(s);
      else recovered = "the secrets of the memory were sealed with another key";
    }
    of("printer");
    return J::object({{"contract", 1}, {"core", "the worked example in C++"}, {"tls", net::secures ? "own" : "harness"}, {"dial", net::dials ? "own" : "harness"}, {"clock", "bench"},
                      {"store", "flash"}, {"caps", J::list({"fax-server", "smtp-auth", "connection-test"})}, {"recovered", recovered}});
  }

  Mailer& of(const string& owner) {
    Mailer& m = mailers[owner];
    m.owner = owner;
    return m;
  }
  const J* service(const Mailer& m, const string& name) {
    for (auto& s : owners.at(m.owner).at("services").items) if (s.str("name") == name) return &s;
    return nullptr;
  }
  bool barred(const Mailer& m, const string& method) {
    for (auto& b : owners.at(m.owner).at("barred").items) if (b.text == method) return true;
    return false;
  }

  J command(const J& event) {
    string what = event.str("event");
    if (what == "sign_out") return sign_out(event.at("sign_out"));
    Mailer& m = of(event.str("owner"));
    if (what == "begin_sign_in") return begin_sign_in(m, event.str("service"));
    if (what == "cancel_sign_in" || what == "discard") return cancel(m, what == "discard");
    if (what == "check") { check(m, filled(m, event.at("settings"))); return J(); }
    if (what == "save") return save(m, event.at("settings"));
    if (what == "connection_test") return test(m);
    if (what == "send") return send(m, event.at("message"));
    throw Failed("NotConfigured");
  }

  // Signing in

  J begin_sign_in(Mailer& m, const string& name) {
    drop(m);
    m.ended.reset();
    const J* s = service(m, name);
    if (!s || barred(m, "OAuth2")) {
      m.ended = std::make_unique<Failed>(barred(m, "OAuth2") ? "MethodBarred" : "NotConfigured");
      throw m.ended->with("service", name);
    }
    auto a = std::make_shared<Attempt>();
    a->service = *s;
    m.attempt = a;
    try {
      a->code = client.authorize(a->service);
    } catch (Failed& f) {
      throw failed(m, a, f);
    }
    if (m.attempt != a) throw Failed("SignInCancelled").with("service", name);
    Mailer* owner = &m;
    a->operation = hal::background([this, owner, a] {
      if (owner->attempt == a) wait_for_person(*owner, a);
      net::later(J::object({{"do", "rest"}})); // the polls went over one connection; no request follows soon
    });
    return J();
  }

  void wait_for_person(Mailer& m, std::shared_ptr<Attempt> a) {
    oauth::Token t;
    try {
      t = client.poll(a->service, a->code);
    } catch (Failed& f) {
      net::later(J::object({{"do", "rest"}}));
      throw failed(m, a, f);
    }
    if (m.attempt != a) throw Failed("SignInCancelled");
    a->done = std::make_unique<SignIn>(SignIn{a->service.str("name"), t.account, t.refresh, t.access, hal::now_ms, hal::now_ms + t.life_ms, ++serial});
  }

  Failed failed(Mailer& m, std::shared_ptr<Attempt> a, Failed f) {
    f.with("service", a->service.str("name"));
    if (m.attempt != a) return Failed("SignInCancelled").with("service", a->service.str("name"));
    m.attempt.reset();
    m.ended = std::make_unique<Failed>(f);
    return f;
  }

  void drop(Mailer& m) {
    auto a = m.attempt;
    m.attempt.reset();
    if (a && a->operation && !a->done) hal::later(J::object({{"do", "cancel"}, {"op", a->operation}}));
  }

  J cancel(Mailer& m, bool done_too) {
    auto a = m.attempt;
    if (a && !a->done) {
      drop(m);
      m.ended = std::make_unique<Failed>(Failed("SignInCancelled").with("service", a->service.str("name")));
    } else if (done_too) m.attempt.reset();
    return J();
  }

  J sign_out(const J& names) {
    std::map<string, Change> gone;
    for (auto& name : names.items) {
      Mailer& m = of(name.text);
      drop(m);
      m.ended.reset(), m.lost.reset();
      if (m.stored) gone[m.owner] = {m.settings, nullptr};
    }
    if (gone.empty()) return J();
    bool remains = !persist(gone, true);
    for (auto& g : gone) of(g.first).stored.reset();
    if (remains) throw Failed("NotErased", "Device", "store");
    return J();
  }

  // Settings

  J filled(const Mailer& m, const J& line) {
    J s = factory();
    s.set("port", 0), s.set("security", ""), s.set("validate_certificate", false), s.set("pop3_port", 0);
    for (auto& f : line.members) s.set(f.first, f.second);
    if (s.is("keep_password")) s.set("password", m.settings.str("password"));
    s.unset("keep_password");
    return s;
  }

  J save(Mailer& m, const J& line) {
    J s = filled(m, line);
    SignInPtr kept = m.stored;
    bool takes = m.attempt && m.attempt->done && s.str("method") == "OAuth2";
    if (takes) {
      kept = std::make_shared<SignIn>(*m.attempt->done);
      s.set("service", kept->service);
    }
    if (s.str("method") == "OAuth2") {
      if (kept && kept->service != s.str("service")) kept.reset();
      if (kept) {
        s.set("account", kept->account);
        if (s.str("sender").empty()) s.set("sender", kept->account);
      }
      if (const J* p = service(m, s.str("service"))) {
        if (s.str("server").empty()) s.set("server", p->str("smtp_server"));
        if (!s.num("port")) s.set("port", p->num("smtp_port"));
        if (s.str("security").empty()) s.set("security", p->str("security"));
      }
    }
    check(m, s);
    bool whole = persist({{m.owner, {s, kept}}}, kept != m.stored);
    m.settings = s, m.stored = kept;
    m.ended.reset();
    if (takes) m.attempt.reset(), m.lost.reset();
    if (!whole) throw Failed("NotErased", "Device", "store");
    return J();
  }

  void check(const Mailer& m, const J& s) {
    J wrong = J::list();
    auto add = [&](const char* field, string problem) {
      if (!problem.empty()) wrong.items.push_back(J::object({{"field", field}, {"problem", problem}}));
    };
    const string choice = "not one of the choices", letter = "a character that is not allowed", missing = "missing";
    auto text = [&](const char* name, size_t limit, std::function<bool(char)> allowed) -> string {
      if (s.str(name).size() > limit) return "too long";
      for (char c : s.str(name)) if (!allowed(c)) return letter;
      return "";
    };
    auto printable = [](char c) { return c >= 0x20 && c <= 0x7e; };
    auto sender = [&](char c) { return printable(c) && !strchr(":()<>[];", c); };
    auto host = [](char c) { return isalnum((unsigned char)c) || c == '.' || c == '-'; };
    auto port = [&](const char* name) -> string { return s.num(name) < 1 || s.num(name) > 65535 ? "out of range" : ""; };
    string method = s.str("method"), security = s.str("security");
    bool oauth2 = method == "OAuth2", auth = method == "SMTP AUTH", pop = method == "POP before SMTP", off = method == "Off";
    add("Authentication Method", oauth2 || auth || pop || off ? "" : choice);
    add("Email service", oauth2 && s.str("service").empty() ? missing : text("service", 255, printable));
    add("Authenticated Account", text("account", 255, printable));
    add("Authenticated Password", text("password", 20, printable));
    add("Authenticated Account", (auth || pop) && s.str("account").empty() ? missing : "");
    add("Sender's Email Address", text("sender", 255, sender));
    if (s.str("sender").empty() && !s.str("server").empty() && !oauth2) add("Sender's Email Address", missing);
    else if (!s.str("sender").empty() && s.str("sender")[0] == '.') add("Sender's Email Address", letter);
    add("SMTP Server Address", text("server", 255, host));
    add("SMTP Server Address", s.str("server").empty() && !off ? missing : "");
    add("SMTP Server Port Number", port("port"));
    add("Secure Connection", security == "None" || security == "SSL/TLS" || security == "STARTTLS" ? "" : choice);
    add("Secure Connection", (oauth2 && security == "None") || (pop && security != "None") ? choice : "");
    add("POP3 Server Address", text("pop3_server", 255, host));
    add("POP3 Server Address", pop && s.str("pop3_server").empty() ? missing : "");
    add("POP3 Server Port Number", s.num("pop3_port") || pop ? port("pop3_port") : "");
    if (wrong.items.empty() && oauth2 && !service(m, s.str("service"))) add("Email service", choice);
    if (!wrong.items.empty()) throw Invalid{wrong};
  }

  // The memory

  static string place(const string& owner, const SignIn& s) { return "refresh token " + owner + " " + s.service + " " + s.account; }

  // persist writes the record with changes. false: it is stored, and what was there before could not be erased.
  bool persist(const std::map<string, Change>& changes, bool replace = false) {
    std::map<string, Change> parts;
    for (auto& m : mailers) parts[m.first] = {m.second.settings, m.second.stored};
    for (auto& c : changes) {
      replace = replace || c.second.settings.str("password") != parts[c.first].settings.str("password");
      parts[c.first] = c.second;
    }
    auto record = [&] {
      J r = J::object({{"settings", J::object()}, {"sign_ins", J::object()}});
      for (auto& p : parts) {
        J s = p.second.settings;
        s.set("password", memory.seal(s.str("password"), "password " + p.first));
        r.members[0].second.set(p.first, s);
        if (auto& in = p.second.stored)
          r.members[1].second.set(p.first, J::object({{"service", in->service}, {"account", in->account}, {"refresh_token_sealed", memory.seal(in->refresh, place(p.first, *in))}}));
      }
      return r;
    };
    memory.write(record());
    bool whole = true;
    if (replace) {
      try { memory.write(record()); } catch (Failed&) { whole = false; }
    }
    for (auto& m : mailers) m.second.unkept = false;
    return whole;
  }

  // Sending

  std::unique_ptr<Failed> ready(const Mailer& m) {
    string method = m.settings.str("method"), kind;
    bool waits = m.attempt && m.attempt->done;
    if (method == "OAuth2" && !m.stored) kind = waits ? "SignInWaiting" : "NoSignIn";
    if (method == "Off") kind = waits ? "SignInWaiting" : m.settings.str("server").empty() ? "NotConfigured" : "";
    if (barred(m, method)) kind = "MethodBarred";
    if (kind.empty()) return nullptr;
    auto f = std::make_unique<Failed>(kind);
    if (method == "OAuth2") f->with("service", m.settings.str("service"));
    return f;
  }

  J send(Mailer& m, const J& mail) {
    if (auto refusal = ready(m)) throw *refusal;
    string sender = mail.str("from").empty() ? m.settings.str("sender") : mail.str("from");
    message::check(mail, sender);
    return use(m, [&](smtp::Submitter& s) {
      string id, text = message::compose(mail, sender, host_name, id);
      J result = s.submit(sender, mail.at("to").items, text);
      result.set("message_id", id);
      return result;
    });
  }

  J test(Mailer& m) {
    if (auto refusal = ready(m)) throw *refusal;
    return use(m, [&](smtp::Submitter& s) {
      if (!message::is_address(s.settings.str("sender"))) throw Failed("SenderRefused");
      s.patience = smtp::test_ms;
      s.test();
      return J();
    });
  }

  J use(Mailer& m, std::function<J(smtp::Submitter&)> work) {
    smtp::Submitter s;
    s.settings = m.settings, s.host_name = host_name, s.account = m.settings.str("account"), s.secret = m.settings.str("password");
    if (m.settings.str("method") != "OAuth2") return work(s);
    try {
      SignInPtr in = authorized(m);
      s.account = in->account, s.secret = in->access;
      try {
        return work(s);
      } catch (Failed& f) {
        if (f.kind() == "AuthenticationRefused" && m.stored && m.stored->access == in->access) { // the next message gets another one
          m.stored = std::make_shared<SignIn>(*m.stored);
          m.stored->access.clear();
        }
        throw;
      }
    } catch (Failed& f) {
      throw f.with("service", f.result.str("service").empty() ? s.settings.str("service") : f.result.str("service"));
    }
  }

  // authorized is the stored sign-in with an access token that is good for now.
  SignInPtr authorized(Mailer& m) {
    for (int i = 0; i < 3; i++) { // another message may have used up the refresh token meanwhile
      SignInPtr in = m.stored;
      if (!in) throw Failed("NoSignIn");
      if (m.unkept) persist({{m.owner, {m.settings, in}}});
      if (!in->access.empty() && in->obtained_ms <= hal::now_ms && hal::now_ms + margin_ms < in->expires_ms) return in;
      if (SignInPtr renewed = refresh(m, in)) return renewed;
    }
    throw Failed("Interrupted");
  }

  SignInPtr refresh(Mailer& m, SignInPtr in) {
    const J* s = service(m, in->service);
    if (!s) throw Failed("NotConfigured");
    oauth::Token t;
    try {
      if (in->refresh.empty()) throw Failed("SignInExpired", "Cloud", "refresh");
      t = client.refresh(*s, in->refresh);
    } catch (Failed& f) {
      if (!oauth::ends_sign_in.count(f.kind()) || !m.stored) throw;
      if (m.stored->refresh != in->refresh) return nullptr;
      try { persist({{m.owner, {m.settings, nullptr}}}, true); } catch (Failed&) {} // else it is back after power off, and is refused again
      f.with("service", in->service);
      m.stored.reset(), m.lost = std::make_unique<Failed>(f);
      throw;
    }
    auto renewed = std::make_shared<SignIn>(*in);
    renewed->access = t.access, renewed->obtained_ms = hal::now_ms, renewed->expires_ms = hal::now_ms + t.life_ms;
    if (!t.refresh.empty()) renewed->refresh = t.refresh;
    if (!m.stored || m.stored->serial != in->serial) return renewed; // signed out or in anew meanwhile: this token is for this message only
    if (m.stored->refresh == in->refresh && renewed->refresh != in->refresh) {
#ifndef PLANT_USES_AN_UNSTORED_TOKEN
      try {
        persist({{m.owner, {m.settings, renewed}}}); // before it is used
      } catch (Failed&) {
        m.stored = renewed, m.unkept = true;
        throw;
      }
#endif
    } else if (m.stored->refresh != in->refresh) renewed->refresh = m.stored->refresh; // another message was faster
    m.stored = renewed;
    return renewed;
  }

  // What is shown

  J state() {
    J all = J::object();
    for (auto& m : mailers) all.set(m.first, state(m.second));
    return all;
  }

  J state(const Mailer& m) {
    J s = J::object({{"phase", "SignedOut"}});
    auto& a = m.attempt;
    if (m.stored)
      s = J::object({{"phase", "Stored"}, {"stored", true}, {"service", m.stored->service}, {"account", m.stored->account}, {"stored_account", m.stored->account}});
    if (a && a->done) s.set("phase", "AwaitingOK"), s.set("service", a->done->service), s.set("account", a->done->account);
    else if (a && a->operation) {
      s.set("phase", "AwaitingUser"), s.set("service", a->service.str("name")), s.set("account", ""), s.set("user_code", a->code.user);
      s.set("verification_uri", a->code.uri), s.set("code_expires_ms", a->code.expires_ms);
    }
    if (m.ended) s.set("ended", m.ended->result);
    if (m.lost) s.set("lost", m.lost->result);
    if (auto f = ready(m)) s.set("ready", f->result);
    J settings = m.settings;
    settings.set("password_set", !settings.str("password").empty());
    settings.unset("password");
    s.set("settings", settings);
    return s;
  }
};

int main(int count, char** words) {
  for (int i = 1; i < count; i++)
    if (!net::choose(words[i])) {
      std::cerr << "there are --tls=own and --dial=own, in a core that was built with -DWITH_OPENSSL -lssl -lcrypto\n";
      return 2;
    }
  Core core;
  hal::serve([&](const J& e) { return core.boot(e); }, [&](const J& e) { core.owners = e.at("owners"); net::configure(e); }, [&](const J& e) { return core.command(e); },
             [&] { return core.state(); });
}
