import { debuglog } from "node:util";

import { InvalidArgumentError, ValidationError } from "./errors.js";
import type { QuestionEvent } from "./events.js";
import type { Op } from "./op.js";
import type { ObtainOptions } from "./options.js";

/** The lines are shown with `NODE_DEBUG=libzerossl`. */
const log = debuglog("libzerossl");

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
