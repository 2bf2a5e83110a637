import type { Site } from '@holdfast/compiler'
import { MAX_ACTORS } from '../../engine/world.js'
import type { World } from '../../engine/world.js'

const BASIS = 0x811c9dc5
const PRIME = 0x01000193

/**
 * A number for each place of a program by which it is known again: its file, function and text, not its line, so that a comment
 * more does not change it.
 */
export function siteKeys(sites: readonly Site[]): Int32Array {
  return Int32Array.from(sites, (site) => textHash(siteKey(site)))
}

/** The same as text, for comparing two builds. */
export function siteKey({ file, function: name, op, text }: Site): string {
  return `${file}\n${name}\n${op}\n${text}`
}

/**
 * What could have been chosen at each step of an execution, where each actor stood, and what was chosen, in one number.
 *
 * If it is the same at the end of two executions, they were the same program on the same schedule, but for one chance in 2^32.
 */
export class EnabledHash {
  private state = BASIS
  private readonly keys: Int32Array

  constructor(keys: Int32Array) {
    this.keys = keys
  }

  reset(): void {
    this.state = BASIS
  }

  /** `choice` is about to be made. */
  add(world: World, choice: number): void {
    const { choices, choiceCount, site } = world
    let { state } = this
    for (let i = 0; i < choiceCount; i++) {
      const each = choices[i] as number
      const at = site[each & (MAX_ACTORS - 1)] as number
      state = Math.imul(state ^ each, PRIME)
      state = Math.imul(state ^ (this.keys[at] ?? at), PRIME)
    }
    state = Math.imul(state ^ choice, PRIME)
    this.state = state ^ (state >>> 15)
  }

  /** Eight hexadecimal digits. */
  get value(): string {
    return hex8(this.state)
  }

  /** Two digits to the base 36, for a look on the way. */
  get check(): string {
    return check2(this.state)
  }
}

/** FNV-1a over UTF-16 units. */
export function textHash(text: string): number {
  let state = BASIS
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), PRIME)
  return state ^ (state >>> 15)
}

function hex8(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0')
}

export function check2(value: number): string {
  return ((value >>> 0) % 1296).toString(36).padStart(2, '0')
}

/** A hash of any length as schedules carry it: eight hexadecimal digits. */
export function shortHash(hash: string): string {
  return /^[0-9a-f]{8,}$/.test(hash) ? hash.slice(0, 8) : hex8(textHash(hash))
}
