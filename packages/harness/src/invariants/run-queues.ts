import { NULL } from '@holdfast/atomics-sync'
import {
  L_CPU,
  L_FLAG,
  L_RUNQ_NEXT,
  L_STAT,
  LSRUN,
  LW_INMEM,
  PRI_COUNT,
  SPC_COUNT,
  SPC_QUEUES,
} from '@holdfast/kernel'
import { type Inspection, type Violation, listedLwps, lwpName, word } from './inspect.js'

/**
 * A runnable LWP in memory is on exactly one run queue, once, and that is its CPU's; no other LWP is on any.
 *
 * Guarded by spc_mutex, so exact at safe points. Does not verify the order within a queue.
 */
export function runQueues(inspection: Inspection): Violation[] {
  const { mem, config } = inspection
  const found: Violation[] = []
  const places = new Map<number, number[]>()
  for (let cpu = 0; cpu < config.ncpu; cpu++) {
    const ci = config.cpuInfos + cpu * config.cpuInfoWords
    let count = 0
    for (let pri = 0; pri < PRI_COUNT; pri++) {
      let l = mem.read(ci + SPC_QUEUES + 2 * pri)
      for (; l !== NULL && count <= config.nlwps; l = mem.read(l + L_RUNQ_NEXT)) {
        count++
        places.set(l, [...(places.get(l) ?? []), ci])
      }
    }
    if (count !== mem.read(ci + SPC_COUNT)) {
      found.push({
        invariant: 'run-queues',
        message: `cpu${cpu} has ${count} LWPs on its run queue and counts ${mem.read(ci + SPC_COUNT)}`,
        words: [word(inspection, `cpu${cpu}.spc_count`, ci + SPC_COUNT)],
      })
    }
  }
  const listed = new Set(listedLwps(inspection))
  for (const l of new Set([...listed, ...places.keys()])) {
    const queued = places.get(l) ?? []
    const should = listed.has(l) && mem.read(l + L_STAT) === LSRUN && (mem.read(l + L_FLAG) & LW_INMEM) !== 0
    const right = should ? queued.length === 1 && queued[0] === mem.read(l + L_CPU) : queued.length === 0
    if (right) continue
    const cpus = queued.map((ci) => `cpu${(ci - config.cpuInfos) / config.cpuInfoWords}`).join(', ')
    found.push({
      invariant: 'run-queues',
      ...(queued.length > 1 ? { verdict: 'doubleEnqueue' as const } : {}),
      message: should
        ? `LWP ${lwpName(inspection, l)} is runnable and in memory, and is on ${queued.length === 0 ? 'no run queue' : `the run queues of ${cpus}`}`
        : `LWP ${lwpName(inspection, l)} is on the run queue of ${cpus}, though not runnable in memory`,
      words: [
        word(inspection, 'l_stat', l + L_STAT),
        word(inspection, 'l_flag', l + L_FLAG),
        word(inspection, 'l_cpu', l + L_CPU),
      ],
    })
  }
  return found
}
