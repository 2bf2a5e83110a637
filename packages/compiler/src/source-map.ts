import { type MagicString, SourceMap } from 'magic-string'
import type { Module } from './modules.js'

/** The source map of a module's emitted code, as JSON: from there to the file on disk, before any patch. */
export function sourceMapOf(out: MagicString, { source, path }: Pick<Module, 'source' | 'path'>): string {
  const decoded = out.generateDecodedMap({ source: path, hires: 'boundary', includeContent: false })
  decoded.sources = [path]
  if (!source.patched) return new SourceMap(decoded).toString()
  // The positions are those of the patched text: lead them back to the file on disk.
  const starts = source.lineStarts()
  for (const line of decoded.mappings)
    for (const segment of line) {
      if (segment.length < 4) continue
      const at = segment as [number, number, number, number]
      const { line: row, column } = source.position((starts[at[2]] as number) + at[3])
      at[2] = row - 1
      at[3] = column - 1
    }
  return new SourceMap(decoded).toString()
}
