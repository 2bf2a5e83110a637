import {
  Mem,
  cvInit,
  cvSignal,
  cvTimedwait,
  mutexEnter,
  mutexExit,
  mutexInit,
  mutexOwned,
} from '@holdfast/atomics-sync'
import fc from 'fast-check'
import { beforeEach, expect, test, vi } from 'vitest'
import { CI_CURLWP, CI_ONPROC, SPC_LWPLOCK, SPC_MUTEX, SPC_QUEUES } from './cpu.js'
import type { Cpu } from './cpu.js'
import { calloutHardclock } from './kern-timeout.js'
import { ST_MUTEX, sleeptabLookup } from './kern-sleepq.js'
import { preempt, tsleep, wakeup, yieldCpu } from './kern-synch.js'
import { TC_MUTEX, turnstileChain } from './kern-turnstile.js'
import { kpreemptDisable, kpreemptEnable } from './kpreempt.js'
import {
  LWP_WORDS,
  L_CPU,
  L_CTXSWTCH,
  L_FLAG,
  L_KCPU,
  L_MUTEX,
  L_PFLAG,
  L_RUNQ_NEXT,
  L_STAT,
  L_SYNCOBJ,
  L_WCHAN,
} from './lwp.js'
import {
  LP_RUNNING,
  LSIDL,
  LSONPROC,
  LSRUN,
  LSSLEEP,
  LSSTOP,
  LSSUSPENDED,
  LSZOMB,
  LW_IDLE,
  SCHED_FIFO,
} from './param.js'
import { TestMachine, pause } from './testing/test-machine.js'
import { pcbLoad, pcbSave } from './pcb.js'

vi.mock('./pcb.js', () => ({ pcbSave: vi.fn(), pcbLoad: vi.fn() }))
vi.mock('./lwp-pmap.js', () => ({ pmapActivateLwp: () => {}, pmapDeactivateLwp: () => {} }))
vi.mock('./uvm-glue/scheduler.js', () => ({ uvmKickScheduler: vi.fn() }))

beforeEach(() => {
  vi.mocked(pcbSave).mockReset()
  vi.mocked(pcbLoad).mockReset()
})

/** What may follow on each state (kern_lwp.c). */
const LEGAL: Readonly<Record<number, readonly number[]>> = {
  [LSIDL]: [LSRUN, LSSUSPENDED, LSSTOP],
  [LSRUN]: [LSONPROC, LSSTOP, LSSUSPENDED],
  [LSONPROC]: [LSRUN, LSSLEEP, LSSTOP, LSSUSPENDED, LSZOMB],
  [LSSTOP]: [LSRUN, LSSLEEP],
  [LSSUSPENDED]: [LSRUN, LSSLEEP],
  [LSSLEEP]: [LSONPROC, LSRUN, LSSTOP, LSSUSPENDED],
  [LSZOMB]: [],
}

/** Notes every change of an `l_stat`, and that `l_mutex` and it change under the LWP's lock. */
class WatchedMem extends Mem {
  machine: TestMachine | undefined
  readonly illegal: string[] = []
  changes = 0

  override write(addr: number, value: number): void {
    const { machine } = this
    if (machine !== undefined) {
      const offset = addr - machine.config.lwps
      if (offset >= 0 && offset < machine.config.nlwps * LWP_WORDS && offset % LWP_WORDS === L_STAT) {
        const lwp = addr - L_STAT
        const old = this.read(addr)
        // nextlwp sets the idle LWP going without its lock, as in C.
        if (old === 0 || (this.read(lwp + L_FLAG) & LW_IDLE) !== 0) return super.write(addr, value)
        this.changes++
        if (!LEGAL[old]?.includes(value)) this.illegal.push(`${old} -> ${value}`)
        if (!mutexOwned(machine.cpu(0), this.read(lwp + L_MUTEX)))
          this.illegal.push(`${old} -> ${value} unlocked`)
      }
    }
    super.write(addr, value)
  }
}

/** What must hold whenever no CPU is in the middle of something: queues, locks and CPUs agree with the states. */
function checkRest(machine: TestMachine, lwps: readonly number[]): void {
  const { mem } = machine
  const queued = new Map<number, number[]>()
  for (const cpu of machine.cpus) {
    for (let pri = 0; pri < 224; pri++) {
      for (let lwp = mem.read(cpu.ci + SPC_QUEUES + pri * 2); lwp !== 0; lwp = mem.read(lwp + L_RUNQ_NEXT)) {
        queued.set(lwp, [...(queued.get(lwp) ?? []), cpu.ci])
      }
    }
    expect(mem.read(cpu.ci + CI_CURLWP)).toBe(cpu.self)
    expect(mem.read(cpu.ci + CI_ONPROC)).toBe(cpu.self)
    expect(cpu.spinDepth).toBe(0)
  }
  for (const lwp of lwps) {
    const stat = mem.read(lwp + L_STAT)
    const ci = mem.read(lwp + L_CPU)
    const mutex = mem.read(lwp + L_MUTEX)
    expect(queued.get(lwp) ?? [], `queues of ${lwp} in state ${stat}`).toEqual(stat === LSRUN ? [ci] : [])
    if (stat === LSRUN) expect(mutex).toBe(ci + SPC_MUTEX)
    if (stat === LSONPROC || stat === LSZOMB) expect(mutex).toBe(ci + SPC_LWPLOCK)
    if (stat === LSSLEEP) {
      const wchan = mem.read(lwp + L_WCHAN)
      const locks = [
        sleeptabLookup(machine.cpu(0), wchan) + ST_MUTEX,
        turnstileChain(machine.cpu(0), wchan) + TC_MUTEX,
      ]
      expect(mutex).toBe(locks[mem.read(lwp + L_SYNCOBJ) < 3 ? 1 : 0])
    }
    expect((mem.read(lwp + L_PFLAG) & LP_RUNNING) !== 0).toBe(stat === LSONPROC)
    expect(mem.read(lwp + L_CTXSWTCH)).toBe(0)
  }
}

test('states change only as the table allows and under the LWP lock; queues and locks agree (40 workloads, 3 CPUs, 8 LWPs)', () => {
  const op = fc.tuple(fc.nat({ max: 6 }), fc.nat({ max: 2 }))
  fc.assert(
    fc.property(
      fc.array(fc.array(op, { minLength: 1, maxLength: 12 }), { minLength: 8, maxLength: 8 }),
      (programs) => {
        let watched: WatchedMem | undefined
        const machine = new TestMachine({
          ncpu: 3,
          makeMem: (buffer) => {
            watched = new WatchedMem(buffer, { spinDeadlineMs: 2000 })
            return watched
          },
        })
        const mem = watched as WatchedMem
        const { scratch } = machine
        for (let i = 0; i < 3; i++) {
          mutexInit(mem, scratch + i * 16)
          cvInit(mem, scratch + i * 16 + 4)
        }
        mem.machine = machine
        let done = 0
        const lwps = programs.map((program, index) => {
          let pc = 0
          return machine.start(
            function* (cpu) {
              while (pc < program.length) {
                const [kind, which] = program[pc++]!
                yield* perform(cpu, kind, scratch + which * 16)
              }
              done++
            },
            { priority: 10 + index * 5, cpu: index % 3 },
          )
        })
        for (let round = 0; done < lwps.length; round++) {
          expect(round).toBeLessThan(2000)
          for (const cpu of machine.cpus) machine.step(cpu.id)
          checkRest(machine, lwps)
          calloutHardclock(machine.cpu(0))
        }
        expect(mem.illegal).toEqual([])
        expect(mem.changes).toBeGreaterThan(16)
      },
    ),
    { numRuns: 40 },
  )
}, 60_000)

/** One operation of a random program, on one of three locks. No bare yield with a mutex held: others would spin. */
function* perform(cpu: Cpu, kind: number, lock: number) {
  switch (kind) {
    case 0:
      yield* mutexEnter(cpu, lock)
      yield* tsleep(cpu, lock + 8, 'wait', 2, false)
      mutexExit(cpu, lock)
      break
    case 1:
      yield* mutexEnter(cpu, lock)
      yield* cvTimedwait(cpu, lock + 4, lock, 3)
      mutexExit(cpu, lock)
      break
    case 2:
      cvSignal(cpu, lock + 4)
      wakeup(cpu, lock + 8)
      break
    case 3:
      yield* yieldCpu(cpu)
      break
    case 4:
      yield* preempt(cpu)
      break
    case 5:
      yield* tsleep(cpu, lock + 8, 'wait', 4, true)
      break
    default:
      yield* pause()
  }
}

test('a switch saves the PCB of the old LWP after it was unlocked and before its l_ctxswtch is cleared, and loads the new', () => {
  const machine = new TestMachine()
  const { mem, scratch } = machine
  const seen: unknown[] = []
  vi.mocked(pcbSave).mockImplementation((cpu, lwp) => {
    seen.push(['save', lwp, mem.read(lwp + L_CTXSWTCH), mem.read(lwp + L_PFLAG) & LP_RUNNING])
    expect(mutexOwned(cpu, mem.read(lwp + L_MUTEX))).toBe(false)
    expect(cpu.spinDepth).toBe(1) // interrupts stay out
  })
  vi.mocked(pcbLoad).mockImplementation((_cpu, lwp) => void seen.push(['load', lwp]))
  const idle = machine.cpu(0).self
  const lwp = machine.start(function* (cpu) {
    yield* tsleep(cpu, scratch, 'wait', 0, false)
  })
  machine.run()
  expect(seen).toEqual([
    ['save', idle, 1, 0],
    ['load', lwp],
    ['save', lwp, 1, 0],
    ['load', idle],
  ])
  expect(mem.read(lwp + L_CTXSWTCH)).toBe(0)
  expect(mem.read(lwp + L_KCPU)).toBe(1)
})

test('a dead LWP leaves without its PCB, and is not touched once ci_curlwp is another', () => {
  const machine = new TestMachine()
  const { mem } = machine
  const lwp = machine.start(function* () {})
  machine.run()
  expect(vi.mocked(pcbSave).mock.calls.map(([, saved]) => saved)).not.toContain(lwp)
  expect(mem.read(lwp + L_STAT)).toBe(LSZOMB)
  expect(mem.read(lwp + L_PFLAG) & LP_RUNNING).toBe(0)
  expect(machine.cpu(0).prevlwp).toBe(0)
})

test('a real-time LWP preempts one in the kernel that holds a mutex, which stays LSRUN on its CPU and goes on later', () => {
  const machine = new TestMachine({ kpreempt: true })
  const { mem, scratch } = machine
  mutexInit(mem, scratch)
  mutexInit(mem, scratch + 16)
  const log: string[] = []
  const low = machine.start(function* (cpu) {
    yield* mutexEnter(cpu, scratch)
    machine.start(
      function* () {
        log.push('urgent')
        expect(mem.read(low + L_STAT)).toBe(LSRUN)
        expect(mem.read(low + L_KCPU)).toBe(1)
      },
      { priority: 150, class: SCHED_FIFO },
    )
    log.push('wanted')
    yield* mutexEnter(cpu, scratch + 16) // a preemption point
    log.push('resumed')
    mutexExit(cpu, scratch + 16)
    mutexExit(cpu, scratch)
  })
  machine.run()
  expect(log).toEqual(['wanted', 'urgent', 'resumed'])
})

test('without kernel preemption, and while it is disabled, the kernel is not preempted', () => {
  for (const kpreempt of [false, true]) {
    const machine = new TestMachine({ kpreempt })
    const { mem, scratch } = machine
    mutexInit(mem, scratch)
    const log: string[] = []
    machine.start(function* (cpu) {
      kpreemptDisable(cpu)
      machine.start(
        function* () {
          log.push('urgent')
        },
        { priority: 150, class: SCHED_FIFO },
      )
      yield* mutexEnter(cpu, scratch)
      log.push('kernel')
      mutexExit(cpu, scratch)
      kpreemptEnable(cpu)
      yield* mutexEnter(cpu, scratch)
      log.push('enabled')
      mutexExit(cpu, scratch)
    })
    machine.run()
    expect(log).toEqual(kpreempt ? ['kernel', 'urgent', 'enabled'] : ['kernel', 'enabled', 'urgent'])
  }
})
