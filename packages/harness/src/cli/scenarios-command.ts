import { SMALL_SCENARIOS } from '../explore/scenarios/index.js'
import { count, plural, table } from '../report/table.js'
import { MACHINE_DEFAULTS, withDefaults } from '../scenario/machine-schema.js'
import type { Scenario } from '../scenario/types.js'
import { lwpsEach, lwpsTotal } from '../scenario/walk.js'
import { DEFAULT_SCENARIO, SCENARIOS } from '../scenarios/index.js'

const WIDTH = 96

/** All built-in scenarios, each with its first sentence. */
export function listScenarios(): string {
  const blocks = SCENARIOS.map((scenario) => {
    const mark = scenario === DEFAULT_SCENARIO ? ' (default)' : ''
    return `${scenario.name}${mark}\n${wrap(firstSentence(scenario.description), '    ')}`
  })
  const small = SMALL_SCENARIOS.map(({ name }) => name).join(', ')
  blocks.push(`Small, for holdfast explore:\n${wrap(small, '    ')}`)
  return `${blocks.join('\n')}\n\nholdfast scenarios <name> describes one, holdfast scenarios <name> --json prints it as a file.\n`
}

/** One scenario: what it exercises, on which machine, with which processes. */
export function describeScenario(scenario: Scenario): string {
  const machine = withDefaults(scenario.machine)
  const tunables = Object.entries(machine).map(([name, value]) => {
    const isDefault =
      JSON.stringify(MACHINE_DEFAULTS[name as keyof typeof MACHINE_DEFAULTS]) === JSON.stringify(value)
    return `  ${name.padEnd(12)}${JSON.stringify(value)}${isDefault ? '' : '  *'}`
  })
  const processes = table(
    [
      { title: 'Process', align: 'left', cell: ({ name }) => name },
      { title: 'Count', align: 'right', cell: (process) => count(process.count ?? 1) },
      { title: 'LWPs each', align: 'right', cell: (process) => count(lwpsEach(process)) },
      { title: 'Operations', align: 'left', cell: (process) => operationNames(process, scenario) },
    ],
    scenario.processes,
  )
  return [
    scenario.name,
    '',
    wrap(scenario.description, '  '),
    '',
    `Machine (* is not the default)`,
    ...tunables,
    '',
    plural(lwpsTotal(scenario), 'LWP'),
    ...processes.map((line) => `  ${line}`),
    '',
  ].join('\n')
}

function operationNames({ lwps }: Scenario['processes'][number], { programs }: Scenario): string {
  const all = lwps.map(({ program }) => (typeof program === 'string' ? programs?.[program] : program))
  const names = JSON.stringify(all).matchAll(/"op":"(\w+)"/g)
  return [...new Set([...names].map(([, name]) => name))]
    .filter((name) => name !== 'loop' && name !== 'choice')
    .join(' ')
}

function firstSentence(text: string): string {
  return /^.*?\.(?=\s|$)/.exec(text)?.[0] ?? text
}

function wrap(text: string, indent: string): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/)) {
    if (line !== '' && indent.length + line.length + 1 + word.length > WIDTH) {
      lines.push(indent + line)
      line = ''
    }
    line += line === '' ? word : ` ${word}`
  }
  return [...lines, indent + line].join('\n')
}
