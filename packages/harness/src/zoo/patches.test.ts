import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { PatchedText } from '@holdfast/compiler'
import { expect, test } from 'vitest'
import { ALL_SCENARIOS } from '../explore/scenarios/index.js'
import { patchesOf } from '../explore/subject/variants.js'
import { SCENARIOS } from '../scenarios/index.js'
import { FAMILIES, MUTANTS } from './index.js'
import { parallelSubjectOf } from './parallel.js'
import { placeOf } from './place.js'
import { isProgram } from './trial.js'

const PACKAGES = fileURLToPath(new URL('../../../', import.meta.url))

/** What patches are for: the sources that are compiled for the explorer. */
const SOURCES = ['atomics-sync', 'mm', 'kernel', 'cpu'].flatMap((name) =>
  readdirSync(`${PACKAGES}${name}/src`, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map((path) => `${name}/src/${path}`),
)

/** The files that `list` changes, patched. Fails where a patch is not for one file, or its text is not in it once. */
function patched(list: string): string[] {
  const files = new Map<string, PatchedText>()
  for (const patch of patchesOf(list)) {
    const paths = SOURCES.filter((path) => `/${path}`.endsWith(`/${patch.file}`))
    expect(paths, patch.file).toHaveLength(1)
    const path = paths[0] as string
    const file = files.get(path) ?? new PatchedText(readFileSync(PACKAGES + path, 'utf8'))
    expect(file.apply(patch), `${path}: ${patch.find}`).toBe(1)
    files.set(path, file)
  }
  return [...files.values()].map(({ text }) => text)
}

test.each(MUTANTS.map(({ id, corrections }) => [id, corrections] as const))(
  '%s: every patch has its place, once, and changes something',
  (id, corrections = '') => {
    expect(patched(`${corrections},${id}`)).not.toEqual(patched(corrections))
  },
)

test('a patch whose text is gone, or there twice, is refused', () => {
  const text = new PatchedText('one two two')
  expect(text.apply({ file: '', find: 'three', replace: '' })).toBe(0)
  expect(text.apply({ file: '', find: 'two', replace: '' })).toBe(2)
})

test.each(MUTANTS.filter((mutant) => !isProgram(mutant)))(
  '$id: it changes a function of the kernel, near which CPUs can be held up; and what shows it in parallel exists',
  async (mutant) => {
    expect(await placeOf(mutant)).toBeDefined()
    expect(SCENARIOS.map(({ name }) => name)).toContain(parallelSubjectOf(mutant)?.scenario)
  },
)

test('every mutant is told in full: its fault, its story, its source, a target that exists; no two have one name', () => {
  const scenarios = ALL_SCENARIOS.map(({ name }) => `scenario:${name}`)
  const programs = readdirSync(`${PACKAGES}explorer/programs`).map(
    (file) => `program:${file.replace('.ts', '')}`,
  )
  for (const { id, about, story, source, target, expected } of MUTANTS) {
    expect(id).toMatch(/^[a-z][a-z0-9-]+$/)
    for (const text of [about, story, source.text]) expect(text.length, id).toBeGreaterThan(12)
    expect([...scenarios, ...programs], id).toContain(target)
    expect(new Set(expected).size, id).toBe(expected.length)
  }
  expect(new Set(MUTANTS.map(({ id }) => id)).size).toBe(MUTANTS.length)
  for (const { title, mutants } of FAMILIES) expect(mutants.length, title).toBeGreaterThan(0)
})
