/**
 * A sign of life of what explores in this thread, for others to see: word 0 of a shared buffer changes whenever an execution begins and now
 * and then in a long one; 0 is at rest, LOADING while code of a user makes what is to be explored. A program that loops without an operation keeps its thread, so only another can tell.
 *
 * Nothing hangs on when it is seen: accesses are plain.
 */
let pulse: Int32Array = new Int32Array(1)

/** Bytes of the buffer by which a thread shows that it gets on. */
export const PULSE_BYTES = 4

/** From now on what this thread runs shows its signs of life in `buffer`, at rest at first. */
export function showPulse(buffer: SharedArrayBuffer): void {
  pulse = new Int32Array(buffer, 0, 1)
  pulse[0] = 0
}

export function beat(): void {
  pulse[0] = ((pulse[0] as number) + 1) | 1
}

/** In place of a count, which is odd. */
export const LOADING = 2

/** Runs what a user has written to make a program, a checker or the like: if it does not return, that is seen too. */
export function whileMaking<T>(make: () => T): T {
  const before = pulse[0] as number
  pulse[0] = LOADING
  try {
    return make()
  } finally {
    pulse[0] = before
  }
}

/** The same of the top level of a module of a user. */
export async function whileImporting<T>(load: () => Promise<T>): Promise<T> {
  const before = pulse[0] as number
  pulse[0] = LOADING
  try {
    return await load()
  } finally {
    pulse[0] = before
  }
}

/** Nothing runs: what is silent now does not hang. */
export function rest(): void {
  pulse[0] = 0
}
