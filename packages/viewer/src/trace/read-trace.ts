import { readFileSync, writeFileSync } from 'node:fs'
import * as v from 'valibot'
import { TRACE_FORMAT } from './format.js'
import type { Trace } from './format.js'
import { traceSchema } from './schema.js'
import { wrongReference } from './references.js'

/** A trace that cannot be used: the message names the file, the field, its value and what is allowed. */
export class TraceError extends Error {
  override readonly name = 'TraceError'
}

/** Whether a text is, by its first lines, a trace file rather than anything else. */
export function looksLikeTrace(text: string): boolean {
  return text.slice(0, 200).includes(`"${TRACE_FORMAT.split('/')[0]}/`)
}

/** Reads a trace file. Throws {@link TraceError}. */
export function readTrace(file: string): Trace {
  try {
    return parseTrace(readFileSync(file, 'utf8'), file)
  } catch (error) {
    if (error instanceof TraceError) throw error
    throw new TraceError(`${file}: cannot be read (${(error as Error).message})`)
  }
}

/** Reads the text of a trace file; `source` names it in messages. Throws {@link TraceError}. */
export function parseTrace(text: string, source: string): Trace {
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (error) {
    throw new TraceError(`${source}: is not JSON: ${(error as Error).message}`)
  }
  const parsed = v.safeParse(traceSchema, data, { abortEarly: true })
  if (!parsed.success) {
    const [issue] = parsed.issues
    throw new TraceError(`${source}: ${issueText(issue)}`)
  }
  const wrong = wrongReference(parsed.output)
  if (wrong !== undefined) throw new TraceError(`${source}: ${wrong}`)
  return parsed.output
}

/** Writes a trace file. */
export function writeTrace(file: string, trace: Trace): void {
  writeFileSync(file, `${JSON.stringify(trace)}\n`)
}

function issueText(issue: v.BaseIssue<unknown>): string {
  const field = v.getDotPath(issue) ?? 'the file'
  if (issue.expected === 'never') return `${field}: is no field of a trace`
  if (issue.input === undefined) return `${field}: is missing`
  return `${field}: ${shown(issue.input)} is not allowed; ${issue.message}`
}

const LONGEST = 60

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`
}
