import { existsSync, readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import type { SourceMapPayload } from 'node:module'
import { basename } from 'node:path'

/**
 * The place in the source of `file:line:column` of a stack, as sites are named: `ticket.ts:5`. What was not compiled, or has no map beside
 * it, stays as it is.
 */
export function originalPlace(place: string): string {
  const [, file, line, column] = /^(.+):(\d+):(\d+)$/.exec(place) ?? []
  if (file === undefined || !existsSync(`${file}.map`)) return place
  const map = new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')) as SourceMapPayload)
  const entry = map.findEntry(Number(line) - 1, Number(column) - 1)
  return 'originalSource' in entry ? `${basename(entry.originalSource)}:${entry.originalLine + 1}` : place
}
