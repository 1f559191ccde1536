// Runs the suite of every log on the log in memory.
import { MemoryLog } from "../src/memory-log.js";
import { describeLog } from "./contract/log.js";

describeLog("memory", async () => new MemoryLog());
