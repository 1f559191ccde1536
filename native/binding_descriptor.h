// Declares what the addon does with the descriptors of JavaScript. On Windows they are numbers of node.exe's own C
// runtime, behind which there are handles.
#pragma once

namespace binding {

/// Returns what `lane::OpenFile` reads from: the descriptor, or on Windows its handle. Throws lane::Failure.
int openedAs(int descriptor);

/// Duplicates a descriptor: a terminated worker thread closes the original, whose number may then be reused.
class OwnDescriptor {
 public:
  /// Throws lane::Failure.
  explicit OwnDescriptor(int descriptor);
  ~OwnDescriptor();
  OwnDescriptor(const OwnDescriptor&) = delete;
  OwnDescriptor& operator=(const OwnDescriptor&) = delete;

  /// As `openedAs` returns it.
  int number() const { return number_; }

 private:
  const int number_;
};

/// Tries to take the exclusive lock of an open file, which ends with the descriptor and its duplicates. Returns false
/// if another open file has it. Throws lane::Failure.
bool tryLockFile(int descriptor);

/// Returns Node's number for an error: the system's own, or on Windows the one that libuv has given it.
int nodeErrno(int code);

}  // namespace binding
