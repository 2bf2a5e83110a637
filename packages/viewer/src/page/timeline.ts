import { pictureOf } from '../model/lanes.js'
import type { Execution } from '../model/execution.js'
import { bounded, eventAt, fitted, fittedTo, panned, revealing, zoomed } from '../model/viewport.js'
import type { Extent, Viewport } from '../model/viewport.js'
import { coloursNow } from './colours.js'
import { element } from './dom.js'
import { RULER, draw } from './draw.js'
import { marksOf } from './draw-marks.js'
import { followPointers } from './pointers.js'

const GUTTER = 130
const NARROW_GUTTER = 92
const NARROW = 600
/** Executions that are shown from their first step to their last when they are opened; of longer ones what matters. */
const SHORT = 400
/** Steps before the fault within which what led to it is sought. */
const STORY = 3_000
/** One turn of the wheel. */
const WHEEL = 0.002

/** The lanes, as a slider: its value is the step that one is at. */
export class Timeline {
  readonly root: HTMLElement
  private readonly canvas = element('canvas')
  private readonly execution: Execution
  private readonly picture
  private readonly marks
  private view: Viewport = { from: 0, scale: 1 }
  private cursor = 0
  private wanted: Uint8Array | undefined
  private colours = coloursNow()
  private width = 0
  private height = 0
  private isDue = false

  /** `choose`: an event was pointed at; `like`: whose lanes are in the same order. */
  constructor(execution: Execution, choose: (event: number) => void, like: Execution) {
    this.execution = execution
    this.picture = pictureOf(execution, like)
    this.marks = marksOf(execution)
    this.root = element(
      'div',
      {
        class: 'timeline',
        tabindex: 0,
        role: 'slider',
        'aria-label': `Timeline of ${execution.title}`,
        'aria-orientation': 'horizontal',
        'aria-valuemin': 1,
        'aria-valuemax': execution.length,
      },
      element('div', { style: `height: ${RULER + this.picture.height}px` }, this.canvas),
    )
    followPointers(this.canvas, {
      tap: (x) => choose(eventAt(this.extent(), this.view, x - this.gutter())),
      drag: (dx) => this.show(panned(this.extent(), this.view, -dx)),
      zoom: (factor, x) => this.show(zoomed(this.extent(), this.view, factor, x - this.gutter())),
    })
    this.canvas.addEventListener('wheel', (event) => this.turned(event), { passive: false })
    this.root.addEventListener('scroll', () => this.due())
    new ResizeObserver(() => this.resized()).observe(this.root)
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      this.colours = coloursNow()
      this.due()
    })
  }

  /** Goes to an event; `text` says what it is. */
  go(event: number, text: string): void {
    this.cursor = event
    this.root.setAttribute('aria-valuenow', String(event + 1))
    this.root.setAttribute('aria-valuetext', text)
    this.show(revealing(this.extent(), this.view, event))
  }

  /** Marks the events that a filter wants. */
  filter(wanted: Uint8Array | undefined): void {
    this.wanted = wanted
    this.due()
  }

  zoomBy(factor: number): void {
    const x = (this.cursor + 0.5 - this.view.from) * this.view.scale
    this.show(zoomed(this.extent(), this.view, factor, x))
  }

  fit(): void {
    this.show(fitted(this.extent()))
  }

  private extent(): Extent {
    return { length: this.execution.length, width: Math.max(1, this.width - this.gutter()) }
  }

  private gutter(): number {
    return this.width < NARROW ? NARROW_GUTTER : GUTTER
  }

  private show(view: Viewport): void {
    this.view = view
    this.due()
  }

  private turned(event: WheelEvent): void {
    const isZoom = event.ctrlKey || event.metaKey
    const across = event.shiftKey ? event.deltaY + event.deltaX : event.deltaX
    if (!isZoom && Math.abs(across) <= Math.abs(event.deltaY) && !event.shiftKey) return
    event.preventDefault()
    if (isZoom) {
      const factor = Math.exp(-event.deltaY * WHEEL * 2)
      this.show(zoomed(this.extent(), this.view, factor, event.offsetX - this.gutter()))
    } else this.show(panned(this.extent(), this.view, across))
  }

  private resized(): void {
    const { clientWidth, clientHeight } = this.root
    const isFirst = this.width === 0
    if ((clientWidth === this.width && clientHeight === this.height) || clientWidth === 0) return
    this.width = clientWidth
    this.height = clientHeight
    const ratio = devicePixelRatio
    this.canvas.width = Math.round(clientWidth * ratio)
    this.canvas.height = Math.round(clientHeight * ratio)
    this.canvas.style.width = `${clientWidth}px`
    this.canvas.style.height = `${clientHeight}px`
    this.show(isFirst ? this.first() : bounded(this.extent(), this.view))
  }

  /**
   * What is seen when the page opens: all; or, at the fault, what led to it, from the first preemption or access that it is about; or what is around
   * the step that one is at.
   */
  private first(): Viewport {
    const { length, focus } = this.execution
    if (length <= SHORT) return fitted(this.extent())
    const least = this.cursor - SHORT / 2
    const isFault = this.cursor === (focus.at(-1) ?? length - 1)
    const led = [...this.marks.preempts, ...focus].filter((event) => event > this.cursor - STORY)
    return fittedTo(
      this.extent(),
      Math.max(0, isFault ? Math.min(least, ...led) : least),
      Math.min(length - 1, this.cursor + SHORT / 2),
    )
  }

  /** Draws once, at the next frame, however often it is asked for. */
  private due(): void {
    if (this.isDue || this.width === 0) return
    this.isDue = true
    requestAnimationFrame(() => {
      this.isDue = false
      const context = this.canvas.getContext('2d')
      if (context === null) return
      context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0)
      const { execution, picture, marks, view, cursor, wanted, colours, width, height } = this
      const scroll = this.root.scrollTop
      draw(context, {
        execution,
        picture,
        marks,
        view,
        cursor,
        wanted,
        colours,
        gutter: this.gutter(),
        width,
        height,
        scroll,
      })
    })
  }
}
