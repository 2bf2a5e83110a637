/** The part of docs/locking.md that the layouts of the kernel say: which lock covers which field. */
import { type Field, type Layout, layouts } from '../packages/atomics-sync/src/index.js'
// oxlint-disable-next-line import/no-unassigned-import -- declares the layouts
import '../packages/kernel/src/index.js'
import { sources } from './sources.js'

const HEADING = '## Fields, by the lock that covers them'
const BEGIN = '<!-- from the layouts: vitest run rules/locking.test.ts -u writes it -->\n'
const END = '<!-- end -->\n'

/** Read without the lock on purpose; written too. */
const READ = '†'
const WRITTEN = '‡'

/** Names of records that belong to the library of locks, or to whoever runs the machine: not to the kernel. */
function foreign(): Set<string> {
  const texts = sources()
    .filter(({ pkg }) => pkg === 'atomics-sync' || pkg === 'cpu')
    .map(({ text }) => text)
  return new Set(
    texts.flatMap((text) =>
      [...text.matchAll(/\b(?:layout|globals)\(\s*'(\w+)'/g)].map(([, name = '']) => name),
    ),
  )
}

/** The records of the kernel and of its memory. */
export function kernelLayouts(): readonly Layout[] {
  const others = foreign()
  return layouts().filter(({ name }) => !others.has(name))
}

/** Classes of locks: by the name of the field, with that of the record where several records have it. */
export function lockClassNames(known: readonly Layout[]): string[] {
  const locks = known.flatMap(({ name, fields }) =>
    fields.filter(({ isLock }) => isLock).map((field) => ({ record: name, lock: field.name.toLowerCase() })),
  )
  const shared = (lock: string): boolean => locks.filter((each) => each.lock === lock).length > 1
  return locks.map(({ record, lock }) => (shared(lock) ? `${record}.${lock}` : lock))
}

/** Covering locks in the order of the alphabet, what is no lock last; below each the records, with their fields in order. */
export function fieldTable(known: readonly Layout[]): string {
  const NO_LOCKS = ['atomic', 'stable', 'private', 'none']
  const rows = new Map<string, string[]>()
  for (const { name, fields } of known) {
    for (const lock of new Set(fields.map(lockOf))) {
      const covered = fields.filter((field) => lockOf(field) === lock).map(fieldText)
      rows.set(lock, [...(rows.get(lock) ?? []), `| \`${lock}\` | \`${name}\` | ${covered.join(' ')} |`])
    }
  }
  const rank = (lock: string): string => `${NO_LOCKS.indexOf(lock) + 1}${lock}`
  const sorted = [...rows].sort(([one], [other]) => (rank(one) < rank(other) ? -1 : 1))
  return [
    '| lock | record | fields |',
    '| --- | --- | --- |',
    ...sorted.flatMap(([, lines]) => lines),
    '',
  ].join('\n')
}

function lockOf({ lock }: Field): string {
  return lock.toLowerCase()
}

function fieldText({ name, unlocked, unlockedWrites }: Field): string {
  const mark = unlockedWrites === undefined ? (unlocked === undefined ? '' : READ) : WRITTEN
  return `\`${name.toLowerCase()}\`${mark}`
}

/** The page with that table in place of the one it has. Throws if it has no place for it. */
export function withFieldTable(page: string, table: string): string {
  const section = page.indexOf(HEADING)
  const from = page.indexOf(BEGIN, section)
  const to = page.indexOf(END, from)
  if (section < 0 || from < 0 || to < 0)
    throw new Error(`docs/locking.md has no place for the table below ${HEADING}`)
  return `${page.slice(0, from)}${BEGIN}\n${table}\n${page.slice(to)}`
}

/** The locks in the order of `### As explored`, outermost first. */
export function orderOf(page: string): string[] {
  const block = /### As explored\n[^]*?\n\n((?: {4}[^\n]*\n)+)/.exec(page)?.[1] ?? ''
  return block.split(/\s+/).filter((word) => word !== '')
}

/** Pairs of locks of the table below: held, waited for. */
export function edgesOf(page: string): (readonly [string, string])[] {
  const section = page.slice(page.indexOf('### As explored'), page.indexOf(HEADING))
  return [...section.matchAll(/^\| `([\w.]+)` \| `([\w.]+)` \|/gm)].map(([, held = '', wanted = '']) => [
    held,
    wanted,
  ])
}
