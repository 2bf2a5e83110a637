/**
 * What a scenario may ask for. Every bound that a message names stands here.
 */

/** An inclusive range of numbers. */
export interface Range {
  readonly min: number
  readonly max: number
}

export const CPUS: Range = { min: 1, max: 256 }
/** Page frames of 4,096 bytes. What the kernel itself needs is checked against the whole machine. */
export const MEMORY: Range = { min: 64, max: 65_536 }
/** Page frames wired at boot; what the kernel needs is checked when it boots. */
export const WIRED: Range = { min: 0, max: 65_536 }
/** Pages in a u-area: 2 on i386, 3 on amd64, 4 with a red zone. */
export const UPAGES: Range = { min: 2, max: 4 }
/** Simulated seconds. */
export const MAXSLP: Range = { min: 0, max: 3_600 }
export const HZ: Range = { min: 8, max: 1_000 }
/** Simulated seconds in a second of wall clock. */
export const CLOCK_RATE: Range = { min: 0.01, max: 10_000 }
export const SWAP_PAGES: Range = { min: 0, max: 65_536 }
/** Pages; half the memory at most, which is checked against the whole machine. */
export const FREEMIN: Range = { min: 0, max: 32_768 }
export const DISK_TICKS: Range = { min: 0, max: 10_000 }
export const PROCESSES: Range = { min: 1, max: 64 }
export const REPLICAS: Range = { min: 1, max: 1_000 }
/** User LWPs of a machine when it starts. */
export const LWPS: Range = { min: 1, max: 1_000 }
export const NICE: Range = { min: -20, max: 19 }
export const USER_PAGES: Range = { min: 1, max: 1_024 }
/** Number of a user page. */
export const PAGE_NUMBER: Range = { min: 0, max: 1_023 }
export const PRIORITY: Range = { min: 0, max: 63 }
export const UNITS: Range = { min: 1, max: 1_000_000 }
/** Pages of one transfer or one wiring. */
export const IO_PAGES: Range = { min: 1, max: 16 }
/** Clock ticks that a raw transfer takes. */
export const IO_TICKS: Range = { min: 1, max: 10_000 }
export const TICKS: Range = { min: 0, max: 1_000_000 }
export const SECONDS: Range = { min: 0, max: 3_600 }
export const EXIT_CODE: Range = { min: 0, max: 255 }
export const LOOP_COUNT: Range = { min: 1, max: 1_000_000 }
export const WEIGHT: Range = { min: 1, max: 100 }
/** Pages of the kernel map, from its start: 64 MB. */
export const KERNEL_PAGE: Range = { min: 0, max: 16_383 }
export const KERNACC_PAGES: Range = { min: 1, max: 1_024 }
export const CHANNEL_NAMES: Range = { min: 0, max: 48 }
/** Counted loops inside one another: each has a register of the program. */
export const LOOP_DEPTH: Range = { min: 0, max: 8 }
/** Operations in one list. */
export const PROGRAM_LENGTH: Range = { min: 0, max: 256 }
export const DESCRIPTION_LENGTH: Range = { min: 1, max: 2_000 }
/** Wall-clock seconds of a run, and its seed. */
export const RUN_SECONDS: Range = { min: 0.1, max: 86_400 }
export const SEED: Range = { min: 0, max: 0x7fff_ffff }

export const NAME = /^[a-z][a-z0-9-]{0,30}$/
/** Names that mean something else where a process or channel may stand. */
export const RESERVED_NAMES: readonly string[] = ['any', 'self']

const plain = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 })

/** `1 to 256`. */
export function rangeText({ min, max }: Range): string {
  return `${plain.format(min)} to ${plain.format(max)}`
}

/** Whether `value` is in the range, both ends included. */
export function isWithin(value: number, { min, max }: Range): boolean {
  return value >= min && value <= max
}
