import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { UsageError } from '../scenario/problem.js'

/** Of the repository; an installation has none. The same from src and from dist. */
const DOCS = new URL('../../../../docs/', import.meta.url)

/** The page that is made of them, and what came of the corrections. */
export const FINDINGS_PAGE = inDocs('findings.md')
export const CORRECTIONS = inDocs('corrections.json')

/** The page of the zoo. */
export const ZOO_PAGE = inDocs('zoo.md')

/** The findings that come with Holdfast, one file each: those of docs, which `prepack` puts into the package. */
export const LISTED_FINDINGS = existsSync(FINDINGS_PAGE)
  ? inDocs('findings/')
  : fileURLToPath(new URL('../../findings/', import.meta.url))

/** What rewrites `page` of docs is for the repository. Throws UsageError where it is not there. */
export function checkInRepository(option: string, page: string): void {
  if (existsSync(page)) return
  throw new UsageError([
    { path: option, message: `writes ${page}, which is not there; it is allowed in the repository only` },
  ])
}

function inDocs(name: string): string {
  return fileURLToPath(new URL(name, DOCS))
}
