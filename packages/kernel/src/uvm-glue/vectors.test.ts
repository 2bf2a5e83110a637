/**
 * The C of uvm_glue.c, compiled and run, against this model: the same calls in the same order, the same state
 * afterwards, the same result, in every recorded case. See ../../vectors/README.md.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { CV_SYNCOBJ, MUTEX_SYNCOBJ, Mem, NULL, Panic, RW_SYNCOBJ, type Sleeps } from '@holdfast/atomics-sync'
import { UVMEXP_FREE, UVMEXP_SWAPINS, UVMEXP_SWAPOUTS, VM_MAP, VM_MIN_KERNEL_ADDRESS } from '@holdfast/mm'
import { expect, test, vi } from 'vitest'
import type { Cpu } from '../cpu.js'
import {
  ALLLWP,
  PROC_LOCK,
  UVM_SCHEDULER_CV,
  UVM_SCHEDULER_KICKED,
  UVM_SCHEDULER_MUTEX,
  UVM_SWAP_RUNNING,
} from '../globals.js'
import * as L from '../lwp.js'
import * as P from '../proc.js'
import { SCHED_SYNCOBJ, SLEEP_SYNCOBJ } from '../syncobj.js'
import { uvmLwpExit, uvmProcExit } from './exit.js'
import { uvmLwpFork } from './fork.js'
import { uvmLwpHold, uvmLwpRele } from './hold.js'
import { uvmKernacc } from './kernacc.js'
import { uvmKickScheduler, uvmScheduler } from './scheduler.js'
import { uvmSwapin } from './swapin.js'
import { swappable, uvmSwapout, uvmSwapoutThreads } from './swapout.js'
import { uvmVslock, uvmVsunlock } from './vslock.js'

interface LwpState {
  l_stat: number
  l_flag: number
  l_pflag: number
  l_holdcnt: number
  l_class: number
  l_priority: number
  l_cpu: number
  l_syncobj: string
  l_swtime: number
  l_slptime: number
  l_addr: number
  ru_nswap: number
  p_stat: number
  p_nice: number
}

interface Vector {
  call: string
  args: { lwp: number; addr: number; len: number; rw: number }
  in: {
    free: number
    swapins: number
    swapouts: number
    kicked: number
    swap_running: number
    curlwp: number
    lwps: LwpState[]
  }
  busy: { swaplocks: number[]; maps: number[]; proc_lock_tries: number; wire_fails: number }
  trace: string[]
  changed: Record<string, unknown>
  stop?: string
  ret?: number
}

/** The stub kernel: what each call does to the state of one case, and the trace of the calls. */
class Stub {
  readonly trace: string[] = []
  readonly mem = new TracedMem(new SharedArrayBuffer(1 << 18), this)
  readonly vector: Vector
  readonly cpu: Cpu
  private procLockTries = 0

  constructor(vector: Vector) {
    this.vector = vector
    this.cpu = {
      mem: this.mem,
      self: lwpAt(vector.in.curlwp),
      ci: CURCPU,
      config: {
        upages: 2,
        maxslp: 20,
        debug: false,
        kdassert: true,
        kern: {},
        kernelMap: KERNEL_MAP,
        proc0Vmspace: PROC0_VMSPACE,
      },
      events: { record() {}, count() {}, print() {} },
    } as unknown as Cpu
  }

  call(text: string): void {
    this.trace.push(text)
  }

  lockName(addr: number): string {
    if (addr === PROC_LOCK) return 'proc_lock'
    if (addr === UVM_SCHEDULER_MUTEX) return 'uvm_scheduler_mutex'
    return `l_swaplock(${lwpOf(addr - L.L_SWAPLOCK)})`
  }

  tryenter(addr: number): boolean {
    const ok =
      addr === PROC_LOCK
        ? (this.vector.busy.proc_lock_tries & (1 << this.procLockTries++)) === 0
        : !this.vector.busy.swaplocks.includes(lwpOf(addr - L.L_SWAPLOCK))
    this.call(`mutex_tryenter ${this.lockName(addr)} ${ok ? 'yes' : 'no'}`)
    return ok
  }

  mapName(map: number): number {
    return map === KERNEL_MAP ? -1 : (map - VM_MAP - VMSPACES) / 64
  }

  wire(map: number, start: number, end: number, prot: number): number {
    if (map === KERNEL_MAP) {
      this.call(`wire uarea(${uareaOf(start)})`)
      this.mem.write(UVMEXP_FREE, this.mem.read(UVMEXP_FREE) - 2)
      return 0
    }
    this.call(`wire map(${this.mapName(map)}) ${hex(start)} ${hex(end)} ${prot}`)
    return this.vector.busy.wire_fails === 0 ? 0 : 14
  }

  unwire(map: number, start: number, end: number): void {
    if (map === KERNEL_MAP) {
      this.call(`unwire uarea(${uareaOf(start)})`)
      this.mem.write(UVMEXP_FREE, this.mem.read(UVMEXP_FREE) + 2)
    } else {
      this.call(`unwire map(${this.mapName(map)}) ${hex(start)} ${hex(end)}`)
    }
  }
}

/** Records the atomic operations on hold counts, which are C's atomic_inc_uint and its relatives. */
class TracedMem extends Mem {
  private readonly stub: Stub

  constructor(buffer: SharedArrayBuffer, stub: Stub) {
    super(buffer)
    this.stub = stub
  }

  override add(addr: number, value: number): number {
    const self = addr === this.stub.cpu.self + L.L_HOLDCNT
    const before = super.add(addr, value)
    this.stub.call(self ? 'atomic_inc holdcnt' : `atomic_inc_nv holdcnt ${before + value}`)
    return before
  }

  override sub(addr: number, value: number): number {
    this.stub.call('atomic_dec holdcnt')
    return super.sub(addr, value)
  }
}

class Stop extends Error {}

const current = vi.hoisted(() => ({ stub: undefined as unknown }))
const stub = (): Stub => current.stub as Stub

vi.mock('@holdfast/atomics-sync', async (original) => ({
  ...(await original<typeof import('@holdfast/atomics-sync')>()),
  *mutexEnter(_cpu: Cpu, addr: number): Sleeps<void> {
    stub().call(`mutex_enter ${stub().lockName(addr)}`)
  },
  mutexSpinEnter: (_cpu: Cpu, addr: number) => stub().call(`mutex_enter ${stub().lockName(addr)}`),
  mutexExit: (_cpu: Cpu, addr: number) => stub().call(`mutex_exit ${stub().lockName(addr)}`),
  mutexTryEnter: (_cpu: Cpu, addr: number) => stub().tryenter(addr),
  mutexOwned: () => true,
  cvSignal: (_cpu: Cpu, cv: number) =>
    stub().call(`cv_signal ${cv === UVM_SCHEDULER_CV ? 'scheduler_cv' : cv}`),
  // oxlint-disable-next-line require-yield
  *cvWait(_cpu: Cpu, cv: number): Sleeps<void> {
    stub().call(`cv_wait ${cv === UVM_SCHEDULER_CV ? 'scheduler_cv' : cv}`)
    throw new Stop('cv_wait')
  },
}))

vi.mock('@holdfast/mm', async (original) => ({
  ...(await original<typeof import('@holdfast/mm')>()),
  *uvmFaultWire(_cpu: Cpu, map: number, start: number, end: number, prot: number): Sleeps<number> {
    return stub().wire(map, start, end, prot)
  },
  *uvmFaultUnwire(_cpu: Cpu, map: number, start: number, end: number): Sleeps<void> {
    stub().unwire(map, start, end)
  },
  *vmMapLockRead(_cpu: Cpu, map: number): Sleeps<void> {
    stub().call(`vm_map_lock_read ${stub().mapName(map)}`)
  },
  vmMapUnlockRead: (_cpu: Cpu, map: number) => stub().call(`vm_map_unlock_read ${stub().mapName(map)}`),
  uvmMapCheckprot: (_cpu: Cpu, map: number, start: number, end: number, prot: number) => {
    stub().call(`uvm_map_checkprot ${stub().mapName(map)} ${hex(start)} ${hex(end)} ${prot}`)
    return (start >> 12) % 3 !== 0
  },
  vmMapLockTry: (_cpu: Cpu, map: number) => {
    const lwp = stub().mapName(map)
    const ok = !stub().vector.busy.maps.includes(lwp)
    stub().call(`vm_map_lock_try ${lwp} ${ok ? 'yes' : 'no'}`)
    return ok
  },
  vmMapUnlock: (_cpu: Cpu, map: number) => stub().call(`vm_map_unlock ${stub().mapName(map)}`),
  vmMapPmap: (_cpu: Cpu, map: number) => map,
  pmapCollect: (_cpu: Cpu, pmap: number) => stub().call(`pmap_collect ${stub().mapName(pmap)}`),
  *uvmspaceFree(_cpu: Cpu, vs: number): Sleeps<void> {
    stub().call(`uvmspace_free ${stub().mapName(vs + VM_MAP)}`)
  },
  *poolCachePut(_cpu: Cpu, _cache: number, _table: unknown, addr: number): Sleeps<void> {
    stub().call(`pool_cache_put uarea(${uareaOf(addr)})`)
  },
  // oxlint-disable-next-line require-yield
  *uvmWait(_cpu: Cpu, wmesg: string): Sleeps<void> {
    stub().call(`uvm_wait ${wmesg}`)
    throw new Stop('uvm_wait')
  },
}))

vi.mock('../kern-lwp-lock.js', () => ({
  lwpLock: (_cpu: Cpu, l: number) => stub().call(`lwp_lock ${lwpOf(l)}`),
  lwpUnlock: (_cpu: Cpu, l: number) => stub().call(`lwp_unlock ${lwpOf(l)}`),
}))

vi.mock('../kern-runq.js', () => ({
  schedEnqueue: (_cpu: Cpu, l: number) => stub().call(`sched_enqueue ${lwpOf(l)}`),
  schedDequeue: (_cpu: Cpu, l: number) => stub().call(`sched_dequeue ${lwpOf(l)}`),
}))

vi.mock('../machdep.js', () => ({
  cpuSwapin: (_cpu: Cpu, l: number) => stub().call(`cpu_swapin ${lwpOf(l)}`),
  cpuSwapout: (_cpu: Cpu, l: number) => stub().call(`cpu_swapout ${lwpOf(l)}`),
  kstackSetupMagic: (_cpu: Cpu, l: number) => stub().call(`kstack_setup_magic ${lwpOf(l)}`),
  cpuLwpFork: (_cpu: Cpu, _l1: number, l2: number) => stub().call(`cpu_lwp_fork ${lwpOf(l2)}`),
  cpuProcFork: () => {},
}))

vi.mock('../lwp-pmap.js', () => ({
  pmapDeactivateLwp: (_cpu: Cpu, l: number) => stub().call(`pmap_deactivate ${lwpOf(l)}`),
  pmapActivateLwp: (_cpu: Cpu, l: number) => stub().call(`pmap_activate ${lwpOf(l)}`),
}))

vi.mock('../kpreempt.js', () => ({ kpreemptDisable: () => {}, kpreemptEnable: () => {} }))

const LWPS = 4096
const PROCS = 8192
const VMSPACES = 12288
const KERNEL_MAP = 20000
const PROC0_VMSPACE = 20100
const CURCPU = 20200
const OTHERCPU = 20300
const USPACE = 2 * 4096
const SYNCOBJ: Record<string, number> = {
  sched: SCHED_SYNCOBJ,
  sleep: SLEEP_SYNCOBJ,
  cv: CV_SYNCOBJ,
  mutex: MUTEX_SYNCOBJ,
  rw: RW_SYNCOBJ,
}
const FIELDS: Record<string, number> = {
  l_stat: L.L_STAT,
  l_flag: L.L_FLAG,
  l_pflag: L.L_PFLAG,
  l_holdcnt: L.L_HOLDCNT,
  l_class: L.L_CLASS,
  l_priority: L.L_PRIORITY,
  l_swtime: L.L_SWTIME,
  l_slptime: L.L_SLPTIME,
  ru_nswap: L.L_RU_NSWAP,
}

function hex(n: number): string {
  return n.toString(16)
}
function lwpAt(index: number): number {
  return LWPS + index * L.LWP_WORDS
}
function lwpOf(l: number): number {
  return (l - LWPS) / L.LWP_WORDS
}
function uareaOf(va: number): number {
  return (va - VM_MIN_KERNEL_ADDRESS) / USPACE - 1
}

function setUp(s: Stub): void {
  const { mem } = s
  const state = s.vector.in
  mem.write(UVMEXP_FREE, state.free)
  mem.write(UVMEXP_SWAPINS, state.swapins)
  mem.write(UVMEXP_SWAPOUTS, state.swapouts)
  mem.write(UVM_SCHEDULER_KICKED, state.kicked)
  mem.write(UVM_SWAP_RUNNING, state.swap_running)
  mem.write(ALLLWP, lwpAt(0))
  for (const [i, lwp] of state.lwps.entries()) {
    const l = lwpAt(i)
    const p = PROCS + i * P.PROC_WORDS
    for (const [name, offset] of Object.entries(FIELDS))
      mem.write(l + offset, lwp[name as keyof LwpState] as number)
    mem.write(l + L.L_SYNCOBJ, SYNCOBJ[lwp.l_syncobj] as number)
    mem.write(l + L.L_CPU, lwp.l_cpu === 0 ? CURCPU : OTHERCPU)
    mem.write(l + L.L_ADDR, lwp.l_addr === -1 ? NULL : VM_MIN_KERNEL_ADDRESS + (lwp.l_addr + 1) * USPACE)
    mem.write(l + L.L_PROC, p)
    mem.write(l + L.L_LIST_NEXT, i + 1 < state.lwps.length ? lwpAt(i + 1) : NULL)
    mem.write(p + P.P_STAT, lwp.p_stat)
    mem.write(p + P.P_NICE, lwp.p_nice)
    mem.write(p + P.P_VMSPACE, VMSPACES + i * 64)
  }
}

function changes(s: Stub): Record<string, unknown> {
  const { mem } = s
  const state = s.vector.in
  const changed: Record<string, unknown> = {}
  const note = (name: 'free' | 'swapins' | 'swapouts' | 'kicked', addr: number): void => {
    if (mem.read(addr) !== state[name]) changed[name] = mem.read(addr)
  }
  note('free', UVMEXP_FREE)
  note('swapins', UVMEXP_SWAPINS)
  note('swapouts', UVMEXP_SWAPOUTS)
  note('kicked', UVM_SCHEDULER_KICKED)
  const lwps: Record<string, Record<string, number>> = {}
  for (const [i, before] of state.lwps.entries()) {
    const l = lwpAt(i)
    const now: Record<string, number> = {}
    for (const [name, offset] of Object.entries(FIELDS)) {
      if (mem.read(l + offset) !== before[name as keyof LwpState]) now[name] = mem.read(l + offset)
    }
    const addr = mem.read(l + L.L_ADDR)
    const uarea = addr === NULL ? -1 : uareaOf(addr)
    if (uarea !== before.l_addr) now['l_addr'] = uarea
    if (Object.keys(now).length > 0) lwps[i] = now
  }
  if (Object.keys(lwps).length > 0) changed['lwps'] = lwps
  return changed
}

/** Runs the function of a case; a body that stops to sleep is a failure, since every sleep is a stub. */
function perform(s: Stub): { stop?: string; ret?: number } {
  const { cpu } = s
  const { call, args } = s.vector
  const l = lwpAt(args.lwp)
  const vs = VMSPACES + args.lwp * 64
  const run = <T>(body: Sleeps<T>): T => {
    const step = body.next()
    if (step.done !== true) throw new Error(`${call} slept`)
    return step.value
  }
  try {
    switch (call) {
      case 'uvm_swapout_threads':
        run(uvmSwapoutThreads(cpu))
        return {}
      case 'uvm_scheduler':
        run(uvmScheduler(cpu))
        return {}
      case 'uvm_swapout':
        run(uvmSwapout(cpu, l))
        return {}
      case 'uvm_swapin':
        run(uvmSwapin(cpu, l))
        return {}
      case 'uvm_lwp_hold':
        run(uvmLwpHold(cpu, l))
        return {}
      case 'uvm_lwp_rele':
        uvmLwpRele(cpu, l)
        return {}
      case 'swappable':
        return { ret: Number(swappable(cpu, l)) }
      case 'uvm_kick_scheduler':
        uvmKickScheduler(cpu)
        return {}
      case 'uvm_lwp_exit':
        run(uvmLwpExit(cpu, l))
        return {}
      case 'uvm_lwp_fork':
        run(uvmLwpFork(cpu, cpu.self, l, 0, 0, 0, 0))
        return {}
      case 'uvm_proc_exit':
        run(uvmProcExit(cpu, s.mem.read(l + L.L_PROC)))
        return {}
      case 'uvm_kernacc':
        return { ret: Number(run(uvmKernacc(cpu, args.addr, args.len, args.rw))) }
      case 'uvm_vslock':
        return { ret: run(uvmVslock(cpu, vs, args.addr, args.len, args.rw === 1 ? 1 : 3)) }
      case 'uvm_vsunlock':
        run(uvmVsunlock(cpu, vs, args.addr, args.len))
        return {}
      default:
        throw new Error(`no such call: ${call}`)
    }
  } catch (error) {
    if (error instanceof Stop) return { stop: error.message }
    if (error instanceof Panic) return { stop: error.kind === 'panic' ? 'panic' : 'kassert' }
    throw error
  }
}

function vectorFiles(): string[] {
  const folders = [join(import.meta.dirname, '../../vectors')]
  const more = process.env['HOLDFAST_VECTORS']
  if (more !== undefined) folders.push(more)
  return folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.jsonl'))
      .map((name) => join(folder, name)),
  )
}

for (const file of vectorFiles()) {
  const vectors = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Vector)
  const calls = [...new Set(vectors.map((vector) => vector.call))]
  test.each(calls)(`${file.split('/').at(-1)}: %s does what the C does`, (call) => {
    for (const vector of vectors.filter((v) => v.call === call)) {
      const s = new Stub(vector)
      current.stub = s
      setUp(s)
      const result = perform(s)
      const wanted = {
        trace: vector.trace,
        changed: vector.changed,
        ...(vector.stop === undefined ? {} : { stop: vector.stop }),
        ...(vector.ret === undefined ? {} : { ret: vector.ret }),
      }
      expect({ trace: s.trace, changed: changes(s), ...result }).toEqual(wanted)
    }
  })
}

test('the recorded cases are there: at least 600 of them, 14 functions', () => {
  const text = readFileSync(join(import.meta.dirname, '../../vectors/uvm-glue.jsonl'), 'utf8')
  const vectors = text.split('\n').filter((line) => line !== '')
  expect(vectors.length).toBeGreaterThanOrEqual(600)
  expect(new Set(vectors.map((line) => (JSON.parse(line) as Vector).call)).size).toBe(14)
})
