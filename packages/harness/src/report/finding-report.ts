import type { Finding } from './result.js'
import { plural, table } from './table.js'

/** Of each CPU; --json has more. */
const EVENTS_SHOWN = 12

/** One finding for a kernel engineer: what, which words, what each CPU did last, how to see it again. */
export function findingReport(finding: Finding): string[] {
  const where = finding.cpu === undefined ? '' : ` on CPU ${finding.cpu}`
  const lines = [`FINDING  ${finding.verdict}${where}`, ...indent([finding.message])]
  if (finding.words.length > 0) {
    lines.push('', '  Words', ...indent(indent(wordTable(finding))))
  }
  if (finding.stack.length > 0) lines.push('', '  Where it was', ...indent(indent(finding.stack)))
  if (finding.other !== undefined) {
    lines.push('', `  ${finding.other.who}`, ...indent(indent(finding.other.stack)))
  }
  if (finding.lwps.length > 0) lines.push('', '  LWPs', ...indent(indent(finding.lwps)))
  for (const { cpu, events: all } of finding.events) {
    const events = all.slice(-EVENTS_SHOWN)
    lines.push('', `  Last events of CPU ${cpu}, oldest first`, ...indent(indent(events)))
  }
  if (finding.times !== undefined && finding.firstSeconds !== undefined)
    lines.push(
      '',
      `  Seen ${plural(finding.times, 'time')}, first after ${finding.firstSeconds.toFixed(1)} s`,
    )
  return [...lines, '', `  Seed ${finding.seed}; the same again: ${finding.repeat}`]
}

function wordTable(finding: Finding): string[] {
  return table(
    [
      { title: 'word', align: 'left', cell: ({ name }) => name },
      { title: 'address', align: 'right', cell: ({ address }) => String(address) },
      { title: 'value', align: 'right', cell: ({ value }) => String(value) },
      { title: 'hex', align: 'right', cell: ({ value }) => `0x${(value >>> 0).toString(16)}` },
      { title: 'means', align: 'left', cell: ({ means = '' }) => means },
    ],
    finding.words,
  )
}

function indent(lines: readonly string[]): string[] {
  return lines.flatMap((line) => line.split('\n')).map((line) => `  ${line}`)
}
