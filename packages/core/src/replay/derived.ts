/**
 * Values derived from a run's key: the same sequence on every replay, without a write. The generator is sfc32
 * (Chris Doty-Humphrey, PractRand), seeded with the 128 bits of the key.
 */
export class Derived {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** @param key 32 hexadecimal digits; dashes are passed over, so that a UUID will do. */
  constructor(key: string) {
    const digits = key.replaceAll('-', '').padEnd(32, '0');
    const word = (at: number): number => Number.parseInt(digits.slice(at, at + 8), 16) | 0;
    this.#a = word(0);
    this.#b = word(8);
    this.#c = word(16) ^ word(24);
    for (let i = 0; i < 12; i++) this.#next();
  }

  /** A number from 0 to 1, 1 excluded. */
  random(): number {
    return (this.#next() >>> 0) / 2 ** 32;
  }

  /** A version 4 UUID. */
  uuid(): string {
    const words = [this.#next(), this.#next(), this.#next(), this.#next()];
    words[1] = (words[1]! & 0xffff0fff) | 0x4000;
    words[2] = (words[2]! & 0x3fffffff) | 0x80000000;
    const hex = words.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  }

  #next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    this.#c |= 0;
    return sum;
  }
}
