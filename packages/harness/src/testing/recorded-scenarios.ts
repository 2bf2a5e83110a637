import { ALL_SCENARIOS } from '../explore/scenarios/index.js'
import { FAST_TICK_NS, RecordedScenario } from '../record/recorded-scenario.js'
import type { RecordedScenarioOptions } from '../record/recorded-scenario.js'
import type { Scenario } from '../scenario/types.js'

/** Limits of a run of a small scenario. */
export const LIMITS = { ms: 2_000, stallMs: 400 }

const opened: RecordedScenario[] = []

/** A scenario to be recorded, built-in ones by their name, with a fast clock. */
export async function openRecorded(
  scenario: string | Scenario,
  options: RecordedScenarioOptions = {},
): Promise<RecordedScenario> {
  const found = typeof scenario === 'string' ? named(scenario) : scenario
  const recorded = await RecordedScenario.open(found, {
    tickNs: FAST_TICK_NS,
    logBytes: 16 << 20,
    ...options,
  })
  opened.push(recorded)
  return recorded
}

/** Ends the workers of all that were opened. */
export async function closeRecorded(): Promise<void> {
  await Promise.all(opened.splice(0).map((each) => each.close()))
}

/** A built-in scenario. */
export function named(name: string): Scenario {
  const found = ALL_SCENARIOS.find((each) => each.name === name)
  if (found === undefined) throw new Error(`no scenario is called ${name}`)
  return found
}
