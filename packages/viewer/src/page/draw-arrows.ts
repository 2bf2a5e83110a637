import { ROW } from '../model/lanes.js'
import { firstEnding } from '../model/spans.js'
import type { Arrow } from '../model/spans.js'
import { RULER, xOf } from './draw.js'
import type { Scene } from './draw.js'

/** Pixels that an arrow to one who did not wait may be long: longer ones tell nothing, and there are many. */
const NEAR = 160
/** Arrows that are drawn at most: more would be a smear. */
const MOST = 400

/** From who released a lock to who took it next. */
export function drawArrows(context: CanvasRenderingContext2D, scene: Scene): void {
  const { picture, view, gutter, width } = scene
  const last = view.from + (width - gutter) / view.scale
  let drawn = 0
  for (let at = firstEnding(picture.arrows, view.from); at < picture.arrows.length && drawn < MOST; at++) {
    const arrow = picture.arrows[at] as Arrow
    if (arrow.from > last || (!arrow.waited && !isNear(arrow, view.scale))) continue
    drawArrow(context, scene, arrow)
    drawn++
  }
}

function isNear({ from, to }: Arrow, scale: number): boolean {
  return scale >= 1 && (to - from) * scale <= NEAR
}

function drawArrow(context: CanvasRenderingContext2D, scene: Scene, arrow: Arrow): void {
  const { picture, view, colours } = scene
  const from = picture.laneOf(arrow.releaser)
  const to = picture.laneOf(arrow.acquirer)
  if (from === undefined || to === undefined) return
  const yFrom =
    RULER + from.top + from.runHeight + (picture.rowOf(arrow.releaser, arrow.word, arrow.from) + 0.5) * ROW
  const yTo =
    RULER + to.top + to.runHeight + (picture.rowOf(arrow.acquirer, arrow.word, arrow.to) + 0.5) * ROW
  const xFrom = xOf(scene, arrow.from + 0.5)
  const xTo = xOf(scene, arrow.to + (view.scale > 4 ? 0.5 : 0))
  const bend = Math.max(10, Math.min(60, (xTo - xFrom) / 2))
  context.strokeStyle = colours.arrow
  context.fillStyle = colours.arrow
  context.globalAlpha = arrow.waited ? 1 : 0.35
  context.lineWidth = arrow.waited ? 1.5 : 1
  context.beginPath()
  context.moveTo(xFrom, yFrom)
  context.bezierCurveTo(xFrom + bend, yFrom, xTo - bend, yTo, xTo - 3, yTo)
  context.stroke()
  context.beginPath()
  context.moveTo(xTo, yTo)
  context.lineTo(xTo - 6, yTo - 3)
  context.lineTo(xTo - 6, yTo + 3)
  context.fill()
  context.globalAlpha = 1
  context.lineWidth = 1
}
