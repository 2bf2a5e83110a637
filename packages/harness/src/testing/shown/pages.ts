/** The pages of the repository, and which test file runs the commands of each. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'vitest'
import { checkPage } from './check-page.js'
import { ROOT } from './page-folder.js'

/** Pages whose commands take long: a test file each, so that they run beside each other. All others share one. */
export const PAGES_APART = [
  'README.md',
  'docs/exploring.md',
  'docs/ordinary-programs.md',
  'docs/tutorial.md',
] as const

/** Pages that commands of Holdfast write, with what runs the commands on them. */
export const GENERATED: Readonly<Record<string, string>> = {
  'docs/findings.md': 'its replays are those of docs/findings, which the tests of that folder run',
}

/** Of a whole page, on a machine that does much else. */
const PAGE_SECONDS = 600

const NOT_OURS = /^(?:node_modules|dist|coverage|holdfast-findings|\..*)$/

/** Paths of all pages from the root, sorted. */
export function allPages(folder = ''): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter(({ name }) => !NOT_OURS.test(name))
    .flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) return allPages(path)
      return path.endsWith('.md') ? [path] : []
    })
    .sort()
}

/** Pages that are to keep the convention of page.ts. */
export function writtenPages(): string[] {
  return allPages().filter((path) => !(path in GENERATED))
}

export function textOf(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

/** Of a test file: a test for each of these pages, which ends within so many seconds; each command has a deadline of its own besides. */
export function testPages(paths: readonly string[], seconds = PAGE_SECONDS): void {
  test.each(paths)(
    '%s shows what its commands print',
    (path) => checkPage(path, textOf(path)),
    seconds * 1000,
  )
}
