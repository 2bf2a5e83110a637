import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import * as face from './index.js'

const README = new URL('../README.md', import.meta.url)

test("the README's program prints what its comment says", async () => {
  const program = /```js\n([\s\S]*?)```/.exec(await readFile(README, 'utf8'))?.[1] ?? ''
  const file = new URL('../dist/testing/readme.mjs', import.meta.url)
  await writeFile(file, program) // inside the package, where its own name resolves
  const { stdout } = await promisify(execFile)(process.execPath, [file.pathname], { timeout: 30_000 })
  expect(stdout.trim()).toBe(/console\.log\(.*\) \/\/ (\d+)/.exec(program)?.[1])
})

test('every function that the README names is exported', async () => {
  const tables = (await readFile(README, 'utf8')).split('\n').filter((line) => line.startsWith('| '))
  const words = tables.flatMap((line) =>
    [...line.matchAll(/`(?:yield\* )?([a-z]\w+)/g)].map((match) => match[1] as string),
  )
  const missing = words.filter(
    (word) => !(word in face) && !['yield', 'wait', 'notify', 'isLock'].includes(word),
  )
  expect(words.length).toBeGreaterThan(50)
  expect(missing).toEqual([])
})
