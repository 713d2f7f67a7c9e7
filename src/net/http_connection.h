// HttpConnection: the state machine of one accepted connection. It reads into the exchange it borrowed, answers one
// request after the other in their order, gathers answers of pipelined requests, and gives the exchange back when it
// has nothing to do: an idle connection is this object alone. One loop's thread. Internal to net/.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "net/http_stream_queue.h"
#include "net/http_worker.h"

namespace jangteo {

class HttpConnection final : public SocketWatcher, public DeadlineEntry {
 public:
  HttpConnection(HttpWorker& worker, TcpSocket socket, std::string peer_address);

  // Destroys itself when it cannot be watched.
  void open();
  void on_ready(Readiness readiness) override;
  void on_deadline() override;
  void continue_reading() { pump(); }  // its turn again after pipeline_count_max requests
  void send_stream() { pump(); }       // chunks wait in its stream
  void on_drain();                     // closes when idle or streaming, else after the answer
  void cut();                          // closes now

 private:
  friend class HttpWorker;
  ~HttpConnection() override = default;
  // `gone`: this object may be destroyed; nothing of it may be touched.
  enum class Progress : std::uint8_t { more, wait, gone };
  enum class Waiting : std::uint8_t { idle, head, body, write, linger, nothing };

  void pump();
  Progress step();
  Progress step_stream();
  Progress parse();
  Progress fill();
  Progress rest();
  Progress flush_then(Progress after);
  Progress linger();

  void dispatch();
  void finished(HttpResponse response);
  void respond(HttpResponse& response);
  void refuse(const HttpRefusal& refusal);
  void write(HttpResponse& response, bool keep_alive);
  void start_stream(HttpResponse& response);
  void next_request();

  void wait_for(Waiting what);
  HttpOutput* output() { return stream_output_ ? stream_output_.get() : exchange_ ? &exchange_->output : nullptr; }
  Progress close();

  HttpWorker& worker_;
  TcpSocket socket_;
  std::unique_ptr<HttpExchange> exchange_;
  std::shared_ptr<HttpStreamQueue> stream_;
  std::unique_ptr<HttpOutput> stream_output_;  // takes over from the exchange's when a stream starts
  std::string peer_address_;
  std::uint32_t answered_count_ = 0;  // in this turn
  Waiting waiting_ = Waiting::idle;
  bool readable_ = false;
  bool peer_closed_ = false;
  bool busy_ = false;         // a handler runs
  bool dispatching_ = false;  // inside the handler's first step
  bool pumping_ = false;
  bool closing_ = false;    // after what is to be written
  bool unread_ = false;     // closing, and the client may still be sending
  bool lingering_ = false;  // written; waits for the client to see it
  bool stream_chunked_ = false;
  bool stream_ended_ = false;
  bool queued_ = false;  // in the worker's queue
};

}  // namespace jangteo
