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
import { drawMarks } from './draw-marks.js'
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
  /** Width of the names on the left, and of the whole. */
  readonly gutter: number
  readonly width: number
}

/** Draws the lanes: of each only what is in view, and of what shares a pixel only one. */
export function draw(context: CanvasRenderingContext2D, scene: Scene): void {
  const { picture, colours, gutter, width } = scene
  const height = RULER + picture.height
  context.clearRect(0, 0, width, height)
  context.save()
  context.beginPath()
  context.rect(gutter, 0, width - gutter, height)
  context.clip()
  drawRuler(context, scene)
  for (const lane of picture.lanes) drawLane(context, scene, lane)
  drawArrows(context, scene)
  drawMarks(context, scene)
  context.restore()
  context.font = '12px system-ui, sans-serif'
  context.textBaseline = 'middle'
  for (const lane of picture.lanes) {
    const top = RULER + lane.top
    context.fillStyle = colours.line
    context.fillRect(0, top + lane.height + 2, width, 1)
    context.fillStyle = lane.kind === 'actor' ? colours.text : colours.faint
    context.fillText(shortened(context, lane.name, gutter - 12), 6, top + lane.runHeight / 2)
  }
}

/** Pixel at which an event begins. */
export function xOf({ view, gutter }: Pick<Scene, 'view' | 'gutter'>, event: number): number {
  return gutter + (event - view.from) * view.scale
}

/** Calls `each` for the spans in view; of those that end in the pixel in which the one before ended for one. Spans are in order and apart. */
function visible<T extends Span>(
  scene: Scene,
  spans: readonly T[],
  each: (span: T, x: number, w: number) => void,
): void {
  const { view, gutter, width } = scene
  const last = view.from + (width - gutter) / view.scale
  let at = firstEnding(spans, Math.floor(view.from))
  while (at < spans.length) {
    const span = spans[at] as T
    if (span.from > last) return
    const x = xOf(scene, span.from)
    const w = Math.max(1, (span.to - span.from + 1) * view.scale)
    each(span, x, w)
    const next = view.from + (Math.floor(x + w) - gutter) / view.scale
    at = Math.max(at + 1, view.scale < 1 ? firstEnding(spans, Math.floor(next), at + 1) : 0)
  }
}

function drawLane(context: CanvasRenderingContext2D, scene: Scene, lane: Lane): void {
  const { execution, colours } = scene
  const top = RULER + lane.top
  const hasTasks = execution.tasks.length > 0
  visible(scene, lane.tenures, ({ task }, x, w) => {
    const name = execution.tasks[task] ?? ''
    context.fillStyle = colourOf(task, name, colours, true)
    context.fillRect(x, top + 1, w, lane.runHeight - 2)
    label(context, scene, name, x, w, top + lane.runHeight / 2)
  })
  visible(scene, lane.runs, ({ actor, task }, x, w) => {
    const number = hasTasks ? task : actor
    const name = (hasTasks ? execution.tasks : execution.actors)[number] ?? ''
    context.fillStyle = colourOf(number, name, colours)
    context.fillRect(
      x,
      top + (lane.kind === 'actor' ? lane.runHeight - 8 : 3),
      Math.max(1, w - gap(w)),
      lane.kind === 'actor' ? 7 : lane.runHeight - 6,
    )
    if (lane.kind === 'task')
      label(context, scene, execution.actors[actor] ?? '', x, w, top + lane.runHeight / 2)
  })
  for (const [row, spans] of lane.rows.entries())
    visible(scene, spans, (span, x, w) =>
      drawLock(context, scene, span, x, w, top + lane.runHeight + row * ROW),
    )
}

function gap(w: number): number {
  return w > 4 ? 1 : 0
}

/** Held: a bar; waited for: hatched and open. */
function drawLock(
  context: CanvasRenderingContext2D,
  scene: Scene,
  span: LockSpan,
  x: number,
  w: number,
  top: number,
): void {
  const { colours, execution } = scene
  const name = execution.words[span.word]?.name ?? ''
  if (span.kind === 'held') {
    context.fillStyle = colours.held
    context.fillRect(x, top + 1, w, ROW - 3)
  } else {
    context.strokeStyle = colours.waits
    context.fillStyle = colours.waits
    context.setLineDash([3, 2])
    context.strokeRect(x + 0.5, top + 1.5, Math.max(1, w - 1), ROW - 4)
    context.setLineDash([])
  }
  context.font = '9px system-ui, sans-serif'
  label(context, scene, span.kind === 'held' ? name : `waits: ${name}`, x, w, top + ROW / 2, colours.text)
  context.font = '11px system-ui, sans-serif'
}

/** A text within a bar, if it can be read there. */
function label(
  context: CanvasRenderingContext2D,
  { gutter, width, colours }: Scene,
  text: string,
  x: number,
  w: number,
  middle: number,
  colour = colours.text,
): void {
  const from = Math.max(x, gutter)
  const room = Math.min(x + w, width) - from - 6
  if (room < 24) return
  context.fillStyle = colour
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
  const { view, gutter, width, colours, execution, wanted, picture } = scene
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
    context.fillRect(x, RULER - 5, 1, picture.height + 5)
    context.fillStyle = colours.faint
    context.fillText(number.toLocaleString('en'), x + 3, RULER / 2)
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

/** First of a list of events that is in view. */
export function firstInView(events: ArrayLike<number>, view: Viewport): number {
  return lowerBound(events, Math.floor(view.from))
}
