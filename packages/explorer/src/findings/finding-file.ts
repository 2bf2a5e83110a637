import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeFolder } from '@holdfast/compiler'
import type { Site } from '@holdfast/compiler'
import * as v from 'valibot'
import type { Remark } from '../engine/narrator.js'
import type { EventRow, Left, Pending } from './report/events.js'
import type { Finding } from './finding.js'
import { FINDING_FORMAT, findingSchema } from './finding-schema.js'
import type {
  EventJson,
  FindingInput,
  FindingJson,
  GapInput,
  PendingJson,
  RemarkInput,
  RemarkJson,
} from './finding-schema.js'
import type { Gap } from './report/gaps.js'
import { placeText } from './report/place-text.js'
import { decodeSchedule, ScheduleError } from './replay/schedule-string.js'

/** A finding file that cannot be used: the message names the file, the field, its value and what is allowed. */
export class FindingFileError extends Error {
  override readonly name = 'FindingFileError'
  /** Path of the field, or '' for the file as a whole. */
  readonly field: string

  constructor(source: string, field: string, message: string) {
    super(`${source}: ${field === '' ? '' : `${field} `}${message}`)
    this.field = field
  }
}

/** Writes a finding file, making its folder. Whoever reads it meanwhile, or ends this process, has the old file or the new one, whole. */
export function writeFinding(file: string, finding: Finding): void {
  makeFolder(dirname(file))
  const temporary = `${file}.${process.pid}.tmp`
  try {
    writeFileSync(temporary, findingText(finding))
    renameSync(temporary, file)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/** Reads a finding file. Throws {@link FindingFileError}. */
export function readFinding(file: string): Finding {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new FindingFileError(file, '', `cannot be read (${(error as Error).message})`)
  }
  return parseFinding(text, file)
}

/** A finding as the JSON text of its file: a line for each step, so that two can be compared by lines. */
export function findingText(finding: Finding): string {
  const fields = Object.entries(toJson(finding)).filter(([, value]) => value !== undefined)
  const lines = fields.map(([name, value]) => `  ${JSON.stringify(name)}: ${fieldText(value)}`)
  return `{\n${lines.join(',\n')}\n}\n`
}

function fieldText(value: unknown): string {
  const isTable = Array.isArray(value) && value.some((each) => typeof each === 'object')
  if (!isTable) return JSON.stringify(value)
  return `[\n${value.map((each) => `    ${JSON.stringify(each)}`).join(',\n')}\n  ]`
}

/** Reads the text of a finding file; `source` names it in messages. Throws {@link FindingFileError}. */
export function parseFinding(text: string, source: string): Finding {
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (error) {
    throw new FindingFileError(source, '', `is not JSON: ${(error as Error).message}`)
  }
  // An array would pass for an object.
  if (Array.isArray(data)) throw new FindingFileError(source, '', `is ${shortJson(data)}; allowed: an object`)
  const parsed = v.safeParse(findingSchema, data)
  if (!parsed.success) {
    const [{ path = [], input, message }] = parsed.issues
    const field = path.map(({ key }, i) =>
      typeof key === 'number' ? `[${key}]` : `${i > 0 ? '.' : ''}${String(key)}`,
    )
    const is = input === undefined ? 'is missing' : `is ${shortJson(input)}`
    throw new FindingFileError(source, field.join(''), `${is}; allowed: ${message}`)
  }
  const wrong = wrongReference(parsed.output)
  if (wrong !== undefined) throw new FindingFileError(source, wrong.field, wrong.message)
  return fromJson(parsed.output)
}

/** What is well-formed and yet does not fit together. */
function wrongReference(json: FindingJson): { field: string; message: string } | undefined {
  const { places, events, steps, at, stuck, schedule } = json
  const length = json.length ?? events.length
  const damaged = [
    damage('schedule', schedule),
    ...json.after.map((each, i) => damage(`after[${i}]`, each)),
  ].find((each) => each !== undefined)
  if (damaged !== undefined) return damaged
  const unknown = (
    field: string,
    place: number | undefined,
  ): { field: string; message: string } | undefined =>
    place === undefined || place < places.length
      ? undefined
      : { field, message: `is ${place}; places has ${places.length}` }
  for (const [i, event] of events.entries()) {
    const least = (events[i - 1]?.step ?? -1) + 1
    if (event.step < least || event.step >= length) {
      return { field: `events[${i}].step`, message: `is ${event.step}; allowed: ${least} to ${length - 1}` }
    }
    const left = event.left?.why === 'ended' ? undefined : event.left?.place
    const wrong = unknown(`events[${i}].place`, event.place) ?? unknown(`events[${i}].left.place`, left)
    if (wrong !== undefined) return wrong
    for (const [c, caller] of event.callers.entries()) {
      const wrongCaller = unknown(`events[${i}].callers[${c}]`, caller)
      if (wrongCaller !== undefined) return wrongCaller
    }
  }
  for (const [i, step] of steps.entries()) {
    if (step >= length) return { field: `steps[${i}]`, message: `is ${step}; length is ${length}` }
  }
  for (const [i, place] of at.entries()) {
    const wrong = unknown(`at[${i}]`, place)
    if (wrong !== undefined) return wrong
  }
  for (const [i, { place }] of stuck.entries()) {
    const wrong = unknown(`stuck[${i}].place`, place)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

function damage(field: string, schedule: string): { field: string; message: string } | undefined {
  try {
    decodeSchedule(schedule)
    return undefined
  } catch (error) {
    if (error instanceof ScheduleError) return { field, message: `is damaged: ${error.message}` }
    throw error
  }
}

function toJson(finding: Finding): FindingInput {
  const places: Site[] = []
  const numbers = new Map<string, number>()
  const numberOf = (site: Site | undefined): number | undefined => {
    if (site === undefined) return undefined
    const { file, line, column, function: name, cName, op, text } = site
    const key = `${file}:${line}:${column}:${op}`
    const known = numbers.get(key)
    if (known !== undefined) return known
    numbers.set(key, places.length)
    return places.push({ file, line, column, function: name, cName, op, text }) - 1
  }
  const { sites, events, gaps, subjects, stuck, steps, words, after, ...rest } = finding
  const at = sites.map((site) => numberOf(site) as number)
  const leftJson = (left: Left | undefined): EventJson['left'] =>
    left === undefined || left.why === 'ended' ? left : { ...left, place: numberOf(left.place) }
  const eventsJson = events.map((row) => ({
    ...row,
    reports: row.reports.length === 0 ? undefined : [...row.reports],
    place: numberOf(row.place),
    callers: row.callers.length === 0 ? undefined : row.callers.map((site) => numberOf(site) as number),
    inner: row.inner === 0 ? undefined : row.inner,
    left: leftJson(row.left),
    remark: remarkJson(row.remark),
    notes: row.notes.length === 0 ? undefined : row.notes.map(remarkJson),
  }))
  return {
    format: FINDING_FORMAT,
    ...rest,
    sites: sites.map(placeText),
    at,
    after: after.length === 0 ? undefined : [...after],
    steps: [...steps],
    words: [...words],
    stuck: stuck.map((each) => ({ ...each, place: numberOf(each.place) })),
    places,
    events: eventsJson,
    gaps: gaps.length === 0 ? undefined : gaps.map(gapJson),
    subjects: subjects.length === 0 ? undefined : [...subjects],
  }
}

function remarkJson<R extends Remark | undefined>(remark: R): R extends Remark ? RemarkInput : undefined
function remarkJson(remark: Remark | undefined): RemarkInput | undefined {
  return remark === undefined ? undefined : { ...remark, about: [...remark.about] }
}

function gapJson({ from, skipped }: Gap): GapInput {
  return { from, skipped: skipped.map((run) => ({ ...run, functions: [...run.functions] })) }
}

function fromJson(json: FindingJson): Finding {
  const { places, events, gaps, stuck, words, at, ...rest } = json
  const pendingOf = (pending: Omit<PendingJson, 'actor' | 'actorName'>): Pending => ({
    op: pending.op,
    place: placeAt(places, pending.place),
    addr: pending.addr,
    word: pending.word,
    value: pending.value,
    meaning: pending.meaning,
    holder: pending.holder,
  })
  const leftOf = (left: EventJson['left']): Left | undefined =>
    left === undefined || left.why === 'ended' ? left : { why: left.why, ...pendingOf(left) }
  const rowOf = (row: EventJson): EventRow => ({
    ...row,
    place: placeAt(places, row.place),
    callers: row.callers.map((number) => places[number] as Site),
    addr: row.addr,
    word: row.word,
    meaning: row.meaning,
    word2: row.word2,
    note: row.note,
    left: leftOf(row.left),
    remark: row.remark === undefined ? undefined : remarkOf(row.remark),
    notes: row.notes.map(remarkOf),
  })
  return {
    subject: rest.subject,
    hash: rest.hash,
    variant: rest.variant,
    scenario: rest.scenario,
    strategy: rest.strategy,
    seed: rest.seed,
    execution: rest.execution,
    verdict: rest.verdict,
    message: rest.message,
    sites: at.map((number) => places[number] as Site),
    schedule: rest.schedule,
    after: rest.after,
    preemptions: rest.preemptions,
    minimal: rest.minimal,
    atLeast: rest.atLeast ?? (rest.minimal ? rest.preemptions : 0),
    length: rest.length ?? events.length,
    events: events.map(rowOf),
    gaps,
    subjects: rest.subjects,
    steps: rest.steps,
    words: words.map((word) => ({ ...word, meaning: word.meaning, changed: word.changed })),
    stuck: stuck.map((each) => ({ actor: each.actor, actorName: each.actorName, ...pendingOf(each) })),
    found: rest.found,
  }
}

function remarkOf({ text, weight, about, at, opens, closes }: RemarkJson): Remark {
  return {
    text,
    weight,
    about,
    ...(at === undefined ? {} : { at }),
    ...(opens === undefined ? {} : { opens }),
    ...(closes === undefined ? {} : { closes }),
  }
}

function placeAt(places: readonly Site[], number: number | undefined): Site | undefined {
  return number === undefined ? undefined : places[number]
}

function shortJson(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}
