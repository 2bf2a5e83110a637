import { PAGE_SIZE, kvaWireCount } from '@holdfast/mm'
import { L_ADDR, L_FLAG, L_HOLDCNT, L_STAT, LSIDL, LW_INMEM, type Cpu } from '@holdfast/kernel'
import { type Inspection, type Violation, listedLwps, lwpName, swaplockFree, word } from './inspect.js'

/**
 * Whenever l_swaplock is free, each page of a u-area is wired once exactly if its LWP is in memory, and not at all
 * otherwise; and an LWP that is held is in memory.
 *
 * Does not look at LWPs still being created or no longer listed: their u-areas have one owner.
 */
export function uareaWiring(inspection: Inspection): Violation[] {
  const { mem, config } = inspection
  const found: Violation[] = []
  const cpu = { mem, config } as unknown as Cpu
  for (const l of listedLwps(inspection)) {
    if (mem.read(l + L_STAT) === LSIDL || !swaplockFree(inspection, l)) continue
    const inmem = (mem.read(l + L_FLAG) & LW_INMEM) !== 0
    const uarea = mem.read(l + L_ADDR)
    for (let page = 0; page < config.upages; page++) {
      const wired = kvaWireCount(cpu, uarea + page * PAGE_SIZE)
      if (wired === (inmem ? 1 : 0)) continue
      found.push({
        invariant: 'uarea-wiring',
        ...(wired > (inmem ? 1 : 0) ? { verdict: 'wireLeak' as const } : {}),
        message: `page ${page} of the u-area of LWP ${lwpName(inspection, l)} is wired ${wired} times while the LWP is ${inmem ? 'in memory' : 'swapped out'}`,
        words: [
          word(inspection, 'l_flag', l + L_FLAG),
          word(inspection, 'l_addr', l + L_ADDR),
          word(inspection, 'l_stat', l + L_STAT),
        ],
      })
    }
    if (mem.read(l + L_HOLDCNT) > 0 && !inmem) {
      found.push({
        invariant: 'uarea-wiring',
        message: `LWP ${lwpName(inspection, l)} is held ${mem.read(l + L_HOLDCNT)} times, yet swapped out`,
        words: [word(inspection, 'l_holdcnt', l + L_HOLDCNT), word(inspection, 'l_flag', l + L_FLAG)],
      })
    }
  }
  return found
}
