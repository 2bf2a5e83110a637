import type { RuleBroken, SanitizeReport } from '@holdfast/cpu'
import type { Finding, FindingWord } from '../report/result.js'
import type { Repeat } from '../run/finding.js'
import { type OrderCycle, OrderFindings } from './order-findings.js'
import { type Places, lockPlacesOf, placesOf } from './places.js'
import { type Race, RaceFindings } from './race-findings.js'

interface Broken {
  readonly rule: RuleBroken
  readonly places: Places
  readonly firstMs: number
  times: number
}

/** The words of a machine that has ended. */
export interface Words {
  name(addr: number): string
  value(addr: number): number
}

/** Puts together what the CPUs of a sanitized machine report; each fault once, however often it was seen. */
export class SanitizeFindings {
  /** Counted from the start of the machine. */
  private readonly nowMs: () => number
  private readonly races = new RaceFindings()
  private readonly order: OrderFindings
  private readonly rules = new Map<string, Broken>()
  private count = 0

  /** `nests`: classes of locks of which several may be held in any order. */
  constructor(nowMs: () => number, nests: readonly string[]) {
    this.nowMs = nowMs
    this.order = new OrderFindings(nests)
  }

  /** How many different faults there are. */
  get found(): number {
    return this.count
  }

  add(report: SanitizeReport): void {
    const atMs = this.nowMs()
    if (report.type === 'race') {
      if (this.races.add(report, atMs) !== undefined) this.count++
    } else if (report.type === 'order') this.count += this.order.add(report, atMs)
    else this.addRule(report, atMs)
  }

  /** In the words of a report. The first seen come first. */
  tell(words: Words, repeat: Repeat): Finding[] {
    return [
      ...this.races.races().map((race) => tellRace(race, words, repeat)),
      ...this.order.tell().map((cycle) => tellCycle(cycle, words, repeat)),
      ...[...this.rules.values()].map((broken) => tellRule(broken, words, repeat)),
    ].sort((one, two) => (one.firstSeconds ?? 0) - (two.firstSeconds ?? 0))
  }

  private addRule(rule: RuleBroken, atMs: number): void {
    const places = rule.verdict === 'panic' ? lockPlacesOf(rule.stack) : placesOf(rule.stack)
    const key = `${rule.verdict} ${places[0] ?? '?'} ${rule.key}`
    const known = this.rules.get(key)
    if (known !== undefined) {
      known.times++
      return
    }
    this.rules.set(key, { rule, places, firstMs: atMs, times: 1 })
    this.count++
  }
}

function seconds(ms: number): number {
  return Math.round(ms) / 1_000
}

function tellWord(addr: number, words: Words): FindingWord {
  return { name: words.name(addr), address: addr, value: words.value(addr) }
}

/** Names in place of `word 123`; a name that is there already is not said twice. */
function namesIn(message: string, words: Words): string {
  return message
    .replace(/\bword (\d+)/g, (_, addr: string) => words.name(Number(addr)))
    .replace(/(\b[\w.[\]]+) \(\1\)/g, '$1')
}

function tellRace(race: Race, words: Words, repeat: Repeat): Finding {
  const { addr, watcher, other, firstMs, times } = race
  const word = words.name(addr)
  const one = `CPU ${watcher.half.cpu} ${watcher.half.access} it at ${watcher.places[0] ?? '?'}`
  const { before = 0, after = 0 } = watcher.half.watched ?? {}
  const two =
    other === undefined
      ? `meanwhile it changed from ${before} to ${after}, of unknown origin`
      : `CPU ${other.half.cpu} ${other.half.access} it at ${other.places[0] ?? '?'}`
  return {
    verdict: 'race',
    message: `data race on ${word}: ${one}, and ${two}; nothing orders the two`,
    cpu: watcher.half.cpu,
    words: [{ name: word, address: addr, value: after }],
    stack: watcher.places,
    ...(other === undefined
      ? {}
      : { other: { who: `And CPU ${other.half.cpu}, at the same time`, stack: other.places } }),
    firstSeconds: seconds(firstMs),
    times,
    lwps: [],
    events: [],
    seed: repeat.seed,
    repeat: repeat.command,
  }
}

function tellCycle(cycle: OrderCycle, words: Words, repeat: Repeat): Finding {
  return {
    verdict: 'lockOrder',
    message: cycle.message,
    cpu: cycle.cpu,
    words: cycle.locks.map((addr) => tellWord(addr, words)),
    stack: cycle.closing,
    other: { who: cycle.otherWho, stack: cycle.other },
    firstSeconds: seconds(cycle.firstMs),
    times: 1,
    lwps: [],
    events: [],
    seed: repeat.seed,
    repeat: repeat.command,
  }
}

function tellRule(broken: Broken, words: Words, repeat: Repeat): Finding {
  const { rule, places, firstMs, times } = broken
  return {
    verdict: rule.verdict,
    message: namesIn(rule.message, words),
    cpu: rule.cpu,
    words: rule.words.map((addr) => tellWord(addr, words)),
    stack: places,
    ...(rule.other === undefined
      ? {}
      : { other: { who: 'The lock was taken', stack: lockPlacesOf(rule.other) } }),
    firstSeconds: seconds(firstMs),
    times,
    lwps: [],
    events: [],
    seed: repeat.seed,
    repeat: repeat.command,
  }
}
