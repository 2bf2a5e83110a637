import { writeFileSync } from 'node:fs'
import { scenarioJsonSchemaText } from './json-schema.js'

/** Writes the published schema. Run by `pnpm schema`; a test checks that it is up to date. */
writeFileSync(new URL('../../schema/scenario.schema.json', import.meta.url), scenarioJsonSchemaText())
