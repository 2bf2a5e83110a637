import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LARGEST_SCALE, bounded, eventAt, fitted, panned, revealing, zoomed } from './viewport.js'

const extents = fc.record({
  length: fc.integer({ min: 1, max: 200_000 }),
  width: fc.integer({ min: 200, max: 3000 }),
})
const views = extents.chain((extent) =>
  fc
    .record({
      from: fc.double({ min: 0, max: extent.length, noNaN: true }),
      scale: fc.double({ min: 0.001, max: 100, noNaN: true }),
    })
    .map((view) => ({ extent, view: bounded(extent, view) })),
)

test('fitted: all events are in view', () => {
  fc.assert(
    fc.property(extents, (extent) => {
      const { from, scale } = fitted(extent)
      expect(from).toBe(0)
      expect(extent.length * scale).toBeLessThanOrEqual(extent.width + 1e-6)
    }),
  )
})

test('the event brought into view is in view, and one in the middle moves nothing', () => {
  fc.assert(
    fc.property(views, fc.nat(), ({ extent, view }, number) => {
      const event = number % extent.length
      const shown = revealing(extent, view, event)
      const x = (event - shown.from) * shown.scale
      expect(x).toBeGreaterThanOrEqual(-1e-6)
      expect(x).toBeLessThanOrEqual(extent.width)
      expect(revealing(extent, shown, event)).toEqual(shown)
    }),
  )
})

test('enlarging keeps what is under the pointer there, unless an end is reached', () => {
  fc.assert(
    fc.property(views, fc.double({ min: 1, max: 8, noNaN: true }), ({ extent, view }, factor) => {
      const x = extent.width / 2
      const { from, scale } = zoomed(extent, view, factor, x)
      expect(scale).toBeLessThanOrEqual(LARGEST_SCALE)
      const before = view.from + x / view.scale
      const after = from + x / scale
      const isAtEnd = from === 0 || Math.abs(from - bounded(extent, { from: Infinity, scale }).from) < 1e-6
      if (!isAtEnd) expect(after).toBeCloseTo(before, 4)
    }),
  )
})

test('moving there and back, between the ends, is staying; every pixel is of an event', () => {
  fc.assert(
    fc.property(views, fc.integer({ min: -500, max: 500 }), ({ extent, view }, pixels) => {
      const there = panned(extent, view, pixels)
      const isFree = Math.abs((there.from - view.from) * view.scale - pixels) < 1e-6
      if (isFree) expect(panned(extent, there, -pixels).from).toBeCloseTo(view.from, 4)
      const event = eventAt(extent, there, Math.abs(pixels))
      expect(event).toBeGreaterThanOrEqual(0)
      expect(event).toBeLessThan(extent.length)
    }),
  )
})
