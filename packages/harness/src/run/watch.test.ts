import { expect, test } from 'vitest'
import type { Outcome } from '@holdfast/cpu'
import { watch, type Watched } from './watch.js'

/** A machine that runs until told; every rendezvous sees what `inspect` is given. */
function fakeMachine(rendezvous: Watched['rendezvous']): Watched & { end: () => void; failed: string[] } {
  const failed: string[] = []
  let end = (): void => {}
  const finished = new Promise<Outcome>((resolve) => {
    end = () => resolve({} as Outcome)
  })
  return {
    finished,
    rendezvous,
    fail: ({ verdict, message }) => {
      failed.push(`${verdict} ${message}`)
      end()
    },
    end: () => end(),
    failed,
  }
}

/** All invariants hold: whatever is asked of the world that stands still, the answer is no violation. */
const sound = async <T>(): Promise<T | null> => [] as T
const options = { seconds: 60, signal: new AbortController().signal, onLook: () => {} }

test('a run ends when its time is up, checked in the middle and at the end', async () => {
  const looks: number[] = []
  const checks = await watch(fakeMachine(sound), { ...options, seconds: 0.3, onLook: (ms) => looks.push(ms) })
  expect(checks).toBe(2)
  expect(looks.length).toBeGreaterThan(0)
})

test('a signal ends it at once, after one last check', async () => {
  const controller = new AbortController()
  setTimeout(() => controller.abort(), 20)
  expect(await watch(fakeMachine(sound), { ...options, signal: controller.signal })).toBe(1)
})

test('a machine that ends by itself ends it at once, and is not stopped for a check', async () => {
  const machine = fakeMachine(() => Promise.reject(new Error('it has ended')))
  setTimeout(machine.end, 20)
  expect(await watch(machine, options)).toBe(0)
})

test('a violated invariant fails the machine, with its words', async () => {
  const violation = { invariant: 'run-queues', message: 'LWP 3.1 is on two', words: [] }
  const machine = fakeMachine(async <T>() => [violation] as T)
  expect(await watch(machine, { ...options, seconds: 0.2 })).toBe(1)
  expect(machine.failed).toEqual(['invariant run-queues: LWP 3.1 is on two'])
})
