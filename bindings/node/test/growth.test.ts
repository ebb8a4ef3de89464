/** Nothing is left of calls that have ended, and of handles that were forgotten. Runs with --expose-gc. */

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { Client, InvalidArgumentError } from "libzerossl";

import { Sandbox, silence, wanted } from "./sandbox.js";

const collect = (globalThis as { gc?: () => void }).gc;

/** The process's descriptors, the library's threads, and its memory in MiB. */
function used(): { descriptors: number; threads: number; memory: number } {
  collect?.();
  return {
    descriptors: readdirSync("/proc/self/fd").length,
    threads: readdirSync("/proc/self/task").length,
    memory: process.memoryUsage.rss() / 1024 / 1024,
  };
}

async function until(isTrue: () => boolean, what: string): Promise<void> {
  const end = performance.now() + 10_000;
  while (!isTrue()) {
    assert.ok(performance.now() < end, what);
    collect?.();
    await sleep(20);
  }
}

/**
 * Does it until memory does not grow any more; says by how much it grew each time.
 *
 * The engine and the allocator take their share at first. What is lost is lost each time.
 */
async function growth(work: () => unknown): Promise<string> {
  const growths: number[] = [];
  do {
    const before = used().memory;
    await work();
    growths.push(used().memory - before);
    assert.ok(growths.length < 8, `each time memory grew: ${String(growths)} MiB`);
  } while (growths.every((by) => by > 4));
  return growths.map((by) => by.toFixed(1)).join(", ");
}

test("3,000 ops leave nothing behind", async (t) => {
  const client = (await Sandbox.start()).client();
  const control = new AbortController();
  const calls = async (times: number): Promise<void> => {
    for (let time = 0; time < times; time += 20) {
      const call = () => client.validateCsr({ csr: "x" }, { signal: control.signal }).catch(() => undefined);
      await Promise.all(Array.from({ length: 10 }, call));
      const made = () => client.getCertificate({ id: "0" }, { signal: control.signal }).catch(() => undefined);
      await Promise.all(Array.from({ length: 10 }, made));
    }
  };
  await calls(200);
  await until(() => used().threads < 40, "threads end");
  const start = used();
  t.diagnostic(`3,000 ops: memory grew by MiB ${await growth(() => calls(3000))}`);
  await until(() => used().descriptors <= start.descriptors + 4, "descriptors are closed");
});

test("errors leave nothing behind", async () => {
  await growth(() => {
    for (let time = 0; time < 30_000; time += 1) {
      assert.throws(() => new Client({ baseUrl: "ftp://example.com" }), InvalidArgumentError);
    }
  });
});

test("an op that is forgotten is cancelled and freed, and a client too", async () => {
  const sandbox = await Sandbox.start();
  const before = used();
  await (async () => {
    for (let number = 0; number < 20; number += 1) {
      // Its question is never read.
      const op = sandbox.client().start("obtain", wanted(`n${String(number)}.example.com`));
      for await (const event of op) {
        if (event.type === "publish") {
          break;
        }
      }
    }
    assert.ok(used().descriptors >= before.descriptors + 20);
  })();
  await until(() => used().descriptors <= before.descriptors + 4, "descriptors of forgotten ops stay open");
});

test("close frees at once", async () => {
  const client = new Client({ accessKey: "k", baseUrl: await silence() });
  const before = used().descriptors;
  const ops = Array.from({ length: 20 }, () => client.start("getCertificate", { id: "a" }));
  await sleep(50);
  ops.forEach((op) => { op.close(); });
  client.close();
  await until(() => readdirSync("/proc/self/fd").length <= before, "descriptors of closed ops stay open");
});
