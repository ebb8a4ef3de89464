import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";

import { CancelledError, InvalidArgumentError, ValidationError } from "libzerossl";
import type { Challenge, Obtained, Op } from "libzerossl";

import { Sandbox, wanted } from "./sandbox.js";

const sandbox = await Sandbox.start();
const { publish, cleanup } = sandbox;

test("obtain, with events, and questions answered by promises", async () => {
  const client = sandbox.client();
  const stages = new Set<string | undefined>();
  const asked: string[] = [];
  const request = wanted("events.example.com");
  const got = await client.obtain(request, {
    onEvent: (event) => stages.add(event.stage),
    publish: async (challenge) => {
      asked.push(`publish ${challenge.domain} ${challenge.method}`);
      await publish(challenge);
    },
    cleanup: async (challenge) => {
      asked.push(`cleanup ${challenge.domain}`);
      await cleanup(challenge);
    },
  });
  assert.equal(got.outcome, "issued");
  assert.ok(existsSync(String(got.files["fullchain"])));
  assert.equal(got.certificate?.commonName, "events.example.com");
  assert.deepEqual(asked, ["publish events.example.com CNAME_CSR_HASH", "cleanup events.example.com"]);
  for (const stage of ["key", "order", "verify", "download", "install", "done"]) {
    assert.ok(stages.has(stage), stage);
  }
  const again = await client.obtain(request, { publish });
  assert.equal(again.outcome, "unchanged");
});

test("an abort in the middle ends it within 200 ms, and the next call resumes", async () => {
  const client = sandbox.client();
  const control = new AbortController();
  const request = wanted("abort.example.com");
  let aborted = 0;
  const call = client.obtain(request, {
    signal: control.signal,
    publish: () => {
      setImmediate(() => {
        aborted = performance.now();
        control.abort();
      });
      // Nobody will ever publish it.
      return new Promise(() => undefined);
    },
  });
  await assert.rejects(call, CancelledError);
  assert.ok(performance.now() - aborted < 200, `it took ${String(performance.now() - aborted)} ms`);
  const got = await client.obtain(request, { publish });
  assert.equal(got.outcome, "resumed");
  const all = (await sandbox.manage("GET", "/certificates")) as { common_name: string }[];
  assert.equal(JSON.stringify(all).split('"abort.example.com"').length - 1 > 0, true);
});

test("what publish throws is the cause of the error", async () => {
  const why = new Error("the zone is locked");
  const call = sandbox.client().obtain(wanted("locked.example.com"), { publish: () => Promise.reject(why) });
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof ValidationError);
    assert.match(error.message, /the zone is locked/);
    assert.equal(error.cause, why);
    return true;
  });
});

test("what onEvent throws ends the call", async () => {
  const why = new Error("enough");
  const call = sandbox.client().obtain(wanted("throws.example.com"), {
    publish,
    onEvent: () => {
      throw why;
    },
  });
  await assert.rejects(call, (error) => error === why);
});

test("without publish the error says what to give", async () => {
  await assert.rejects(sandbox.client().obtain(wanted("nobody.example.com")), /give the option `publish`/);
  using op = sandbox.client().start("obtain", wanted("unread.example.com"));
  await assert.rejects(op.result(), /nobody reads the events/);
});

test("an op: its events with for await, replies, and the result as often as wanted", async () => {
  using op: Op<Obtained> = sandbox.client().start("obtain", wanted("op.example.com"));
  const early = op.result();
  const types = new Set<string>();
  for await (const event of op) {
    types.add(event.type);
    if (event.type === "publish" || event.type === "cleanup") {
      const challenge: Challenge = event;
      await (event.type === "publish" ? publish : cleanup)(challenge);
      op.reply(event.id);
      assert.throws(() => { op.reply(event.id); }, InvalidArgumentError);
    }
  }
  assert.equal((await early).outcome, "issued");
  assert.deepEqual(await op.result(), await early);
  assert.ok(types.has("progress") && types.has("publish") && types.has("cleanup"));
  assert.throws(() => { op.reply(1); }, InvalidArgumentError);
});

test("an op that is cancelled or closed", async () => {
  const client = sandbox.client();
  const cancelled = client.start("obtain", wanted("cancelled.example.com"));
  for await (const event of cancelled) {
    if (event.type === "publish") {
      cancelled.cancel();
    }
  }
  await assert.rejects(cancelled.result(), CancelledError);
  const closed = client.start("obtain", wanted("closed.example.com"));
  const waiting = closed.result();
  setImmediate(() => { closed.close(); });
  await assert.rejects(waiting, CancelledError);
  await assert.rejects(closed.result(), /the op was closed before its end/);
});

test("two tasks at once", async () => {
  const client = sandbox.client();
  const both = ["one.example.com", "two.example.com"].map((name) =>
    client.obtain(wanted(name), { publish, cleanup }),
  );
  for (const { outcome, deployed } of await Promise.all(both)) {
    assert.deepEqual([outcome, deployed], ["issued", true]);
  }
});
