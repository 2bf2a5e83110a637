import { cvInit, mutexSpinInit } from '@holdfast/atomics-sync'
import type { Arena } from '@holdfast/atomics-sync'
import { SPC_BITMAP, SPC_LWPLOCK, SPC_MUTEX, SPC_QUEUES, SPC_TICKS, cpuInfo } from './cpu.js'
import type { Cpu, CpuInfoRef } from './cpu.js'
import { CALLOUT_LOCK, SOFTCLOCK_CV, SOFTCLOCK_LOCK } from './globals.js'
import { SLEEPTAB_HASH_SIZE, SLEEPTAB_WORDS, ST_MUTEX, ST_QUEUE } from './kern-sleepq.js'
import { TIMEOUT_WHEEL_SIZE, TIMEOUT_WHEEL_WORDS } from './kern-timeout.js'
import { TC_CHAIN, TC_MUTEX, TSCHAIN_WORDS, TS_HASH_SIZE, TURNSTILE_WORDS } from './kern-turnstile.js'
import { TAILQ_HEAD_WORDS, tailqInit } from './list.js'
import { LWP_WORDS, L_INHERITEDPRIO, L_KPRIBASE, L_SYNCOBJ, L_TS } from './lwp.js'
import type { LwpRef } from './lwp.js'
import { PRI_COUNT, PRI_KERNEL } from './param.js'
import { SCHED_SYNCOBJ } from './syncobj.js'

/** What {@link allocSched} must know of the machine. */
export interface SchedParams {
  /** LWP structures: as many turnstiles are made. */
  readonly nlwps: number
}

/**
 * Reserves the scheduler's shared tables. What it returns goes into `KernelConfig.kern`: sleeptab, turnstileTab,
 * turnstiles, timeoutWheel.
 */
export function allocSched(arena: Arena, params: SchedParams): Record<string, number> {
  return {
    sleeptab: arena.array('sleeptab', 'sleeptab', SLEEPTAB_WORDS, SLEEPTAB_HASH_SIZE),
    turnstileTab: arena.array('turnstile_tab', 'tschain', TSCHAIN_WORDS, TS_HASH_SIZE),
    turnstiles: arena.array('turnstiles', 'turnstile', TURNSTILE_WORDS, params.nlwps),
    timeoutWheel: arena.words('timeout wheel', TIMEOUT_WHEEL_WORDS),
  }
}

/**
 * sleeptab_init, turnstile_init, callout_startup, runq_init and sched_cpuattach of every CPU: initialises those
 * tables, the run queues, and what the scheduler wants in each LWP structure. Once, before anything can sleep.
 */
export function bootSched(cpu: Cpu): void {
  const { mem, config } = cpu
  const sleeptab = config.kern.sleeptab as number
  const turnstileTab = config.kern.turnstileTab as number
  const timeoutWheel = config.kern.timeoutWheel as number

  for (let i = 0; i < SLEEPTAB_HASH_SIZE; i++) {
    tailqInit(mem, sleeptab + i * SLEEPTAB_WORDS + ST_QUEUE)
    mutexSpinInit(mem, sleeptab + i * SLEEPTAB_WORDS + ST_MUTEX)
  }
  for (let i = 0; i < TS_HASH_SIZE; i++) {
    mem.write(turnstileTab + i * TSCHAIN_WORDS + TC_CHAIN, 0)
    mutexSpinInit(mem, turnstileTab + i * TSCHAIN_WORDS + TC_MUTEX)
  }
  for (let i = 0; i < TIMEOUT_WHEEL_SIZE; i++) tailqInit(mem, timeoutWheel + i * TAILQ_HEAD_WORDS)
  mutexSpinInit(mem, CALLOUT_LOCK)
  mutexSpinInit(mem, SOFTCLOCK_LOCK)
  cvInit(mem, SOFTCLOCK_CV)

  for (let i = 0; i < config.ncpu; i++) schedCpuattach(cpu, cpuInfo(cpu, i))
  for (let i = 0; i < config.nlwps; i++) schedLwpInit(cpu, config.lwps + i * LWP_WORDS)
}

/** sched_cpuattach (kern_runq.c): an empty run queue, and its locks. */
function schedCpuattach(cpu: Cpu, ci: CpuInfoRef): void {
  const { mem, config } = cpu
  mutexSpinInit(mem, ci + SPC_MUTEX)
  mutexSpinInit(mem, ci + SPC_LWPLOCK)
  for (let i = 0; i < Math.ceil(PRI_COUNT / 32); i++) mem.write(ci + SPC_BITMAP + i, 0)
  for (let pri = 0; pri < PRI_COUNT; pri++) tailqInit(mem, ci + SPC_QUEUES + pri * TAILQ_HEAD_WORDS)
  mem.write(ci + SPC_TICKS, config.rrticks)
}

/**
 * What the scheduler wants in an LWP structure before its first life: a turnstile. In later lives it keeps the one it
 * has then, which may be another's: recycling must not clear l_ts.
 */
function schedLwpInit(cpu: Cpu, lwp: LwpRef): void {
  const { mem, config } = cpu
  const index = (lwp - config.lwps) / LWP_WORDS
  mem.write(lwp + L_TS, (config.kern.turnstiles as number) + index * TURNSTILE_WORDS)
  mem.write(lwp + L_INHERITEDPRIO, -1)
  mem.write(lwp + L_KPRIBASE, PRI_KERNEL)
  mem.write(lwp + L_SYNCOBJ, SCHED_SYNCOBJ)
}
