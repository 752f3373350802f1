// The network, by the actions of the core contract: connect, starttls, send, receive, close, http. The bench carries them out, or, with
// tls: own and dial: own, this file does: POSIX sockets and OpenSSL (-DWITH_OPENSSL -lssl -lcrypto), as a firmware has them.
#pragma once
#include "hal.hpp"

namespace net {

inline bool dials = false, secures = false; // dial: own, tls: own

#ifndef WITH_OPENSSL

inline bool choose(const std::string&) { return false; }
inline void configure(const J&) {}
inline J call(J action) { return hal::call(std::move(action)); }
inline void later(J action) { hal::later(std::move(action)); }

} // namespace net

#else

} // namespace net

#include <arpa/inet.h>
#include <cerrno>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/time.h>

namespace net {

inline J resolve = J::object(); // by host:port, where it is
inline int64_t silence_ms = 5'000;
inline SSL_CTX* trust = nullptr;

// choose takes a word of the command line.
inline bool choose(const std::string& word) {
  if (word == "--tls=own") secures = true;
  else if (word == "--dial=own") secures = dials = true;
  else return false;
  return true;
}

// configure takes what the bench tells of itself: whom the device trusts, and where the servers are.
inline void configure(const J& event) {
  if (!secures) return;
  resolve = event.at("resolve");
  if (event.num("silence_ms")) silence_ms = event.num("silence_ms");
  if (trust) SSL_CTX_free(trust);
  trust = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_min_proto_version(trust, TLS1_2_VERSION);
  std::string pem = event.str("roots_pem");
  BIO* file = BIO_new_mem_buf(pem.data(), int(pem.size()));
  while (X509* root = PEM_read_bio_X509(file, nullptr, nullptr, nullptr)) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(trust), root);
    X509_free(root);
  }
  BIO_free(file);
  ERR_clear_error();
}

// Conn is a connection: a socket, or one that the bench has; with TLS over it from some moment on.
struct Conn {
  int64_t id = 0;
  int fd = -1;
  std::string host;
  SSL* ssl = nullptr;
  BIO *in = nullptr, *out = nullptr;
  std::string heard; // the first octets of the handshake, should they be none of TLS
  bool lost = false;
  ~Conn() {
    if (ssl) SSL_free(ssl);
    if (fd >= 0) ::close(fd);
  }
};

inline std::map<int64_t, std::unique_ptr<Conn>> conns;
inline int64_t made = 0;

inline J failed(const std::string& kind) { return J::object({{"event", "failed"}, {"error", kind}}); }

// raw_send sends octets; what fails shows when the answer is awaited.
inline void raw_send(Conn& c, const std::string& data) {
  constexpr size_t most = 4 << 20;
  if (c.fd < 0) {
    for (size_t at = 0; at < data.size(); at += most)
      hal::later(J::object({{"do", "send"}, {"conn", c.id}, {"data", crypto::base64(data.substr(at, most))}}));
    return;
  }
  for (size_t at = 0; at < data.size();) {
    ssize_t n = ::send(c.fd, data.data() + at, data.size() - at, MSG_NOSIGNAL);
    if (n <= 0) return;
    at += size_t(n);
  }
}

// raw_receive waits for octets; a failure is an event.
inline J raw_receive(Conn& c, int64_t timeout_ms, std::string& data) {
  if (c.fd < 0) {
    J event = hal::call(J::object({{"do", "receive"}, {"conn", c.id}, {"timeout_ms", timeout_ms}}));
    c.lost = event.str("event") == "failed";
    if (!c.lost) data = crypto::unbase64(event.str("data"));
    return event;
  }
  char buffer[16 << 10];
  ssize_t n = ::recv(c.fd, buffer, sizeof buffer, 0);
  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return failed("TimedOut");
  if (n <= 0) return failed("ConnectionLost");
  data.assign(buffer, size_t(n));
  return J::object({{"event", "received"}});
}

inline void flush(Conn& c) {
  std::string data;
  char buffer[16 << 10];
  for (int n; (n = BIO_read(c.out, buffer, sizeof buffer)) > 0;) data.append(buffer, size_t(n));
  if (!data.empty()) raw_send(c, data);
}

// refill takes octets of the other side; false: event says why not.
inline bool refill(Conn& c, int64_t timeout_ms, J& event) {
  flush(c);
  std::string data;
  event = raw_receive(c, timeout_ms, data);
  if (event.str("event") == "failed") return false;
  if (c.heard.size() < 5) c.heard += data.substr(0, 5 - c.heard.size());
  BIO_write(c.in, data.data(), int(data.size()));
  return true;
}

inline std::string certificate(long fault) {
  switch (fault) {
  case X509_V_ERR_CERT_HAS_EXPIRED:
  case X509_V_ERR_CERT_NOT_YET_VALID: return "CertificateDate";
  case X509_V_ERR_HOSTNAME_MISMATCH:
  case X509_V_ERR_IP_ADDRESS_MISMATCH: return "CertificateName";
  default: return "CertificateUntrusted";
  }
}

// secure makes the handshake; the certificate is checked by the device's date.
inline J secure(Conn& c, const J& tls, int64_t timeout_ms) {
  std::string name = tls.str("server_name").empty() ? c.host : tls.str("server_name");
  c.ssl = SSL_new(trust);
  c.in = BIO_new(BIO_s_mem()), c.out = BIO_new(BIO_s_mem());
  SSL_set_bio(c.ssl, c.in, c.out);
  SSL_set_verify(c.ssl, tls.is("verify") ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  X509_VERIFY_PARAM* check = SSL_get0_param(c.ssl);
  X509_VERIFY_PARAM_set_time(check, time_t(hal::now_ms / 1000));
  unsigned char address[16];
  bool literal = inet_pton(AF_INET, name.c_str(), address) == 1 || inet_pton(AF_INET6, name.c_str(), address) == 1;
  if (literal) X509_VERIFY_PARAM_set1_ip_asc(check, name.c_str());
  else SSL_set1_host(c.ssl, name.c_str()), SSL_set_tlsext_host_name(c.ssl, name.c_str());
  SSL_set_connect_state(c.ssl);
  for (;;) {
    ERR_clear_error();
    int done = SSL_do_handshake(c.ssl);
    if (done == 1) break;
    J event;
    if (SSL_get_error(c.ssl, done) == SSL_ERROR_WANT_READ) {
      if (!refill(c, timeout_ms, event)) return event;
      continue;
    }
    flush(c); // the alert
    long fault = SSL_get_verify_result(c.ssl);
    event = failed(tls.is("verify") && fault != X509_V_OK ? certificate(fault) : "SecureConnection");
    if (!c.heard.empty() && c.heard[0] != 0x15 && c.heard[0] != 0x16) event.set("first", crypto::base64(c.heard));
    return event;
  }
  flush(c);
  return J::object({{"event", "secured"}, {"conn", c.id}});
}

inline J connect(const J& action) {
  auto c = std::make_unique<Conn>();
  c->host = action.str("host");
  if (!dials) {
    J event = hal::call(J::object({{"do", "connect"}, {"host", c->host}, {"port", action.num("port")}, {"timeout_ms", action.num("timeout_ms")}}));
    if (event.str("event") == "failed") return event;
    c->id = event.num("conn");
  } else {
    std::string at = resolve.str(c->host + ":" + std::to_string(action.num("port")));
    size_t colon = at.rfind(':');
    if (colon == std::string::npos) { // the host is known and has no such port, or it is not known
      for (auto& there : resolve.members)
        if (!there.first.compare(0, c->host.size() + 1, c->host + ":")) return failed("Unreachable");
      return failed("NameNotResolved");
    }
    sockaddr_in to{};
    to.sin_family = AF_INET, to.sin_port = htons(uint16_t(atoi(at.c_str() + colon + 1)));
    inet_pton(AF_INET, at.substr(0, colon).c_str(), &to.sin_addr);
    c->fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    timeval patience{time_t(silence_ms / 1000), suseconds_t(silence_ms % 1000 * 1000)};
    setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(c->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (::connect(c->fd, reinterpret_cast<sockaddr*>(&to), sizeof to)) return failed("Unreachable");
    c->id = ++made;
  }
  int64_t id = dials ? c->id : int64_t(hal::current->id) << 32 | c->id;
  Conn& open = *c;
  conns[id] = std::move(c);
  if (action.at("tls").kind == J::Object) {
    J event = secure(open, action.at("tls"), action.num("timeout_ms"));
    if (event.str("event") == "failed") { conns.erase(id); return event; }
  }
  return J::object({{"event", "connected"}, {"conn", id}});
}

inline void say(Conn& c, const std::string& data) {
  if (!c.ssl) return raw_send(c, data);
  for (size_t at = 0; at < data.size();) {
    int n = SSL_write(c.ssl, data.data() + at, int(std::min<size_t>(data.size() - at, 1 << 20)));
    if (n <= 0) break;
    at += size_t(n);
  }
  flush(c);
}

// hear waits for what the other side says.
inline J hear(Conn& c, int64_t timeout_ms, std::string& data) {
  if (!c.ssl) return raw_receive(c, timeout_ms, data);
  char buffer[16 << 10];
  for (;;) {
    ERR_clear_error();
    int n = SSL_read(c.ssl, buffer, sizeof buffer);
    if (n > 0) {
      data.assign(buffer, size_t(n));
      return J::object({{"event", "received"}});
    }
    J event;
    int why = SSL_get_error(c.ssl, n);
    if (why != SSL_ERROR_WANT_READ) return failed(why == SSL_ERROR_SSL ? "SecureConnection" : "ConnectionLost");
    if (!refill(c, timeout_ms, event)) return event;
  }
}

inline void close(int64_t id) {
  auto open = conns.find(id);
  if (open == conns.end()) return;
  Conn& c = *open->second;
  if (c.ssl && !c.lost && SSL_is_init_finished(c.ssl)) SSL_shutdown(c.ssl), flush(c);
  if (c.fd < 0 && !c.lost) hal::later(J::object({{"do", "close"}, {"conn", c.id}}));
  conns.erase(open);
}

// Response reads one answer of HTTP/1.1 (RFC 9112) up to its end.
struct Response {
  std::string buffer, body;
  int64_t status = 0;
  J headers = J::object();

  // line takes a line of the buffer, if a whole one is there.
  bool line(std::string& text) {
    size_t end = buffer.find('\n');
    if (end == std::string::npos) return false;
    text = buffer.substr(0, end);
    buffer.erase(0, end + 1);
    if (!text.empty() && text.back() == '\r') text.pop_back();
    return true;
  }
};

constexpr size_t most_head = 64 << 10, most_body = 1 << 20;

inline J http(const J& action) {
  std::string url = action.str("url"), host = url.substr(8, url.find('/', 8) - 8), path = url.substr(std::min(url.size(), 8 + host.size()));
  int64_t timeout = action.num("timeout_ms"), end = hal::up_ms + timeout; // the whole of an answer, however it comes
  J event = connect(J::object({{"host", host}, {"port", 443}, {"timeout_ms", timeout}, {"tls", action.at("tls")}}));
  if (event.str("event") == "failed") return event;
  int64_t id = event.num("conn");
  Conn& c = *conns[id];
  std::string request = action.str("method") + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n";
  for (auto& h : action.at("headers").members) request += h.first + ": " + h.second.text + "\r\n";
  say(c, request + "Content-Length: " + std::to_string(action.str("body").size()) + "\r\n\r\n" + action.str("body"));
  Response r;
  auto malformed = [&] { // or it came too late
    bool late = event.str("error") == "TimedOut" || event.str("error") == "Interrupted";
    J e = late ? event : failed("CloudMalformed");
    e.set("status", r.status);
    return e;
  };
  auto more = [&] {
    std::string data;
    event = hal::up_ms < end ? hear(c, end - hal::up_ms, data) : failed("TimedOut");
    r.buffer += data;
    return event.str("event") != "failed";
  };
  auto read = [&]() -> J {
    std::string text;
    while (!r.line(text)) {
      if (r.buffer.size() > most_body) return malformed();
      if (!more()) return r.buffer.empty() ? event : malformed();
    }
    char version = 0;
    int status = 0;
    if (sscanf(text.c_str(), "HTTP/1.%c %3d", &version, &status) != 2 || status < 200) return malformed();
    r.status = status;
    for (size_t head = 0;; head += text.size()) {
      while (!r.line(text)) if (r.buffer.size() > most_body || !more()) return malformed();
      if (text.empty()) break;
      if (head > most_head) return malformed();
      size_t colon = text.find(':');
      if (colon == std::string::npos) return malformed();
      std::string name = text.substr(0, colon), value = text.substr(std::min(text.size(), text.find_first_not_of(' ', colon + 1)));
      for (auto& letter : name) letter = char(tolower(letter));
      r.headers.set(name, value);
    }
    std::string coding = r.headers.str("transfer-encoding"), length = r.headers.str("content-length");
    if (coding == "chunked") {
      for (;;) {
        while (!r.line(text)) if (!more()) return malformed();
        char* end = nullptr;
        size_t size = strtoul(text.c_str(), &end, 16);
        if (end == text.c_str() || size > most_body || r.body.size() + size > most_body) return malformed();
        while (r.buffer.size() < size + 2) if (!more()) return malformed();
        r.body += r.buffer.substr(0, size);
        r.buffer.erase(0, size + 2);
        if (!size) break;
      }
    } else if (!length.empty()) {
      size_t size = strtoul(length.c_str(), nullptr, 10);
      if (size > most_body) return malformed();
      while (r.buffer.size() < size) if (!more()) return malformed();
      r.body = r.buffer.substr(0, size);
    } else {
      while (more()) if (r.buffer.size() > most_body) return malformed();
      r.body = r.buffer;
    }
    return J::object({{"event", "http"}, {"status", r.status}, {"headers", r.headers}, {"body", r.body}});
  };
  J answer = read();
  close(id);
  return answer;
}

// call carries out an action that is waited for.
inline J call(J action) {
  std::string what = action.str("do");
  if (!secures) return hal::call(std::move(action));
  if (what == "http") return http(action);
  if (what == "connect") return connect(action);
  auto open = conns.find(action.num("conn"));
  if (open == conns.end()) return failed("ConnectionLost");
  Conn& c = *open->second;
  J event;
  if (what == "starttls") event = secure(c, action.at("tls"), action.num("timeout_ms"));
  else {
    std::string data;
    event = hear(c, action.num("timeout_ms"), data);
    if (event.str("event") != "failed") event.set("data", crypto::base64(data));
  }
  if (event.str("event") == "failed") conns.erase(action.num("conn"));
  return event;
}

// later carries out one that is not.
inline void later(J action) {
  std::string what = action.str("do");
  if (!secures || what == "cancel" || what == "background") return hal::later(std::move(action));
  auto open = conns.find(action.num("conn"));
  if (open == conns.end()) return; // a rest, or a connection that was lost
  if (what == "send") say(*open->second, action.str("data").empty() ? action.str("text") : crypto::unbase64(action.str("data")));
  if (what == "close") close(action.num("conn"));
}

} // namespace net

#endif
