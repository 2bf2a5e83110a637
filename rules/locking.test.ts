/** docs/locking.md agrees with the layouts: every field stands under the lock that covers it, and every lock is in the order or said to have none. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { NESTS } from '../packages/harness/src/explore/checkers/kernel-checkers.js'
import { edgesOf, fieldTable, kernelLayouts, lockClassNames, orderOf, withFieldTable } from './locking.js'
import { ROOT } from './sources.js'

const PATH = join(ROOT, 'docs/locking.md')
const PAGE = readFileSync(PATH, 'utf8')
const LAYOUTS = kernelLayouts()

/** The sentence that names the locks which are in no edge. */
const UNORDERED = /No edge of ((?:`[\w.]+`(?:,\s+|\s+and\s+)?)+)\s+was\s+seen/.exec(PAGE)?.[1] ?? ''

test('every field stands under the lock that its layout names (-u writes the table anew)', async () => {
  expect(LAYOUTS.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['lwp', 'proc', 'vm_page', 'kernel']),
  )
  await expect(withFieldTable(PAGE, fieldTable(LAYOUTS))).toMatchFileSnapshot(PATH)
})

test('a field that is moved to another lock is noticed, and so is one that is gone', () => {
  const [first, ...others] = LAYOUTS
  if (first === undefined) throw new Error('there is no layout')
  const moved = first.fields.map((field) => ({ ...field, lock: 'another_lock' }))
  for (const fields of [moved, first.fields.slice(1)])
    expect(fieldTable([{ ...first, fields }, ...others])).not.toBe(fieldTable(LAYOUTS))
})

test('every lock of a layout is in the order of the page, or named as one that has none; and no other is', () => {
  const named = [...orderOf(PAGE), ...[...UNORDERED.matchAll(/`([\w.]+)`/g)].map(([, lock]) => lock)]
  expect(named.toSorted()).toEqual(lockClassNames(LAYOUTS).toSorted())
})

test('every edge of the page goes the way of its order', () => {
  const order = orderOf(PAGE)
  const edges = edgesOf(PAGE)
  expect(edges.length).toBeGreaterThan(25)
  const wrong = edges.filter(([held, wanted]) => !(order.indexOf(held) < order.indexOf(wanted)))
  expect(wrong).toEqual([])
  expect(new Set(edges.flat())).toEqual(new Set(order))
})

test('the page names the classes of which one may be taken while another is held', () => {
  for (const lock of NESTS) expect(PAGE).toContain(`one \`${lock}\` is taken while another is held`)
})

test('states that are under the same lock by the invariant of l_mutex stand together in the page, and no others do', () => {
  const source = readFileSync(join(ROOT, 'packages/harness/src/invariants/l-mutex.ts'), 'utf8')
  const cases = [...source.matchAll(/(?:\s+case LS\w+:)+/g)].map(([text]) => statesIn(text))
  const section = PAGE.slice(PAGE.indexOf("## Which lock is an LWP's"), PAGE.indexOf('## Order'))
  const rows = [...section.matchAll(/^\| (LS[\w, ]+?) +\|/gm)].map(([, states = '']) => statesIn(states))
  expect(cases.length).toBeGreaterThan(3)
  expect(rows.toSorted()).toEqual(cases.toSorted())
})

function statesIn(text: string): string {
  return (text.match(/LS[A-Z]+/g) ?? []).toSorted().join(' ')
}
