import { PAGE_SIZE, kvaWireCount } from '@holdfast/mm'
import { SPC_LWPLOCK, SPC_MUTEX, SPC_QUEUES } from '../cpu.js'
import type { Cpu } from '../cpu.js'
import { ALLLWP, ALLPROC, FREELWP, FREEPROC, NLWPS, NPROCS, PROC_LOCK, ZOMBPROC } from '../globals.js'
import {
  L_ADDR,
  L_CPU,
  L_FLAG,
  L_LIST_NEXT,
  L_MUTEX,
  L_NEXT_FREE,
  L_PFLAG,
  L_PROC,
  L_RUNQ_NEXT,
  L_SIBLING_NEXT,
  L_STAT,
  L_SWAPLOCK,
  L_WCHAN,
} from '../lwp.js'
import type { LwpRef } from '../lwp.js'
import {
  LP_RUNNING,
  LSIDL,
  LSONPROC,
  LSRUN,
  LSSTOP,
  LSSUSPENDED,
  LSZOMB,
  LW_IDLE,
  LW_INMEM,
  PRI_COUNT,
  SSTOP,
  SZOMB,
} from '../param.js'
import {
  P_CHILDREN,
  P_LIST_NEXT,
  P_LOCK,
  P_LWPS,
  P_NEXT_FREE,
  P_NLWPS,
  P_NRLWPS,
  P_NSTOPCHILD,
  P_NZLWPS,
  P_PPTR,
  P_SIBLING_NEXT,
  P_STAT,
  P_WAITED,
} from '../proc.js'

/**
 * What must hold of the words between two switches of a machine with one CPU, as a list of what does not.
 * What a lock covers is looked at only while that lock is free.
 */
export function kernelInvariants(cpu: Cpu): string[] {
  const broken: string[] = []
  if (cpu.mem.read(PROC_LOCK) === 0) {
    checkProcs(cpu, broken)
    checkTables(cpu, broken)
  }
  checkLwps(cpu, broken)
  return broken
}

/** The records of a list, or null if it is longer than `most`. */
function list(cpu: Cpu, head: number, link: number, most: number): number[] {
  const { mem } = cpu
  const items: number[] = []
  for (let item = mem.read(head); item !== 0; item = mem.read(item + link)) {
    if (items.length > most) throw new Error(`the list at ${head} has no end: ${items.slice(0, 8).join(' ')}`)
    items.push(item)
  }
  return items
}

function checkProcs(cpu: Cpu, broken: string[]): void {
  const { mem, config } = cpu
  const live = list(cpu, ALLPROC, P_LIST_NEXT, config.nprocs)
  const zombies = list(cpu, ZOMBPROC, P_LIST_NEXT, config.nprocs)
  const known = new Set([...live, ...zombies])
  const all = new Set(list(cpu, ALLLWP, L_LIST_NEXT, config.nlwps))
  for (const p of known) {
    const children = list(cpu, p + P_CHILDREN, P_SIBLING_NEXT, config.nprocs)
    let waitable = 0
    for (const child of children) {
      if (!known.has(child)) broken.push(`child ${child} of ${p} is on neither list of processes`)
      if (mem.read(child + P_PPTR) !== p) broken.push(`the parent of ${child} is not ${p}, whose child it is`)
      const stat = mem.read(child + P_STAT)
      if (stat === SZOMB || (stat === SSTOP && mem.read(child + P_WAITED) === 0)) waitable++
    }
    if (mem.read(p + P_NSTOPCHILD) !== waitable) {
      broken.push(
        `p_nstopchild of ${p} is ${mem.read(p + P_NSTOPCHILD)}, and ${waitable} children can be waited for`,
      )
    }
    if (
      p !== config.proc0 &&
      !list(cpu, mem.read(p + P_PPTR) + P_CHILDREN, P_SIBLING_NEXT, config.nprocs).includes(p)
    ) {
      broken.push(`${p} is no child of its parent`)
    }
    if (mem.read(p + P_LOCK) === 0) checkProcLwps(cpu, p, all, broken)
  }
}

function checkProcLwps(cpu: Cpu, p: number, all: ReadonlySet<number>, broken: string[]): void {
  const { mem, config } = cpu
  const lwps = list(cpu, p + P_LWPS, L_SIBLING_NEXT, config.nlwps)
  let running = 0
  let zombies = 0
  for (const l of lwps) {
    if (mem.read(l + L_PROC) !== p) broken.push(`lwp ${l} is on p_lwps of ${p}, and not its own`)
    const stat = mem.read(l + L_STAT)
    if (stat === LSZOMB) {
      zombies++
      if (all.has(l)) broken.push(`lwp ${l} is a zombie and on alllwp`)
    } else if (stat !== LSSTOP && stat !== LSSUSPENDED && stat !== LSIDL) running++
    // An idle LWP is LSIDL while it does not run, and counted all the same.
    if (stat === LSIDL && (mem.read(l + L_FLAG) & LW_IDLE) !== 0) running++
  }
  if (mem.read(p + P_NLWPS) !== lwps.length)
    broken.push(`p_nlwps of ${p} is ${mem.read(p + P_NLWPS)}, not ${lwps.length}`)
  if (mem.read(p + P_NRLWPS) !== running)
    broken.push(`p_nrlwps of ${p} is ${mem.read(p + P_NRLWPS)}, not ${running}`)
  if (mem.read(p + P_NZLWPS) < zombies)
    broken.push(`p_nzlwps of ${p} is ${mem.read(p + P_NZLWPS)}, not ${zombies}`)
}

function checkTables(cpu: Cpu, broken: string[]): void {
  const { mem, config } = cpu
  const freeLwps = list(cpu, FREELWP, L_NEXT_FREE, config.nlwps).length
  const freeProcs = list(cpu, FREEPROC, P_NEXT_FREE, config.nprocs).length
  if (freeLwps + mem.read(NLWPS) < config.nlwps)
    broken.push(`LWP structures are lost: ${freeLwps} free, ${mem.read(NLWPS)} used`)
  if (freeProcs + mem.read(NPROCS) !== config.nprocs)
    broken.push(`processes are lost: ${freeProcs} free, ${mem.read(NPROCS)} used`)
}

function checkLwps(cpu: Cpu, broken: string[]): void {
  const { mem, config, ci } = cpu
  const queued = new Map<LwpRef, number>()
  for (let pri = 0; pri < PRI_COUNT; pri++) {
    for (const l of list(cpu, ci + SPC_QUEUES + 2 * pri, L_RUNQ_NEXT, config.nlwps))
      queued.set(l, (queued.get(l) ?? 0) + 1)
  }
  for (const l of list(cpu, ALLLWP, L_LIST_NEXT, config.nlwps)) {
    const stat = mem.read(l + L_STAT)
    const flag = mem.read(l + L_FLAG)
    const inmem = (flag & LW_INMEM) !== 0
    const times = queued.get(l) ?? 0
    if (times !== (stat === LSRUN && inmem ? 1 : 0))
      broken.push(`lwp ${l} in state ${stat} is ${times} times on a run queue`)
    if (!inmem && (mem.read(l + L_PFLAG) & LP_RUNNING) !== 0)
      broken.push(`lwp ${l} is on a CPU and not in memory`)
    checkLock(cpu, l, stat, broken)
    if (mem.read(l + L_SWAPLOCK) !== 0) continue
    for (let page = 0; page < config.upages; page++) {
      const wired = kvaWireCount(cpu, mem.read(l + L_ADDR) + page * PAGE_SIZE)
      if (wired !== (inmem ? 1 : 0))
        broken.push(`page ${page} of the u-area of lwp ${l}: wired ${wired} times, in memory ${inmem}`)
    }
  }
}

function checkLock(cpu: Cpu, l: LwpRef, stat: number, broken: string[]): void {
  const { mem } = cpu
  const own = mem.read(l + L_CPU)
  const mutex = mem.read(l + L_MUTEX)
  const idle = (mem.read(l + L_FLAG) & LW_IDLE) !== 0
  let expected = 0
  if (stat === LSONPROC || stat === LSZOMB || idle) expected = own + SPC_LWPLOCK
  else if (stat === LSRUN || stat === LSIDL) expected = own + SPC_MUTEX
  else if (stat === LSSTOP && mem.read(l + L_WCHAN) === 0) expected = own + SPC_LWPLOCK
  if (expected !== 0 && mutex !== expected)
    broken.push(`l_mutex of lwp ${l} in state ${stat} is ${mutex}, not ${expected}`)
}
