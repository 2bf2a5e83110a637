import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { SPC_BITMAP, SPC_COUNT, SPC_MAXPRIORITY, SPC_MCOUNT, SPC_MUTEX } from './cpu.js'
import { lwpLock, lwpUnlock, spcLock, spcUnlock } from './kern-lwp-lock.js'
import { lwpChangepri } from './kern-lwp-pri.js'
import { schedDequeue, schedEnqueue, schedGetrq, schedNextlwp, schedTakecpu } from './kern-runq.js'
import { L_CPU, L_FLAG, L_KCPU, L_MUTEX, L_PRIORITY, L_STAT, L_TARGET_CPU } from './lwp.js'
import { LP_BOUND, LSRUN, LW_INMEM } from './param.js'
import { TestMachine, pause } from './testing/test-machine.js'
import { preempt } from './kern-synch.js'

vi.mock('./pcb.js', () => ({ pcbSave: () => {}, pcbLoad: () => {} }))
vi.mock('./lwp-pmap.js', () => ({ pmapActivateLwp: () => {}, pmapDeactivateLwp: () => {} }))
vi.mock('./uvm-glue/scheduler.js', () => ({ uvmKickScheduler: vi.fn() }))

function* nothing() {}

/** The bitmap says of every priority whether its queue has LWPs, and the counts add up. */
function checkBitmap(machine: TestMachine, expected: ReadonlyMap<number, number[]>): void {
  const { mem, cpus } = machine
  const ci = cpus[0]!.ci
  let count = 0
  for (let pri = 0; pri < 224; pri++) {
    const queued = expected.get(pri) ?? []
    count += queued.length
    const bit = (mem.read(ci + SPC_BITMAP + (pri >> 5)) >>> (31 - (pri & 31))) & 1
    expect(bit, `bit of priority ${pri}`).toBe(queued.length > 0 ? 1 : 0)
    expect(mem.read(schedGetrq(ci, pri))).toBe(queued[0] ?? 0)
    expect(mem.read(schedGetrq(ci, pri) + 1)).toBe(queued.at(-1) ?? 0)
  }
  expect(mem.read(ci + SPC_COUNT)).toBe(count)
  expect(mem.read(ci + SPC_MCOUNT)).toBe(count)
}

test('the next LWP is the first queued of the highest priority, and the bitmap agrees (200 sequences of 40)', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.boolean(), fc.nat({ max: 223 }), fc.nat({ max: 15 })), { maxLength: 40 }),
      (commands) => {
        const machine = new TestMachine()
        const { mem } = machine
        const cpu = machine.cpu(0)
        const lwps = Array.from({ length: 16 }, () => machine.lwp(nothing))
        const model = new Map<number, number[]>()
        const queuedAt = new Map<number, number>()
        spcLock(cpu, cpu.ci)
        for (const [add, pri, which] of commands) {
          const lwp = lwps[which]!
          const at = queuedAt.get(lwp)
          if (at === undefined && add) {
            mem.write(lwp + L_PRIORITY, pri)
            mem.write(lwp + L_STAT, LSRUN)
            schedEnqueue(cpu, lwp, true)
            model.set(pri, [...(model.get(pri) ?? []), lwp])
            queuedAt.set(lwp, pri)
          } else if (at !== undefined && !add) {
            schedDequeue(cpu, lwp)
            model.set(
              at,
              model.get(at)!.filter((other) => other !== lwp),
            )
            queuedAt.delete(lwp)
          }
          const highest = Math.max(
            -1,
            ...[...model].filter(([, queued]) => queued.length > 0).map(([p]) => p),
          )
          expect(schedNextlwp(cpu)).toBe(highest < 0 ? 0 : model.get(highest)![0])
          expect(mem.read(cpu.ci + SPC_MAXPRIORITY)).toBe(Math.max(highest, 0))
        }
        checkBitmap(machine, model)
        spcUnlock(cpu, cpu.ci)
      },
    ),
    { numRuns: 200 },
  )
}, 30_000)

test('LWPs run in the order of priority, then of arrival', () => {
  const machine = new TestMachine()
  const ran: string[] = []
  const body = (name: string) =>
    function* () {
      ran.push(name)
    }
  machine.start(body('low'), { priority: 10 })
  machine.start(body('first'), { priority: 50 })
  machine.start(body('high'), { priority: 200 })
  machine.start(body('second'), { priority: 50 })
  machine.run()
  expect(ran).toEqual(['high', 'first', 'second', 'low'])
})

test('a change of priority requeues what is queued, and only stores it for what is swapped out', () => {
  const machine = new TestMachine()
  const { mem } = machine
  const cpu = machine.cpu(0)
  const queued = machine.start(nothing, { priority: 20 })
  const out = machine.lwp(nothing, { priority: 20 })
  mem.write(out + L_STAT, LSRUN)
  mem.write(out + L_FLAG, mem.read(out + L_FLAG) & ~LW_INMEM)
  for (const lwp of [queued, out]) {
    lwpLock(cpu, lwp)
    lwpChangepri(cpu, lwp, 60)
    lwpUnlock(cpu, lwp)
    expect(mem.read(lwp + L_PRIORITY)).toBe(60)
  }
  checkBitmap(machine, new Map([[60, [queued]]]))
})

test('an idle CPU robs a busy one of its highest LWP that may move, and agrees with it on CPU and lock', () => {
  const machine = new TestMachine({ ncpu: 2 })
  const { mem } = machine
  const ran: string[] = []
  function* record(name: string, cpu: { id: number }) {
    ran.push(`${name}@${cpu.id}`)
  }
  machine.start((cpu) => record('bound', cpu), { priority: 60, pflag: LP_BOUND })
  const inKernel = machine.start((cpu) => record('kernel', cpu), { priority: 59 })
  mem.write(inKernel + L_KCPU, 1)
  mem.write(machine.cpu(0).ci + SPC_MCOUNT, 0)
  const free = machine.start((cpu) => record('free', cpu), { priority: 30 })
  machine.step(1)
  expect(ran).toEqual(['free@1'])
  expect(mem.read(free + L_CPU)).toBe(machine.cpu(1).ci)
  machine.run()
  expect(ran).toEqual(['free@1', 'bound@0', 'kernel@0'])
})

test('sched_takecpu leaves an LWP with a kernel coroutine where it is, and moves others off a busy CPU', () => {
  const machine = new TestMachine({ ncpu: 3 })
  const { mem } = machine
  const cpu = machine.cpu(0)
  machine.start(nothing, { priority: 60 })
  const lwp = machine.lwp(nothing, { priority: 30 })
  lwpLock(cpu, lwp)
  mem.write(lwp + L_KCPU, 1)
  expect(schedTakecpu(cpu, lwp)).toBe(cpu.ci)
  mem.write(lwp + L_KCPU, 0)
  mem.write(lwp + L_PRIORITY, 0) // does not outrank the idle LWP here
  expect(schedTakecpu(cpu, lwp)).not.toBe(cpu.ci)
  lwpUnlock(cpu, lwp)
})

test('an LWP preempted at the user boundary goes on in a new coroutine, on another CPU if that is free', () => {
  const machine = new TestMachine({ ncpu: 2 })
  const { mem } = machine
  const ran: string[] = []
  let crossings = 0
  const lwp = machine.start(function* (cpu) {
    ran.push(`enter@${cpu.id}`)
    if (crossings++ > 0) return
    machine.start(
      function* (other) {
        ran.push(`other@${other.id}`)
        yield* pause()
        yield* pause()
      },
      { priority: 63, pflag: LP_BOUND },
    )
    yield* preempt(cpu)
    ran.push('never: the coroutine was dropped')
  })
  machine.run()
  expect(ran).toEqual(['enter@0', 'other@0', 'enter@1'])
  expect(mem.read(lwp + L_CPU)).toBe(machine.cpu(1).ci)
})

test('preempt with nobody else to run goes on in the same coroutine, bound to its CPU', () => {
  const machine = new TestMachine()
  const { mem } = machine
  let kcpu = -1
  const lwp = machine.start(function* (cpu) {
    yield* preempt(cpu)
    kcpu = mem.read(cpu.self + L_KCPU)
    expect(cpu.dropCoroutine).toBe(false)
  })
  machine.run()
  expect(kcpu).toBe(1)
  expect(mem.read(lwp + L_MUTEX)).toBe(machine.cpu(0).ci + SPC_MUTEX + 1)
})

test('l_target_cpu moves an LWP at the user boundary, by way of the idle LWP', () => {
  const machine = new TestMachine({ ncpu: 2 })
  const { mem } = machine
  const ran: number[] = []
  machine.start(function* (cpu) {
    ran.push(cpu.id)
    if (ran.length > 1) return
    mem.write(cpu.self + L_TARGET_CPU, machine.cpu(1).ci)
    yield* preempt(cpu)
  })
  machine.run()
  expect(ran).toEqual([0, 1])
})
