import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { Terminal } from '../testing/terminal.js'
import { progressOn } from './progress.js'

interface Sink {
  readonly stream: NodeJS.WriteStream
  readonly terminal: Terminal
  written: string
}

function sink(isTTY: boolean, columns = 60, rows = 10): Sink {
  const terminal = new Terminal(columns, rows)
  const it = { terminal, written: '' } as { terminal: Terminal; written: string; stream: NodeJS.WriteStream }
  const stream = new Writable({
    decodeStrings: false,
    write(text: string, _, done) {
      it.written += text
      terminal.write(text)
      done()
    },
  })
  it.stream = Object.assign(stream, { isTTY, columns, rows }) as unknown as NodeJS.WriteStream
  return it
}

const view = (n: number): string => Array.from({ length: 5 }, (_, i) => `line ${i} of view ${n}`).join('\n')

test('on a terminal 1,000 views stand in one place, and nothing is left of them', () => {
  const { stream, terminal } = sink(true)
  stream.write('before\n')
  const progress = progressOn(stream, Date.now, {})
  for (let n = 0; n < 1_000; n++) progress.update('a line', () => view(n))
  expect(terminal.text()).toBe(`before\n${view(999)}`)
  expect(terminal.height).toBe(7)
  progress.done()
  stream.write('the report\n')
  expect(terminal.text()).toBe('before\nthe report')
})

test('views of more lines than the terminal has, and longer than it is wide, are cut: it does not scroll', () => {
  const { stream, terminal } = sink(true, 40, 10)
  const progress = progressOn(stream, Date.now, {})
  for (let n = 0; n < 100; n++) progress.update('', () => `${'x'.repeat(200)}\n`.repeat(50))
  expect(terminal.height).toBeLessThanOrEqual(10)
  progress.done()
  expect(terminal.text()).toBe('')
})

test('elsewhere, and with NO_COLOR or a dumb terminal, there is a line every four seconds and no view', () => {
  for (const [isTTY, env] of [
    [false, {}],
    [true, { NO_COLOR: '1' }],
    [true, { TERM: 'dumb' }],
  ] as const) {
    let now = 0
    const it = sink(isTTY)
    const progress = progressOn(it.stream, () => now, env)
    for (; now <= 9_000; now += 100)
      progress.update(`at ${now}`, () => {
        throw new Error('nobody looks')
      })
    progress.done()
    expect(it.written).toBe('at 4000\nat 8000\n')
  }
})
