// What a firmware has of its platform, by lines of the core contract: time, network, memory, randomness, tasks.
//
// Blocking code stays blocking. Each operation is a thread, but only one of them runs at a time: a call hands an action to the main loop,
// which answers the line with it, and returns when the event has come. So the core needs no locks.
#pragma once
#include <condition_variable>
#include <cstring>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unistd.h>

#include "crypto.hpp"
#include "json.hpp"

// Failed is how something ended without success: an outcome of the contract.
struct Failed {
  J result;
  Failed(std::string kind, std::string side = "Device", std::string stage = "")
      : result(J::object({{"kind", kind}, {"side", side}, {"stage", stage}})) {}
  std::string kind() const { return result.str("kind"); }
  Failed& with(const std::string& name, J value) {
    bool empty = value.kind == J::Null || (value.kind == J::Text && value.text.empty()) || (value.kind == J::Int && !value.number) ||
                 (value.kind == J::List && value.items.empty());
    if (!empty) result.set(name, std::move(value));
    return *this;
  }
};

// Invalid are fields of the settings that cannot be stored.
struct Invalid { J fields; };

namespace hal {

inline int64_t now_ms, up_ms, offset_s; // as the last line has told them

struct Operation {
  int id = 0;
  std::string seed, left;
  uint64_t drawn = 0;
  std::vector<J> queue; // actions that do not wait
  J event, wish;
  bool runs = false, done = false;
  std::thread thread;
};

inline std::mutex lock;
inline std::condition_variable changed;
inline Operation* current = nullptr;
inline std::map<int, std::unique_ptr<Operation>> operations;
inline std::map<int, std::function<void()>> asked; // operations of our own that the bench has not begun yet
inline int next_own = 1;

// later asks for something that is not waited for.
inline void later(J action) { current->queue.push_back(std::move(action)); }

// call asks for something and waits for what comes of it.
inline J call(J action) {
  std::unique_lock<std::mutex> held(lock);
  Operation* me = current;
  me->wish = std::move(action);
  me->runs = false;
  changed.notify_all();
  changed.wait(held, [&] { return me->runs; });
  current = me;
  return me->event;
}

inline std::string random(size_t count) {
  Operation* o = current;
  while (o->left.size() < count) {
    std::string counter(8, 0);
    o->drawn++;
    for (int i = 0; i < 8; i++) counter[7 - i] = char(o->drawn >> 8 * i);
    o->left += crypto::sha256(o->seed + counter);
  }
  std::string out = o->left.substr(0, count);
  o->left.erase(0, count);
  return out;
}

// background asks for an operation of our own.
inline int background(std::function<void()> work) {
  int id = next_own;
  next_own += 2;
  asked[id] = std::move(work);
  later(J::object({{"do", "background"}, {"op", id}}));
  return id;
}

// sleep_until waits until some time since power on; false: it was interrupted.
inline bool sleep_until(int64_t up) { return call(J::object({{"do", "wake_at"}, {"up_ms", up}})).str("event") == "woke"; }

// store is one write to the memory; false: it was not taken.
inline bool store(size_t at, const std::string& data) {
  return call(J::object({{"do", "store"}, {"at", int64_t(at)}, {"data", crypto::base64(data)}})).str("event") == "stored";
}

using Command = std::function<J(const J& event)>; // an operation; returns the members of its outcome

inline void begin(Operation* o, Command command, J event) {
  o->thread = std::thread([o, command, event] {
    {
      std::unique_lock<std::mutex> held(lock);
      changed.wait(held, [&] { return o->runs; });
      current = o;
    }
    J outcome;
    try {
      outcome = command(event);
      if (outcome.kind != J::Object) outcome = J::object();
      outcome.set("ok", true);
    } catch (Failed& f) {
      outcome = f.result;
    } catch (Invalid& i) {
      outcome = J::object({{"fields", i.fields}});
    }
    outcome.set("do", "outcome");
    std::unique_lock<std::mutex> held(lock);
    o->wish = std::move(outcome);
    o->runs = false, o->done = true;
    changed.notify_all();
  });
}

// step runs an operation until it waits for something, or ends, and returns what it wants.
inline J step(const J& event, Command command) {
  int id = int(event.num("op"));
  auto& slot = operations[id];
  if (!slot) {
    slot = std::make_unique<Operation>();
    slot->id = id;
    slot->seed = crypto::unhex(event.str("random"));
    auto own = asked.find(id);
    if (own != asked.end()) {
      auto work = own->second;
      asked.erase(own);
      command = [work](const J&) { work(); return J(); };
    }
    begin(slot.get(), command, event);
  }
  Operation* o = slot.get();
  {
    std::unique_lock<std::mutex> held(lock);
    o->event = event;
    o->runs = true;
    changed.notify_all();
    changed.wait(held, [&] { return !o->runs; });
  }
  auto wants = J::list(o->queue);
  o->queue.clear();
  wants.items.push_back(o->wish);
  if (o->done) {
    o->thread.join();
    operations.erase(id);
  }
  return wants;
}

// serve answers lines until they end.
inline void serve(std::function<J(const J&)> boot, std::function<void(const J&)> configure, Command command, std::function<J()> state) {
  std::map<std::string, std::string> told;
  std::string line;
  std::ios::sync_with_stdio(false);
  while (std::getline(std::cin, line)) {
    bool ok;
    J event = J::parse(line, ok);
    if (!ok) { std::cerr << "a line that cannot be read\n"; _exit(1); }
    now_ms = event.num("now_ms"), up_ms = event.num("up_ms"), offset_s = event.num("utc_offset_s");
    J answer = J::object();
    if (event.str("event") == "boot") answer = boot(event);
    else if (event.str("event") == "configure") configure(event);
    else answer.set("do", step(event, command));
    answer.set("n", event.num("n"));
    J all = state(), news = J::object();
    for (auto& m : all.members) {
      std::string text = m.second.dump();
      if (told[m.first] != text) news.set(m.first, m.second);
      told[m.first] = text;
    }
    answer.set("state", news);
    std::cout << answer.dump() << "\n" << std::flush;
  }
  _exit(0); // operations that wait are not waited for: this is power off
}

} // namespace hal
