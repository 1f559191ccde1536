// Compiles simdjson from its npm package, as the only translation unit that does.
#include <simdjson.cpp>
