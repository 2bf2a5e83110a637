import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { alignFile } from './c-lines.js'
import { LINES_PATH, ORIGINAL_PATH, PORTED } from './original-lines.js'

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))

/** The text of uvm-glue-lines.json: a line for each file. */
export function originalLines(): string {
  const original = readFileSync(ORIGINAL_PATH, 'utf8').split('\n')
  const files = readdirSync(join(ROOT, PORTED))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .sort()
  const entries = files.map((name) => {
    const pairs = alignFile(readFileSync(join(ROOT, PORTED, name), 'utf8'), original)
    return `  ${JSON.stringify(PORTED + name)}: ${JSON.stringify(pairs)}`
  })
  return `{\n${entries.join(',\n')}\n}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(LINES_PATH, originalLines())
