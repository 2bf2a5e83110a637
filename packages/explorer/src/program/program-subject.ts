import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import type { Observer } from '../engine/observer.js'
import type { EngineOptions } from '../engine/options.js'
import type { Target } from '../engine/target.js'
import type { Subject } from '../subject.js'
import type { Params } from './define.js'
import { loadProgram, shown } from './load-program.js'
import type { LoadOptions, LoadedProgram } from './load-program.js'
import { PROGRAM_PREFIX, ProgramError, findProgram } from './program-files.js'
import { ParamError, programTarget } from './program-target.js'

/** How a program is explored. */
export interface ProgramSubjectOptions extends LoadOptions {
  readonly engine?: Partial<EngineOptions>
  /** Makes the checkers that watch it; default none. */
  readonly checkers?: (target: Target) => Observer[]
}

/**
 * The program `what` as something to explore: `program:lastzero`, or the path of a file; parameters may follow as in the
 * `id` of a subject (`program:lastzero?n=5`), and those of `params` count more. Throws ProgramError, ParamError, CompileError.
 */
export async function programSubject(
  what: string,
  params: Params = {},
  options: ProgramSubjectOptions = {},
): Promise<Subject> {
  const { target, given } = split(what)
  const found = findProgram(target)
  const loaded = await loadProgram(target, options)
  const name = found.kind === 'builtin' ? PROGRAM_PREFIX + found.name : fileName(found.path, found.program)
  return subjectOf(loaded, name, { ...given, ...params }, options)
}

/** `./my%20program.ts`, or `./my.test.ts#counter`. */
function fileName(path: string, program: string | undefined): string {
  const name = encodeURI(shown(path))
  return program === undefined ? name : `${name}#${encodeURI(program)}`
}

function subjectOf(
  loaded: LoadedProgram,
  name: string,
  given: Params,
  options: ProgramSubjectOptions,
): Subject {
  const target = programTarget(loaded.program, given)
  const params = { ...loaded.program.params, ...given }
  const query = Object.entries(params).map(([param, value]) => `${param}=${value}`)
  return {
    id: query.length === 0 ? name : `${name}?${query.join('&')}`,
    hash: hashOf(loaded.hash, query, target.image),
    target,
    options: options.engine ?? {},
    sites: loaded.sites,
    observers: () => options.checkers?.(target) ?? [],
    smaller: () => smaller(loaded, name, params, options),
  }
}

/** The same program with one parameter less by 1: fewer threads or turns. */
function* smaller(
  loaded: LoadedProgram,
  name: string,
  params: Params,
  options: ProgramSubjectOptions,
): Generator<Subject> {
  for (const [param, value] of Object.entries(params)) {
    if (value <= 1) continue
    try {
      yield subjectOf(loaded, name, { ...params, [param]: value - 1 }, options)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error // the program does not exist so small
    }
  }
}

/** `target?n=5&k=2`; the path of a file may be written as in an id, or as it is. */
function split(what: string): { target: string; given: Params } {
  const at = what.indexOf('?')
  const name = at < 0 ? what : what.slice(0, at)
  if (name === '') throw new ProgramError(`'${what}' names no program`)
  const given: Record<string, number> = {}
  for (const part of at < 0 ? [] : what.slice(at + 1).split('&')) {
    const [, param, value] = /^(\w+)=(-?\d+)$/.exec(part) ?? []
    if (param === undefined) throw new ParamError(`'${part}' in '${what}': name=number is expected`)
    given[param] = Number(value)
  }
  return { target: decoded(name), given }
}

function decoded(name: string): string {
  if (name.startsWith(PROGRAM_PREFIX) || existsSync(name.replace(/#.*$/, ''))) return name
  try {
    return decodeURI(name)
  } catch {
    return name
  }
}

function hashOf(code: string, query: readonly string[], image: Int32Array): string {
  return createHash('sha256')
    .update(`${code}?${query.join('&')}:${image.join(',')}`)
    .digest('hex')
    .slice(0, 8)
}
