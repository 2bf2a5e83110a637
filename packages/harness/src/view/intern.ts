/** A table of things, each once, numbered in the order in which they were first seen. */
export class Interned<T> {
  readonly rows: T[] = []
  private readonly numbers = new Map<string, number>()

  /** Number of the row called `key`; `make` makes it if it is new. */
  number(key: string, make: () => T): number {
    const known = this.numbers.get(key)
    if (known !== undefined) return known
    const number = this.rows.length
    this.numbers.set(key, number)
    this.rows.push(make())
    return number
  }

  /** Number of a row that may not be there. */
  find(key: string): number | undefined {
    return this.numbers.get(key)
  }
}
