/** Measures one campaign of the explorer, in a process of its own: reads an {@link ExplorerCase}, prints {@link ExplorerFigures}. */
import { EventLog, Races, explore, makeStrategy, programSubject } from '@holdfast/explorer'
import type { Observer, Strategy, Subject } from '@holdfast/explorer'
import { kernelSubject } from '../explore/subject/kernel-subject.js'

/** Who watches: nobody; the recorder; the race checker with its record; all checkers of the target. */
export type Watch = 'nothing' | 'record' | 'races' | 'all'

export interface ExplorerCase {
  /** `program:lockinc?n=2&k=1`, or `scenario:hold-vs-swapper`. */
  readonly what: string
  /** Of the kernel: which corrections it has. */
  readonly variant?: string
  readonly strategy: 'random' | 'dpor'
  readonly watch: Watch
  /** Executions of a round; left out: until the strategy ends. */
  readonly executions?: number
  readonly rounds: number
  /** Executions of a round after which memory is measured besides. */
  readonly memoryAfter?: number
}

/** Bytes, after a garbage collection. */
export interface Memory {
  readonly rss: number
  readonly heap: number
}

export interface ExplorerFigures {
  /** Of the best round, in seconds of CPU time of the process: what else the machine does counts for little. */
  readonly executionsPerSecond: number
  readonly pointsPerSecond: number
  /** Of one round. */
  readonly executions: number
  readonly points: number
  /** Of those of the first executions, the share at which the strategy was asked: counted in a round that is not timed. */
  readonly asked: number
  readonly complete: boolean
  /** When {@link ExplorerCase.memoryAfter} was come to, in the first round; and at the end. */
  readonly early: Memory | undefined
  readonly memory: Memory
}

const SEED = 1
/** Executions in which it is counted how often the strategy is asked. */
const COUNTED = 20

const given = JSON.parse(process.argv[2] as string) as ExplorerCase
console.log(JSON.stringify(measure(given, await subjectOf(given))))

async function subjectOf({ what, variant }: ExplorerCase): Promise<Subject> {
  if (what.startsWith('program:')) return programSubject(what)
  return kernelSubject(what, variant === undefined ? {} : { variant })
}

function measure(
  { strategy, watch, executions, rounds, memoryAfter = Infinity }: ExplorerCase,
  subject: Subject,
): ExplorerFigures {
  let best = Infinity
  let early: Memory | undefined
  let explored = { executions: 0, points: 0, complete: false }
  for (let round = 0; round < rounds; round++) {
    const started = process.cpuUsage()
    explored = explore(subject.target, {
      strategy: makeStrategy(strategy, { seed: SEED }),
      observers: observersOf(subject, watch),
      engine: subject.options,
      ...(executions === undefined ? {} : { executions }),
      progress: (so) => {
        if (early === undefined && so.executions >= memoryAfter) early = memoryNow()
        return true
      },
    })
    const { user, system } = process.cpuUsage(started)
    best = Math.min(best, (user + system) / 1e6)
  }
  return {
    executionsPerSecond: explored.executions / best,
    pointsPerSecond: explored.points / best,
    executions: explored.executions,
    points: explored.points,
    asked: askedShare(subject, strategy),
    complete: explored.complete,
    early,
    memory: memoryNow(),
  }
}

function memoryNow(): Memory {
  globalThis.gc?.()
  const { rss, heapUsed, external } = process.memoryUsage()
  return { rss, heap: heapUsed + external }
}

function askedShare(subject: Subject, name: ExplorerCase['strategy']): number {
  const strategy = makeStrategy(name, { seed: SEED })
  let asked = 0
  const counting: Strategy = {
    name,
    exhaustive: strategy.exhaustive,
    begin: (index) => strategy.begin(index),
    choose(world) {
      asked++
      return strategy.choose(world)
    },
    executed: (world) => strategy.executed?.(world),
    end: (world) => strategy.end?.(world),
  }
  const { points } = explore(subject.target, {
    strategy: counting,
    engine: subject.options,
    executions: COUNTED,
  })
  return asked / points
}

function observersOf(subject: Subject, watch: Watch): Observer[] {
  if (watch === 'nothing') return []
  if (watch === 'record') return [new EventLog()]
  if (watch === 'all') return subject.observers()
  // The kernel's race checker knows its locks and layouts; a program needs none of that.
  const watching = subject.observers().filter(({ name }) => name === 'event log' || name === 'races')
  return watching.length > 0 ? watching : [new Races()]
}
