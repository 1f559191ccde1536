// Makes random journals of few identities, so that entries collide, with damage between the lines.
#pragma once

#include <random>
#include <string>

namespace lane_test {

std::string randomLine(std::mt19937& random);
std::string randomJournal(std::mt19937& random, size_t lines);

}  // namespace lane_test
