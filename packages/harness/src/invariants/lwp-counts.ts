import { NULL } from '@holdfast/atomics-sync'
import {
  ALLPROC,
  FREELWP,
  L_NEXT_FREE,
  L_SIBLING_NEXT,
  L_STAT,
  LSZOMB,
  NLWPS,
  P_LIST_NEXT,
  P_LOCK,
  P_LWPS,
  P_NLWPS,
  P_NZLWPS,
  P_PID,
} from '@holdfast/kernel'
import { type Inspection, type Violation, word } from './inspect.js'

/**
 * LWPs are as many as is counted: structures in use are at most those set aside (nlwps; one may be set aside and not yet taken), and a process whose p_lock
 * is free has as many LWPs as p_nlwps says, and at least as many on their way out (p_nzlwps) as there are zombies.
 */
export function lwpCounts(inspection: Inspection): Violation[] {
  const { mem, config } = inspection
  const found: Violation[] = []
  let free = 0
  for (let l = mem.read(FREELWP); l !== NULL && free <= config.nlwps; l = mem.read(l + L_NEXT_FREE)) free++
  const used = config.nlwps - free
  if (mem.read(NLWPS) < used)
    found.push({
      invariant: 'lwp-counts',
      message: `${used} LWP structures are in use, and ${mem.read(NLWPS)} are counted`,
      words: [word(inspection, 'nlwps', NLWPS)],
    })
  let left = config.nprocs
  for (let p = mem.read(ALLPROC); p !== NULL && left-- > 0; p = mem.read(p + P_LIST_NEXT)) {
    if (mem.read(p + P_LOCK) !== 0) continue
    let lwps = 0
    let zombies = 0
    for (let l = mem.read(p + P_LWPS); l !== NULL && lwps <= config.nlwps; l = mem.read(l + L_SIBLING_NEXT)) {
      lwps++
      if (mem.read(l + L_STAT) === LSZOMB) zombies++
    }
    const counted = mem.read(p + P_NLWPS)
    const leaving = mem.read(p + P_NZLWPS)
    if (counted === lwps && leaving >= zombies) continue
    found.push({
      invariant: 'lwp-counts',
      message: `process ${mem.read(p + P_PID)} has ${lwps} LWPs, ${zombies} of them zombies, and counts ${counted} and ${leaving}`,
      words: [word(inspection, 'p_nlwps', p + P_NLWPS), word(inspection, 'p_nzlwps', p + P_NZLWPS)],
    })
  }
  return found
}
