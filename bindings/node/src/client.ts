import type { Certificate } from "./answers.js";
import { Handle } from "./handle.js";
import { checked, native, refusal } from "./library.js";
import type { Pointer } from "./library.js";
import { Op } from "./op.js";
import { OperationMethods } from "./operations.js";
import type { Operations } from "./operations.js";
import type { CallOptions, ObtainOptions } from "./options.js";
import { written } from "./reading.js";
import type { ClientOptions, ListCertificatesRequest, ObtainRequest } from "./requests.js";
import { checkPublisher, run } from "./running.js";
import { OPERATIONS } from "./shapes.js";

/** Not made in the constructor: it would keep the settings, and the access key among them. */
const free = (client: Pointer): void => {
  native().clientFree(client);
};

/**
 * A client of the service: settings, connections, pace. Many calls may run at once.
 *
 * ```ts
 * const client = new Client({ accessKey: "your access key" });
 * for await (const certificate of client.certificates({ status: ["issued"] })) {
 *   console.log(certificate.commonName, certificate.expires);
 * }
 * ```
 */
export class Client extends OperationMethods implements Disposable {
  readonly #handle: Handle;

  /**
   * Nothing is sent.
   *
   * @throws InvalidArgumentError A setting is wrong; its `parameter` says which.
   */
  constructor(options: ClientOptions = {}) {
    super();
    const client = checked((error) => native().clientNew(written(options), error));
    this.#handle = new Handle(this, client, free);
  }

  /** All certificates of the account, page by page, none twice. Leaving the loop ends the call. */
  async *certificates(
    request: ListCertificatesRequest = {},
    { signal }: Pick<CallOptions, "signal"> = {},
  ): AsyncGenerator<Certificate, void, undefined> {
    const op = this.start("listCertificates", request, { signal });
    try {
      for await (const event of op) {
        if (event.type === "page") {
          yield* event.results;
        }
      }
      await op.result();
    } finally {
      op.close();
    }
  }

  /**
   * Starts an operation whose events you read yourself, with `for await`.
   *
   * @param operation Its name, that of the method.
   */
  start<N extends keyof Operations>(
    operation: N,
    request: Operations[N]["request"],
    { signal }: Pick<CallOptions, "signal"> = {},
  ): Op<Operations[N]["answer"]> {
    return this.#start(operation, request, signal);
  }

  /** Frees the client. What runs goes on to its end; further calls are refused. */
  close(): void {
    this.#handle.free();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  protected override async call<N extends keyof Operations>(
    operation: N,
    request: Operations[N]["request"],
    options: ObtainOptions,
  ): Promise<Operations[N]["answer"]> {
    if (operation === "obtain") {
      checkPublisher(request as ObtainRequest, options);
    }
    const isCall = operation === "listCertificates";
    return run(this.#start(operation, request, options.signal, isCall), options);
  }

  #start<N extends keyof Operations>(
    operation: N,
    request: Operations[N]["request"],
    signal: CallOptions["signal"],
    isCall = false,
  ): Op<Operations[N]["answer"]> {
    return new Op({ client: this.#pointer, operation: OPERATIONS[operation], request, signal, isCall });
  }

  get #pointer(): Pointer {
    if (this.#handle.pointer === null) {
      throw refusal(null, "client", "the client is closed; make a new one");
    }
    return this.#handle.pointer;
  }
}
