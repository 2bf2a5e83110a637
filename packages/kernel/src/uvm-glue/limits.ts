import { UVMEXP_FREE, ptoa } from '@holdfast/mm'
import type { Cpu } from '../cpu.js'
import { P_RLIMIT, type ProcRef } from '../proc.js'

/** Resource limits (sys/resource.h); limit n is two words, current and maximum, at P_RLIMIT + 2n. Bytes. */
export const RLIMIT_DATA = 2
export const RLIMIT_STACK = 3
export const RLIMIT_RSS = 5
export const RLIMIT_AS = 10
/** All bits set: no limit. */
export const RLIM_INFINITY = -1

const MB = 1024 * 1024
/** i386: default and maximum stack and data sizes, in bytes. */
const DFLSSIZ = 2 * MB
const MAXSMAP = 64 * MB
const DFLDSIZ = 256 * MB
const MAXDMAP = 1024 * MB

const CUR = 0
const MAX = 1

/**
 * uvm_init_limits (uvm_glue.c): the limits of process 0, which all others inherit. Boot only; holds nothing.
 *
 * The resident set may be all of available memory, so a single large process is paged at random once it fills it.
 */
export function uvmInitLimits(cpu: Cpu, p: ProcRef): void {
  const { mem } = cpu
  const rlimit = p + P_RLIMIT
  mem.write(rlimit + 2 * RLIMIT_STACK + CUR, DFLSSIZ)
  mem.write(rlimit + 2 * RLIMIT_STACK + MAX, MAXSMAP)
  mem.write(rlimit + 2 * RLIMIT_DATA + CUR, DFLDSIZ)
  mem.write(rlimit + 2 * RLIMIT_DATA + MAX, MAXDMAP)
  mem.write(rlimit + 2 * RLIMIT_AS + CUR, RLIM_INFINITY)
  mem.write(rlimit + 2 * RLIMIT_AS + MAX, RLIM_INFINITY)
  mem.write(rlimit + 2 * RLIMIT_RSS + CUR, ptoa(mem.read(UVMEXP_FREE)))
}
