import { Socket } from "node:net";

/**
 * Rings when an op may have news. It watches a descriptor of its own, so neither the loop nor a thread of libuv
 * waits. The process is kept alive only while somebody waits.
 */
export class Bell {
  readonly #socket: Socket;
  #waiting: Promise<void> | undefined;
  #wake: (() => void) | undefined;

  /** @param fd It is closed with the bell. */
  constructor(fd: number) {
    const ring = (): void => {
      this.#socket.unref();
      this.#wake?.();
      this.#waiting = this.#wake = undefined;
    };
    // What is read has no meaning; that there is something has.
    this.#socket = new Socket({ fd, readable: true, writable: false });
    this.#socket.on("data", ring).on("error", ring).on("close", ring).unref();
  }

  /** Waits for the next ring. */
  wait(): Promise<void> {
    this.#socket.ref();
    this.#waiting ??= new Promise((resolve) => (this.#wake = resolve));
    return this.#waiting;
  }

  close(): void {
    this.#socket.destroy();
  }
}
