import { toJsonSchema } from '@valibot/to-json-schema'
import { operationSchema, programSchema } from './operation-schema.js'
import { NAME, RESERVED_NAMES } from './limits.js'
import { scenarioSchema } from './scenario-schema.js'

/** The published JSON Schema of scenario files, made from the schema that checks them. */
export function scenarioJsonSchema(): object {
  const schema = toJsonSchema(scenarioSchema, {
    target: 'draft-2020-12',
    definitions: { operation: operationSchema, program: programSchema },
    // The reserved names are told in the description; that an array is no object, the type tells.
    ignoreActions: ['check'],
  }) as { properties: Record<string, object>; $defs?: object }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Holdfast scenario',
    description:
      'A machine, processes, and a program for each of their LWPs. Names that programs use must be declared; ' +
      `a name matches ${NAME.source} and is none of ${RESERVED_NAMES.join(', ')}.`,
    ...schema,
    properties: { $schema: { type: 'string' }, ...schema.properties },
  }
}

/** As it stands in the file. */
export function scenarioJsonSchemaText(): string {
  return `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`
}
