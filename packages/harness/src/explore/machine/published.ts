import {
  CI_CURLWP,
  L_CPU,
  L_FLAG,
  L_PFLAG,
  L_STAT,
  LP_RUNNING,
  LSIDL,
  LSZOMB,
  LWP_WORDS,
  LW_IDLE,
  P_STAT,
  PROC_WORDS,
  SIDL,
  SZOMB,
} from '@holdfast/kernel'
import type { KernelConfig } from '@holdfast/kernel'

/**
 * An LWP or a process that is being made belongs to its maker; one that is dead, and has left its CPU, to whoever collects it; an idle LWP to its
 * CPU. Such records need no lock.
 */
export function isPublished(config: KernelConfig, words: Int32Array, addr: number): boolean {
  const { lwps, nlwps, procs, nprocs } = config
  if (addr >= lwps && addr < lwps + nlwps * LWP_WORDS) {
    const lwp = addr - ((addr - lwps) % LWP_WORDS)
    const stat = words[lwp + L_STAT]
    if (((words[lwp + L_FLAG] as number) & LW_IDLE) !== 0) return false
    if (stat === LSZOMB) {
      const onCpu = words[(words[lwp + L_CPU] as number) + CI_CURLWP] === lwp
      return onCpu || ((words[lwp + L_PFLAG] as number) & LP_RUNNING) !== 0
    }
    return stat !== LSIDL && stat !== 0
  }
  if (addr >= procs && addr < procs + nprocs * PROC_WORDS) {
    const stat = words[addr - ((addr - procs) % PROC_WORDS) + P_STAT]
    return stat !== SIDL && stat !== SZOMB && stat !== 0
  }
  return true
}
