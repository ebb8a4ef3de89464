/** Every case of tests/cases, through the typed methods. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { Client, ZeroSslError } from "libzerossl";

import { serve } from "./sandbox.js";

type Json = Record<string, unknown>;
interface Case {
  settings?: Json;
  calls?: number;
  parameters?: Json;
  result?: Json;
  error?: Json;
}

const CASES = String(process.env["CASES"]);

test("all cases", async () => {
  const [replay] = await serve(1, "--replay", CASES);
  const files = readdirSync(CASES, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"));
  assert.ok(files.length > 100, `only ${String(files.length)} cases`);
  // Several at once: some wait for a retry.
  const problems = [];
  while (files.length > 0) {
    const some = files.splice(0, 16).map((file) => play(String(replay), file.replace(".json", "")));
    problems.push(...(await Promise.all(some)).flat());
  }
  assert.deepEqual(problems, []);
});

async function play(replay: string, name: string): Promise<string[]> {
  const { settings, calls, parameters, result, error } = JSON.parse(readFileSync(`${CASES}/${name}.json`, "utf8")) as Case;
  const baseUrl = `${replay}/${name}`;
  const options = { accessKey: "replay-key", baseUrl, requestsPerSecond: 0, ...inJavaScript(settings ?? {}) };
  using client = new Client(options);
  const methods = client as unknown as Record<string, (request: Json) => Promise<Json>>;
  const method = camel(name.split("/")[0] ?? "");
  const start = performance.now();
  const outcome: unknown = await methods[method]?.(inJavaScript(parameters ?? {})).catch((why: unknown) => why);
  const took = performance.now() - start;
  const verdict = (await (await fetch(`${baseUrl}/.verdict`)).json()) as { complete: boolean; problems: string[] };
  const problems = [...verdict.problems, ...(verdict.complete ? [] : ["not every request came"])];
  if (took > Number(settings?.["timeout"] ?? 60) * (calls ?? 1) * 1100 + 250) {
    problems.push(`it took ${String(took)} ms`);
  }
  try {
    if (result) {
      assert.ok(!(outcome instanceof Error), String(outcome));
      assert.deepEqual(inJson(outcome), inJson(result));
    } else {
      assert.ok(outcome instanceof ZeroSslError, `it ended with ${JSON.stringify(outcome)}`);
      compare(outcome as unknown as Json, error ?? {});
    }
  } catch (why) {
    problems.push(String(why));
  }
  return problems.map((problem) => `${name}: ${problem}`);
}

function compare(outcome: Json, { message_contains: texts, ...expected }: Json): void {
  for (const text of (texts ?? []) as string[]) {
    assert.ok(String(outcome["message"]).includes(text), `${String(outcome["message"])} lacks ${text}`);
  }
  for (const [name, value] of Object.entries(expected)) {
    const wanted = name === "parameter" ? camel(String(value)) : value;
    assert.deepEqual(inJson(outcome[camel(name)]), inJson(wanted), name);
  }
}

function camel(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** The parameters as a user of JavaScript writes them; what is in `query` and `body` is the service's. */
function inJavaScript(given: Json): Json {
  const value = (name: string, inside: unknown): unknown =>
    name === "subject" && typeof inside === "object" ? inJavaScript(inside as Json) : inside;
  return Object.fromEntries(Object.entries(given).map(([name, inside]) => [camel(name), value(name, inside)]));
}

/** With the library's names throughout, and bytes in base64. */
function inJson(value: unknown): unknown {
  if (value instanceof Uint8Array) {
    return Buffer.from(value).toString("base64");
  }
  if (Array.isArray(value)) {
    return value.map(inJson);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const snake = (name: string): string =>
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(Object.entries(value).map(([name, inside]) => [snake(name), inJson(inside)]));
}
