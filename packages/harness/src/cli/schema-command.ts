import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { DESCRIBED, schemaFile } from '../export/schema/results.js'
import { choices, notAllowed, UsageError } from '../scenario/problem.js'
import { print, printJson } from './output.js'

/** Adds `holdfast schema`. */
export function addSchema(program: Command): void {
  program
    .command('schema')
    .description('print the JSON Schema of scenario files, or of what a command prints with --json')
    .argument('[command]', `${DESCRIBED.join(', ')}; left out: scenario files`)
    .option('--json', 'the same on one line')
    .action(async (command: string | undefined, { json }: { json?: boolean }) => {
      const text = readFileSync(new URL(`../../schema/${fileOf(command)}`, import.meta.url), 'utf8')
      await (json ? printJson(JSON.parse(text) as object) : print(text))
    })
}

function fileOf(command: string | undefined): string {
  if (command === undefined) return 'scenario.schema.json'
  const described = DESCRIBED.find((each) => each === command)
  if (described === undefined) throw new UsageError([notAllowed('command', command, choices(DESCRIBED))])
  return schemaFile(described)
}
