// The mail itself (RFC 5322, MIME).
#pragma once
#include <ctime>

#include "hal.hpp"

namespace message {

constexpr size_t line_limit = 76, word_limit = 75; // of a header line with an encoded-word, and of such a word (RFC 2047 section 2)

inline bool is_address(const std::string& s) {
  static const std::string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-./=?^_{|}~`";
  size_t at = s.find('@');
  return s.size() <= 255 && at != std::string::npos && at > 0 && at + 1 < s.size() && s[0] != '.' &&
         s.find_first_not_of(letters, at + 1) == std::string::npos && s.find_first_not_of(letters) == at;
}

// check refuses what no server would take, before anything is sent.
inline void check(const J& mail, const std::string& sender) {
  if (!is_address(sender)) throw Failed("SenderRefused");
  bool good = !mail.at("to").items.empty();
  for (auto& to : mail.at("to").items) good = good && is_address(to.text);
  if (!good) throw Failed("RecipientRefused");
  int64_t size = 0, limit = mail.num("attachment_limit");
  for (auto& a : mail.at("attachments").items) size += crypto::unbase64(a.str("data")).size();
  if (limit > 0 && size > limit) throw Failed("TooLarge");
}

inline std::string one_line(std::string s) {
  for (auto& c : s) if ((unsigned char)c < 0x20 || c == 0x7f) c = ' ';
  return s;
}

// letters splits UTF-8 into its characters.
inline std::vector<std::string> letters(const std::string& s) {
  std::vector<std::string> all;
  for (unsigned char c : s) {
    if ((c & 0xC0) == 0x80 && !all.empty()) all.back() += c;
    else all.emplace_back(1, c);
  }
  return all;
}
inline bool ascii(const std::string& s) {
  for (unsigned char c : s) if (c >= 0x80) return false;
  return true;
}
inline std::string percent(const std::string& s, char mark) {
  char b[4];
  std::string out;
  for (unsigned char c : s) { snprintf(b, sizeof b, "%c%02X", mark, c); out += b; }
  return out;
}

inline std::string field(const std::string& name, const std::vector<std::string>& words) {
  std::string out = name + ":";
  size_t length = out.size();
  for (size_t i = 0; i < words.size(); i++) {
    if (i && length + 1 + words[i].size() > line_limit) out += "\r\n", length = 0;
    out += " " + words[i];
    length += 1 + words[i].size();
  }
  return out + "\r\n";
}

// phrase is the words of a text: as they are, or as encoded-words of whole characters (RFC 2047).
inline std::vector<std::string> phrase(const std::string& name, const std::string& text) {
  std::vector<std::string> words(1);
  for (char c : text) if (c == ' ') words.emplace_back(); else words.back() += c;
  size_t room = line_limit - name.size() - 2;
  bool plain = ascii(text) && text.find("=?") == std::string::npos;
  for (auto& w : words) plain = plain && !w.empty() && w.size() <= room;
  if (plain || text.empty()) return words;
  std::vector<std::string> encoded;
  const size_t frame = strlen("=?utf-8?q?") + strlen("?=");
  std::string word;
  room = std::min(room, word_limit) - frame;
  for (auto& letter : letters(text)) {
    char c = letter[0];
    bool plain = letter.size() == 1 && c > ' ' && c <= '~' && c != '=' && c != '?' && c != '_';
    std::string code = plain ? letter : letter == " " ? "_" : percent(letter, '=');
    if (word.size() + code.size() > room) encoded.push_back("=?utf-8?q?" + word + "?="), word = "", room = word_limit - frame;
    word += code;
  }
  encoded.push_back("=?utf-8?q?" + word + "?=");
  return encoded;
}

inline std::string shortened(const std::string& name, size_t limit) {
  size_t dot = name.rfind('.');
  std::string ending = dot == std::string::npos || name.size() - dot > 16 ? "" : name.substr(dot);
  auto stem = letters(name.substr(0, name.size() - ending.size()));
  auto units = [](const std::string& l) { return l.size() == 4 ? 2 : 1; }; // of UTF-16
  size_t total = ending.size();
  for (auto& l : stem) total += units(l);
  while (total > limit && !stem.empty()) total -= units(stem.back()), stem.pop_back();
  std::string out;
  for (auto& l : stem) out += l;
  out.erase(out.find_last_not_of(' ') + 1);
  return out + ending;
}

// file_name is a name under which Windows can save a file.
inline std::string file_name(const std::string& raw) {
  static const std::vector<std::string> never = {
      "\\", "/", ":", "*", "?", "\"", "<", ">", "|", "\xd8\x9c", "\xe2\x80\x8e", "\xe2\x80\x8f", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaa",
      "\xe2\x80\xab", "\xe2\x80\xac", "\xe2\x80\xad", "\xe2\x80\xae", "\xe2\x81\xa6", "\xe2\x81\xa7", "\xe2\x81\xa8", "\xe2\x81\xa9", "\xef\xbf\xbd"};
  std::string name;
  for (auto& l : letters(one_line(raw))) {
    bool bad = false;
    for (auto& n : never) bad = bad || l == n;
    name += bad ? "_" : l;
  }
  name.erase(name.find_last_not_of(" .") + 1);
  name.erase(0, name.find_first_not_of(' '));
  if (name.empty()) return "file";
  std::string stem = name.substr(0, name.find('.'));
  stem.erase(stem.find_last_not_of(' ') + 1);
  for (auto& c : stem) c = toupper(c);
  bool port = stem.size() == 4 && (!stem.compare(0, 3, "COM") || !stem.compare(0, 3, "LPT")) && isdigit((unsigned char)stem[3]);
  if (port || stem == "CON" || stem == "PRN" || stem == "AUX" || stem == "NUL") name = "_" + name;
  return shortened(name, 255);
}

// disposition has a name that is not ASCII in ASCII first, then as in RFC 2231, in pieces where it is long.
inline std::string disposition(const std::string& name) {
  std::string plain;
  bool lost = false;
  for (auto& l : letters(name)) {
    if (l.size() == 1 && (unsigned char)l[0] < 0x80) plain += l, lost = false;
    else if (!lost) plain += "_", lost = true;
  }
  size_t dot = plain.rfind('.');
  std::string ending = dot == std::string::npos ? "" : plain.substr(dot);
  if (plain != name && plain.substr(0, plain.size() - ending.size()).find_first_not_of('_') == std::string::npos) plain = "file" + ending;
  plain = shortened(plain, 60);
  std::string out = "Content-Disposition: attachment;\r\n filename=\"" + plain + "\"";
  if (plain != name) {
    std::vector<std::string> codes, pieces;
    std::string whole = "filename*=UTF-8''";
    for (auto& l : letters(name)) {
      bool as_is = l.size() == 1 && (isalnum((unsigned char)l[0]) || strchr("!#$&+-.^_`{|}~", l[0]));
      codes.push_back(as_is ? l : percent(l, '%'));
      whole += codes.back();
    }
    if (whole.size() <= line_limit - 2) pieces.push_back(whole);
    else {
      pieces.push_back("filename*0*=UTF-8''");
      for (auto& c : codes) {
        if (pieces.back().size() + c.size() > line_limit - 2) pieces.push_back("filename*" + std::to_string(pieces.size()) + "*=");
        pieces.back() += c;
      }
    }
    for (auto& p : pieces) out += ";\r\n " + p;
  }
  return out + "\r\n";
}

inline std::string quoted_printable(const std::string& text) {
  std::string out, line;
  auto end = [&] {
    if (!line.empty() && (line.back() == ' ' || line.back() == '\t')) { char c = line.back(); line.pop_back(); line += percent(std::string(1, c), '='); }
    out += line + "\r\n", line = "";
  };
  for (size_t i = 0; i < text.size(); i++) {
    unsigned char c = text[i];
    if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    if (c == '\n') { end(); continue; }
    std::string code = (c >= ' ' && c <= '~' && c != '=') || c == '\t' ? std::string(1, c) : percent(std::string(1, c), '=');
    if (line.size() + code.size() > line_limit - 1) out += line + "=\r\n", line = "";
    line += code;
  }
  if (!line.empty()) end();
  return out;
}

inline std::string date() {
  time_t local = time_t(hal::now_ms / 1000 - (hal::now_ms % 1000 < 0) + hal::offset_s);
  struct tm t {};
  gmtime_r(&local, &t);
  char b[64], z[8];
  strftime(b, sizeof b, "%a, %d %b %Y %H:%M:%S", &t);
  int64_t minutes = std::abs(hal::offset_s) / 60;
  snprintf(z, sizeof z, " %c%02d%02d", hal::offset_s < 0 ? '-' : '+', int(minutes / 60 % 100), int(minutes % 60));
  return std::string(b) + z;
}

inline std::string compose(const J& mail, const std::string& sender, const std::string& host_name, std::string& id) {
  id = crypto::hex(hal::random(16)) + "@" + (host_name.empty() ? sender.substr(sender.find('@') + 1) : host_name);
  std::string boundary = "mfp-" + crypto::hex(hal::random(16));
  std::vector<std::string> to;
  for (auto& a : mail.at("to").items) to.push_back("<" + a.text + ">,");
  to.back().pop_back();
  std::string m = field("Date", {date()}) + field("From", {"<" + sender + ">"}) + field("To", to);
  m += field("Subject", phrase("Subject", one_line(mail.str("subject")))) + field("Message-ID", {"<" + id + ">"}) + field("MIME-Version", {"1.0"});
  m += field("Content-Type", {"multipart/mixed;", "boundary=" + boundary});
  if (!mail.str("program").empty()) m += field("X-Mailer", phrase("X-Mailer", one_line(mail.str("program"))));
  m += "\r\n--" + boundary + "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n";
  m += quoted_printable(mail.str("text"));
  for (auto& a : mail.at("attachments").items) {
    std::string type = a.str("type").empty() ? "application/octet-stream" : one_line(a.str("type"));
    m += "\r\n--" + boundary + "\r\nContent-Type: " + type + "\r\n" + disposition(file_name(a.str("name"))) + "Content-Transfer-Encoding: base64\r\n\r\n";
    auto& data = a.at("data").text;
    for (size_t at = 0; at < data.size(); at += line_limit) m += data.substr(at, line_limit) + "\r\n";
  }
  return m + "\r\n--" + boundary + "--\r\n";
}

} // namespace message
