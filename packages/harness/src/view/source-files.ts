import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Site } from '@holdfast/compiler'
import type { TraceFile } from '@holdfast/viewer'
import { reportedSource } from '../packages.js'

/** Lines that are kept before and after one that is used. */
const AROUND = 6

/** The lines of the sources that `sites` are in, and those around them; of a file that is not there what the sites say themselves. */
export function sourceFiles(sites: readonly Site[], program: string | undefined): TraceFile[] {
  const files = new Map<string, Map<number, string>>()
  for (const { file, line, text } of sites) {
    const lines = files.get(file) ?? new Map<number, string>()
    files.set(file, lines)
    lines.set(line, text)
  }
  return [...files].map(([name, used]) => ({ name, lines: linesOf(name, used, program) }))
}

function linesOf(
  file: string,
  used: ReadonlyMap<number, string>,
  program: string | undefined,
): (readonly [number, string])[] {
  const whole = readSource(file, program)?.split('\n')
  if (whole === undefined) return [...used].sort(([one], [other]) => one - other)
  const kept = new Set<number>()
  for (const line of used.keys())
    for (let at = line - AROUND; at <= line + AROUND; at++) if (at >= 1 && at <= whole.length) kept.add(at)
  return [...kept].sort((one, other) => one - other).map((line) => [line, whole[line - 1] ?? ''] as const)
}

/** The text of a source as sites name it: from the program's folder, the packages, or here. */
function readSource(file: string, program?: string): string | undefined {
  const own = program === undefined ? [] : ancestors(dirname(program)).map((root) => join(root, file))
  const found = [...own, reportedSource(file), join(process.cwd(), file)].find(
    (path) => path !== undefined && existsSync(path),
  )
  return found === undefined ? undefined : readFileSync(found, 'utf8')
}

/** A folder and those it is in: the sources of a program are named from one of them. */
function ancestors(folder: string): string[] {
  const above = dirname(folder)
  return above === folder ? [folder] : [folder, ...ancestors(above)]
}
