import { expect, test } from 'vitest'
import { parseCpuList, parseRunFlags } from './options.js'

test('options that are not given are left to the scenario, the rest are numbers', () => {
  expect(parseRunFlags({ cpus: '8', seconds: '0.5', preempt: false })).toEqual({
    cpus: 8,
    lwps: undefined,
    memory: undefined,
    maxslp: undefined,
    clockRate: undefined,
    preempt: false,
    seconds: 0.5,
    seed: 1,
    json: false,
  })
})

test.each([
  [{ cpus: '0' }, '--cpus: 0 is not allowed; 1 to 256'],
  [{ cpus: '-1' }, '--cpus: -1 is not allowed; 1 to 256'],
  [{ cpus: '257' }, '--cpus: 257 is not allowed; 1 to 256'],
  [{ cpus: '1.5' }, '--cpus: "1.5" is not allowed; a whole number, 1 to 256'],
  [{ cpus: 'four' }, '--cpus: "four" is not allowed; a whole number, 1 to 256'],
  [{ cpus: '' }, '--cpus: "" is not allowed; a whole number, 1 to 256'],
  [{ cpus: '0x10' }, '--cpus: "0x10" is not allowed; a whole number, 1 to 256'],
  [{ lwps: '1001' }, '--lwps: 1001 is not allowed; 1 to 1,000'],
  [{ memory: '3' }, '--memory: 3 is not allowed; 64 to 65,536'],
  [{ seconds: '0' }, '--seconds: 0 is not allowed; 0.1 to 86,400'],
  [{ seconds: 'NaN' }, '--seconds: "NaN" is not allowed; a number, 0.1 to 86,400'],
  [{ seconds: 'Infinity' }, '--seconds: "Infinity" is not allowed; a number, 0.1 to 86,400'],
  [{ seed: '-3' }, '--seed: -3 is not allowed; 0 to 2,147,483,647'],
  [{ clockRate: '1e9' }, '--clock-rate: "1e9" is not allowed; a number, 0.01 to 10,000'],
])('%o is refused', (flags, message) => {
  expect(() => parseRunFlags(flags)).toThrow(message)
})

test('all wrong options are told at once', () => {
  expect(() => parseRunFlags({ cpus: '0', seed: 'x' })).toThrow(/--cpus: 0 .*\n--seed: "x"/)
})

test('sizes are a list of different numbers', () => {
  expect(parseCpuList('1, 2,64')).toEqual([1, 2, 64])
  expect(() => parseCpuList('1,,2')).toThrow('--cpus: "" is not allowed; a whole number, 1 to 256')
  expect(() => parseCpuList('1,2,1')).toThrow('--cpus: 1 is not allowed; each size once')
})
