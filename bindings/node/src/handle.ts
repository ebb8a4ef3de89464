import type { Pointer } from "./library.js";

/**
 * An object of the library. It is freed once: by `free`, or when its owner was forgotten.
 *
 * Nothing in here may lead back to the owner, or that would never be forgotten.
 */
export class Handle {
  #pointer: Pointer | null;
  readonly #release: (pointer: Pointer) => void;

  constructor(owner: object, pointer: Pointer, release: (pointer: Pointer) => void) {
    this.#pointer = pointer;
    this.#release = release;
    forgotten.register(owner, this, this);
  }

  /** Null after it was freed. */
  get pointer(): Pointer | null {
    return this.#pointer;
  }

  free(): void {
    if (this.#pointer !== null) {
      const pointer = this.#pointer;
      this.#pointer = null;
      forgotten.unregister(this);
      this.#release(pointer);
    }
  }
}

const forgotten = new FinalizationRegistry<Handle>((handle) => {
  handle.free();
});
