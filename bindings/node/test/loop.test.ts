/** Neither the loop nor a thread of libuv waits for a call. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { Client } from "libzerossl";

import { Sandbox, silence, wanted } from "./sandbox.js";

/** Seconds that each obtain waits for the service. */
const DELAY = 3;

/** The longest times, in milliseconds, that reading a file and a turn of the loop took while the work ran. */
async function delays(work: Promise<unknown>): Promise<{ file: number; loop: number }> {
  const end = new AbortController();
  const stop = (): void => {
    end.abort();
  };
  work.then(stop, stop);
  let [file, loop] = [0, 0];
  while (!end.signal.aborted) {
    const start = performance.now();
    await readFile(new URL(import.meta.url));
    const read = performance.now();
    await sleep(5);
    file = Math.max(file, read - start);
    loop = Math.max(loop, performance.now() - read - 5);
  }
  return { file, loop };
}

test("eight obtains at once do not delay readFile", async (t) => {
  const sandbox = await Sandbox.start("--issue-delay", String(DELAY));
  const client = sandbox.client();
  const start = performance.now();
  const names = Array.from({ length: 8 }, (_, number) => `n${String(number)}.example.com`);
  const obtains = Promise.all(names.map((name) => client.obtain(wanted(name), { publish: sandbox.publish })));
  const { file, loop } = await delays(obtains);
  for (const { outcome } of await obtains) {
    assert.equal(outcome, "issued");
  }
  const took = performance.now() - start;
  t.diagnostic(`readFile ${file.toFixed(1)} ms, loop ${loop.toFixed(1)} ms at most, all in ${took.toFixed(0)} ms`);
  assert.ok(took > DELAY * 1000 && took < 2 * DELAY * 1000, "they have to wait at the same time");
  // With a thread for each, the fifth would have waited until the first was done.
  assert.ok(file < 1000, `readFile took ${String(file)} ms`);
  assert.ok(loop < 1000, `the loop stood still for ${String(loop)} ms`);
});

test("nor do pages of certificates that never come", async () => {
  const client = new Client({ accessKey: "k", baseUrl: await silence(), timeout: 2, maxRetries: 0 });
  const pages = Array.from({ length: 8 }, () => client.listCertificates({}, { signal: AbortSignal.timeout(1500) }));
  const { file } = await delays(Promise.allSettled(pages));
  assert.ok(file < 1000, `readFile took ${String(file)} ms`);
});
