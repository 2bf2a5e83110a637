import { fileURLToPath } from 'node:url'

/** The page that is made of them, and what came of the corrections. */
export const FINDINGS_PAGE = fileURLToPath(new URL('../../../../docs/findings.md', import.meta.url))
export const CORRECTIONS = fileURLToPath(new URL('../../../../docs/corrections.json', import.meta.url))

/** The findings that come with Holdfast, one file each. The same from src and from dist. */
export const LISTED_FINDINGS = fileURLToPath(new URL('../../../../docs/findings/', import.meta.url))
