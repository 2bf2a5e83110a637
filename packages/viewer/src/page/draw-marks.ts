import type { Execution } from '../model/execution.js'
import type { Lane, Picture } from '../model/lanes.js'
import { PREEMPTS, REPORTED } from '../trace/format.js'
import { RULER, firstInView, xOf } from './draw.js'
import type { Scene } from './draw.js'

/** Events that are marked, each list in order. */
export interface Marks {
  readonly preempts: readonly number[]
  readonly reports: readonly number[]
  readonly focus: readonly number[]
}

export function marksOf({ events, length, focus }: Execution): Marks {
  const preempts: number[] = []
  const reports: number[] = []
  for (let event = 0; event < length; event++) {
    const flags = events.flags[event] as number
    if ((flags & PREEMPTS) !== 0) preempts.push(event)
    if ((flags & REPORTED) !== 0) reports.push(event)
  }
  return { preempts, reports, focus }
}

/** Among the lanes: preemptions (a triangle above who is preferred), and what the fault is about (a frame). */
export function drawMarks(context: CanvasRenderingContext2D, scene: Scene): void {
  const { marks, colours, picture, view, execution } = scene
  const width = Math.max(1, view.scale)
  each(scene, marks.preempts, (event, x) => {
    const lane = laneOf(picture, execution, event)
    context.fillStyle = colours.preempt
    triangle(context, x + Math.min(width, 8) / 2, RULER + lane.top)
  })
  context.strokeStyle = colours.fault
  context.lineWidth = 2
  each(scene, marks.focus, (event, x) => {
    const lane = laneOf(picture, execution, event)
    context.strokeRect(x - 2, RULER + lane.top, Math.max(5, width + 3), lane.runHeight)
  })
  context.lineWidth = 1
}

/** From the ruler down: reports (a line), what the fault is about (a star), and where one is. */
export function drawRulerMarks(context: CanvasRenderingContext2D, scene: Scene): void {
  const { marks, colours, view, cursor, height } = scene
  const width = Math.max(1, view.scale)
  context.fillStyle = colours.fault
  each(scene, marks.reports, (_event, x) => context.fillRect(x, 0, 1.5, height))
  context.font = '13px system-ui, sans-serif'
  context.textBaseline = 'middle'
  each(scene, marks.focus, (_event, x) => context.fillText('★', x - 4, RULER / 2))
  const x = xOf(scene, cursor)
  context.fillStyle = colours.cursor
  context.globalAlpha = 0.14
  context.fillRect(x, 0, Math.max(2, width), height)
  context.globalAlpha = 1
  context.fillRect(x, 0, 1.5, height)
}

/** Of marks that share a pixel one. */
function each(scene: Scene, events: readonly number[], act: (event: number, x: number) => void): void {
  const { view, width } = scene
  let last = -1
  for (let at = firstInView(events, view); at < events.length; at++) {
    const event = events[at] as number
    const x = xOf(scene, event)
    if (x > width) return
    if (Math.floor(x) === last) continue
    last = Math.floor(x)
    act(event, x)
  }
}

function laneOf({ lanes }: Picture, { events }: Execution, event: number): Lane {
  return lanes[events.actor[event] as number] as Lane
}

function triangle(context: CanvasRenderingContext2D, x: number, y: number): void {
  context.beginPath()
  context.moveTo(x - 4, y)
  context.lineTo(x + 4, y)
  context.lineTo(x, y + 6)
  context.fill()
}
