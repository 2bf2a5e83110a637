import { LEAST_UPPER_BOUND, originalPositionFor, TraceMap } from '@jridgewell/trace-mapping'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Maps of the built files read so far; null where there is none. */
const maps = new Map<string, TraceMap | null>()

/**
 * `hold.ts:31`: the place in the source of line `line` of the built file `file` (a path or file URL), by its source map;
 * the built file's own name and line if it has none.
 */
export function sourcePlace(file: string, line: number): string {
  const built = `${file.slice(file.lastIndexOf('/') + 1)}:${line}`
  const map = mapOf(file)
  if (map === null) return built
  const { source, line: at } = originalPositionFor(map, { line, column: 0, bias: LEAST_UPPER_BOUND })
  return source === null ? built : `${source.slice(source.lastIndexOf('/') + 1)}:${at}`
}

function mapOf(file: string): TraceMap | null {
  const known = maps.get(file)
  if (known !== undefined) return known
  const map = readMap(file)
  maps.set(file, map)
  return map
}

function readMap(file: string): TraceMap | null {
  try {
    const path = file.startsWith('file://') ? fileURLToPath(file) : file
    return new TraceMap(readFileSync(`${path}.map`, 'utf8'))
  } catch {
    return null // not built here, or not built with a map: the caller shows what it has
  }
}
