// Scratch.
import { it } from "vitest";
import { PowerLoss } from "./power-loss.js";
import { scenarios } from "./power-loss-scenarios.js";

it("x", async () => {
  const campaign = new PowerLoss("1");
  for (const s of scenarios.slice(0, Number(process.env["N"]))) {
    const before = campaign.tally.recoveries;
    const c = process.cpuUsage();
    const t = performance.now();
    const rec = campaign.record(s);
    const t1 = performance.now();
    await campaign.cut(s, rec, 0);
    const u = process.cpuUsage(c);
    process.stderr.write(
      `${s.name}: changes ${rec.changes.length}, ${campaign.tally.recoveries - before} recoveries, record ${(t1 - t).toFixed(0)} total ${(performance.now() - t).toFixed(0)} ms, cpu ${((u.user + u.system) / 1e3).toFixed(0)} rss ${(process.memoryUsage().rss / 1e6).toFixed(0)}\n`,
    );
  }
  process.stderr.write(JSON.stringify(campaign.tally.complaints) + String(campaign.tally.first) + "\n");
  campaign.end();
}, 300000);
