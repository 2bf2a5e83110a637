import { setTimeout as delay } from 'node:timers/promises'
import type { Finding as MachineFinding, RunningMachine } from '@holdfast/cpu'
import {
  checkInvariants,
  type InvariantState,
  newInvariantState,
  type Violation,
} from '../invariants/index.js'

/** How long to watch, and who wants to know. */
export interface WatchOptions {
  /** Wall-clock seconds. */
  readonly seconds: number
  /** Ends the watch early. */
  readonly signal: AbortSignal
  /** Called a few times a second with the ms that the machine has run. */
  readonly onLook: (ranMs: number) => void
}

/** What of a machine the watch needs. */
export type Watched = Pick<RunningMachine, 'finished' | 'rendezvous' | 'fail'>

/** How often the end is looked for, and how often the world is stopped and checked, in ms. */
const LOOK_MS = 200
const CHECK_MS = 500

/**
 * Watches a machine until its time is up, the signal comes or it ends by itself, and checks its invariants on
 * the way and once more at the end; a violation fails the machine. Returns how often they were checked.
 */
export async function watch(machine: Watched, { seconds, signal, onLook }: WatchOptions): Promise<number> {
  let ended = false
  const finished = machine.finished.then(() => {
    ended = true
  })
  const state = newInvariantState()
  const started = performance.now()
  const until = started + seconds * 1_000
  let nextCheck = started + Math.min(CHECK_MS, (seconds * 1_000) / 2)
  let checks = 0
  while (!ended && !signal.aborted) {
    const now = performance.now()
    if (now >= until) break
    if (now >= nextCheck) {
      if (await check(machine, state)) checks++
      nextCheck = performance.now() + CHECK_MS
    }
    onLook(now - started)
    await Promise.race([finished, pause(Math.min(LOOK_MS, until - now), signal)])
  }
  if (!ended && (await check(machine, state))) checks++
  return checks
}

/** Stops the world and checks the invariants. True if they were checked: a machine that has ended is not. */
async function check(machine: Watched, state: InvariantState): Promise<boolean> {
  const violations = await machine.rendezvous(({ mem, image }) =>
    checkInvariants({ mem, config: image.config }, state),
  )
  if (violations === null) return false
  for (const violation of violations) machine.fail(findingOf(violation))
  return true
}

function findingOf({ invariant, verdict = 'invariant', message, words }: Violation): MachineFinding {
  return { verdict, cpu: -1, message: `${invariant}: ${message}`, lwp: 0, words }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(Math.max(1, ms), undefined, { signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
