import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { cFunctions } from './c-functions.js'
import { alignFile, identifiers, type LinePairs, shared } from './c-lines.js'
import { LINES_PATH, ORIGINAL_PATH, PORTED, originalOf } from './original-lines.js'
import { originalLines } from './write-original-lines.js'

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))
const C = readFileSync(ORIGINAL_PATH, 'utf8').split('\n')
const PAIRS = JSON.parse(readFileSync(LINES_PATH, 'utf8')) as Record<string, LinePairs>

test('uvm-glue-lines.json is what the sources give (pnpm original-lines writes it anew)', () => {
  expect(readFileSync(LINES_PATH, 'utf8')).toBe(originalLines())
})

test('a line and the line of the original it comes from have an identifier in common, and neither goes back', () => {
  const wrong: string[] = []
  for (const [file, pairs] of Object.entries(PAIRS)) {
    const ours = readFileSync(join(ROOT, file), 'utf8').split('\n')
    let last = 0
    for (const [line, original] of pairs) {
      if (line <= last) wrong.push(`${file}:${line} comes after ${last}`)
      last = line
      if (shared(identifiers(ours[line - 1] ?? ''), identifiers(C[original - 1] ?? '')).length === 0)
        wrong.push(`${file}:${line} and uvm_glue.c:${original}`)
    }
  }
  expect(wrong).toEqual([])
})

test('the protocol is mapped: hold, swap-out, swap-in and the scheduler, by what they do', () => {
  const at = (file: string, ours: string): string => {
    const path = `${PORTED}${file}`
    const line =
      readFileSync(join(ROOT, path), 'utf8')
        .split('\n')
        .findIndex((each) => each.includes(ours)) + 1
    const found = originalOf({ file: path, line, column: 0, function: '', cName: '', op: '', text: '' })
    return C[(found?.from ?? 0) - 1]?.trim() ?? ''
  }
  expect(at('hold.ts', 'yield* uvmSwapin(cpu, l)')).toBe('uvm_swapin(l);')
  expect(at('hold.ts', 'mem.sub(l + L_HOLDCNT, 1)')).toBe('atomic_dec_uint(&l->l_holdcnt);')
  expect(at('swapout.ts', '& ~LW_INMEM)')).toBe('l->l_flag &= ~LW_INMEM;')
  expect(at('swapout.ts', 'if (!mutexTryEnter(cpu, l + L_SWAPLOCK)) continue')).toBe(
    'if (!mutex_tryenter(&l->l_swaplock))',
  )
  expect(at('scheduler.ts', 'yield* uvmSwapin(cpu, l)')).toBe('uvm_swapin(l);')
  expect(at('swapin.ts', 'schedEnqueue(cpu')).toBe('if (l->l_stat == LSRUN)') // the line that its statement begins with
})

test('a line that none is known of shows its whole function; a file that was not ported shows nothing', () => {
  const site = { line: 100_000, column: 0, function: '', cName: 'uvm_swapout', op: '', text: '' }
  const whole = originalOf({ ...site, file: `${PORTED}swapout.ts` })
  expect(C[(whole?.from ?? 0) - 1]).toContain('uvm_swapout(struct lwp *l)')
  expect(C[(whole?.to ?? 0) - 1]).toBe('}')
  expect(originalOf({ ...site, file: 'packages/kernel/src/kern-fork.ts' })).toBeUndefined()
})

test('functions of C are found by the line of their name; prototypes and macros are none', () => {
  const source = 'static int f(int);\nMACRO(x,\n  y);\n\nint\nf(int x)\n{\n\treturn x;\n}\n'
  expect(cFunctions(source.split('\n'))).toEqual([{ name: 'f', from: 6, to: 9 }])
})

test('statements that were turned round are not both mapped: lines go one way', () => {
  const original = 'void\nf(void)\n{\n\tone();\n\ttwo();\n}'.split('\n')
  expect(alignFile('function f() {\n  two()\n  one()\n}\n', original).length).toBe(2)
})
