import { LubdubError } from '../errors.ts';
import type { Redactor } from '../ping/redact.ts';
import type { Provider, SecretSource } from '../providers/provider.ts';

/** The current secrets of a provider, by name. */
export type SecretValues = Readonly<Record<string, string>>;

const fileCheckMs = 5_000;

/** Reads a small text file at once; from the platform, since not every runtime has files. */
export type ReadFile = (path: string) => string;

interface Source {
  readonly name: string;
  readonly read: (nowMs: number) => string | Promise<string>;
}

const fileSource = (path: string, readFile: ReadFile): ((nowMs: number) => string) => {
  let text = '';
  let readAtMs = Number.NEGATIVE_INFINITY;
  return (nowMs) => {
    if (nowMs - readAtMs >= fileCheckMs) {
      text = readFile(path).trim();
      readAtMs = nowMs;
    }
    return text;
  };
};

/**
 * Resolves a provider's secrets when a request is built: texts at once, functions by a call, files when they may have changed.
 * Every value it has seen is masked from then on.
 */
export class SecretStore {
  readonly #sources: Source[] = [];
  readonly #redactor: Redactor;
  #last: SecretValues | undefined;
  readonly #fixed: boolean;

  constructor(provider: Provider, redactor: Redactor, readFile: ReadFile) {
    this.#redactor = redactor;
    let fixed = true;
    for (const [name, given] of Object.entries(provider.secrets ?? {})) {
      const all: readonly SecretSource[] = Array.isArray(given)
        ? (given as readonly SecretSource[])
        : [given as SecretSource];
      for (const source of all) if (typeof source === 'string') redactor.add(source);
      const [first] = all;
      if (first === undefined) continue;
      if (typeof first !== 'string') fixed = false;
      const read =
        typeof first === 'string'
          ? () => first
          : typeof first === 'function'
            ? first
            : fileSource(first.file, readFile);
      this.#sources.push({ name, read });
    }
    this.#fixed = fixed;
    if (fixed)
      this.#last = Object.fromEntries(
        this.#sources.map(({ name, read }) => [name, read(0) as string]),
      );
  }

  /** The values last seen, for the last moment of a process, when nothing can be waited for. */
  get last(): SecretValues | undefined {
    return this.#last;
  }

  /** The current values: at once, or a promise where a function is asynchronous. Throws or rejects with `ERR_LUBDUB_SECRET_UNAVAILABLE`. */
  current(nowMs: number): SecretValues | Promise<SecretValues> {
    if (this.#fixed) return this.#last as SecretValues;
    const pairs = this.#sources.map(
      ({ name, read }) => [name, this.#read(name, read, nowMs)] as const,
    );
    if (pairs.every((pair): pair is readonly [string, string] => typeof pair[1] === 'string'))
      return this.#keep(pairs);
    return Promise.all(pairs.map(async ([name, value]) => [name, await value] as const)).then(
      (ready) => this.#keep(ready),
      (error: unknown) => {
        throw this.#unavailable('a secret', error);
      },
    );
  }

  #read(name: string, read: Source['read'], nowMs: number): string | Promise<string> {
    try {
      return read(nowMs);
    } catch (error) {
      throw this.#unavailable(name, error);
    }
  }

  #keep(pairs: readonly (readonly [string, string])[]): SecretValues {
    for (const [name, value] of pairs) {
      if (typeof value !== 'string' || value === '') throw this.#unavailable(name, undefined);
      this.#redactor.add(value);
    }
    this.#last = Object.fromEntries(pairs);
    return this.#last;
  }

  #unavailable(name: string, cause: unknown): LubdubError {
    const why = cause instanceof Error ? `: ${this.#redactor.text(cause.message)}` : '';
    return new LubdubError(
      'ERR_LUBDUB_SECRET_UNAVAILABLE',
      `The secret "${name}" could not be read${why}.`,
      { option: name },
    );
  }
}
