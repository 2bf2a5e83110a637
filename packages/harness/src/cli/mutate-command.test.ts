import { expect, test } from 'vitest'
import { parseMutateFlags } from './mutate-command-options.js'

test('files are named by their name or their folder, operators by their name', () => {
  const { files, operators } = parseMutateFlags({ files: 'hold,kern-sleepq', operators: 'drop-lock' })
  expect(files).toEqual(['kernel/src/uvm-glue/hold.ts', 'kernel/src/kern-sleepq.ts'])
  expect(operators.map(({ name }) => name)).toEqual(['drop-lock'])
  expect(parseMutateFlags({ files: 'uvm-glue' }).files.length).toBeGreaterThan(5)
})

test('what is wrong is told all at once, with what is allowed', () => {
  expect(() =>
    parseMutateFlags({ files: 'nothing', operators: 'none', sample: '0', jobs: 'x', budget: '-1' }),
  ).toThrow(
    /--files: "nothing" is not allowed; 'uvm-glue', [^]*--operators: "none" is not allowed; 'drop-lock', [^]*--sample: 0 is not allowed; 1 to [^]*--budget: -1 is not allowed[^]*--jobs: "x" is not allowed; a whole number/,
  )
})
