// The record in flash: two slots, of which the newest whole one counts; a write never touches the newest record. Secrets are sealed by a
// keystream of HMAC-SHA-256 and a tag of it.
#pragma once
#include "hal.hpp"

struct Memory {
  static constexpr size_t slot_size = 512 << 10, head_size = 8 + 8 + 4 + 32; // magic, generation, length, SHA-256
  static constexpr const char* magic = "MFPCORE2";
  std::string sealing, tagging, recovered;
  size_t used[2] = {0, 0};
  uint64_t generation = 0;
  int newest = 1;
  J record;

  static std::string number(uint64_t n, int octets) {
    std::string s;
    for (int i = octets - 1; i >= 0; i--) s += char(n >> 8 * i);
    return s;
  }
  static uint64_t number(const std::string& s) {
    uint64_t n = 0;
    for (unsigned char c : s) n = n << 8 | c;
    return n;
  }

  void open(const std::string& image, const std::string& key) {
    sealing = crypto::hmac(key, "sealing"), tagging = crypto::hmac(key, "tagging");
    std::string erased("\xff\0\n", 3);
    for (int i = 0; i < 2; i++) {
      std::string slot = image.size() > i * slot_size ? image.substr(i * slot_size, slot_size) : "";
      used[i] = slot.find_last_not_of(erased) + 1; // npos + 1 is 0
      if (slot.size() < head_size || slot.compare(0, 8, magic)) continue;
      size_t length = number(slot.substr(16, 4));
      if (length > slot.size() - head_size) continue;
      std::string data = slot.substr(head_size, length);
      bool ok = crypto::sha256(slot.substr(8, 12) + data) == slot.substr(20, 32);
      uint64_t g = number(slot.substr(8, 8));
      if (!ok || g <= generation) continue;
      generation = g, newest = i, record = J::parse(data, ok);
    }
    bool first = used[1] == 0 && (std::string(magic).compare(0, std::min<size_t>(8, used[0]), image.substr(0, std::min<size_t>(8, used[0]))) == 0) &&
                 (used[0] <= 16 || number(image.substr(8, 8)) == 1);
    if (record.kind != J::Object && used[0] + used[1] > 0 && !first) recovered = "no slot of the memory holds a whole record";
  }

  void write(const J& r) {
    std::string data = r.dump(), head = number(generation + 1, 8) + number(data.size(), 4);
    std::string whole = magic + head + crypto::sha256(head + data) + data;
    int slot = 1 - newest;
    if (whole.size() > slot_size) throw Failed("StorageFailed", "Device", "store");
    if (whole.size() < used[slot]) whole.resize(used[slot], '\xff'); // nothing of an older record is left behind it
    if (!hal::store(slot * slot_size, whole)) throw Failed("StorageFailed", "Device", "store");
    generation++, newest = slot, used[slot] = whole.size();
  }

  std::string keystream(const std::string& nonce, size_t count) {
    std::string s;
    for (uint32_t n = 0; s.size() < count; n++) s += crypto::hmac(sealing, nonce + number(n, 4));
    return s.substr(0, count);
  }
  std::string seal(std::string text, const std::string& place) {
    if (text.empty()) return "";
    std::string nonce = hal::random(16), key = keystream(nonce, text.size());
    for (size_t i = 0; i < text.size(); i++) text[i] ^= key[i];
    return crypto::base64(nonce + text + crypto::hmac(tagging, place + std::string(1, 0) + nonce + text));
  }
  std::string unseal(const std::string& sealed, const std::string& place, bool& ok) {
    ok = true;
    if (sealed.empty()) return "";
    std::string raw = crypto::unbase64(sealed);
    if (raw.size() < 48) { ok = false; return ""; }
    std::string nonce = raw.substr(0, 16), text = raw.substr(16, raw.size() - 48);
    ok = crypto::hmac(tagging, place + std::string(1, 0) + nonce + text) == raw.substr(raw.size() - 32);
    if (!ok) return "";
    std::string key = keystream(nonce, text.size());
    for (size_t i = 0; i < text.size(); i++) text[i] ^= key[i];
    return text;
  }
};
