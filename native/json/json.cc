// Validates a line by the grammar of docs/format.md 3: simdjson finds its structure, and a walk checks the rest.
#include "json/json.h"

#include <algorithm>
#include <bitset>
#include <cstring>
#include <new>

#include "base/number.h"
#include "base/text.h"

namespace lane {

namespace {

/// Returns whether every backslash begins one of JSON's escapes. A `\u` may name any code unit, even a lone surrogate
/// (docs/format.md 3).
bool hasGoodEscapes(std::string_view content) {
  const char* at = content.data();
  const char* end = at + content.size();
  while ((at = static_cast<const char*>(std::memchr(at, '\\', bytesBetween(at, end)))) != nullptr) {
    if (end - at < 2) return false;
    if (at[1] == 'u') {
      if (end - at < 6 || !std::all_of(at + 2, at + 6, isHexDigit)) return false;
      at += 6;
    } else {
      if (!isEscapeLetter(at[1])) return false;
      at += 2;
    }
  }
  return true;
}

const char* skipWord(const char* at, const char* end, std::string_view word) {
  if (static_cast<size_t>(end - at) < word.size() || std::memcmp(at, word.data(), word.size()) != 0) return nullptr;
  return at + word.size();
}

const char* skipScalar(const char* at, const char* end) {
  switch (*at) {
    case 't': return skipWord(at, end, "true");
    case 'f': return skipWord(at, end, "false");
    case 'n': return skipWord(at, end, "null");
    case 'N': return skipWord(at, end, "NaN");
    case 'I': return skipWord(at, end, "Infinity");
    case '-':
      if (end - at > 1 && at[1] == 'I') return skipWord(at, end, "-Infinity");
      return skipNumber(at, end);
    default: return isDigit(*at) ? skipNumber(at, end) : nullptr;
  }
}

// The index of a text longer than this is freed after use.
constexpr size_t hugeBytes = 4 * 1024 * 1024;
// A large index is also freed before the next text of at most this length.
constexpr size_t ordinaryBytes = 64 * 1024;

bool endsScalar(char c) { return isJsonSpace(c) || c == ',' || c == ']' || c == '}'; }

}  // namespace

/// Walks the structural index once. Takes one step for each structural character or scalar and keeps a stack of the
/// kinds of the open containers. If `byElement`, the text is an array, and the children are the members of one element
/// at a time.
template <bool byElement>
class JsonText::Walk {
 public:
  using Visit = std::function<void(Value)>;

  /// `visit` is only called if `byElement`.
  Walk(JsonText& owner, std::string_view text, const Visit& visit)
      : children_(owner.children_),
        visit_(visit),
        hasEscapes_(owner.hasEscapes_),
        text_(text.data()),
        end_(text.data() + text.size()),
        next_(owner.stage_->structural_indexes.get()),
        last_(next_ + owner.stage_->n_structural_indexes) {}

  bool run(Value& root) {
    const char* begin = text_ + *next_;
    if (!value()) return false;
    while (depth_ > 0) {
      if (!step()) return false;
    }
    if (next_ != last_) return false;
    root = textBetween(begin, valueEnd_);
    return true;
  }

 private:
  /// Returns the next structural character without taking it. After the last one it returns NUL, which valid text has
  /// only inside a string.
  char peek() const { return next_ == last_ ? '\0' : text_[*next_]; }

  /// Inside a container, takes its end or one more member or element.
  bool step() {
    const bool object = isObject_[depth_ - 1];
    if (peek() == (object ? '}' : ']')) return close();
    if (!justOpened_) {
      if (peek() != ',') return false;
      next_++;
    }
    justOpened_ = false;
    return object ? member() : value();
  }

  bool member() {
    if (peek() != '"') return false;
    const char* key = text_ + *next_++;
    const char* keyEnd = string(key);
    if (keyEnd == nullptr || peek() != ':') return false;
    next_++;
    if (depth_ == childDepth) childKey_ = textBetween(key + 1, keyEnd - 1);
    return value();
  }

  /// Takes a whole scalar, or only the opening character of a container.
  bool value() {
    if (next_ == last_) return false;
    const char* at = text_ + *next_++;
    if (depth_ == childDepth) childBegin_ = at;
    if (byElement && depth_ == 1) elementBegin_ = at;
    if (*at == '{' || *at == '[') return open(*at == '{');
    valueEnd_ = *at == '"' ? string(at) : scalar(at);
    if (valueEnd_ == nullptr) return false;
    endValue();
    return true;
  }

  bool open(bool object) {
    if (depth_ == depthMax) return false;
    if (peek() == (object ? '}' : ']')) {
      // Hostile lines consist of empty containers, which need no place on the stack.
      valueEnd_ = text_ + *next_++ + 1;
      endValue();
      return true;
    }
    isObject_[depth_++] = object;
    justOpened_ = true;
    return true;
  }

  bool close() {
    valueEnd_ = text_ + *next_++ + 1;
    justOpened_ = false;
    depth_--;
    endValue();
    return true;
  }

  /// Returns the position after the closing quote, or null. Only whitespace may lie between that quote and the next
  /// structural character.
  const char* string(const char* at) const {
    const char* close = (next_ == last_ ? end_ : text_ + *next_) - 1;
    while (isJsonSpace(*close)) close--;
    if (close <= at || *close != '"') return nullptr;
    if (hasEscapes_ && !hasGoodEscapes(textBetween(at + 1, close))) return nullptr;
    return close + 1;
  }

  /// Returns the position after a number or word, or null.
  const char* scalar(const char* at) const {
    const char* after = skipScalar(at, end_);
    return after == nullptr || (after < end_ && !endsScalar(*after)) ? nullptr : after;
  }

  /// Only objects among the elements have children.
  void endValue() {
    if (depth_ == childDepth && (!byElement || isObject_[1])) {
      children_.push_back({childKey_, textBetween(childBegin_, valueEnd_)});
    }
    if (byElement && depth_ == 1) {
      visit_(textBetween(elementBegin_, valueEnd_));
      children_.clear();
    }
  }

  /// How many containers are open around a child.
  static constexpr size_t childDepth = byElement ? 2 : 1;

  std::vector<Child>& children_;
  const Visit& visit_;
  const bool hasEscapes_;
  const char* const text_;
  const char* const end_;
  const uint32_t* next_;
  const uint32_t* const last_;
  std::bitset<depthMax> isObject_;
  size_t depth_ = 0;
  bool justOpened_ = false;
  const char* childBegin_ = nullptr;
  const char* elementBegin_ = nullptr;
  std::string_view childKey_;
  const char* valueEnd_ = nullptr;
};

simdjson::error_code JsonText::index(std::string_view text) {
  children_.clear();
  constexpr size_t leastBytes = 1024;  // do not allocate much more than one short text needs
  if (stage_ && stage_->capacity() > hugeBytes && text.size() <= ordinaryBytes) stage_.reset();
  if (!stage_ || stage_->capacity() < text.size()) {
    const size_t capacity = text.size() > hugeBytes ? text.size() : std::max(text.size() + text.size() / 2, leastBytes);
    if (simdjson::get_active_implementation()->create_dom_parser_implementation(capacity, 1, stage_) !=
        simdjson::SUCCESS) {
      throw std::bad_alloc();
    }
  }
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  const auto error = stage_->stage1(bytes, text.size(), simdjson::stage1_mode::regular);
  hasEscapes_ = error == simdjson::SUCCESS && std::memchr(text.data(), '\\', text.size()) != nullptr;
  return error;
}

Verdict JsonText::parse(std::string_view text) {
  const auto error = index(text);
  if (error == simdjson::UTF8_ERROR) return Verdict::illFormed;
  if (error != simdjson::SUCCESS) return Verdict::unparseable;
  const std::function<void(Value)> none;
  const bool isGood = Walk<false>(*this, text, none).run(root_);
  if (text.size() > hugeBytes) stage_.reset();
  return isGood ? Verdict::good : Verdict::unparseable;
}

void JsonText::parseElements(Value array, const std::function<void(Value element)>& visit) {
  if (index(array) == simdjson::SUCCESS) Walk<true>(*this, array, visit).run(root_);
  if (array.size() > hugeBytes) stage_.reset();
}

}  // namespace lane
