import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { EngineOptions } from '../engine/options.js'
import { explore } from '../explore.js'
import { Dfs } from '../strategies/dfs.js'
import { programSubject } from './program-subject.js'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-constructs-'))
mkdirSync(join(folder, 'node_modules'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** First variable of a program. */
const FIRST = 8
let made = 0

/**
 * What all interleavings of a program come to, sorted: how it ended, and its first `words` words. `functions` are the threads f, g, ... in
 * this order, each called with the address of the first word.
 */
async function outcomes(
  functions: Readonly<Record<string, string>>,
  image: readonly number[],
  words: number,
  engine: Partial<EngineOptions> = {},
): Promise<string[]> {
  const path = join(folder, `program-${made++}.ts`)
  const named = Object.entries(functions)
  writeFileSync(
    path,
    `import { call, check, defineProgram, type Thread } from '@holdfast/explorer'
${named.map(([name, body]) => `function ${name}({ mem }: Thread, x: number) { ${body} }`).join('\n')}
export default defineProgram({
  name: 'construct',
  memory: () => ({ x: ${JSON.stringify(image)} }),
  threads: (_, { x }) => [${named
    .filter(([name]) => !name.startsWith('child'))
    .map(([name]) => `call(${name}, x)`)
    .join(', ')}],
})
`,
  )
  const { target } = await programSubject(path)
  const seen = new Set<string>()
  const { complete } = explore(target, {
    strategy: new Dfs(),
    engine,
    observers: [
      {
        name: 'outcomes',
        reset: () => {},
        event: () => {},
        finish: (world) => {
          const said = world.reports.map(({ message }) => `: ${message}`).join('')
          seen.add(`${world.outcome} ${world.words.slice(FIRST, FIRST + words).join(' ')}${said}`)
        },
      },
    ],
  })
  expect(complete).toBe(true)
  return [...seen].sort()
}

const TIMED = {
  f: "const how = mem.wait(x, 0, 10); mem.store(x + 1, how === 'ok' ? 1 : how === 'not-equal' ? 2 : 3)",
  g: 'mem.store(x, 1); mem.notify(x)',
}

test('a timed wait is woken, or comes too late, or runs out of time; by the virtual clock it runs out only if nothing else can go on', async () => {
  expect(await outcomes(TIMED, [0, 0], 2)).toEqual(['done 1 1', 'done 1 2', 'done 1 3'])
  expect(await outcomes(TIMED, [0, 0], 2, { expiry: 'idle' })).toEqual(['done 1 1', 'done 1 2'])
  expect(await outcomes({ f: TIMED.f }, [0, 0], 2, { expiry: 'idle' })).toEqual(['done 0 3'])
})

test('a wait without a timeout never runs out', async () => {
  const f = 'mem.wait(x, 0); mem.store(x + 1, 1)'
  expect(await outcomes({ f }, [0, 0], 2)).toEqual(['blocked 0 0'])
  expect(await outcomes({ f: f.replace('x, 0)', 'x, 0, Infinity)') }, [0, 0], 2)).toEqual(['blocked 0 0'])
  expect(await outcomes({ f, g: 'mem.store(x, 1); mem.notify(x)' }, [0, 0], 2)).toEqual(['done 1 1'])
})

test('notify wakes those that wait, first come first served, and tells how many', async () => {
  const f = 'mem.wait(x, 0); mem.add(x + 1, 1)'
  const g = 'mem.store(x + 2, mem.notify(x, 1))'
  expect(await outcomes({ f, f2: f, g }, [0, 0, 0], 3)).toEqual(['blocked 0 0 0', 'blocked 0 1 1'])
})

const WAITERS = {
  f: 'mem.lock(x); mem.store(x + 2, 1); mem.cvWait(x + 1, x); mem.store(x + 3, 1); mem.unlock(x)',
  g: 'mem.await(x + 2, 1); mem.lock(x); mem.store(x + 2, 2); mem.cvWait(x + 1, x); mem.store(x + 3, 2); mem.unlock(x)',
  h: 'mem.await(x + 2, 2); mem.lock(x); mem.cvSignal(x + 1); mem.unlock(x)',
}

test('a signal wakes the first that came, or any if that is asked for', async () => {
  const ends = (all: string[]): string[] => all.map((end) => end.split(' ')[4] as string)
  expect(ends(await outcomes(WAITERS, [0, 0, 0, 0], 4))).toEqual(['1'])
  expect(ends(await outcomes(WAITERS, [0, 0, 0, 0], 4, { wake: 'any' }))).toEqual(['1', '2'])
})

test('a condition wait wakes without cause only as often as is asked for', async () => {
  const f = 'mem.lock(x); mem.cvWait(x + 1, x); mem.store(x + 2, 1); mem.unlock(x)'
  const end = async (spurious: number): Promise<string[]> =>
    (await outcomes({ f, f2: f }, [0, 0, 0], 3, { spurious })).map((how) => how.split(' ')[0] as string)
  expect(await end(0)).toEqual(['blocked'])
  expect(await end(1)).toEqual(['blocked'])
  expect(await end(2)).toEqual(['done'])
})

test('every alternative of a choice is tried', async () => {
  expect(await outcomes({ f: 'mem.store(x, mem.choose(3))' }, [9], 1)).toEqual(['done 0', 'done 1', 'done 2'])
})

test('a spawned thread runs beside its parent, and join waits for its end', async () => {
  const child = 'mem.store(x, 1); mem.store(x + 1, 1)'
  const spawning = 'const id = mem.spawn(call(child, x)); mem.store(x + 2, mem.load(x))'
  expect(await outcomes({ f: spawning, child }, [0, 0, 0], 3)).toEqual(['done 1 1 0', 'done 1 1 1'])
  const joining = 'mem.join(mem.spawn(call(child, x))); mem.store(x + 2, mem.load(x + 1))'
  expect(await outcomes({ f: joining, child }, [0, 0, 0], 3)).toEqual(['done 1 1 1'])
})

test('fill and copy are one event each', async () => {
  const f = 'mem.fill(x, 2, 7)'
  const g = 'mem.copy(x + 2, x, 2)'
  expect(await outcomes({ f, g }, [1, 2, 0, 0], 4)).toEqual(['done 7 7 1 2', 'done 7 7 7 7'])
})

test('a try-lock takes a mutex that is free, and fails at once on one that is not', async () => {
  const f = 'if (mem.tryLock(x) === 1) { mem.add(x + 1, 1); mem.unlock(x) } else mem.add(x + 2, 1)'
  expect(await outcomes({ f, g: f }, [0, 0, 0], 3)).toEqual(['done 0 1 1', 'done 0 2 0'])
})

test('a failed check ends its own thread, which keeps what it holds; any other exception is one too', async () => {
  const f = "mem.lock(x); check(mem.load(x + 1) === 0, 'too late'); mem.unlock(x)"
  const g = 'mem.store(x + 1, 1); mem.lock(x); mem.unlock(x)'
  expect(await outcomes({ f, g }, [0, 0], 2)).toEqual([
    'blocked 1 1: T1: too late',
    'done 0 1',
    'done 1 1: T1: too late',
  ])
  expect(await outcomes({ f: 'mem.load(x); JSON.parse("{")' }, [0], 1)).toEqual([
    expect.stringMatching(/^done 0: T1: SyntaxError: /),
  ])
})

test('arithmetic is that of 32-bit words with a sign', async () => {
  const f =
    'mem.add(x, 1); mem.sub(x + 1, 1); mem.or(x + 2, 8); mem.and(x + 3, 6); mem.store(x + 4, mem.exchange(x + 5, -1))'
  const image = [0x7fff_ffff, -0x8000_0000, 1, 5, 0, 3]
  expect(await outcomes({ f }, image, 6)).toEqual(['done -2147483648 2147483647 9 4 3 -1'])
})

test.each(['sc', 'tso'] as const)(
  'a thread that spawns the 129th is a fault, once, and ends the execution: %s',
  async (memoryModel) => {
    const bomb = 'for (let i = 0; i < 200; i++) mem.spawn(call(child, x))'
    expect(await outcomes({ f: bomb, child: 'mem.join(0)' }, [0], 1, { memoryModel })).toEqual([
      'failed 0: T1 starts a thread too many: 128 are allowed',
    ])
  },
)
