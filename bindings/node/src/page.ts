import type { CertificateList } from "./answers.js";
import type { ZeroSslError } from "./error.js";
import { checked, native, noMemory, taken } from "./library.js";
import type { Pointer } from "./library.js";
import { blamed } from "./op.js";
import { read, written } from "./reading.js";
import type { ListCertificatesRequest } from "./requests.js";
import { CertificateList as SHAPE } from "./shapes.js";

/** The call before this one. */
let last: Promise<unknown> = Promise.resolve();

/** How to end the calls that run. */
const running = new Set<() => void>();

// The process would not end before a call that holds a thread.
process.on("exit", () => {
  running.forEach((cancel) => {
    cancel();
  });
});

/**
 * One page of certificates: the one call that cannot be an op, since as an op it gives all pages.
 *
 * It holds a thread of libuv while it waits. So there is one such call at a time, and the other threads stay free.
 */
export function page(
  client: Pointer,
  request: ListCertificatesRequest,
  signal: AbortSignal | null | undefined,
): Promise<CertificateList> {
  const token = native().cancelTokenNew();
  if (token === null) {
    throw noMemory("a token");
  }
  const cancellable = checked((error) => native().clientWithCancel(client, token, error));
  let stopWaiting: (() => void) | undefined;
  const aborted = new Promise<void>((resolve) => (stopWaiting = resolve));
  const cancel = (): void => {
    native().cancelTokenCancel(token);
    stopWaiting?.();
  };
  signal?.addEventListener("abort", cancel);
  running.add(cancel);
  if (signal?.aborted) {
    cancel();
  }
  // A call that is cancelled already takes no time.
  const called = Promise.race([last, aborted]).then(() => inThread(cancellable, written(request)));
  last = Promise.allSettled([last, called]);
  return called
    .catch((error: unknown) => {
      throw blamed(error as ZeroSslError, signal);
    })
    .finally(() => {
      signal?.removeEventListener("abort", cancel);
      running.delete(cancel);
      native().clientFree(cancellable);
      native().cancelTokenFree(token);
    });
}

function inThread(client: Pointer, request: string): Promise<CertificateList> {
  return new Promise((resolve, reject) => {
    const place: [Pointer | null] = [null];
    native().call.async(client, "list_certificates", request, place, (problem, answer) => {
      if (place[0] !== null) {
        reject(taken(place[0]));
      } else if (answer === null) {
        reject(problem as Error);
      } else {
        resolve(read(JSON.parse(answer), SHAPE) as CertificateList);
      }
    });
  });
}
