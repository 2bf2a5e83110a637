import { mutexEnter, mutexExit, panic } from '@holdfast/atomics-sync'
import type { Sleeps } from '@holdfast/atomics-sync'
import {
  MAP_INHERIT_COPY,
  PAGE_SIZE,
  UVM_FLAG_FIXED,
  VM_MAP,
  VM_PROT_READ,
  VM_PROT_WRITE,
  uvmMap,
} from '@holdfast/mm'
import type { Cpu } from './cpu.js'
import { ENTRY_USER } from './entry-numbers.js'
import { PROC_LOCK } from './globals.js'
import { fork1, lwpStart } from './kern-fork.js'
import { LWP_DETACHED, lwpCreate, lwpReserve } from './kern-lwp.js'
import { procReparent } from './kern-proc.js'
import type { LwpRef } from './lwp.js'
import { PK_NOCLDWAIT, PK_SYSTEM } from './param.js'
import { P_FLAG, P_LOCK, P_LWPS, P_NPAGES, P_SCENARIO, P_VMSPACE } from './proc.js'
import type { ProcRef } from './proc.js'
import { INSTRUCTION_WORDS, PROGRAM_LENGTH, PROGRAM_TEXT, PROGRAM_WORDS, USER_BASE } from './program.js'
import type { Workload, WorkloadLwp, WorkloadProcess } from './program.js'
import { donice, sysSchedSetparam } from './sys-sched.js'
import { programAddr } from './syscalls.js'
import { uvmUareaAlloc } from './uvm-glue/uarea.js'

/** Copies the programs of `workload` into memory. Boot only. */
export function loadPrograms(cpu: Cpu, workload: Workload): void {
  const { mem, config } = cpu
  let text = config.kern['text'] as number
  for (let n = 0; n < workload.programs.length; n++) {
    const program = workload.programs[n] as readonly number[]
    const descriptor = (config.kern['programs'] as number) + n * PROGRAM_WORDS
    mem.write(descriptor + PROGRAM_TEXT, text)
    mem.write(descriptor + PROGRAM_LENGTH, program.length / INSTRUCTION_WORDS)
    for (let at = 0; at < program.length; at++) mem.write(text + at, program[at] as number)
    text += program.length
  }
}

/** Makes the processes and LWPs of `workload`, by the same calls that fork and _lwp_create make. Boot only. */
export function* startWorkload(cpu: Cpu, workload: Workload): Sleeps<void> {
  for (let n = 0; n < workload.processes.length; n++) {
    yield* startProcess(cpu, n, workload.processes[n] as WorkloadProcess)
  }
}

function* startProcess(cpu: Cpu, n: number, process: WorkloadProcess): Sleeps<void> {
  const { mem, config } = cpu
  const { lwp0, initproc, kern } = config
  const first = process.lwps[0] as WorkloadLwp
  const p = yield* fork1(cpu, lwp0, 0, ENTRY_USER, programAddr(cpu, first.program))
  if (p < 0) panic(`fork of process ${n}: ${-p}`)

  yield* mutexEnter(cpu, PROC_LOCK)
  procReparent(cpu, p, initproc)
  mem.write(p + P_SCENARIO, n)
  mem.write((kern['scenarioProcs'] as number) + n, p)
  mutexExit(cpu, PROC_LOCK)

  mem.write(p + P_FLAG, mem.read(p + P_FLAG) & ~(PK_SYSTEM | PK_NOCLDWAIT))
  mem.write(p + P_NPAGES, process.pages)
  yield* mapUserPages(cpu, p, process.pages)
  yield* setParam(cpu, p, mem.read(p + P_LWPS), first)
  yield* donice(cpu, p, process.nice)
  for (let m = 1; m < process.lwps.length; m++) yield* startLwp(cpu, p, process.lwps[m] as WorkloadLwp)
}

function* startLwp(cpu: Cpu, p: ProcRef, lwp: WorkloadLwp): Sleeps<void> {
  const { lwp0 } = cpu.config
  if (!lwpReserve(cpu, 1)) panic('start of an LWP: no LWP left')
  const uaddr = yield* uvmUareaAlloc(cpu)
  const program = programAddr(cpu, lwp.program)
  const l = yield* lwpCreate(cpu, lwp0, p, uaddr, true, LWP_DETACHED, ENTRY_USER, program, lwp.class)
  yield* lwpStart(cpu, p, l)
  yield* setParam(cpu, p, l, lwp)
}

function* setParam(cpu: Cpu, p: ProcRef, l: LwpRef, lwp: WorkloadLwp): Sleeps<void> {
  yield* mutexEnter(cpu, p + P_LOCK)
  const error = sysSchedSetparam(cpu, l, lwp.class, lwp.priority)
  mutexExit(cpu, p + P_LOCK)
  if (error !== 0)
    throw new RangeError(`priority is ${lwp.priority} in class ${lwp.class}; 0-63 or 128-191 is allowed`)
}

/** User memory of a new process: `pages` pages of zero-fill memory at USER_BASE, copied by fork. */
function* mapUserPages(cpu: Cpu, p: ProcRef, pages: number): Sleeps<void> {
  const { mem } = cpu
  const prot = VM_PROT_READ | VM_PROT_WRITE
  const size = pages * PAGE_SIZE
  const va = yield* uvmMap(
    cpu,
    mem.read(p + P_VMSPACE) + VM_MAP,
    USER_BASE,
    size,
    prot,
    prot,
    MAP_INHERIT_COPY,
    UVM_FLAG_FIXED,
  )
  if (va !== USER_BASE) panic(`user memory was mapped at ${va}`)
}
