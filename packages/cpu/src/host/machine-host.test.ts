import { getActiveResourcesInfo } from 'node:process'
import { expect, test } from 'vitest'
import { openFiles } from './file-limits.js'
import { startMachine } from './machine-host.js'
import type { Outcome, RunningMachine } from './machine-host.js'
import type { MachineOptions } from './machine-options.js'
import { fakeImage, fakeWords } from '../testing/fake-kernel.js'
import type { Mode } from '../testing/fake-kernel.js'
import { within } from './within.js'

const WORKER = new URL('../../dist/testing/fake-worker.js', import.meta.url)
const working = (): 'working' => 'working'

function start(mode: Mode, ncpu: number, options: MachineOptions = {}, rounds = 0): Promise<RunningMachine> {
  // No clock and no idle look-around that could cover up for a lost wakeup.
  const size = rounds > 0 ? { ncpu, tickNs: 1_000_000_000_000, idleMs: 60_000 } : { ncpu }
  return startMachine(fakeImage(mode, size, rounds), { worker: WORKER, workload: working, ...options })
}

async function settled(machine: RunningMachine, ms: number): Promise<Outcome> {
  const outcome = await within(machine.finished, ms)
  if (outcome === null) throw new Error(`the machine did not end within ${ms} ms`)
  return outcome
}

async function until(condition: () => boolean, ms: number): Promise<void> {
  const started = performance.now()
  while (!condition()) {
    if (performance.now() - started > ms) throw new Error(`not reached within ${ms} ms`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

test('two idling CPUs that answer each other lose no wakeup (20,000 round trips, no timeout to save them)', async () => {
  const rounds = 20_000
  const machine = await start('pingpong', 2, {}, rounds)
  await until(() => machine.stats().counts.kernel[0] === 2 * rounds, 50_000)
  await machine.stop('test')
  expect(fakeWords(machine.image, 0)).toMatchObject({ sent: rounds, seen: rounds })
  expect(fakeWords(machine.image, 1)).toMatchObject({ sent: rounds, seen: rounds })
})

test('a mailbox that three CPUs flood loses no interrupt: the last of each is seen (3 x 100,000 posts)', async () => {
  const rounds = 100_000
  const machine = await start('flood', 4, {}, rounds)
  await until(() => fakeWords(machine.image, 0).seen === 3 * rounds, 50_000)
  expect((await machine.stop('test')).findings).toEqual([])
})

for (const mode of ['idle', 'busy', 'switch'] as const) {
  test(`a machine of 4 CPUs that all are in '${mode}' stops, and every CPU hands over its report`, async () => {
    const machine = await start(mode, 4)
    const outcome = await machine.stop('enough')
    expect(outcome).toMatchObject({ reason: 'stopped', stopReason: 'enough', findings: [] })
    expect(new Set(outcome.cpus.map((report) => report.cpu))).toEqual(new Set([0, 1, 2, 3]))
  })
}

test('a rendezvous finds every CPU standing, and every CPU goes on afterwards (20 times, 4 CPUs)', async () => {
  const machine = await start('busy', 4)
  const done = (cpu: number): number => machine.counts(cpu).kernel[0] as number
  for (let round = 0; round < 20; round++) {
    const stood = await machine.rendezvous(() => {
      const before = [0, 1, 2, 3].map(done)
      const wait = performance.now() + 5
      while (performance.now() < wait);
      return before.join() === [0, 1, 2, 3].map(done).join()
    })
    expect(stood).toBe(true)
    const before = [0, 1, 2, 3].map(done)
    await until(() => before.every((count, cpu) => done(cpu) > count), 10_000)
  }
  expect((await machine.stop('test')).findings).toEqual([])
})

test('rendezvous asked for at the same time take turns', async () => {
  const machine = await start('busy', 2)
  const order: number[] = []
  await Promise.all([1, 2, 3].map((n) => machine.rendezvous(() => order.push(n))))
  expect(order).toEqual([1, 2, 3])
  await machine.stop('test')
  expect(await machine.rendezvous(() => 1)).toBeNull()
})

test('the clock passes while every CPU idles', async () => {
  const machine = await start('idle', 2)
  const { ticks } = machine.stats()
  await until(() => machine.stats().ticks > ticks + 100, 10_000)
  await machine.stop('test')
})

test('the coroutine of an LWP in user mode is let go, that of one in the kernel is kept', async () => {
  const machine = await start('switch', 2)
  await until(() => (machine.stats().counts.kernel[1] as number) > 10_000, 10_000)
  const outcome = await machine.stop('test')
  expect(outcome.findings).toEqual([])
  const events = machine.events(1, 10)
  expect(events).toHaveLength(10)
  expect(events.at(-1)?.kind).toBe(1)
})

test.each([
  ['throw', 'crash', /broken on purpose/],
  ['panic', 'panic', /on purpose/],
  ['exit', 'workerDied', /CPU 1 exited with code 7/],
  ['oom', 'workerDied', /CPU 1 ran out of memory \(ERR_WORKER_OUT_OF_MEMORY\)/],
] as const)(
  "a CPU that ends by '%s' is reported by number and cause, and ends the others",
  async (mode, verdict, text) => {
    const machine = await start(mode, 4, { resourceLimits: { maxOldGenerationSizeMb: 16 } })
    const outcome = await settled(machine, 10_000)
    expect(outcome.reason).toBe('finding')
    expect(outcome.findings).toHaveLength(1)
    expect(outcome.findings[0]).toMatchObject({ verdict, cpu: 1 })
    expect(outcome.findings[0]?.message).toMatch(text)
    expect(outcome.findings[0]?.events).toHaveLength(4)
    expect(outcome.cpus).toHaveLength(verdict === 'workerDied' ? 3 : 4)
  },
)

test('a worker terminated from outside is reported by CPU number within 2 s, and ends the others', async () => {
  const machine = await start('busy', 4)
  const { workers } = machine as unknown as { workers: { worker: { terminate(): Promise<number> } }[] }
  await workers[2]?.worker.terminate()
  const outcome = await settled(machine, 2_000)
  expect(outcome.findings[0]).toMatchObject({ verdict: 'workerDied', cpu: 2 })
  expect(outcome.findings[0]?.message).toMatch(/CPU 2 was terminated/)
})

test('a CPU that polls no interrupt is a stalled finding that names it, and its worker is ended', async () => {
  const machine = await start('hang', 3, { rendezvousMs: 200, endMs: 300 })
  await until(() => machine.counts(1).kernel[0] === 1, 10_000)
  expect(await machine.rendezvous(() => 1)).toBeNull()
  const outcome = await settled(machine, 10_000)
  expect(outcome.findings[0]).toMatchObject({ verdict: 'stalled', cpu: 1 })
  expect(outcome.cpus).toHaveLength(2)
})

test('the spin depth of a CPU is seen from outside: 2 where it hangs with two locks, 1 where it idles', async () => {
  const machine = await start('hang', 3, { rendezvousMs: 200, endMs: 300 })
  await until(() => machine.counts(1).kernel[0] === 1, 10_000)
  await until(() => [0, 1, 2].map((cpu) => machine.spinDepth(cpu)).join() === '1,2,1', 10_000)
  await machine.stop('test')
})

test('a machine in which no operation completes while LWPs have work is stalled', async () => {
  const machine = await start('idle', 2, { stallMs: 300 })
  const outcome = await settled(machine, 10_000)
  expect(outcome.findings).toMatchObject([{ verdict: 'stalled', cpu: -1 }])
  expect(outcome.findings[0]?.lwps).toHaveLength(2)
})

test('a machine whose user LWPs have all exited is done', async () => {
  const image = fakeImage('done', { ncpu: 2 })
  const machine = await startMachine(image, { worker: WORKER })
  expect((await settled(machine, 10_000)).reason).toBe('done')
})

/** Workers, ports and open files of this process; its timers are the test runner's too. */
function held(): string {
  const report = process.report?.getReport() as { workers: unknown[] } | undefined
  const workers = report?.workers ?? []
  const ports = getActiveResourcesInfo().filter((name) => name === 'MessagePort' || name === 'Worker')
  return JSON.stringify({ workers: workers.length, ports: ports.length, files: openFiles()?.open })
}

test('starting and stopping 8 workers twice leaves no worker, port or open file behind', async () => {
  const before = held()
  for (const mode of ['idle', 'busy'] as const) {
    const machine = await start(mode, 8)
    expect(held()).not.toBe(before)
    await machine.stop('test')
  }
  await until(() => held() === before, 2_000)
})
