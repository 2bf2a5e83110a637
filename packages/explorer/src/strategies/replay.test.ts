import { expect, test } from 'vitest'
import { World } from '../engine/world.js'
import { RandomWalk } from './random-walk.js'
import { Replay } from './replay.js'
import { RoundRobin } from './round-robin.js'
import { makeStrategy } from './registry.js'
import { drive, schedules } from './testing/drive.js'
import { deadlock01, interrupted, reorder, twostage, writers, wronglock } from './testing/hand-written.js'

test('any schedule of a random walk is followed to its end (300 of four programs)', () => {
  for (const target of [reorder(2, 1), twostage(), deadlock01(), interrupted(2)]) {
    const walk = new RandomWalk(3)
    const world = new World(target)
    const again = new World(target)
    for (let i = 0; i < 300; i++) {
      walk.begin(i)
      const outcome = world.run(walk, [])
      const schedule = world.schedule.slice(0, world.steps)
      const replay = new Replay({ schedule })
      expect(replay.begin(0)).toBe(true)
      expect(again.run(replay, [])).toBe(outcome)
      replay.end(again)
      expect(replay.misfit).toBe(null)
      expect([...again.schedule.subarray(0, again.steps)]).toEqual([...schedule])
      expect(replay.begin(1)).toBe(false)
    }
  }
})

test('where a schedule does not fit, the step, the choice wanted and those enabled are told', () => {
  const replay = new Replay({ schedule: [0, 0, 1, 0, 0] })
  const runs = drive(deadlock01(), replay)
  expect(runs.map((run) => run.outcome)).toEqual(['abandoned'])
  expect(replay.misfit).toEqual({
    step: 2,
    wanted: 1,
    enabled: [0],
    message: 'the schedule does not fit at step 2: it wants 1, and 0 is enabled',
  })
})

test('a schedule that goes on after the end does not fit', () => {
  const replay = new Replay({ schedule: [0, 0, 1, 1, 1] })
  drive(writers(2, 2), replay)
  expect(replay.misfit?.step).toBe(4)
  expect(replay.misfit?.message).toMatch(/wants 1, and the execution has ended/)
})

test('after its end it stops, or goes on without preemptions', () => {
  expect(drive(writers(3, 3), new Replay({ schedule: [0, 1] }))).toEqual([
    { schedule: '0 1', outcome: 'abandoned', buggy: false },
  ])
  const on = makeStrategy('replay', { schedule: [0, 1], continuation: 'nonpreemptive' })
  expect(schedules(writers(3, 3), on)).toEqual(['0 1 1 1 0 0'])
})

test('round robin: quanta 1, 2, 3, until nobody is stopped', () => {
  expect(schedules(writers(3, 3), new RoundRobin())).toEqual(['0 1 0 1 0 1', '0 0 1 1 0 1', '0 0 0 1 1 1'])
  expect(schedules(wronglock(), new RoundRobin()).length).toBeLessThan(8)
})
