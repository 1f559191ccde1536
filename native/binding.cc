// Exports the addon to JavaScript: `Fold`, `Sift`, `readEntries`, `findCut`, `tryFlock` and `kernels`.
#include <napi.h>
#include <simdjson.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "binding.h"
#include "binding_descriptor.h"
#include "match/match.h"
#include "scan/scan.h"

namespace binding {

namespace {

/// The state that a step works on. The JavaScript object and the running step share it; it lives as long as either.
struct Job {
  explicit Job(const lane::ScanOptions& options) : scan(options) {}
  Job(const lane::ScanOptions& options, std::string_view snapshot, std::string_view mark)
      : scan(options, snapshot, mark) {}
  lane::Scan scan;
  bool running = false;  // accessed on the JavaScript thread only
};

/// The arguments of `step` and `stepAsync`.
struct Step {
  explicit Step(const Napi::CallbackInfo& info)
      : fd(static_cast<int>(wholeNumber(info[0], "fd"))),
        bytesMax(wholeNumber(info[1], "bytesMax")),
        end(info[2].IsUndefined() ? UINT64_MAX : wholeNumber(info[2], "end")) {}

  int fd;
  uint64_t bytesMax;
  uint64_t end;
};

/// Runs one step on a thread of the pool. Its promise resolves to whether the end of the file was reached.
class StepWorker : public Napi::AsyncWorker {
 public:
  StepWorker(Napi::Env env, std::shared_ptr<Job> job, const Step& step)
      : AsyncWorker(env),
        deferred_(Napi::Promise::Deferred::New(env)),
        job_(std::move(job)),
        fd_(step.fd),
        step_(step) {}

  Napi::Promise promise() const { return deferred_.Promise(); }

  void Execute() override {
    try {
      atEnd_ = job_->scan.step(fd_.number(), step_.bytesMax, step_.end);
    } catch (const lane::Failure& failure) {
      failure_ = failure;
      SetError(failure.what());
    }
  }

  void OnOK() override {
    job_->running = false;
    deferred_.Resolve(Napi::Boolean::New(Env(), atEnd_));
  }

  void OnError(const Napi::Error& error) override {
    job_->running = false;
    deferred_.Reject(failure_ ? systemError(Env(), *failure_).Value() : error.Value());
  }

 private:
  Napi::Promise::Deferred deferred_;
  std::shared_ptr<Job> job_;
  const OwnDescriptor fd_;
  const Step step_;
  bool atEnd_ = false;
  std::optional<lane::Failure> failure_;
};

class Fold : public Napi::ObjectWrap<Fold> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(
        env, "Fold",
        {InstanceAccessor<&Fold::offset>("offset"), InstanceAccessor<&Fold::hasOpenLine>("hasOpenLine"),
         InstanceAccessor<&Fold::endDamaged>("endDamaged"), InstanceAccessor<&Fold::content>("content"),
         InstanceMethod<&Fold::step>("step"), InstanceMethod<&Fold::stepAsync>("stepAsync"),
         InstanceMethod<&Fold::leases>("leases"), InstanceMethod<&Fold::generations>("generations"),
         InstanceMethod<&Fold::nextSeq>("nextSeq"), InstanceMethod<&Fold::heldLeases>("heldLeases"),
         InstanceMethod<&Fold::drop>("drop"), InstanceAccessor<&Fold::counter>("counter"),
         InstanceMethod<&Fold::scan>("scan"), InstanceMethod<&Fold::snapshot>("snapshot"),
         InstanceMethod<&Fold::mark>("mark"), InstanceMethod<&Fold::planLeases>("planLeases"),
         InstanceMethod<&Fold::leaseText>("leaseText"), InstanceMethod<&Fold::leaseDigests>("leaseDigests")});
  }

  explicit Fold(const Napi::CallbackInfo& info) : ObjectWrap(info) {
    const Options given(info);
    const std::string kind = given["kind"].ToString();
    if (kind != "replay" && kind != "scan") {
      throw Napi::TypeError::New(info.Env(), "kind: expected \"replay\" or \"scan\", found \"" + kind + "\"");
    }
    lane::ScanOptions options;
    options.kind = kind == "scan" ? lane::FoldKind::scan : lane::FoldKind::replay;
    options.threads = static_cast<unsigned>(std::min<uint64_t>(given.number("threads"), 64));
    options.pieceBytes = std::max<uint64_t>(given.numberOr("pieceBytes", options.pieceBytes), 1);
    options.usesShapes = given.flagOr("usesShapes", options.usesShapes);
    options.end = given.numberOr("end", options.end);
    if (given["snapshot"].IsBuffer()) {
      // Copy the text: the parser may read one byte after it.
      const std::string snapshot(given.bytes("snapshot"));
      const std::string_view mark = given.bytes("mark");
      job_ = guarded(info.Env(), [&] { return std::make_shared<Job>(options, snapshot, mark); });
    } else {
      job_ = std::make_shared<Job>(options);
    }
  }

 private:
  Napi::Value step(const Napi::CallbackInfo& info) {
    idle(info);
    return Napi::Boolean::New(info.Env(), stepHere(info.Env(), Step(info)));
  }

  Napi::Value stepAsync(const Napi::CallbackInfo& info) {
    idle(info);
    const Step step(info);
    StepWorker* worker = guarded(info.Env(), [&] { return tryWorker(info.Env(), step); });
    if (worker == nullptr) {
      // No second descriptor is available. The step runs on this thread, so that no more are needed than for `step`.
      const auto deferred = Napi::Promise::Deferred::New(info.Env());
      deferred.Resolve(Napi::Boolean::New(info.Env(), stepHere(info.Env(), step)));
      return deferred.Promise();
    }
    job_->running = true;
    worker->Queue();
    return worker->promise();
  }

  StepWorker* tryWorker(Napi::Env env, const Step& step) {
    try {
      return new StepWorker(env, job_, step);
    } catch (const lane::Failure& failure) {
      if (failure.code().value() != EMFILE && failure.code().value() != ENFILE) throw;
      return nullptr;
    }
  }

  bool stepHere(Napi::Env env, const Step& step) {
    return guarded(env, [&] { return job_->scan.step(openedAs(step.fd), step.bytesMax, step.end); });
  }

  Napi::Value offset(const Napi::CallbackInfo& info) { return number(info, idle(info).offset()); }
  Napi::Value nextSeq(const Napi::CallbackInfo& info) { return number(info, idle(info).nextSeq()); }
  Napi::Value counter(const Napi::CallbackInfo& info) { return number(info, idle(info).counter()); }
  Napi::Value hasOpenLine(const Napi::CallbackInfo& info) { return flag(info, idle(info).hasOpenLine()); }
  Napi::Value endDamaged(const Napi::CallbackInfo& info) { return flag(info, idle(info).endDamaged()); }
  Napi::Value content(const Napi::CallbackInfo& info) {
    return Napi::String::New(info.Env(), lane::contentNames[static_cast<size_t>(idle(info).content())]);
  }
  Napi::Value leases(const Napi::CallbackInfo& info) { return texts(info, &lane::Scan::leasesText); }
  Napi::Value generations(const Napi::CallbackInfo& info) { return texts(info, &lane::Scan::generationsText); }
  Napi::Value heldLeases(const Napi::CallbackInfo& info) {
    return text(info, [from = wholeNumber(info[0], "from")](auto& scan) { return scan.heldText(from); });
  }
  Napi::Value planLeases(const Napi::CallbackInfo& info) {
    return text(info, [limit = wholeNumber(info[0], "bytesMax")](auto& scan) { return scan.planText(limit); });
  }
  Napi::Value leaseText(const Napi::CallbackInfo& info) { return text(info, &lane::Scan::compactedText); }
  Napi::Value leaseDigests(const Napi::CallbackInfo& info) {
    return text(info, [riding = wholeNumber(info[0], "riding")](auto& scan) { return scan.digestsText(riding); });
  }
  Napi::Value scan(const Napi::CallbackInfo& info) { return text(info, &lane::Scan::reportText); }
  Napi::Value snapshot(const Napi::CallbackInfo& info) { return text(info, &lane::Scan::snapshotText); }
  /// Frees the folded state immediately, because the garbage collector does not know its size. glibc keeps freed memory
  /// for the thread that allocated it, and the next fold runs on other threads: without the trim, it takes memory anew.
  void drop(const Napi::CallbackInfo& info) {
    idle(info);
    job_ = std::make_shared<Job>(lane::ScanOptions());
#if defined(__GLIBC__)
    ::malloc_trim(0);
#endif
  }
  Napi::Value mark(const Napi::CallbackInfo& info) { return textBuffer(info.Env(), idle(info).mark()); }

  template <typename Number>
  static Napi::Value number(const Napi::CallbackInfo& info, Number number) {
    return Napi::Number::New(info.Env(), static_cast<double>(number));
  }
  static Napi::Value flag(const Napi::CallbackInfo& info, bool flag) { return Napi::Boolean::New(info.Env(), flag); }
  template <class Answer>
  Napi::Value text(const Napi::CallbackInfo& info, Answer answer) {
    lane::Scan& scan = idle(info);
    return textBuffer(info.Env(), guarded(info.Env(), [&] { return std::invoke(answer, scan); }));
  }

  Napi::Value texts(const Napi::CallbackInfo& info, std::vector<std::string> (lane::Scan::*answer)() const) {
    const lane::Scan& scan = idle(info);
    return textBuffers(info.Env(), guarded(info.Env(), [&] { return (scan.*answer)(); }));
  }

  lane::Scan& idle(const Napi::CallbackInfo& info) {
    if (job_->running) throw Napi::Error::New(info.Env(), "a step of this fold is still running");
    return job_->scan;
  }

  std::shared_ptr<Job> job_;
};

/// Tries to take the exclusive flock of a descriptor. Closing the descriptor releases it.
Napi::Value tryFlock(const Napi::CallbackInfo& info) {
  const auto fd = static_cast<int>(wholeNumber(info[0], "fd"));
  return Napi::Boolean::New(info.Env(), guarded(info.Env(), [&] { return tryLockFile(fd); }));
}

/// Reports simdjson's version and kernel, and the instructions with which lines are matched.
Napi::Value kernels(const Napi::CallbackInfo& info) {
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("simdjson", Napi::String::New(info.Env(), SIMDJSON_VERSION));
  result.Set("kernel", Napi::String::New(info.Env(), simdjson::get_active_implementation()->name()));
  result.Set("matcher", Napi::String::New(info.Env(), lane::matcher.instructions));
  return result;
}

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  exports.Set("Fold", Fold::define(env));
  exports.Set("Sift", defineSift(env));
  exports.Set("readEntries", Napi::Function::New<readEntries>(env, "readEntries"));
  exports.Set("findCut", Napi::Function::New<findCut>(env, "findCut"));
  exports.Set("tryFlock", Napi::Function::New<tryFlock>(env, "tryFlock"));
  exports.Set("kernels", Napi::Function::New<kernels>(env, "kernels"));
  return exports;
}

}  // namespace

}  // namespace binding

using binding::initialise;
NODE_API_MODULE(lane_journal, initialise)
