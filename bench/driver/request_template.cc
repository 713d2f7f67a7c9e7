#include "bench/driver/request_template.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace jangteo::bench {
namespace {

void append_number(std::string& out, uint64_t value, int base = 10) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, base).ptr;
  out.append(digits.data(), end);
}

std::string lower_name(std::string_view header) {
  std::string name(header.substr(0, header.find(':')));
  std::ranges::transform(name, name.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return name;
}

}  // namespace

std::vector<RequestTemplate::Piece> RequestTemplate::cut(std::string_view text) {
  static constexpr std::pair<std::string_view, Slot> slots[] = {
      {"{id}", Slot::Id}, {"{key}", Slot::Key}, {"{token}", Slot::Token}, {"{n}", Slot::Number}};
  std::vector<Piece> pieces(1);
  while (!text.empty()) {
    const auto* found = std::ranges::find_if(slots, [&](const auto& slot) { return text.starts_with(slot.first); });
    if (found == std::end(slots)) {
      pieces.back().literal += text.front();
      text.remove_prefix(1);
    } else {
      pieces.back().slot = found->second;
      pieces.emplace_back();
      text.remove_prefix(found->first.size());
    }
  }
  if (pieces.back().literal.empty()) pieces.pop_back();
  return pieces;
}

std::expected<RequestTemplate, std::string> RequestTemplate::parse(std::string_view text, std::string_view host,
                                                                   const std::vector<std::string>& headers) {
  const size_t path_at = text.find(' ');
  if (path_at == std::string_view::npos) return std::unexpected("a request is 'METHOD /path' or 'METHOD /path BODY'");
  const std::string_view method = text.substr(0, path_at);
  const size_t body_at = text.find(' ', path_at + 1);
  const std::string_view path =
      text.substr(path_at + 1, body_at == std::string_view::npos ? body_at : body_at - path_at - 1);
  const std::string_view body = body_at == std::string_view::npos ? std::string_view{} : text.substr(body_at + 1);
  if (method.empty() || !std::ranges::all_of(method, [](char c) { return c >= 'A' && c <= 'Z'; })) {
    return std::unexpected("the method of '" + std::string(text) + "' is not in capital letters");
  }
  if (!path.starts_with('/')) return std::unexpected("the path of '" + std::string(text) + "' does not start with /");

  RequestTemplate request;
  request.name_ = std::string(method) + " " + std::string(path);
  request.has_body_ = !body.empty() || method == "POST" || method == "PUT" || method == "PATCH";
  std::string head = std::string(method) + " " + std::string(path) + " HTTP/1.1\r\nHost: " + std::string(host) + "\r\n";
  bool has_content_type = false;
  for (const std::string& header : headers) {
    if (header.find(':') == std::string::npos) return std::unexpected("the header '" + header + "' has no colon");
    if (header.find_first_of("\r\n") != std::string::npos)
      return std::unexpected("the header '" + header + "' has a line end");
    if (lower_name(header) == "content-type") has_content_type = true;
    head += header + "\r\n";
  }
  if (request.has_body_ && !has_content_type) head += "Content-Type: application/json\r\n";
  request.head_ = cut(head);
  request.body_ = cut(body);
  const bool has_slot =
      std::ranges::any_of(request.head_, [](const Piece& piece) { return piece.slot != Slot::None; }) ||
      std::ranges::any_of(request.body_, [](const Piece& piece) { return piece.slot != Slot::None; });
  if (!has_slot) {
    request.fixed_ = head;
    if (request.has_body_) request.fixed_ += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    request.fixed_ += "\r\n";
    request.fixed_ += body;
  }
  return request;
}

bool RequestTemplate::uses(std::string_view placeholder) const {
  const auto pieces = cut(placeholder);
  const auto has = [&](const Piece& piece) { return piece.slot == pieces.front().slot; };
  return std::ranges::any_of(head_, has) || std::ranges::any_of(body_, has);
}

RequestFiller::RequestFiller(const RequestValues& values, uint64_t worker_index, uint64_t worker_count)
    : values_(values),
      number_(worker_index),
      step_(worker_count),
      id_index_(worker_index),
      random_state_(values.run_seed + worker_index + 1) {
  append_number(key_prefix_, values.run_seed, 16);
  key_prefix_ += '-';
}

// splitmix64 (G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number
// generators", 2014).
const std::string& RequestFiller::next_id() {
  switch (values_.id_choice) {
    case IdChoice::Hot:
      return values_.ids.front();
    case IdChoice::RoundRobin: {
      const std::string& id = values_.ids[id_index_ % values_.ids.size()];
      id_index_ += step_;
      return id;
    }
    case IdChoice::Random:
      break;
  }
  uint64_t mixed = random_state_ += 0x9e3779b97f4a7c15;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  return values_.ids[(mixed ^ (mixed >> 31)) % values_.ids.size()];
}

void RequestFiller::append(std::string& out, const std::vector<RequestTemplate::Piece>& pieces,
                           uint64_t connection_index) {
  using Slot = RequestTemplate::Slot;
  for (const auto& piece : pieces) {
    out += piece.literal;
    switch (piece.slot) {
      case Slot::None:
        break;
      case Slot::Id:
        out += next_id();
        break;
      case Slot::Key:
        out += key_prefix_;
        append_number(out, number_);
        break;
      case Slot::Token:
        out += values_.tokens[connection_index % values_.tokens.size()];
        break;
      case Slot::Number:
        append_number(out, number_);
        break;
    }
  }
}

std::string_view RequestFiller::fill(const RequestTemplate& request, uint64_t connection_index) {
  if (!request.fixed_.empty()) return request.fixed_;
  body_.clear();
  append(body_, request.body_, connection_index);
  request_.clear();
  append(request_, request.head_, connection_index);
  if (request.has_body_) {
    request_ += "Content-Length: ";
    append_number(request_, body_.size());
    request_ += "\r\n";
  }
  request_ += "\r\n";
  request_ += body_;
  number_ += step_;
  return request_;
}

}  // namespace jangteo::bench
