import { afterAll, expect, test } from 'vitest'
import { parseSource } from './source.js'
import { Workshop } from './testing/workshop.js'

const workshop = new Workshop()
afterAll(() => workshop.delete())

test('a patch that says where it applies needs no text that occurs once, and counts in what the patches before it left', async () => {
  const text = 'export const a = 1\nexport const b = 1\n'
  const first = { file: 'main.ts', find: 'export const a = 1\n', replace: '// gone\nexport const a = 1\n' }
  const source = await parseSource(workshop.write('main.ts', text), [first])
  const at = source.text.lastIndexOf('1')
  expect(source.lineOf(at)).toBe(2)
  const patches = [first, { file: 'main.ts', find: '1', replace: '2', at }]
  expect(await workshop.load(text, { patches })).toMatchObject({ a: 1, b: 2 })
  await expect(
    workshop.compile(text, { patches: [{ file: 'main.ts', find: '1', replace: '2', at: 0 }] }),
  ).rejects.toThrow('patch: its text occurs 0 times')
})
