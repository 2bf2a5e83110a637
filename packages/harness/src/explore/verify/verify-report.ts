import { table } from '../../report/table.js'
import { mutantOf } from '../../zoo/index.js'
import { periodText } from './period.js'
import { CLAIMS } from './verified.js'
import type { Claim, Verified } from './verified-claim.js'

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** What was looked into, for people. */
export function verifyReport(results: readonly Verified[]): string {
  const lines = table<Verified>(
    [
      { title: 'Claim', align: 'left', cell: ({ id }) => id },
      { title: 'Holds', align: 'left', cell: verdictOf },
      { title: 'Preemptions', align: 'right', cell: ({ id }) => `<= ${claimOf(id).bound}` },
      { title: 'Executions', align: 'right', cell: ({ claim }) => whole.format(claim.executions) },
      { title: 'States', align: 'right', cell: ({ claim }) => whole.format(claim.states) },
      { title: 'Seconds', align: 'right', cell: ({ claim }) => claim.seconds.toFixed(1) },
      { title: 'Planted faults', align: 'left', cell: plantedText },
    ],
    results,
  )
  const found = results.flatMap(({ id, claim }) => claim.found.map((text) => `${id}: ${text}`))
  return [
    ...lines,
    '',
    ...found,
    `${results.filter(({ holds }) => holds).length} of ${results.length} hold.`,
  ].join('\n')
}

/** The table of docs/verified.md. */
export function verifyMarkdown(results: readonly Verified[]): string {
  const rows = results.map((result) => {
    const { id, scenario, variant, machine, bound } = claimOf(result.id)
    const kernel = variant === undefined ? '1.137' : `with ${variant.split(',').join(', ')}`
    const special = machine?.kpreempt === true ? ', kernel preemption' : ''
    const cpus = machine?.cpus ?? scenario.machine?.cpus
    const { claim } = result
    const cells = [
      id,
      scenario.name,
      `${kernel}; ${cpus} CPUs${special}`,
      `at most ${bound} ${periodText(claimOf(result.id))}`,
      whole.format(claim.executions),
      whole.format(claim.states),
      claim.seconds.toFixed(1),
      result.planted.map(({ name, explored }) => `${name} (${whole.format(explored.executions)})`).join(', '),
    ]
    return `| ${cells.join(' | ')} |`
  })
  return [
    '| claim | scenario | kernel | preemptions | executions | states | seconds | planted faults found (after executions) |',
    '| --- | --- | --- | --- | ---: | ---: | ---: | --- |',
    ...rows,
  ].join('\n')
}

/** What a claim says, and what its planted faults are; `variant`: with that in place of the correction it is about. */
export function claimText(id: string, variant?: string): string {
  const { claim, scenario, planted, variant: own } = claimOf(id)
  const faults = planted.map((name) => `  ${name}: ${mutantOf(name)?.about ?? 'the kernel as it is'}`)
  return [
    claim,
    ...(variant === undefined ? [] : [`Here with ${variant} in place of ${own}.`]),
    `Scenario ${scenario.name}: ${scenario.description}`,
    'Must be found, if it is there:',
    ...faults,
  ].join('\n')
}

function claimOf(id: string): Claim {
  const found = CLAIMS.find((claim) => claim.id === id)
  if (found === undefined) throw new RangeError(`no claim is called '${id}'`)
  return found
}

function verdictOf({ holds, claim }: Verified): string {
  if (claim.found.length > 0) return 'NO'
  if (!claim.complete) return 'not all visited'
  return holds ? 'yes' : 'says nothing'
}

function plantedText({ planted }: Verified): string {
  return planted
    .map(({ name, explored }) => `${name} ${explored.found.length > 0 ? 'found' : 'NOT FOUND'}`)
    .join(', ')
}
