/**
 * What the recorded cases of vectors.test.ts do not reach: a u-area that cannot be wired, and the preemption that
 * uvm_proc_exit holds off. Every function around is a stub that notes its call.
 */
import { Mem, Panic, runToEnd } from '@holdfast/atomics-sync'
import { beforeEach, expect, test, vi } from 'vitest'
import type { Cpu } from '../cpu.js'
import { L_ADDR, L_FLAG, L_PROC, L_STAT } from '../lwp.js'
import { LSRUN, LW_INMEM } from '../param.js'
import { P_VMSPACE } from '../proc.js'
import { uvmProcExit } from './exit.js'
import { uvmLwpFork } from './fork.js'
import { uvmSwapin } from './swapin.js'

const EFAULT = 14
const PROC = 2000
const SELF = 3000
const OTHER = 3500
const OWN_VMSPACE = 4000
const PROC0_VMSPACE = 4500
const UAREA = 0x4000_2000

const { calls, note } = vi.hoisted(() => {
  const list: string[] = []
  return { calls: list, note: (name: string) => () => void list.push(name) }
})

vi.mock('@holdfast/atomics-sync', async (original) => ({
  ...(await original<typeof import('@holdfast/atomics-sync')>()),
  mutexOwned: () => true,
}))
vi.mock('@holdfast/mm', async (original) => ({
  ...(await original<typeof import('@holdfast/mm')>()),
  // oxlint-disable-next-line require-yield
  *uvmFaultWire() {
    calls.push('uvm_fault_wire')
    return 14
  },
  // oxlint-disable-next-line require-yield
  *uvmspaceFree(_cpu: Cpu, vs: number) {
    calls.push(`uvmspace_free ${vs}`)
  },
}))
vi.mock('../kpreempt.js', () => ({
  kpreemptDisable: note('kpreempt_disable'),
  kpreemptEnable: note('kpreempt_enable'),
}))
vi.mock('../lwp-pmap.js', () => {
  const loaded = (name: string) => (cpu: Cpu, l: number) =>
    void calls.push(`${name} ${cpu.mem.read(cpu.mem.read(l + L_PROC) + P_VMSPACE)}`)
  return { pmapDeactivateLwp: loaded('pmap_deactivate'), pmapActivateLwp: loaded('pmap_activate') }
})
vi.mock('../kern-lwp-lock.js', () => ({ lwpLock: note('lwp_lock'), lwpUnlock: note('lwp_unlock') }))
vi.mock('../kern-runq.js', () => ({ schedEnqueue: note('sched_enqueue') }))
vi.mock('../machdep.js', () => ({
  cpuSwapin: note('cpu_swapin'),
  cpuLwpFork: note('cpu_lwp_fork'),
  cpuProcFork: note('cpu_proc_fork'),
  kstackSetupMagic: note('kstack_setup_magic'),
}))

function cpuOf(): Cpu {
  const mem = new Mem(new SharedArrayBuffer(1 << 16))
  mem.write(SELF + L_PROC, PROC)
  mem.write(PROC + P_VMSPACE, OWN_VMSPACE)
  mem.write(OTHER + L_STAT, LSRUN)
  mem.write(OTHER + L_ADDR, UAREA)
  const config = { upages: 2, kernelMap: 1000, proc0Vmspace: PROC0_VMSPACE }
  return { mem, self: SELF, config, events: { record: note('record') } } as unknown as Cpu
}

beforeEach(() => {
  calls.length = 0
})

test('uvm_swapin panics with the error of the wiring (14), and has neither queued the LWP nor said that it is in', () => {
  const cpu = cpuOf()
  expect(() => runToEnd(uvmSwapin(cpu, OTHER))).toThrow(
    new Panic('panic', `uvm_swapin: rewiring stack failed: ${EFAULT}`),
  )
  expect(calls).toEqual(['uvm_fault_wire'])
  expect(cpu.mem.read(OTHER + L_FLAG)).toBe(0)
})

test('uvm_lwp_fork panics with the error of the wiring (14), and has not touched the stack', () => {
  const cpu = cpuOf()
  expect(() => runToEnd(uvmLwpFork(cpu, SELF, OTHER, 0, 0, 0, 0))).toThrow(
    new Panic('panic', `uvm_lwp_fork: uvm_fault_wire failed: ${EFAULT}`),
  )
  expect(calls).toEqual(['uvm_fault_wire'])
  expect(cpu.mem.read(OTHER + L_FLAG)).toBe(0)
})

test('uvm_lwp_fork of an LWP in memory wires nothing', () => {
  const cpu = cpuOf()
  cpu.mem.write(OTHER + L_FLAG, LW_INMEM)
  runToEnd(uvmLwpFork(cpu, SELF, OTHER, 0, 0, 0, 0))
  expect(calls).toEqual(['kstack_setup_magic', 'cpu_lwp_fork'])
})

test('uvm_proc_exit changes the address space with preemption off, and frees the old one with it on', () => {
  const cpu = cpuOf()
  runToEnd(uvmProcExit(cpu, PROC))
  expect(calls).toEqual([
    'kpreempt_disable',
    `pmap_deactivate ${OWN_VMSPACE}`,
    `pmap_activate ${PROC0_VMSPACE}`,
    'kpreempt_enable',
    `uvmspace_free ${OWN_VMSPACE}`,
  ])
})
