import { Bell } from "./bell.js";
import type { ZeroSslError } from "./error.js";
import { CancelledError } from "./errors.js";
import { readEvent } from "./events.js";
import type { Event } from "./events.js";
import { Handle } from "./handle.js";
import { checked, failure, native, refusal } from "./library.js";
import type { Pointer } from "./library.js";
import { read, written } from "./reading.js";
import type { Shape } from "./reading.js";

const [DONE, EVENT] = [0, 1];

/** What an op is started with. */
interface Start {
  client: Pointer;
  operation: { readonly name: string; readonly answer: Shape };
  request: object;
  signal: AbortSignal | null | undefined;
  /** Of a list, one page is the answer, instead of all of them as events. */
  isCall: boolean;
}

/**
 * A running operation: its events with `for await`, and its answer from {@link Op.result}.
 *
 * Events wait until they are read, and so does the operation when it has a page or a question. An op that is
 * forgotten is cancelled.
 */
export class Op<A> implements AsyncIterable<Event>, Disposable {
  readonly #handle: Handle;
  readonly #bell: Bell;
  readonly #operation: Start["operation"];
  readonly #signal: AbortSignal | null | undefined;
  /** Gives the answer, or throws; once the operation has ended. */
  #outcome: (() => A) | undefined;
  /** Fulfilled when the one who reads the events stops. */
  #reading: Promise<void> | undefined;

  /** @internal */
  constructor({ client, operation, request, signal, isCall }: Start) {
    this.#operation = operation;
    this.#signal = signal;
    const start = isCall ? "opStartCall" : "opStart";
    const op = checked((error) => native()[start](client, operation.name, written(request), error));
    const release: (() => void)[] = [];
    this.#handle = new Handle(this, op, (pointer) => {
      native().opFree(pointer);
      release.forEach((work) => {
        work();
      });
    });
    try {
      const bell = new Bell(checked((error) => native().opDupFd(op, error)));
      this.#bell = bell;
      release.push(() => {
        bell.close();
      });
    } catch (error) {
      this.#handle.free();
      throw error;
    }
    if (signal) {
      const cancel = (): void => {
        native().opCancel(op);
      };
      signal.addEventListener("abort", cancel);
      release.push(() => {
        signal.removeEventListener("abort", cancel);
      });
      if (signal.aborted) {
        cancel();
      }
    }
  }

  /** The events, until the operation has ended, well or not. One reader at a time gets them. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Event, void, undefined> {
    let stop: (() => void) | undefined;
    const reading = new Promise<void>((resolve) => (stop = resolve));
    this.#reading = reading;
    try {
      for (let event = await this.#next(); event; event = await this.#next()) {
        yield event;
      }
    } finally {
      if (this.#reading === reading) {
        this.#reading = undefined;
      }
      stop?.();
    }
  }

  /**
   * The answer, when the operation has ended. Events that nobody else reads are passed over, and questions among
   * them are declined.
   */
  async result(): Promise<A> {
    // Who reads the events may begin right after this.
    do {
      await this.#reading;
    } while (this.#reading);
    if (!this.#outcome) {
      for await (const event of this) {
        if (event.type === "publish" || event.type === "cleanup") {
          this.reply(event.id, "nobody reads the events of this op");
        }
      }
    }
    return this.#outcome ? this.#outcome() : this.result();
  }

  /**
   * Answers a question: an event of type publish or cleanup, by its `id`.
   *
   * @param why If given, it was not done.
   * @throws InvalidArgumentError Nobody waits for this answer, any more or yet.
   */
  reply(id: number, why?: string): void {
    const reply = why === undefined ? { id, ok: true } : { id, error: why };
    const pointer = this.#handle.pointer;
    if (pointer === null) {
      const message = `${this.#operation.name}: it has ended, and nobody waits for a reply`;
      throw refusal(this.#operation.name, "id", message);
    }
    checked((error) => native().opReply(pointer, JSON.stringify(reply), error));
  }

  /** Asks the operation to end soon; its result is then a {@link CancelledError}, unless it was done before. */
  cancel(): void {
    if (this.#handle.pointer !== null) {
      native().opCancel(this.#handle.pointer);
    }
  }

  /** Cancels it and waits for nothing more. */
  close(): void {
    const message = `${this.#operation.name}: the op was closed before its end`;
    this.#outcome ??= () => {
      throw failure({ kind: "cancelled", code: -10, operation: this.#operation.name, message, retryable: true });
    };
    this.#handle.free();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #next(): Promise<Event | undefined> {
    for (;;) {
      const pointer = this.#handle.pointer;
      if (pointer === null) {
        return undefined;
      }
      const event: [string | null] = [null];
      const found = checked((error) => native().opNext(pointer, 0, event, error));
      if (found === EVENT && event[0] !== null) {
        return readEvent(event[0]);
      }
      if (found === DONE) {
        this.#end(pointer);
        return undefined;
      }
      await this.#bell.wait();
    }
  }

  #end(pointer: Pointer): void {
    try {
      const answer = checked((error) => native().opResult(pointer, error));
      this.#outcome = () => read(JSON.parse(answer), this.#operation.answer) as A;
    } catch (error) {
      const why = blamed(error as ZeroSslError, this.#signal);
      this.#outcome = () => {
        throw why;
      };
    }
    this.#handle.free();
  }
}

/** An error that an abort has led to has its reason as the cause. */
export function blamed(error: ZeroSslError, signal: AbortSignal | null | undefined): ZeroSslError {
  if (error instanceof CancelledError && signal?.aborted) {
    error.cause = signal.reason;
  }
  return error;
}
