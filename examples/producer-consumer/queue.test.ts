import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
// oxlint-disable-next-line import/no-unassigned-import -- gives expect its matcher
import '@holdfast/harness/vitest'
import { expect, test } from 'vitest'
import counter from './counter.program.js'
import queue from './queue.program.js'

test('two consumers lose a wake-up; so does one', async () => {
  await expect(expect(queue).toHoldInEveryInterleaving()).rejects.toThrow(/lostWakeup: /)
  const one = { consumers: 1, items: 2 }
  await expect(expect(queue).toHoldInEveryInterleaving({ params: one })).rejects.toThrow(/lostWakeup: /)
})

test('repaired, one producer and two consumers get by (every interleaving)', async () => {
  await expect(queue).toHoldInEveryInterleaving({ params: { repaired: 1 } })
}, 90_000)

test('the repair is one line that stands elsewhere', () => {
  const [before, after] = ['queue.ts', 'put-repaired.ts'].map((file) => {
    const text = readFileSync(new URL(file, import.meta.url), 'utf8')
    return /^export function put\b.*?^}$/ms.exec(text)?.[0].split('\n') ?? []
  }) as [string[], string[]]
  const moved = '  const wasEmpty = mem.load(head) === n'
  expect(before.indexOf(moved)).toBeLessThan(after.indexOf(moved))
  expect(before.filter((line) => line !== moved)).toEqual(after.filter((line) => line !== moved))
})

test('a total that two threads add to without a lock is a race; added to atomically it is none', async () => {
  await expect(expect(counter).toHoldInEveryInterleaving()).rejects.toThrow(/^race: /m)
  await expect(counter).toHoldInEveryInterleaving({ params: { repaired: 1 } })
})

/** main.ts, as it is built, in a process of its own. */
function main(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const path = fileURLToPath(new URL('dist/main.js', import.meta.url))
  return spawnSync(process.execPath, [path, ...args], { encoding: 'utf8', timeout: 50_000 })
}

test('on real threads the repaired queue delivers everything', () => {
  const { status, stdout } = main('--repaired', '--items', '20000')
  expect(stdout).toBe('producer: 40000 items\nconsumer 1: 20000 items\nconsumer 2: 20000 items\n')
  expect(status).toBe(0)
})

test('on real threads the other one delivers everything, or says who waited in vain', () => {
  const { status, stdout } = main('--items', '2000')
  const told = stdout.trimEnd().split('\n')
  expect(told.map((line) => line.replace(/:.*/, ''))).toEqual(['producer', 'consumer 1', 'consumer 2'])
  expect(status).toBe(told.some((line) => / for 2000 ms, before item \d+$/.test(line)) ? 1 : 0)
})

test('a number of items that makes no sense is refused', () => {
  const { status, stderr } = main('--items', '1.5')
  expect(status).toBe(2)
  expect(stderr).toBe('--items is 1.5; a whole number from 1 to 1000000 is allowed\n')
})
