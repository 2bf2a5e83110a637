import { DEFAULT_OPTIONS } from '../../engine/options.js'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { BUFFER, FIRST_INTERRUPT, WAY_SHIFT } from '../../engine/world.js'
import type { Schedule } from './schedule.js'
import { decodeSchedule, encodeSchedule, looksLikeSchedule, ScheduleError } from './schedule-string.js'

const actor = fc.nat(127)
const plain = fc.tuple(actor, fc.integer({ min: 1, max: 300 })).map(([who, n]) => Array<number>(n).fill(who))
const odd = fc
  .tuple(actor, fc.integer({ min: 1, max: FIRST_INTERRUPT + 7 }))
  .map(([who, way]) => [who | (way << WAY_SHIFT)])
const drains = actor.map((who) => [who | BUFFER])
const choices = fc.array(fc.oneof(plain, odd, drains), { maxLength: 60 }).map((runs) => runs.flat())
const hex = fc.nat(0xffffffff).map((value) => value.toString(16).padStart(8, '0'))
const digit = fc.nat(1295).map((value) => value.toString(36).padStart(2, '0'))
const schedules: fc.Arbitrary<Schedule> = choices.chain((made) =>
  fc.record({
    subject: fc.oneof(
      fc.constantFrom(
        'program:lastzero?n=5',
        './my program.ts?n=2&k=3',
        'scenario:hold-storm',
        'a?b&c?d@e+f%',
      ),
      fc.string({ minLength: 1, unit: 'binary' }).filter((id) => !/\p{Cs}/u.test(id)),
    ),
    hash: hex,
    options: fc.record({
      expiry: fc.constantFrom('always' as const, 'idle' as const),
      wake: fc.constantFrom('fifo' as const, 'any' as const),
      spurious: fc.nat(9),
      stepLimit: fc.oneof(fc.constant(DEFAULT_OPTIONS.stepLimit), fc.integer({ min: 1, max: 99_999_999 })),
      memoryModel: fc.constantFrom('sc', 'tso'),
    }),
    choices: fc.constant(Uint16Array.from(made)),
    whole: fc.boolean(),
    checks:
      made.length === 0
        ? fc.constant([])
        : fc
            .uniqueArray(fc.record({ step: fc.integer({ min: 1, max: made.length }), check: digit }), {
              selector: ({ step }) => step,
              maxLength: 16,
            })
            .map((checks) => checks.sort((one, other) => one.step - other.step)),
    enabled: hex,
  }),
)

test('a schedule is the same after it was written and read, for 500 schedules', () => {
  fc.assert(
    fc.property(schedules, (schedule) => {
      const text = encodeSchedule(schedule)
      expect(decodeSchedule(text)).toEqual(schedule)
      expect(encodeSchedule(decodeSchedule(text))).toBe(text)
    }),
    { numRuns: 500 },
  )
})

test('a schedule string has no character that means something to a shell', () => {
  fc.assert(
    fc.property(schedules, (schedule) => {
      const text = encodeSchedule(schedule)
      expect(text).toMatch(/^[A-Za-z0-9:./=_@%+-]+$/)
      expect(looksLikeSchedule(text)).toBe(true)
    }),
  )
})

test('a schedule string with one character changed, left out or doubled is rejected, but for one chance in a million', () => {
  let accepted = 0
  const runs = 2000
  fc.assert(
    fc.property(
      schedules,
      fc.nat(),
      fc.constantFrom('change', 'drop', 'double'),
      fc.constantFrom('a', 'Z', '3', '.', '-', '+', '9'),
      (schedule, where, how, char) => {
        const text = encodeSchedule(schedule)
        const at = where % text.length
        const put = { change: char, drop: '', double: text[at] + char }[how]
        const damaged = text.slice(0, at) + put + text.slice(at + 1)
        if (damaged === text) return
        try {
          decodeSchedule(damaged)
          accepted++
        } catch (error) {
          expect(error).toBeInstanceOf(ScheduleError)
        }
      },
    ),
    { numRuns: runs },
  )
  expect(accepted).toBe(0)
})

test('3 actors that take 10,000 steps in 40 turns need fewer than 300 characters', () => {
  const made = Array.from({ length: 10_000 }, (_, step) => Math.floor(step / 250) % 3)
  const checks = Array.from({ length: 16 }, (_, i) => ({ step: (i + 1) * 500, check: 'k3' }))
  const text = encodeSchedule({
    subject: 'scenario:hold-storm',
    hash: '0123abcd',
    options: DEFAULT_OPTIONS,
    choices: Uint16Array.from(made),
    whole: true,
    checks,
    enabled: '89abcdef',
  })
  expect(text.length).toBeLessThan(300)
})

const GOOD = 'hf1+program:reorder@s=1@c=1+01234567+0+A.0nB2-+62082918+2jqa'

test.each([
  ['', 'version', "'' is none"],
  ['hf2+a+01234567+0+A+01234567+abcd', 'version', 'hf2 is of another version'],
  ['hf1+program:reorder@s=1', 'hash', 'missing'],
  [GOOD.slice(0, 40), 'enabled', 'missing'],
  [GOOD.replace('program', 'pro gram'), 'subject', "'pro gram:reorder@s=1@c=1'"],
  [GOOD.replace('01234567', '0123456'), 'hash', "'0123456'"],
  [GOOD.replace('+0+', '+x+'), 'options', "'x'"],
  [GOOD.replace('A.0n', 'A.0'), 'choices', "character 2: '.0B2-'"],
  [GOOD.replace('B2-', 'B2'), 'checksum', 'was changed or lost'],
  [GOOD.replace('62082918', '6208291'), 'enabled', "'6208291'"],
  [GOOD.replace('B2', 'B3'), 'checksum', 'was changed or lost'],
  [`${GOOD}+x`, 'checksum', 'something comes after it'],
])('%s: the %s is what is damaged', (text, part, message) => {
  expect(() => decodeSchedule(text)).toThrow(
    expect.objectContaining({ part, message: expect.stringContaining(message) as string }) as Error,
  )
})
