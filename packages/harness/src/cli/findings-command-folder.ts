import { fileURLToPath } from 'node:url'

/** The findings that come with Holdfast, one file each. The same from src and from dist. */
export const LISTED_FINDINGS = fileURLToPath(new URL('../../../../docs/findings/', import.meta.url))
