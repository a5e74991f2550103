/** Digest of a text as 32 hex digits. */
export type Digest = (text: string) => string;

const mostNames = 10_000;

/** Keys as the disk may know them: where a key is itself the secret, only its digest is written. */
export class KeyNames {
  readonly #digest: Digest;
  readonly #isSecret: (key: string) => boolean;
  readonly #onNew: () => void;
  readonly #digests = new Map<string, string>();
  readonly #keys = new Map<string, string>();

  /** `onNew` is called for each key that was not known by its digest before. */
  constructor(
    digest: Digest,
    isSecret: (key: string) => boolean,
    onNew: () => void,
    known: readonly string[],
  ) {
    this.#digest = digest;
    this.#isSecret = isSecret;
    this.#onNew = onNew;
    for (const key of known) this.fields(key);
  }

  /** The key as a line has it. */
  fields(key: string): { readonly k?: string; readonly h?: string } {
    if (!this.#isSecret(key)) return { k: key };
    let digest = this.#digests.get(key);
    if (digest === undefined) {
      digest = this.#digest(key);
      if (this.#digests.size >= mostNames) {
        this.#digests.clear();
        this.#keys.clear();
      }
      this.#digests.set(key, digest);
      this.#keys.set(digest, key);
      this.#onNew();
    }
    return { h: digest };
  }

  /** Learns a key, so that what waits for it can be told apart. */
  learn(key: string): void {
    if (!this.#digests.has(key)) this.fields(key);
  }

  /** The key of a line; undefined when only its digest is there and nobody has named it yet. */
  keyOf(line: {
    readonly k?: string | undefined;
    readonly h?: string | undefined;
  }): string | undefined {
    return line.k ?? (line.h === undefined ? undefined : this.#keys.get(line.h));
  }
}
