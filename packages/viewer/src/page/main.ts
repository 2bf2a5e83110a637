import { commonPrefix } from '../model/compare.js'
import { loadTrace } from '../model/execution.js'
import type { Execution } from '../model/execution.js'
import { nextMarked } from '../model/filter.js'
import { PREEMPTS, REPORTED } from '../trace/format.js'
import { readData } from './data.js'
import { element } from './dom.js'
import { followKeys, keysDialog } from './keys.js'
import { Pane } from './pane.js'
import { Toolbar } from './toolbar.js'

/** The page: a toolbar, and a pane for each execution. One step number for all of them, which is in the address too. */
async function start(): Promise<void> {
  const executions = (await readData()).map(loadTrace)
  const [first] = executions
  if (first === undefined) throw new Error('this page has no executions')
  const last = Math.max(...executions.map(({ length }) => length)) - 1
  const marked = markedIn(first)
  const dialog = keysDialog()
  let current = 0

  const go = (event: number): void => {
    current = Math.max(0, Math.min(last, Number.isFinite(event) ? Math.round(event) : 0))
    for (const pane of panes) pane.go(current)
    toolbar.show(current)
    remember(current)
  }
  const next = (by: 1 | -1): void => {
    const found = panes.flatMap(({ wanted }) =>
      wanted === undefined ? [] : (nextMarked(wanted, current, by) ?? []),
    )
    if (found.length > 0) go(by > 0 ? Math.min(...found) : Math.max(...found))
    else if (panes.every(({ wanted }) => wanted === undefined)) go(current + by)
  }
  const commands = {
    go,
    next,
    by: (steps: number) => {
      if (Math.abs(steps) === 1) next(steps as 1 | -1)
      else go(current + steps)
    },
    marked: (by: 1 | -1) => {
      const found = nextMarked(marked, current, by)
      if (found !== undefined) go(found)
    },
    filter: (filter: Parameters<Pane['filter']>[0]) => panes.map((pane) => pane.filter(filter)),
    zoom: (factor: number) => {
      for (const { timeline } of panes) timeline.zoomBy(factor)
    },
    fit: () => {
      for (const { timeline } of panes) timeline.fit()
    },
    help: () => dialog.showModal(),
    search: () => toolbar.focusSearch(),
  }
  const note = comparison(executions)
  const panes = executions.map((execution) => new Pane(execution, go, first, note))
  const toolbar = new Toolbar(executions, commands)
  const main = element(
    'main',
    { class: panes.length > 1 ? 'panes two' : 'panes' },
    ...panes.map(({ root }) => root),
  )
  document.body.replaceChildren(toolbar.root, main, dialog)
  followKeys(commands)
  addEventListener('hashchange', () => go(stepInAddress() ?? current))
  go(stepInAddress() ?? first.focus.at(-1) ?? first.notes.find(({ kind }) => kind === 'report')?.event ?? 0)
}

/** How two executions compare. */
function comparison([one, other]: readonly Execution[]): string | undefined {
  if (one === undefined || other === undefined) return undefined
  const same = commonPrefix(one, other)
  return same === one.length && same === other.length
    ? 'The two are the same, step by step.'
    : `The two are the same up to step ${same}.`
}

/** Preemptions, reports and what the fault is about. */
function markedIn({ events, focus, length }: Execution): Uint8Array {
  const marked = new Uint8Array(length)
  for (let event = 0; event < length; event++)
    if (((events.flags[event] as number) & (PREEMPTS | REPORTED)) !== 0) marked[event] = 1
  for (const event of focus) marked[event] = 1
  return marked
}

/** The event of `#step=12`. */
function stepInAddress(): number | undefined {
  const step = /(?:^#|&)step=(\d+)/.exec(location.hash)?.[1]
  return step === undefined ? undefined : Number(step) - 1
}

/** Browsers refuse an address that changes too often. */
const ADDRESS_MS = 150
let due: ReturnType<typeof setTimeout> | undefined

/** Puts the step into the address, once one stays there; a page opened from a file may do so too. */
function remember(event: number): void {
  clearTimeout(due)
  due = setTimeout(() => {
    const hash = `#step=${event + 1}`
    if (location.hash !== hash) history.replaceState(null, '', hash)
  }, ADDRESS_MS)
}

start().catch((error: unknown) => {
  document.body.replaceChildren(
    element('p', { class: 'failed', role: 'alert' }, `This page cannot be shown: ${String(error)}`),
  )
})
