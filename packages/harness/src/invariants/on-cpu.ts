import {
  CI_CURLWP,
  L_CTXSWTCH,
  L_FLAG,
  L_PFLAG,
  L_STAT,
  LP_RUNNING,
  LSONPROC,
  LW_IDLE,
  LW_INMEM,
} from '@holdfast/kernel'
import { type Inspection, type Violation, listedLwps, lwpName, word } from './inspect.js'

/**
 * An LWP that is on a CPU, or whose stack a CPU is still leaving in the switch, is in memory; and one that says it is
 * on a CPU is the current LWP of one.
 */
export function onCpu(inspection: Inspection): Violation[] {
  const { mem, config } = inspection
  const found: Violation[] = []
  const current = new Map<number, number>()
  for (let cpu = 0; cpu < config.ncpu; cpu++) {
    current.set(mem.read(config.cpuInfos + cpu * config.cpuInfoWords + CI_CURLWP), cpu)
  }
  for (const l of listedLwps(inspection)) {
    const cpu = current.get(l)
    const running = (mem.read(l + L_PFLAG) & LP_RUNNING) !== 0
    const used = cpu !== undefined || running || mem.read(l + L_CTXSWTCH) !== 0
    const words = [
      word(inspection, 'l_stat', l + L_STAT),
      word(inspection, 'l_flag', l + L_FLAG),
      word(inspection, 'l_pflag', l + L_PFLAG),
      word(inspection, 'l_ctxswtch', l + L_CTXSWTCH),
    ]
    if (used && (mem.read(l + L_FLAG) & (LW_INMEM | LW_IDLE)) === 0) {
      found.push({
        invariant: 'on-cpu',
        message: `the stack of LWP ${lwpName(inspection, l)} is in use${cpu === undefined ? '' : ` on cpu${cpu}`}, yet swapped out`,
        words,
      })
    }
    if (mem.read(l + L_STAT) === LSONPROC && cpu === undefined) {
      found.push({
        invariant: 'on-cpu',
        message: `LWP ${lwpName(inspection, l)} is LSONPROC and the current LWP of no CPU`,
        words,
      })
    }
  }
  return found
}
