import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Application, LogLevel } from 'typedoc'
import { afterAll, expect, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-api-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** As the kernel's sources are written; the last two names have no comment. */
const SOURCE = `
import { layout } from './layout.js'

export const { L_STAT, L_HOLDCNT, L_SWAPLOCK, LWP_WORDS } = layout('lwp', {
  L_STAT: { lock: 'l_mutex', unlocked: 'tested by both scans' }, // LSIDL, LSRUN
  L_HOLDCNT: 'atomic', // above 0: must stay in memory
  L_SWAPLOCK: { lock: 'atomic', isLock: true },
})

/** LWP states. */
export const LSIDL = 1
export const LSRUN = 2 // on a run queue
/** An LWP that exits. */
export const LSZOMB = 5

export interface Span {
  readonly ms: number // of wall-clock time
}

export const ALONE = 1
`

const DOCUMENTED = {
  L_STAT:
    'Offset of `l_stat` in `lwp`, in words. LSIDL, LSRUN.\n\nCovered by `l_mutex`. Also read without it: tested by both scans.',
  L_HOLDCNT:
    'Offset of `l_holdcnt` in `lwp`, in words. Above 0: must stay in memory.\n\nChanged by atomic operations alone.',
  L_SWAPLOCK: 'Offset of `l_swaplock` in `lwp`, in words.\n\nA lock.',
  LWP_WORDS: 'Size of `lwp`, in words; a multiple of 4.',
  LSIDL: 'LWP states.',
  LSRUN: 'On a run queue.\n\nLWP states.',
  LSZOMB: 'An LWP that exits.',
  'Span.ms': 'Of wall-clock time.',
}

test('fields, constants and properties have the comments that a C header would have; who has none is told of', async () => {
  writeFileSync(join(folder, 'package.json'), '{ "name": "sample", "version": "1.0.0", "type": "module" }')
  writeFileSync(join(folder, 'tsconfig.json'), '{ "files": ["index.ts"] }')
  writeFileSync(join(folder, 'index.ts'), SOURCE)
  const app = await Application.bootstrapWithPlugins({
    entryPoints: [join(folder, 'index.ts')],
    tsconfig: join(folder, 'tsconfig.json'),
    plugin: [join(import.meta.dirname, 'header-comments.mjs')],
    skipErrorChecking: true,
    validation: { notDocumented: true },
    packagesRequiringDocumentation: ['sample'],
    logLevel: LogLevel.None,
  })
  const said = []
  app.logger.validationWarning = (text) => said.push(text)
  const project = await app.convert()
  const text = (name) =>
    project
      .getChildByName(name)
      .comment.summary.map((part) => part.text)
      .join('')
  expect(Object.fromEntries(Object.keys(DOCUMENTED).map((name) => [name, text(name)]))).toEqual(DOCUMENTED)
  app.validate(project)
  expect(said.map((each) => String(each).split(' ')[0])).toEqual(['Span', 'ALONE'])
})
