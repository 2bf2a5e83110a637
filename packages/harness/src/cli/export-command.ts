import type { Command } from 'commander'
import type { Finding, Subject } from '@holdfast/explorer'
import { ExecutionProbe } from '../export/execution-probe.js'
import { githubAnnotations } from '../export/github.js'
import { junitXml } from '../export/junit.js'
import { lockOrderDot } from '../export/lock-order-dot.js'
import { mermaidOf } from '../export/mermaid.js'
import { annotationOf, caseOf } from '../export/of-findings.js'
import { perfettoOf } from '../export/perfetto.js'
import { waitForDot } from '../export/wait-for-dot.js'
import { choices, notAllowed, UsageError } from '../scenario/problem.js'
import { writeText } from './written-reports.js'
import { print } from './output.js'
import { driftLines, faultOf, recordedIn, replayRecorded, subjectOfRecorded } from './replay-command.js'
import type { Again, Recorded } from './replay-command.js'
import { EXIT_OK, EXIT_USAGE } from './run-command.js'
import { traceOf } from './view-command.js'

const FORMATS = ['perfetto', 'dot', 'mermaid', 'junit', 'github'] as const
type Format = (typeof FORMATS)[number]
const GRAPHS = ['waits', 'lock-order'] as const
type Graph = (typeof GRAPHS)[number]

/** Options as they come. */
interface ExportFlags {
  readonly format?: string
  readonly graph?: string
  readonly out?: string
  readonly force?: boolean
}

/** Adds `holdfast export`. */
export function addExport(program: Command, exit: (code: number) => void): void {
  program
    .command('export')
    .description('write findings in a form that other tools read')
    .argument(
      '<finding...>',
      'finding files, names of docs/findings, schedules (hf1+...); perfetto: also a trace of view',
    )
    .requiredOption(
      '--format <format>',
      'perfetto (trace of ui.perfetto.dev), dot (Graphviz), mermaid (sequence diagram), junit, github (annotations)',
    )
    .option(
      '--graph <graph>',
      'with dot: waits, who waits for whom at the end, or lock-order (default: waits of a deadlock or lost wake-up)',
    )
    .option('--out <file>', 'write it there (default: to standard output)')
    .option('--force', 'perfetto, dot: go on where the program has drifted, as far as that is possible')
    .action(async (findings: string[], flags: ExportFlags) => {
      exit(await exportCommand(findings, flags))
    })
}

/** Exit code: 0 written, 2 the program is not the one recorded. Throws UsageError. */
async function exportCommand(findings: readonly string[], flags: ExportFlags): Promise<number> {
  const { format, graph } = checked(findings, flags)
  if (format === 'perfetto')
    return written(`${JSON.stringify(perfettoOf(await traceOf(findings[0] ?? '', flags)))}\n`, flags)
  const recorded = findings.map((each) => recordedIn(each))
  if (format === 'mermaid')
    return written(recorded.map((each) => mermaidOf(findingOf(each))).join('\n'), flags)
  if (format === 'junit') return written(junitXml(recorded.map((each) => caseOf(findingOf(each)))), flags)
  if (format === 'github')
    return written(githubAnnotations(recorded.map((each) => annotationOf(findingOf(each)))), flags)
  const [only] = recorded as [Recorded]
  const played = await play(only, flags.force === true)
  for (const line of driftLines(played.again)) process.stderr.write(`holdfast: ${line}\n`)
  if (played.again.isRefused) return EXIT_USAGE
  return written(dotOf(only, played, graph), flags)
}

function checked(
  findings: readonly string[],
  { format = '', graph }: ExportFlags,
): { format: Format; graph: Graph | undefined } {
  const known = FORMATS.find((each) => each === format)
  if (known === undefined) throw new UsageError([notAllowed('--format', format, choices(FORMATS))])
  const isOne = known === 'perfetto' || known === 'dot'
  if (isOne && findings.length > 1)
    throw new UsageError([notAllowed('finding', findings[1], `one at a time with --format ${known}`)])
  const drawn = GRAPHS.find((each) => each === graph)
  if (graph !== undefined && drawn === undefined)
    throw new UsageError([notAllowed('--graph', graph, choices(GRAPHS))])
  if (graph !== undefined && known !== 'dot')
    throw new UsageError([notAllowed('--graph', graph, 'with --format dot only')])
  return { format: known, graph: drawn }
}

function findingOf({ finding, schedule }: Recorded): Finding {
  if (finding !== undefined) return finding
  throw new UsageError([
    notAllowed('finding', schedule.subject, 'a finding file: a schedule alone does not say what it shows'),
  ])
}

interface Played {
  readonly subject: Subject
  readonly probe: ExecutionProbe
  readonly again: Again
}

async function play(recorded: Recorded, force: boolean): Promise<Played> {
  const subject = await subjectOfRecorded(recorded)
  const probe = new ExecutionProbe(subject)
  return { subject, probe, again: replayRecorded(probe.watching(), recorded, force) }
}

function dotOf({ finding }: Recorded, { subject, probe, again }: Played, graph: Graph | undefined): string {
  const fault = faultOf(again.replayed, finding)
  const { waiting, lockOrder = [] } = probe
  if ((graph ?? (waiting.waits.length > 0 ? 'waits' : 'lock-order')) === 'lock-order')
    return lockOrderDot(lockOrder, subject.sites, `${subject.id}: order of locks`)
  if (waiting.waits.length === 0)
    throw new UsageError([notAllowed('--graph', 'waits', 'of an execution that stands still at its end')])
  return waitForDot(waiting, subject.sites, `${subject.id}: ${fault?.verdict ?? 'at the end'}`)
}

async function written(text: string, { out }: ExportFlags): Promise<number> {
  if (out === undefined) await print(text)
  else writeText('--out', out, text)
  return EXIT_OK
}
