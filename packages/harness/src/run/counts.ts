import { OP_COUNT, OP_COUNTER_NAMES } from '@holdfast/kernel'

/** Instructions that only steer a program: no operation of the kernel. */
const CONTROL: readonly string[] = ['end', 'loop', 'jump', 'branch']
const ERROR = /^E[A-Z]+$/

/** Operations completed, by kind. */
export function operationCounts(counters: readonly number[]): Record<string, number> {
  return select(counters, (name, number) => number < OP_COUNT && !CONTROL.includes(name))
}

/** System calls that failed, by error. */
export function errorCounts(counters: readonly number[]): Record<string, number> {
  return select(counters, (name) => ERROR.test(name))
}

/** What the kernel did on its own account. */
export function kernelCount(counters: readonly number[], name: string): number {
  return counters[OP_COUNTER_NAMES.indexOf(name)] ?? 0
}

function select(
  counters: readonly number[],
  wanted: (name: string, number: number) => boolean,
): Record<string, number> {
  const found: Record<string, number> = {}
  for (const [number, name] of OP_COUNTER_NAMES.entries()) {
    if (wanted(name, number)) found[name] = counters[number] ?? 0
  }
  return found
}
