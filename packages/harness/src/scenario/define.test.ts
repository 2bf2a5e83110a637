import { expect, test } from 'vitest'
import { defineScenario } from './define.js'

const head = { name: 'typed', description: 'names are checked by the compiler' }

test('a declared process, channel and program is accepted', () => {
  const scenario = defineScenario({
    ...head,
    channels: ['bell'],
    programs: { child: [{ op: 'exit' }] },
    processes: [
      { name: 'sleeper', lwps: [{ program: [{ op: 'sleep', channel: 'bell' }] }] },
      {
        name: 'holder',
        lwps: [
          {
            program: [
              {
                op: 'loop',
                count: 3,
                body: [
                  { op: 'hold', process: 'sleeper', lwp: 0 },
                  { op: 'wakeup', channel: 'bell' },
                ],
              },
              { op: 'fork', program: 'child' },
            ],
          },
        ],
      },
    ],
  })
  expect(scenario.processes.map(({ name }) => name)).toEqual(['sleeper', 'holder'])
})

test('an undeclared name is a type error, and refused at run time', () => {
  expect(() =>
    defineScenario({
      ...head,
      processes: [
        // @ts-expect-error 'sleepr' is not a process of this scenario
        { name: 'sleeper', lwps: [{ program: [{ op: 'hold', process: 'sleepr' }] }] },
      ],
    }),
  ).toThrow("processes[0].lwps[0].program[0].process: \"sleepr\" is not allowed; 'sleeper', 'self' or 'any'")
  expect(() =>
    defineScenario({
      ...head,
      channels: ['bell'],
      processes: [
        {
          name: 'sleeper',
          // @ts-expect-error 'bel' is not a channel of this scenario
          lwps: [{ program: [{ op: 'loop', count: 2, body: [{ op: 'wakeup', channel: 'bel' }] }] }],
        },
      ],
    }),
  ).toThrow(/program\[0\]\.body\[0\]\.channel: "bel" is not allowed; 'bell'/)
})
