// Guarded<T>: data and its lock as one object; the data is reachable only while the lock is held.
//   Guarded<Table> table; { auto locked = table.lock(); locked->insert(...); }
// Hold a lock for a few instructions, never across a co_await.
#pragma once

#include <mutex>
#include <utility>

namespace jangteo {

template <class T>
class Guarded {
 public:
  template <class Data>
  class Lock {
   public:
    Data* operator->() const { return data_; }
    Data& operator*() const { return *data_; }

   private:
    friend class Guarded;
    Lock(std::mutex& mutex, Data& data) : lock_(mutex), data_(&data) {}
    std::unique_lock<std::mutex> lock_;
    Data* data_;
  };

  template <class... Arguments>
  explicit Guarded(Arguments&&... arguments) : data_(std::forward<Arguments>(arguments)...) {}
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;

  [[nodiscard]] Lock<T> lock() { return {mutex_, data_}; }
  [[nodiscard]] Lock<const T> lock() const { return {mutex_, data_}; }

 private:
  mutable std::mutex mutex_;
  T data_;
};

}  // namespace jangteo
