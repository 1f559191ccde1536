// The one translation unit that compiles simdjson, from its npm package.
#include <simdjson.cpp>
