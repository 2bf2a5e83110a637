import { writeFileSync } from 'node:fs'
import { DESCRIBED, resultJsonSchema, schemaFile } from './results.js'

/** Writes the published schemas of what commands print. Run by `pnpm schema`; a test checks that they are up to date. */
for (const command of DESCRIBED) {
  const text = `${JSON.stringify(resultJsonSchema(command), null, 2)}\n`
  writeFileSync(new URL(`../../../schema/${schemaFile(command)}`, import.meta.url), text)
}
