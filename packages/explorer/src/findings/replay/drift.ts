import type { Site } from '@holdfast/compiler'
import type { Outcome } from '../../engine/world.js'
import { placeText } from '../report/place-text.js'

/** Where and how a program is not the one whose execution was recorded. */
export type ReplayDrift =
  /** The build is another; nothing was looked at yet. */
  | { readonly kind: 'build'; readonly expected: string; readonly found: string }
  /** What was chosen at this step cannot be chosen now. */
  | {
      readonly kind: 'choice'
      readonly step: number
      readonly actor: number
      readonly wanted: string
      readonly enabled: readonly string[]
      readonly expected: Site | undefined
      readonly found: Site | undefined
    }
  /** The actor is at another place than it was. */
  | {
      readonly kind: 'site'
      readonly step: number
      readonly actor: number
      readonly expected: Site
      readonly found: Site | undefined
    }
  /** Somewhere between two steps something else was enabled, or at another place. */
  | { readonly kind: 'enabled'; readonly from: number; readonly to: number }
  /** It was over before all choices were made, or not over after the last. */
  | { readonly kind: 'short'; readonly step: number; readonly outcome: Outcome }
  | { readonly kind: 'long'; readonly step: number; readonly enabled: readonly string[] }

/** One sentence or two: where the program has drifted, what was expected and what is there. Steps are counted from 1, as in tables. */
export function driftText(drift: ReplayDrift): string {
  switch (drift.kind) {
    case 'build':
      return `the program is not the one recorded: its build was ${drift.expected} and is ${drift.found}`
    case 'choice': {
      const was = drift.expected === undefined ? '' : `, then at ${placeText(drift.expected)}`
      const now = drift.found === undefined ? '' : `; it is at ${placeText(drift.found)} now`
      return `the program has drifted: step ${drift.step + 1} was ${drift.wanted}${was}, which is not possible here${now}. Possible: ${drift.enabled.join('; ')}`
    }
    case 'site': {
      const now = drift.found === undefined ? 'is nowhere' : `is at ${placeText(drift.found)}`
      return `the program has drifted: step ${drift.step + 1} was at ${placeText(drift.expected)}, and its actor ${now}`
    }
    case 'enabled':
      return `the program has drifted: between step ${drift.from + 1} and step ${drift.to} something else was enabled, or elsewhere, than when it was recorded`
    case 'short':
      return `the program has drifted: it is over (${drift.outcome}) after ${drift.step} steps, and more were recorded`
    default:
      return `the program has drifted: it is not over after its last step, ${drift.step}. Possible: ${drift.enabled.join('; ')}`
  }
}
