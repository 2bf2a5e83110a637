import { parseHTML } from 'linkedom'
import { expect, test } from 'vitest'
import { SAMPLE_FINDING, SAMPLE_RESULT } from '../testing/sample-result.js'
import { runHtml } from './html-run.js'
import { scaleHtml } from './html-scale.js'
import type { RunResult } from './result.js'
import { scalePoint } from './scale-report.js'

const SAMPLES = [0, 1, 2].map((seconds) => ({
  seconds,
  operations: seconds * 1_000,
  shootdowns: seconds * seconds,
  free: 100 - seconds,
}))

const RUNS: readonly RunResult[] = [
  { ...SAMPLE_RESULT, cpus: 1 },
  { ...SAMPLE_RESULT, cpus: 2 },
]

function scaled(): string {
  const one = scalePoint(RUNS[0] as RunResult, undefined)
  const points = [one, scalePoint(RUNS[1] as RunResult, one)]
  const result = {
    command: 'scale' as const,
    scenario: 'memory-pressure',
    seconds: 20,
    seed: 1,
    hostCores: 2,
    points,
    findings: [],
    outcome: 'time' as const,
  }
  return scaleHtml(result, RUNS)
}

/** What of a document is asked here: there are no types of browsers. */
interface Part {
  readonly tagName: string
  readonly textContent: string | null
  readonly parentElement: Part | null
  querySelector(selector: string): Part | null
  querySelectorAll(selector: string): Iterable<Part> & { readonly length: number }
}

function documentOf(text: string): Part {
  return parseHTML(text).document
}

/** Rows of the first table of a section, without the head. */
function rowsOf(page: string, title: string): (string | null)[][] {
  const sections = [...documentOf(page).querySelectorAll('section')]
  const own = sections.find((each) => each.querySelector('h2')?.textContent === title)
  const rows = [...(own?.querySelectorAll('tbody tr') ?? [])]
  return rows.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent))
}

test('each plot of both reports has its data as a table beside it', () => {
  for (const page of [runHtml(SAMPLE_RESULT, SAMPLES), scaled()]) {
    const figures = [...documentOf(page).querySelectorAll('figure')].filter(
      (each) => each.parentElement?.tagName === 'SECTION',
    )
    expect(figures.length).toBeGreaterThanOrEqual(7)
    for (const figure of figures) {
      expect(figure.querySelector('svg')).not.toBeNull()
      expect(figure.parentElement?.querySelectorAll('tbody tr').length).toBeGreaterThan(0)
    }
  }
})

test('the data of a run: rates between samples, times of locks, the lockstat table by time waited', () => {
  const page = runHtml(SAMPLE_RESULT, SAMPLES)
  expect(rowsOf(page, 'Operations a second')).toEqual([
    ['1', '1,000'],
    ['2', '1,000'],
  ])
  expect(rowsOf(page, 'TLB shootdowns a second').map(([, rate]) => rate)).toEqual(['1', '3'])
  expect(rowsOf(page, 'Time held and waited, by lock').slice(0, 2)).toEqual([
    ['proc_lock', 'held', '8,001'],
    ['proc_lock', 'waited', '4,563'],
  ])
  expect(rowsOf(page, 'Locks').map(([name]) => name)).toEqual(['proc_lock', 'l_swaplock'])
  expect(rowsOf(page, 'Locks and their callers')[0]?.[1]).toBe('uvm_swapout_threads (swapout.ts:61)')
})

test('the data of a curve: a row for each size, times a second by lock and by call site', () => {
  const page = scaled()
  expect(rowsOf(page, 'Operations a second').map(([cpus]) => cpus)).toEqual(['1', '2'])
  expect(rowsOf(page, 'Time waited, by lock')[0]).toEqual(['1', '228', '45.6'])
  expect(page).toContain('proc_lock in uvm_swapout_threads')
  expect(rowsOf(page, 'Locks with 2 CPUs')).toHaveLength(2)
})

test('a page is whole: nothing is fetched, no script, light and dark and print, and what it is told is escaped', () => {
  const finding = { ...SAMPLE_FINDING, message: '<b>&"\' is no markup' }
  const page = runHtml({ ...SAMPLE_RESULT, findings: [finding], scenario: 'a<script>' }, [])
  expect(page).not.toMatch(/<script|<link|<img|@import|url\(|\bsrc=/)
  expect(
    [...page.matchAll(/https?:\/\/[^"\s]+/g)]
      .map(([url]) => url)
      .filter((url) => !url.includes('www.w3.org')),
  ).toEqual([])
  for (const text of [
    'prefers-color-scheme: dark',
    '@media print',
    'width=device-width',
    '&lt;b&gt;&amp;&quot;&#39; is no markup',
  ])
    expect(page).toContain(text)
})

test('a run that did nothing has a report too', () => {
  const page = runHtml({ ...SAMPLE_RESULT, operations: {}, locks: [], lockSites: [] }, [])
  expect(page).toContain('None was counted.')
})
