import { runSanitized } from '../sanitize/run-sanitized.js'
import { memoryPressure } from '../scenarios/memory-pressure.js'

/** Plain and sanitized runs take turns, so that both see the same of a host that others use too. */
const TURNS = 2
const SECONDS = 8

/** User operations a second, plain and sanitized. */
export interface SanitizeFigures {
  readonly plainRate: number
  readonly rate: number
  readonly slowdown: number
}

/** What the sanitize build costs the default scenario. Throws if it finds something. */
export async function sanitizeFigures(): Promise<SanitizeFigures> {
  let plain = 0
  let sanitized = 0
  for (let turn = 0; turn < TURNS; turn++) {
    const { sanitize, findings } = await runSanitized(memoryPressure, {
      seconds: SECONDS,
      plainSeconds: SECONDS,
    })
    if (findings.length > 0) throw new Error(`the default scenario found: ${findings[0]?.message}`)
    plain += sanitize?.plainRate ?? 0
    sanitized += sanitize?.rate ?? 0
  }
  return { plainRate: plain / TURNS, rate: sanitized / TURNS, slowdown: plain / sanitized }
}
