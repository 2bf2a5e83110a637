import { lowerBound } from '../model/execution.js'
import type { Execution } from '../model/execution.js'
import { ROW } from '../model/lanes.js'
import type { Lane, Picture } from '../model/lanes.js'
import { firstEnding } from '../model/spans.js'
import type { LockSpan, Span } from '../model/spans.js'
import type { Viewport } from '../model/viewport.js'
import { colourOf } from './colours.js'
import type { Colours } from './colours.js'
import { drawArrows } from './draw-arrows.js'
import { drawMarks, drawRulerMarks } from './draw-marks.js'
import type { Marks } from './draw-marks.js'

/** Height of the ruler above the lanes, in pixels. */
export const RULER = 22

/** What is drawn. */
export interface Scene {
  readonly execution: Execution
  readonly picture: Picture
  readonly marks: Marks
  readonly view: Viewport
  readonly cursor: number
  /** Events that the filter wants; undefined: all. */
  readonly wanted: Uint8Array | undefined
  readonly colours: Colours
  /** Width of the names on the left, and of the whole; its height, and how far down the lanes are scrolled. In pixels. */
  readonly gutter: number
  readonly width: number
  readonly height: number
  readonly scroll: number
}

/** Draws the lanes: only those in view, of each only what is in view, and of what shares a pixel only one. */
export function draw(context: CanvasRenderingContext2D, scene: Scene): void {
  const { picture, gutter, width, height, scroll } = scene
  const lanes = picture.lanes.filter(
    ({ top, height: tall }) => top + tall >= scroll && top <= scroll + height,
  )
  context.clearRect(0, 0, width, height)
  within(context, gutter, 0, width - gutter, height, () => {
    drawRuler(context, scene)
    drawRulerMarks(context, scene)
  })
  within(context, 0, RULER, width, height, () => {
    context.translate(0, -scroll)
    for (const lane of lanes) drawName(context, scene, lane)
  })
  within(context, gutter, RULER, width - gutter, height, () => {
    context.translate(0, -scroll)
    for (const lane of lanes) drawLane(context, scene, lane)
    drawArrows(context, scene)
    drawMarks(context, scene)
  })
}

function within(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  width: number,
  height: number,
  act: () => void,
): void {
  context.save()
  context.beginPath()
  context.rect(x, y, width, height)
  context.clip()
  act()
  context.restore()
}

function drawName(context: CanvasRenderingContext2D, { colours, gutter, width }: Scene, lane: Lane): void {
  const top = RULER + lane.top
  context.font = '12px system-ui, sans-serif'
  context.textBaseline = 'middle'
  context.fillStyle = colours.line
  context.fillRect(0, top + lane.height + 2, width, 1)
  context.fillStyle = lane.kind === 'actor' ? colours.text : colours.faint
  context.fillText(shortened(context, lane.name, gutter - 12), 6, top + lane.runHeight / 2)
}

/** Pixel at which an event begins. */
export function xOf({ view, gutter }: Pick<Scene, 'view' | 'gutter'>, event: number): number {
  return gutter + (event - view.from) * view.scale
}

/** A bar: a span, or several that look the same and that no pixel separates (then it has no name). */
interface Bar<T> {
  readonly span: T
  readonly x: number
  readonly w: number
  readonly isOne: boolean
}

/**
 * Calls `each` for what is in view of spans that are in order and apart. Of those that end in the pixel in which the one before ended only
 * the last is looked at. `look`: spans of the same look may become one bar.
 */
function visible<T extends Span>(
  scene: Scene,
  spans: readonly T[],
  look: (span: T) => unknown,
  each: (bar: Bar<T>) => void,
): void {
  const { view, gutter, width } = scene
  const last = view.from + (width - gutter) / view.scale
  let bar: Bar<T> | undefined
  let at = firstEnding(spans, Math.floor(view.from))
  while (at < spans.length) {
    const span = spans[at] as T
    if (span.from > last) break
    const x = xOf(scene, span.from)
    const w = Math.max(1, (span.to - span.from + 1) * view.scale)
    if (bar !== undefined && view.scale < 1 && x - (bar.x + bar.w) < 1 && look(bar.span) === look(span)) {
      bar = { ...bar, w: Math.max(bar.w, x + w - bar.x), isOne: false }
    } else {
      if (bar !== undefined) each(bar)
      bar = { span, x, w, isOne: true }
    }
    const next = view.from + (Math.floor(x + w) - gutter) / view.scale
    at = view.scale < 1 ? firstEnding(spans, Math.floor(next), at + 1) : at + 1
  }
  if (bar !== undefined) each(bar)
}

function drawLane(context: CanvasRenderingContext2D, scene: Scene, lane: Lane): void {
  const { execution, colours } = scene
  const top = RULER + lane.top
  const middle = top + lane.runHeight / 2
  const hasTasks = execution.tasks.length > 0
  const isActor = lane.kind === 'actor'
  context.font = '11px system-ui, sans-serif'
  visible(
    scene,
    lane.tenures,
    ({ task }) => task,
    ({ span, x, w }) => {
      const name = execution.tasks[span.task] ?? ''
      context.fillStyle = colourOf(span.task, name, colours, true)
      context.fillRect(x, top + 1, w, lane.runHeight - 2)
      label(context, scene, name, x, w, middle)
    },
  )
  visible(
    scene,
    lane.runs,
    ({ task }) => task,
    ({ span: { actor, task }, x, w, isOne }) => {
      const number = hasTasks ? task : actor
      const name = (hasTasks ? execution.tasks : execution.actors)[number] ?? ''
      context.fillStyle = colourOf(number, name, colours)
      const shown = Math.max(1, w - gap(w))
      if (isActor) context.fillRect(x, top + lane.runHeight - 8, shown, 7)
      else context.fillRect(x, top + 3, shown, lane.runHeight - 6)
      if (!isActor && isOne) label(context, scene, execution.actors[actor] ?? '', x, w, middle)
    },
  )
  context.font = '10px system-ui, sans-serif'
  for (const [row, spans] of lane.rows.entries())
    visible(
      scene,
      spans,
      ({ kind }) => kind,
      (bar) => drawLock(context, scene, bar, top + lane.runHeight + row * ROW),
    )
}

function gap(w: number): number {
  return w > 4 ? 1 : 0
}

/** Pixels from which on a dashed frame can be told from a bar. */
const DASHED = 6

/** Held: a bar; waited for: a dashed frame. */
function drawLock(
  context: CanvasRenderingContext2D,
  scene: Scene,
  { span, x, w, isOne }: Bar<LockSpan>,
  top: number,
): void {
  const { colours, execution } = scene
  const isHeld = span.kind === 'held'
  if (isHeld || w < DASHED) {
    context.fillStyle = isHeld ? colours.held : colours.waits
    context.fillRect(x, top + 1, w, ROW - 3)
  } else {
    context.strokeStyle = colours.waits
    context.setLineDash([3, 2])
    context.strokeRect(x + 0.5, top + 1.5, w - 1, ROW - 4)
    context.setLineDash([])
  }
  if (!isOne || w < LEAST_LABEL) return
  const name = execution.words[span.word]?.name ?? ''
  label(context, scene, isHeld ? name : `waits: ${name}`, x, w, top + ROW / 2)
}

/** Pixels from which on a text is put into a bar. */
const LEAST_LABEL = 24

/** A text within a bar, if it can be read there. */
function label(
  context: CanvasRenderingContext2D,
  { gutter, width, colours }: Scene,
  text: string,
  x: number,
  w: number,
  middle: number,
): void {
  const from = Math.max(x, gutter)
  const room = Math.min(x + w, width) - from - 6
  if (room < LEAST_LABEL) return
  context.fillStyle = colours.text
  context.textBaseline = 'middle'
  context.fillText(shortened(context, text, room), from + 3, middle)
}

const widths = new Map<string, number>()

/** A text that is no wider than `room` pixels. */
function shortened(context: CanvasRenderingContext2D, text: string, room: number): string {
  const key = `${context.font}${text}`
  const width = widths.get(key) ?? context.measureText(text).width
  widths.set(key, width)
  if (width <= room) return text
  const kept = Math.max(0, Math.floor((text.length * room) / width) - 1)
  return kept === 0 ? '' : `${text.slice(0, kept)}…`
}

const STEPS = [1, 2, 5]

function drawRuler(context: CanvasRenderingContext2D, scene: Scene): void {
  const { view, gutter, width, height, colours, execution, wanted, marks } = scene
  const least = 70 / view.scale
  const power = 10 ** Math.floor(Math.log10(Math.max(1, least)))
  const step = Math.max(1, power * (STEPS.find((each) => each * power >= least) ?? 10))
  context.font = '11px system-ui, sans-serif'
  context.textBaseline = 'middle'
  const last = Math.min(execution.length, view.from + (width - gutter) / view.scale)
  for (
    let number = Math.max(step, Math.ceil((view.from + 1) / step) * step);
    number <= last;
    number += step
  ) {
    const x = xOf(scene, number - 1)
    context.fillStyle = colours.line
    context.fillRect(x, RULER - 5, 1, height)
    const text = number.toLocaleString('en')
    const end = x + 3 + context.measureText(text).width
    if (end > width || marks.focus.some((event) => isOver(xOf(scene, event), x, end))) continue
    context.fillStyle = colours.faint
    context.fillText(text, x + 3, RULER / 2)
  }
  if (wanted === undefined) return
  context.fillStyle = colours.cursor
  let drawn = -1
  for (let event = Math.max(0, Math.floor(view.from)); event < last; event++) {
    const x = Math.floor(xOf(scene, event))
    if (wanted[event] !== 1 || x === drawn) continue
    context.fillRect(x, RULER - 3, Math.max(1, view.scale - 1), 3)
    drawn = x
  }
}

/** Whether the star at a pixel would stand on a number that goes from `from` to `to`. */
function isOver(star: number, from: number, to: number): boolean {
  return star + 10 > from && star - 6 < to
}

/** First of a list of events that is in view. */
export function firstInView(events: ArrayLike<number>, view: Viewport): number {
  return lowerBound(events, Math.floor(view.from))
}
