import type { Execution } from '../model/execution.js'
import { matches } from '../model/filter.js'
import type { Filter } from '../model/filter.js'
import { Memory } from '../model/memory.js'
import { element } from './dom.js'
import { EventList } from './event-list.js'
import { legend } from './legend.js'
import { MemoryView } from './memory-view.js'
import { SourceView } from './source-view.js'
import { StepView } from './step-view.js'
import { Timeline } from './timeline.js'

/** One execution: its lanes, the step one is at, sources, memory and events. */
export class Pane {
  readonly root: HTMLElement
  readonly execution: Execution
  readonly timeline: Timeline
  /** Events that the filter wants; undefined: all. */
  wanted: Uint8Array | undefined
  private readonly step: StepView
  private readonly source: SourceView
  private readonly memory: MemoryView
  private readonly list: EventList

  /** `like`: the execution whose order of lanes it has; `note`: how it compares to the other. */
  constructor(
    execution: Execution,
    choose: (event: number) => void,
    like: Execution,
    note: string | undefined,
  ) {
    this.execution = execution
    const memory = new Memory(execution)
    this.timeline = new Timeline(execution, choose, like)
    this.step = new StepView(execution, memory)
    this.source = new SourceView(execution)
    this.memory = new MemoryView(execution, memory)
    this.list = new EventList(execution, choose)
    const notes = [execution.note, note].flatMap((each) =>
      each === undefined ? [] : [element('p', { class: 'how' }, each)],
    )
    this.root = element(
      'article',
      { class: 'pane', 'aria-label': execution.title },
      element(
        'header',
        {},
        element('h1', {}, execution.title),
        element('p', { class: 'message' }, ...this.fault()),
        ...notes,
      ),
      element('div', {}, this.timeline.root, legend()),
      element('div', { class: 'panels' }, this.step.root, this.source.root, this.memory.root, this.list.root),
    )
  }

  /** Goes to an event, or to the last if there are not so many. */
  go(event: number): void {
    const at = Math.min(event, this.execution.length - 1)
    this.root.classList.toggle('over', event > at)
    const text = this.step.show(at)
    this.timeline.go(at, text)
    this.source.show(at)
    this.memory.show(at)
    this.list.go(at)
  }

  /** Wants only what the filter lets pass; returns how many events that are, undefined: there is no filter. */
  filter(filter: Filter): number | undefined {
    const isNone = Object.values(filter).every((value) => value === undefined || value === '')
    this.wanted = isNone ? undefined : matches(this.execution, filter)
    this.timeline.filter(this.wanted)
    this.list.filter(this.wanted)
    this.memory.filter(filter.field)
    return this.wanted?.reduce((sum, each) => sum + each, 0)
  }

  private fault(): (Node | string)[] {
    const { verdict, message } = this.execution
    if (verdict === undefined) return ['No fault is shown.']
    return [element('span', { class: 'tag fault' }, verdict), ` ${message ?? ''}`]
  }
}
