/**
 * A sign of life of what explores in this thread, for others to see: word 0 of a shared buffer changes whenever an execution begins and now
 * and then in a long one; 0 is at rest. A program that loops without an operation keeps its thread, so only another can tell.
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

/** Nothing runs: what is silent now does not hang. */
export function rest(): void {
  pulse[0] = 0
}
