import { FAMILIES } from './index.js'
import { NOT_EXPRESSIBLE } from './not-expressible.js'
import { PARALLEL_SECONDS } from './parallel.js'
import { twinName } from './run-zoo.js'
import type { Shown, Zoo } from './run-zoo.js'
import { CORRECTED } from './sources.js'
import { STRATEGY_NAMES } from './trial.js'
import { alarmsOf, parallelText } from './zoo-report.js'

/** docs/zoo.md: every mutant with its story and its source, and what came of it. */
export function zooPage(zoo: Zoo): string {
  const { shown, twins, parallelTwins, budget } = zoo
  const executions = twins.reduce((sum, twin) => sum + twin.executions, 0)
  const alarms = alarmsOf(zoo).length
  const parallel =
    parallelTwins.length === 0 ? '' : `, and ${parallelTwins.length} scenarios on parallel workers,`
  const caught = shown.filter(({ best }) => best !== undefined).length
  return [
    '# The zoo: historic faults, planted again',
    '',
    `Faults that this protocol and its relatives have had, and the classic ones of locks, each as a small change of the source. ${caught} of ${shown.length} are caught; ` +
      `${executions} executions of the same ${twins.length} kernels and programs without them${parallel} found something in ${alarms}. \`holdfast zoo\` does it again; ` +
      '`holdfast explore <scenario> --variant <corrections>,<mutant>` shows one. This page is written by `holdfast zoo --write`. ' +
      'The figures are of one run, of the version that wrote the page: with another kernel or other checkers they may be others.',
    '',
    `Mutants of the kernel stand on the corrections \`${CORRECTED}\` (see [findings.md](findings.md)): the published kernel has those faults itself, and nearly every ` +
      'scenario would show one of them first. The numbers are executions up to the first catch, with seed 1. Preemptions are those of the shrunk schedule ' +
      '(the fewest found).',
    '',
    '- **random**, **pct**, **pos**, **surw** know nothing of the fault. An execution has at most 2 ticks of the clock that come when they like.',
    '- **delay-there** knows where it is: it holds CPUs up near the change, and gets up to thirty times as many executions; the twin as many as it took, and no fewer than the other strategies.',
    '- **bounded** is exhaustive up to a few preemptions: of a scenario within a window of time, where the mutant names one; of a program throughout.',
    '- **dpor** serves no interrupts that come at any point. Of a scenario it runs with interrupts polled (`?interrupts=polled`), for as few executions as the samples: not long ' +
      'enough for a search, and shown for completeness.',
    `- **in parallel**: what \`holdfast run --sanitize --chaos\` reported first on two workers, and after how many seconds; "no": nothing in ${PARALLEL_SECONDS} s, of a larger scenario. ` +
      'Chance has its part in that: another run may differ. A program has no machine to run on.',
    '',
    ...(budget === undefined ? [] : [cutShort(budget), '']),
    ...FAMILIES.flatMap(({ title, mutants }) => {
      const rows = mutants.flatMap(({ id }) => shown.find(({ mutant }) => mutant.id === id) ?? [])
      return rows.length === 0 ? [] : [`## ${title}`, '', ...familyTable(rows), '', ...rows.flatMap(storyOf)]
    }),
    '## What is not here',
    '',
    'Rows of the history that are no mutants, and why.',
    '',
    '| row | fault | why not |',
    '| --- | --- | --- |',
    ...NOT_EXPRESSIBLE.map(({ row, fault, why }) => `| ${row} | ${fault} | ${why} |`),
    '',
  ].join('\n')
}

/** What is to be known of a run in which time was the limit. */
function cutShort(budget: number): string {
  return `**This run was cut short**: each strategy had at most ${budget} s on each mutant and twin. "Not in 12" then says that there was no time for more, and "not caught" says little.`
}

function familyTable(rows: readonly Shown[]): string[] {
  const strategies = STRATEGY_NAMES.filter((name) =>
    rows.some(({ tried }) => tried.some((each) => each.name === name)),
  )
  return [
    `| mutant | caught by | ${strategies.join(' | ')} | preemptions | in parallel |`,
    `| --- | --- |${strategies.map(() => ' ---: |').join('')} ---: | --- |`,
    ...rows.map((row) => {
      const cells = strategies.map((name) => {
        const own = row.tried.find((each) => each.name === name)
        if (own === undefined) return '-'
        return own.caught === undefined ? `not in ${own.executions}` : String(own.executions)
      })
      const by = row.best?.caught?.verdict ?? '**not caught**'
      return `| [${row.mutant.id}](#${row.mutant.id}) | ${by} | ${cells.join(' | ')} | ${row.preemptions ?? '-'} | ${parallelText(row)} |`
    }),
  ]
}

function storyOf({ mutant, best }: Shown): string[] {
  const { id, about, story, source } = mutant
  return [
    `### ${id}`,
    '',
    `${capital(about)}. ${story}`,
    '',
    `- **From** ${source.text} (${source.confidence}).`,
    `- **Shown by** ${twinName(mutant).replace(` with ${CORRECTED}`, '').replace(`,${CORRECTED}`, '')}; expected: ${mutant.expected.join(' or ')}.`,
    ...(best?.caught === undefined
      ? []
      : [`- **Report** ${best.caught.verdict}: ${escaped(best.caught.report.message)}`]),
    '',
  ]
}

function capital(text: string): string {
  return /^(uvm_|sys_|lwp_|mutex_|cv_|rw_|l_|swappable|onceEnter|process_|setrunnable|sleepq_|sched_|physio)/.test(
    text,
  )
    ? `\`${text.slice(0, text.search(/[ (]/))}\`${text.slice(text.search(/[ (]/))}`
    : text.slice(0, 1).toUpperCase() + text.slice(1)
}

/** As text of a page: names have underscores, and reports angle brackets. */
function escaped(text: string): string {
  return text.replaceAll(/[_<>*[\]|]/g, (sign) => `\\${sign}`)
}
