// Prints the seconds that the first append of this process to the given journal takes.
import { append } from "../../src/index.js";

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error("warm-child: expected a journal's path");
const began = performance.now();
append({ op: "HALT" }, path);
process.stdout.write(`${(performance.now() - began) / 1000}\n`);
