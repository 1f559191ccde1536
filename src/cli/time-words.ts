// Makes the English part of chrono-node a file of its own, which is loaded for the first time in words.
export { casual } from "chrono-node/en";
