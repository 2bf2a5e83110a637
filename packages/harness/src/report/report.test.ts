import { expect, test } from 'vitest'
import { SAMPLE_FINDING, SAMPLE_RESULT } from '../testing/sample-result.js'
import { runReport } from './run-report.js'
import { scalePoint, scaleReport } from './scale-report.js'

test('the report of a run: headline, operations, activity, locks by lock and by caller, outcome', () => {
  expect(runReport(SAMPLE_RESULT)).toMatchInlineSnapshot(`
    "memory-pressure: 4 CPUs, 123 LWPs, 768 pages, seed 7: ran 20.0 s (8,002 simulated), 110,240 swap-outs, 885,663 operations.

    Operation      Count  A second
    -----------  -------  --------
    hold         412,331    20,612
    rele         412,320    20,612
    compute       61,000     3,049
    pt_continue       12       0.6
    Failed with an error: 12 ESRCH.

    Activity                  Count  A second
    --------------------  ---------  --------
    u-areas swapped in      110,231     5,510
    u-areas swapped out     110,240     5,511
    context switches      1,802,113    90,088
    TLB shootdowns            9,321       466
    page faults              12,000       600
      zero-filled               500      25.0
      copied on write            20       1.0
      paged in from swap        900      45.0
    pages out to swap         1,100      55.0
    pagedaemon rounds         4,400       220
    pages it freed            2,000     100.0
    LWP structures freed          3       0.1
    processes reaped              2       0.1
    LWPs stopped                  0       0.0
    Free at the end: 31 of 768 pages.

    Locks, by time waited

    Total%   Acquired  Contended%   Spins  Sleeps   Held/ms  Waited/ms  Lock
    ------  ---------  ----------  ------  ------  --------  ---------  ----------
     83.33     90,221       34.36  12,000  19,002  8,001.25   4,562.50  proc_lock
     16.67  1,042,331        0.40   3,900     220  4,120.00     912.50  l_swaplock

    Locks and their callers, the first 2

    Total%  Acquired  Contended%   Spins  Sleeps  Held/ms  Waited/ms  Lock        Caller
    ------  --------  ----------  ------  ------  -------  ---------  ----------  -----------------------------------
     73.06    40,000       75.00  11,000  19,002     0.00   4,000.00  proc_lock   uvm_swapout_threads (swapout.ts:61)
      0.00   400,000        0.00       0       0     0.00       0.00  l_swaplock  uvm_lwp_hold (hold.ts:20)

    Nothing found; invariants checked 19 times.
    "
  `)
})

test('a finding stands first, with its words, the last events, the seed and the command that repeats it', () => {
  const report = runReport({
    ...SAMPLE_RESULT,
    outcome: 'found',
    findings: [SAMPLE_FINDING],
    operations: {},
    locks: [],
  })
  expect(report.split('Activity')[0]).toMatchInlineSnapshot(`
    "memory-pressure: 4 CPUs, 123 LWPs, 768 pages, seed 7: ran 20.0 s (8,002 simulated), 110,240 swap-outs, 0 operations.

    FINDING  invariant
      uarea-wiring: LWP 3.1 is in memory and its u-area is not wired

      Words
        word        address  value         hex  means
        ----------  -------  -----  ----------  -----
        l_flag         1024      4         0x4
        wire_count     2048     -1  0xffffffff

      Last events of CPU 0, oldest first
        tick    512  switch     old lwp 3.1, new lwp 0.2

      Seed 7; the same again: holdfast run memory-pressure --seconds 20 --seed 7

    Operations: none was completed.

    "
  `)
  expect(report.trimEnd().split('\n').at(-1)).toBe('1 finding: invariant; invariants checked 19 times.')
})

test('columns are aligned: every line of a table of numbers is as wide as its rule', () => {
  const lines = runReport(SAMPLE_RESULT).split('\n')
  const rule = lines.findIndex((line) => line.startsWith('---'))
  for (const line of lines.slice(rule - 1, rule + 4)) expect(line.length).toBe(lines[rule]?.length)
})

test('the curve of scale is relative to its first point, with a bar for each', () => {
  const one = scalePoint({ ...SAMPLE_RESULT, cpus: 1, seconds: 10 }, undefined)
  const two = scalePoint({ ...SAMPLE_RESULT, cpus: 2, seconds: 20 }, one)
  expect([one.speedup, two.speedup]).toEqual([1, 0.5])
  const report = scaleReport({
    command: 'scale',
    scenario: 'memory-pressure',
    seconds: 10,
    seed: 1,
    hostCores: 2,
    points: [one, two],
    findings: [],
    outcome: 'time',
  })
  expect(report).toMatchInlineSnapshot(`
    "memory-pressure, 10 s at each size, seed 1, on 2 host cores.

    CPUs  LWPs  Operations/s  Relative  Swap cycles/s  Switches/s  Shootdowns/s  Operations/s, to scale
    ----  ----  ------------  --------  -------------  ----------  ------------  --------------------------------
       1   123        88,566      1.00         11,023     180,211           932  ################################
       2   123        44,283      0.50          5,512      90,106           466  ################

    Nothing found.
    "
  `)
})

test('in a narrow terminal the tables of locks leave columns out, and say which', () => {
  const lines = runReport(SAMPLE_RESULT, 80).split('\n')
  const locks = lines.slice(lines.findIndex((line) => line.startsWith('Locks, by')))
  expect(Math.max(...locks.map(({ length }) => length))).toBeLessThanOrEqual(80)
  expect(locks).toContainEqual(expect.stringMatching(/^\(there is no room for: .*Spins/))
  expect(locks.join('\n')).toContain('uvm_swapout_threads (swapout.ts:61)')
})
