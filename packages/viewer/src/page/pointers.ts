/** What pointers do to a canvas. Pixels are of the canvas. */
interface Gestures {
  tap(x: number): void
  drag(dx: number): void
  zoom(factor: number, x: number): void
}

/** Pixels a pointer may move and still have tapped. */
const STILL = 4

/** A tap, a drag, two fingers: the same for mouse, pen and touch. */
export function followPointers(canvas: HTMLCanvasElement, gestures: Gestures): void {
  const down = new Map<number, { x: number; moved: number }>()
  canvas.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return
    down.set(event.pointerId, { x: event.offsetX, moved: 0 })
    canvas.setPointerCapture(event.pointerId)
  })
  canvas.addEventListener('pointermove', (event) => {
    const pointer = down.get(event.pointerId)
    if (pointer === undefined) return
    const dx = event.offsetX - pointer.x
    const other = [...down].find(([id]) => id !== event.pointerId)?.[1]
    if (other === undefined) gestures.drag(dx)
    else {
      const before = Math.max(8, Math.abs(pointer.x - other.x))
      const after = Math.max(8, Math.abs(event.offsetX - other.x))
      gestures.zoom(after / before, (event.offsetX + other.x) / 2)
    }
    down.set(event.pointerId, { x: event.offsetX, moved: pointer.moved + Math.abs(dx) })
  })
  const ended = (event: PointerEvent): void => {
    const pointer = down.get(event.pointerId)
    down.delete(event.pointerId)
    if (event.type === 'pointerup' && pointer !== undefined && pointer.moved < STILL)
      gestures.tap(event.offsetX)
  }
  canvas.addEventListener('pointerup', ended)
  canvas.addEventListener('pointercancel', ended)
}
