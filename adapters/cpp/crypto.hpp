// SHA-256 (FIPS 180-4), HMAC (RFC 2104), base64 and hex. A firmware takes its own.
#pragma once
#include <cstdint>
#include <string>

namespace crypto {

inline std::string sha256(std::string m) {
  static const uint32_t k[64] = {
      0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
      0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
      0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
      0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
      0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
      0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};
  uint32_t h[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  auto r = [](uint32_t x, int n) { return x >> n | x << (32 - n); };
  uint64_t bits = uint64_t(m.size()) * 8;
  m += char(0x80);
  while (m.size() % 64 != 56) m += char(0);
  for (int i = 7; i >= 0; i--) m += char(bits >> 8 * i);
  for (size_t at = 0; at < m.size(); at += 64) {
    uint32_t w[64], v[8];
    for (int i = 0; i < 16; i++) {
      auto p = reinterpret_cast<const unsigned char*>(m.data()) + at + 4 * i;
      w[i] = uint32_t(p[0]) << 24 | p[1] << 16 | p[2] << 8 | p[3];
    }
    for (int i = 16; i < 64; i++)
      w[i] = w[i - 16] + (r(w[i - 15], 7) ^ r(w[i - 15], 18) ^ w[i - 15] >> 3) + w[i - 7] + (r(w[i - 2], 17) ^ r(w[i - 2], 19) ^ w[i - 2] >> 10);
    for (int i = 0; i < 8; i++) v[i] = h[i];
    for (int i = 0; i < 64; i++) {
      uint32_t a = v[7] + (r(v[4], 6) ^ r(v[4], 11) ^ r(v[4], 25)) + ((v[4] & v[5]) ^ (~v[4] & v[6])) + k[i] + w[i];
      uint32_t b = (r(v[0], 2) ^ r(v[0], 13) ^ r(v[0], 22)) + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
      for (int j = 7; j > 0; j--) v[j] = v[j - 1];
      v[4] += a;
      v[0] = a + b;
    }
    for (int i = 0; i < 8; i++) h[i] += v[i];
  }
  std::string out;
  for (uint32_t x : h) for (int i = 3; i >= 0; i--) out += char(x >> 8 * i);
  return out;
}

inline std::string hmac(std::string key, const std::string& m) {
  if (key.size() > 64) key = sha256(key);
  key.resize(64);
  std::string inner = key, outer = key;
  for (auto& c : inner) c ^= 0x36;
  for (auto& c : outer) c ^= 0x5c;
  return sha256(outer + sha256(inner + m));
}

inline std::string base64(const std::string& s) {
  static const char* letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve(s.size() / 3 * 4 + 4);
  for (size_t i = 0; i < s.size(); i += 3) {
    uint32_t v = (unsigned char)s[i] << 16;
    if (i + 1 < s.size()) v |= (unsigned char)s[i + 1] << 8;
    if (i + 2 < s.size()) v |= (unsigned char)s[i + 2];
    out += letters[v >> 18];
    out += letters[v >> 12 & 63];
    out += i + 1 < s.size() ? letters[v >> 6 & 63] : '=';
    out += i + 2 < s.size() ? letters[v & 63] : '=';
  }
  return out;
}

// unbase64 takes the alphabet of URLs too, and no padding; ok tells whether it was base64.
inline std::string unbase64(const std::string& s, bool* ok = nullptr) {
  std::string out;
  uint32_t v = 0;
  int bits = 0;
  size_t end = s.find_last_not_of('=') + 1;
  bool good = s.size() - end <= 2;
  for (size_t i = 0; i < end; i++) {
    char c = s[i];
    int d = c >= 'A' && c <= 'Z' ? c - 'A' : c >= 'a' && c <= 'z' ? c - 'a' + 26 : c >= '0' && c <= '9' ? c - '0' + 52
            : c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
    if (d < 0) { good = false; break; }
    v = v << 6 | d;
    if ((bits += 6) >= 8) out += char(v >> (bits -= 8));
  }
  if (ok) *ok = good && end % 4 != 1;
  return out;
}

inline std::string hex(const std::string& s) {
  static const char* digits = "0123456789abcdef";
  std::string out;
  for (unsigned char c : s) { out += digits[c >> 4]; out += digits[c & 15]; }
  return out;
}

inline std::string unhex(const std::string& s) {
  std::string out;
  for (size_t i = 0; i + 1 < s.size(); i += 2) out += char(std::stoi(s.substr(i, 2), nullptr, 16));
  return out;
}

} // namespace crypto
