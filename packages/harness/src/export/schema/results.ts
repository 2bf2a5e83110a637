import { toJsonSchema } from '@valibot/to-json-schema'
import * as v from 'valibot'
import { scenarioJsonSchema } from '../../scenario/json-schema.js'
import { exploreSchema, findingsSchema, replaySchema, verifySchema } from './explore-schema.js'
import { mutateSchema, zooSchema } from './mutant-schema.js'
import { runSchema, scaleSchema } from './run-schema.js'

/** What each command prints with `--json`. `start` prints what `run` does. */
const SCHEMAS = {
  run: runSchema,
  scale: scaleSchema,
  explore: exploreSchema,
  replay: replaySchema,
  findings: findingsSchema,
  verify: verifySchema,
  zoo: zooSchema,
  mutate: mutateSchema,
} satisfies Record<string, v.GenericSchema>

export type Described = keyof typeof SCHEMAS | 'scenarios'

/** The commands whose output has a published schema. */
export const DESCRIBED: readonly Described[] = [...(Object.keys(SCHEMAS) as Described[]), 'scenarios']

/** The published JSON Schema of what a command prints. */
export function resultJsonSchema(command: Described): object {
  const head = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: `holdfast ${command} --json`,
  }
  if (command === 'scenarios') return { ...head, ...scenariosSchema() }
  return { ...head, ...toJsonSchema(SCHEMAS[command], { target: 'draft-2020-12' }), $schema: head.$schema }
}

/** All scenarios, and those that are small enough for `explore`; of one the command prints the file itself. */
function scenariosSchema(): object {
  const { $defs, $schema: _, ...scenario } = scenarioJsonSchema() as { $defs?: object; $schema: string }
  const scenarios = { type: 'array', items: { $ref: '#/$defs/scenario' } }
  return {
    type: 'object',
    properties: { command: { const: 'scenarios' }, scenarios, small: scenarios },
    required: ['command', 'scenarios', 'small'],
    additionalProperties: false,
    $defs: { ...$defs, scenario },
  }
}

/** Where the schema of a command is published, in the folder `schema` of the package. */
export function schemaFile(command: Described): string {
  return `${command}.output.schema.json`
}
