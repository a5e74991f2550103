import type { Clock } from '../clock.ts';
import type { SpoolDisk } from './disk.ts';

/**
 * Who owns a folder: a file in it whose time says when its owner was last alive. Whoever takes the folder over renames it, so
 * that the file is not where it was.
 */
export class Lease {
  readonly #disk: SpoolDisk;
  readonly #clock: Clock;
  readonly #folder: string;
  #present = false;

  constructor(disk: SpoolDisk, clock: Clock, folder: string) {
    this.#disk = disk;
    this.#clock = clock;
    this.#folder = folder;
  }

  /** True when the folder is on the disk, as far as we know. */
  get present(): boolean {
    return this.#present;
  }

  /** True while nobody has taken the folder over, also when that cannot be seen. */
  held(): boolean {
    try {
      return !this.#present || this.#disk.inspect(`${this.#folder}/lease`) !== undefined;
    } catch {
      return true;
    }
  }

  /** Says that the owner lives. Throws. */
  renew(): void {
    this.#disk.touch(`${this.#folder}/lease`, this.#clock.wallMs());
  }

  /** Makes the folder, when it is missing, together with its lease: nobody sees one without the other. Throws. */
  ensure(making: string): void {
    if (this.#present) return;
    this.#disk.makeFolder(making);
    this.#disk.close(this.#disk.open(`${making}/lease`));
    this.#disk.touch(`${making}/lease`, this.#clock.wallMs());
    this.#disk.rename(making, this.#folder);
    this.#present = true;
  }

  /**
   * Takes another owner's folder over. Signed first: once it has our name, nobody finds it with the lease of the dead. Throws,
   * also when somebody else was faster.
   */
  take(from: string): void {
    this.#disk.close(this.#disk.open(`${from}/lease`));
    this.#disk.touch(`${from}/lease`, this.#clock.wallMs());
    this.#disk.rename(from, this.#folder);
    this.#present = true;
  }

  /** Gives the folder up. Throws. */
  remove(): void {
    this.#disk.removeFile(`${this.#folder}/lease`);
  }
}
