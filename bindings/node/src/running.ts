import { debuglog } from "node:util";

import { InvalidArgumentError, ValidationError } from "./errors.js";
import type { QuestionEvent } from "./events.js";
import { refusal } from "./library.js";
import type { Op } from "./op.js";
import type { ObtainOptions } from "./options.js";
import type { ObtainRequest } from "./requests.js";

/** The methods that may be left to the caller. */
const ASKING: unknown[] = ["HTTP_CSR_HASH", "HTTPS_CSR_HASH", "CNAME_CSR_HASH"];

/** The lines are shown with `NODE_DEBUG=libzerossl`. */
const log = debuglog("libzerossl");

/** Refuses a validation that nobody would publish, before anything is ordered. */
export function checkPublisher({ validation }: ObtainRequest, { publish }: ObtainOptions): void {
  const given = Object.entries(validation as object | null | undefined ?? {}).filter(([, value]) => value != null);
  const [[name, method] = [], ...others] = given;
  if (!publish && name === "method" && others.length === 0 && ASKING.includes(method)) {
    const advice = "add `webroot`, `listen` or `hook`, or give the option `publish`";
    const message = `obtain: \`validation\`: it does not say who publishes: ${advice}`;
    throw refusal("obtain", "validation", message);
  }
}

/** Reads the events of an op with the callbacks of the caller, and gives its answer. */
export async function run<A>(op: Op<A>, { onEvent, publish, cleanup }: ObtainOptions): Promise<A> {
  let thrown: { why: unknown } | undefined;
  // With `publish` alone, the caller keeps what was published.
  const keep = (): void => undefined;
  const answer = async (event: QuestionEvent): Promise<void> => {
    const act = event.type === "publish" ? publish : (cleanup ?? (publish && keep));
    if (!act) {
      reply(op, event.id, `nobody is there to do it: give \`${event.type}\``);
      return;
    }
    try {
      await act(event);
    } catch (why) {
      thrown ??= event.type === "publish" ? { why } : undefined;
      reply(op, event.id, why instanceof Error ? why.message : String(why));
      return;
    }
    reply(op, event.id);
  };
  try {
    for await (const event of op) {
      switch (event.type) {
        case "publish":
        case "cleanup":
          // Not waited for: an abort or the deadline may come before.
          void answer(event);
          break;
        case "log":
          log("%s", event.message);
          break;
        case "progress":
        case "warning":
          onEvent?.(event);
      }
    }
    return await op.result();
  } catch (error) {
    if (thrown && error instanceof ValidationError) {
      error.cause = thrown.why;
    }
    throw error;
  } finally {
    op.close();
  }
}

/** Replies, unless the operation did not wait so long. */
function reply(op: Op<unknown>, id: number, why?: string): void {
  try {
    op.reply(id, why);
  } catch (error) {
    if (!(error instanceof InvalidArgumentError && error.parameter === "id")) {
      throw error;
    }
  }
}
