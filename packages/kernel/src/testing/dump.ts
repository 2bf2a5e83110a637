import type { Cpu } from '../cpu.js'
import { ALLPROC } from '../globals.js'
import {
  L_FLAG,
  L_HOLDCNT,
  L_KCPU,
  L_LID,
  L_MUTEX,
  L_REFCNT,
  L_SIBLING_NEXT,
  L_STAT,
  L_WCHAN,
  L_WMESG,
} from '../lwp.js'
import {
  P_LIST_NEXT,
  P_LWPS,
  P_NLWPS,
  P_NRLWPS,
  P_NZLWPS,
  P_PID,
  P_PPTR,
  P_SFLAG,
  P_SLFLAG,
  P_STAT,
} from '../proc.js'
import { wmesgText } from '../wmesg.js'

/** One line for each process and each of its LWPs, for a test that failed. */
export function dump(cpu: Cpu): string {
  const { mem } = cpu
  const lines: string[] = []
  let left = 1000 // the lists may be broken
  for (let p = mem.read(ALLPROC); p !== 0 && left-- > 0; p = mem.read(p + P_LIST_NEXT)) {
    const parent = mem.read(p + P_PPTR)
    lines.push(
      `pid ${mem.read(p + P_PID)} at ${p} stat ${mem.read(p + P_STAT)} parent ${parent} sflag ${mem.read(p + P_SFLAG).toString(16)}` +
        ` slflag ${mem.read(p + P_SLFLAG).toString(16)} nlwps ${mem.read(p + P_NLWPS)} nr ${mem.read(p + P_NRLWPS)} nz ${mem.read(p + P_NZLWPS)}`,
    )
    for (let l = mem.read(p + P_LWPS); l !== 0 && left-- > 0; l = mem.read(l + L_SIBLING_NEXT)) {
      lines.push(
        `  lid ${mem.read(l + L_LID)} at ${l} stat ${mem.read(l + L_STAT)} flag ${mem.read(l + L_FLAG).toString(16)} kcpu ${mem.read(l + L_KCPU)}` +
          ` wchan ${mem.read(l + L_WCHAN)} '${wmesgText(mem.read(l + L_WMESG))}' mutex ${mem.read(l + L_MUTEX)} refs ${mem.read(l + L_REFCNT)} holds ${mem.read(l + L_HOLDCNT)}`,
      )
    }
  }
  return lines.join('\n')
}
