// JSON as far as the contract and an identity provider need it (RFC 8259). A name that comes twice makes an object unreadable.
#pragma once
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

struct J {
  enum Kind { Null, Bool, Int, Real, Text, List, Object } kind = Null;
  bool truth = false;
  int64_t number = 0;
  std::string text;
  std::vector<J> items;
  std::vector<std::pair<std::string, J>> members;

  J() = default;
  J(bool b) : kind(Bool), truth(b) {}
  J(int n) : kind(Int), number(n) {}
  J(int64_t n) : kind(Int), number(n) {}
  J(const char* s) : kind(Text), text(s) {}
  J(std::string s) : kind(Text), text(std::move(s)) {}
  static J list(std::vector<J> items = {}) { J j; j.kind = List; j.items = std::move(items); return j; }
  static J object(std::vector<std::pair<std::string, J>> members = {}) {
    J j; j.kind = Object; j.members = std::move(members); return j;
  }

  const J* find(const std::string& name) const {
    for (auto& m : members) if (m.first == name) return &m.second;
    return nullptr;
  }
  const J& at(const std::string& name) const { static const J none; auto* found = find(name); return found ? *found : none; }
  std::string str(const std::string& name) const { return at(name).text; }
  int64_t num(const std::string& name) const { return at(name).number; }
  bool is(const std::string& name) const { return at(name).truth; }
  void set(const std::string& name, J value) {
    for (auto& m : members) if (m.first == name) { m.second = std::move(value); return; }
    members.emplace_back(name, std::move(value));
  }
  void unset(const std::string& name) {
    for (size_t i = 0; i < members.size(); i++) if (members[i].first == name) { members.erase(members.begin() + i); return; }
  }

  std::string dump() const {
    switch (kind) {
      case Null: return "null";
      case Bool: return truth ? "true" : "false";
      case Int: case Real: return std::to_string(number);
      case Text: return quoted(text);
      case List: { std::string s = "["; for (size_t i = 0; i < items.size(); i++) s += (i ? "," : "") + items[i].dump(); return s + "]"; }
      default: {
        std::string s = "{";
        for (size_t i = 0; i < members.size(); i++) s += (i ? "," : "") + quoted(members[i].first) + ":" + members[i].second.dump();
        return s + "}";
      }
    }
  }
  static std::string quoted(const std::string& s) {
    std::string q = "\"";
    for (unsigned char c : s) {
      if (c == '"' || c == '\\') { q += '\\'; q += c; }
      else if (c < 0x20) { char b[8]; snprintf(b, sizeof b, "\\u%04x", c); q += b; }
      else q += c;
    }
    return q + "\"";
  }

  // parse reads one value and nothing after it; ok tells whether it was one.
  static J parse(const std::string& s, bool& ok) {
    Reader r{s};
    J value = r.value(0);
    r.blank();
    ok = r.ok && r.at == s.size();
    return ok ? value : J();
  }

 private:
  struct Reader {
    const std::string& s;
    size_t at = 0;
    bool ok = true;
    void blank() { while (at < s.size() && (s[at] == ' ' || s[at] == '\t' || s[at] == '\n' || s[at] == '\r')) at++; }
    J fail() { ok = false; return J(); }
    bool eat(char c) { blank(); if (at < s.size() && s[at] == c) { at++; return true; } return false; }
    bool word(const char* w) { std::string x = w; if (s.compare(at, x.size(), x)) return false; at += x.size(); return true; }
    J value(int depth) {
      blank();
      if (at >= s.size() || depth > 100) return fail();
      char c = s[at];
      if (c == '{') {
        at++;
        J j = J::object();
        if (eat('}')) return j;
        do {
          blank();
          if (at >= s.size() || s[at] != '"') return fail();
          J name = string();
          if (!ok || j.find(name.text) || !eat(':')) return fail();
          J v = value(depth + 1);
          if (!ok) return fail();
          j.members.emplace_back(name.text, v);
        } while (eat(','));
        return eat('}') ? j : fail();
      }
      if (c == '[') {
        at++;
        J j = J::list();
        if (eat(']')) return j;
        do { j.items.push_back(value(depth + 1)); if (!ok) return fail(); } while (eat(','));
        return eat(']') ? j : fail();
      }
      if (c == '"') return string();
      if (word("true")) return J(true);
      if (word("false")) return J(false);
      if (word("null")) return J();
      size_t begin = at;
      bool whole = true;
      if (s[at] == '-') at++;
      while (at < s.size() && (isdigit((unsigned char)s[at]) || s[at] == '.' || s[at] == 'e' || s[at] == 'E' || s[at] == '+' || s[at] == '-'))
        whole = isdigit((unsigned char)s[at++]) && whole;
      if (at == begin || at - begin > 18) return fail();
      J j(int64_t(0));
      j.kind = whole ? Int : Real;
      if (sscanf(s.c_str() + begin, "%ld", &j.number) != 1) return fail();
      return j;
    }
    J string() {
      std::string out;
      for (at++; at < s.size() && s[at] != '"'; at++) {
        unsigned char c = s[at];
        if (c < 0x20) return fail();
        if (c != '\\') { out += c; continue; }
        if (++at >= s.size()) return fail();
        switch (s[at]) {
          case 'n': out += '\n'; break;
          case 't': out += '\t'; break;
          case 'r': out += '\r'; break;
          case 'b': out += '\b'; break;
          case 'f': out += '\f'; break;
          case 'u': {
            unsigned u = unit();
            if (u >= 0xD800 && u < 0xDC00 && !s.compare(at + 1, 2, "\\u")) { at += 2; u = 0x10000 + ((u - 0xD800) << 10) + (unit() - 0xDC00); }
            if (!ok) return J();
            utf8(out, u);
            break;
          }
          default: out += s[at];
        }
      }
      if (at++ >= s.size()) return fail();
      return J(out);
    }
    unsigned unit() { // at is on the u
      unsigned u = 0;
      if (at + 4 >= s.size() || sscanf(s.substr(at + 1, 4).c_str(), "%4x", &u) != 1) ok = false;
      at += 4;
      return u;
    }
    static void utf8(std::string& o, unsigned u) {
      if (u < 0x80) o += char(u);
      else if (u < 0x800) { o += char(0xC0 | u >> 6); o += char(0x80 | (u & 63)); }
      else if (u < 0x10000) { o += char(0xE0 | u >> 12); o += char(0x80 | (u >> 6 & 63)); o += char(0x80 | (u & 63)); }
      else { o += char(0xF0 | u >> 18); o += char(0x80 | (u >> 12 & 63)); o += char(0x80 | (u >> 6 & 63)); o += char(0x80 | (u & 63)); }
    }
  };
};
